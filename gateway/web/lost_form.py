"""The one page of a report: read, checked as far as nobody has to be asked, and where it begins from a flight or bus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from gateway.web.texts import N_, Texts
from gateway.web.visitors import Form
from kernel.instants import instant
from services.lostfound.schemas.vocabulary import CATEGORIES, COLOURS, MAX_COLOURS, MAX_PLACES

DOCUMENTS: Final = {
    "passport": "passport",
    "id_card": "id_card",
    "travel_permit": "permit",
    "licence": "licence",
    "other_document": "other",
}
"""Categories that are documents, and the kind of document that each is."""
_YEARS: Final = range(2000, 2100)
_LOCAL: Final = "%Y-%m-%dT%H:%M"
_SLACK: Final = timedelta(minutes=10)
"""Clocks of phones differ: what is said to be now may be a little later than now."""
_LONGEST: Final = {
    "brand": 64,
    "description": 1000,
    "marks": 1000,
    "serial": 64,
    "document_name": 128,
    "document_number": 32,
    "flight": 16,
    "seat": 4,
    "name": 64,
    "phone": 24,
    "email": 128,
}
_TOO_LONG: Final = N_("That is too long.")
PHONE_WRONG: Final = N_("Write digits only, with the country's code if it isn't +86.")


@dataclass(frozen=True)
class Context:
    """What a report begins with. key: names it in the browser's draft; texts: values of the form; note: in words."""

    key: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Loss:
    """LossSchema without the flight and the bus, and what is sealed."""

    loss: dict[str, Any]
    private: dict[str, Any]


def chosen_of(form: Form, prefix: str) -> list[str]:
    """The boxes `<prefix>-<code>` that are ticked."""
    start = f"{prefix}-"
    return [name.removeprefix(start) for name, value in form.items() if name.startswith(start) and value]


def local_text(at: datetime, zone: ZoneInfo) -> str:
    """An instant as a form's field of date and time holds it."""
    return at.astimezone(zone).strftime(_LOCAL)


def instant_of(text: str, zone: ZoneInfo) -> datetime | None:
    """What a field of date and time says, on the airport's clocks; None for nothing, and for what nobody can mean."""
    try:
        at = datetime.strptime(text[:16], _LOCAL).replace(tzinfo=zone)
    except ValueError:
        return None
    return at if at.year in _YEARS else None


def wrong(form: Form, t: Texts, zone: ZoneInfo, now: datetime, places: Mapping[str, Any]) -> dict[str, str]:
    """Sentences by field."""
    errors = {name: t(_TOO_LONG) for name, longest in _LONGEST.items() if len(form.get(name, "")) > longest}
    if form.get("category") not in CATEGORIES:
        errors["category"] = t("Choose what it is.")
    if len(chosen_of(form, "colour")) > MAX_COLOURS:
        errors["colours"] = t("Three colours at most.")
    if len([one for one in chosen_of(form, "place") if one in places]) > MAX_PLACES:
        errors["places"] = t("Five places at most: those you are surest of.")
    errors |= _wrong_times(form, t, zone, now)
    if not is_phone(form.get("phone", "")):
        errors["phone"] = t(PHONE_WRONG)
    if form.get("email") and "@" not in form["email"]:
        errors["email"] = t("That is no e-mail address.")
    return errors


def _wrong_times(form: Form, t: Texts, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    since, until = instant_of(form.get("lost_from", ""), zone), instant_of(form.get("lost_to", ""), zone)
    if since is None:
        return {"lost_from": t("Say when you last had it; about is enough.")}
    if since > now + _SLACK:
        return {"lost_from": t("That is still to come.")}
    if until is not None and until < since:
        return {"lost_to": t("That is before you last had it.")}
    return {}


def is_phone(text: str) -> bool:
    digits = text.removeprefix("+")
    return not text or (
        all(sign in "0123456789 -()" for sign in digits) and 5 <= sum(sign.isdigit() for sign in digits) <= 15
    )


def read(form: Form, zone: ZoneInfo, now: datetime, places: Mapping[str, Any]) -> Loss:
    """A form in which nothing is `wrong`."""
    since = instant_of(form["lost_from"], zone)
    until = instant_of(form.get("lost_to", ""), zone)
    if since is None:
        raise ValueError("a form without a time")
    if until is None:
        until = max(since, now)
    loss: dict[str, Any] = {
        "category": form["category"],
        "colours": [one for one in chosen_of(form, "colour") if one in COLOURS],
        "brand": form.get("brand", ""),
        "description": form.get("description", ""),
        "lost_from": instant(min(since, now)),
        "lost_to": instant(max(min(until, now + _SLACK), min(since, now))),
        "places": [one for one in chosen_of(form, "place") if one in places],
    }
    return Loss(loss, private_of(form))


def private_of(form: Form) -> dict[str, Any]:
    """ReportPrivateSchema: all of it, so that what was emptied is empty."""
    contact = {name: form.get(name, "") for name in ("name", "phone", "email")}
    return {
        "marks": form.get("marks", ""),
        "serial": form.get("serial", ""),
        "document": paper_of(form),
        "contact": contact if any(contact.values()) else None,
    }


def paper_of(form: Form) -> dict[str, str] | None:
    """PaperSchema of a document that was lost or found; None for anything else, and for one nobody knows more of."""
    kind = DOCUMENTS.get(form.get("category", ""))
    name, number = form.get("document_name", ""), "".join(form.get("document_number", "").split())
    if kind is None or not (name or number):
        return None
    return {"kind": kind, "holder_name": name, "number": number.upper()}

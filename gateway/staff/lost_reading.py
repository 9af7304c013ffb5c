"""What an agent typed, read: the hour, the sums, the rest of a form; and what is wrong with it, field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from gateway.staff.lost_shared import minor_units
from gateway.staff.texts import N_
from services.lostfound.schemas.vocabulary import CATEGORIES, COLOURS, MAX_COLOURS, FinderKind

DOCUMENTS: Final[Mapping[str, str]] = {
    "passport": "passport",
    "id_card": "id_card",
    "travel_permit": "permit",
    "licence": "licence",
    "other_document": "other",
    "bank_card": "other",
}
"""Kinds that bear a name and a number, and what kind of document each is."""
COUNTED: Final = frozenset({"wallet", *(each.code for each in CATEGORIES.values() if each.valuable)})
"""Kinds in which money is looked for, or that two people look at."""
NUMBERED: Final = frozenset(
    {"phone", "computer", "tablet", "headphones", "camera", "power_bank", "other_electronics"}
    | {"suitcase", "watch", "instrument", "medical_aid", "wheelchair", "pram"}
)
"""Kinds that have a number of their own: a serial number, an IMEI, an airline's tag."""
LENGTHS: Final[Mapping[str, int]] = {
    "brand": 60,
    "description": 1000,
    "marks": 500,
    "serial": 64,
    "doc_holder": 80,
    "doc_number": 40,
    "place_note": 200,
    "finder_name": 80,
    "finder_phone": 40,
    "shelf": 24,
    "cash": 120,
    "found": 40,
    "flight": 40,
    "seat": 4,
}
_TIME: Final = r"(\d{1,2}):?(\d{2})"
_DAY: Final = r"(?:(y|yesterday|昨天?|前天|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/.月]\d{1,2}日?)\s*)?"
_FOUND: Final = re.compile(rf"{_DAY}{_TIME}(?:\s*-\s*{_TIME})?")
_AGO: Final = re.compile(r"-\s*(\d{1,3})\s*(m|min|分钟?|h|小时)?")
_SUM: Final = re.compile(
    r"([a-z]{3}|[¥￥$€£])?\s*([0-9][0-9 ,]*(?:\.[0-9]{1,2})?)\s*([a-z]{3}|元|块)?", re.IGNORECASE
)
_SIGNS: Final = {"¥": "CNY", "￥": "CNY", "元": "CNY", "块": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_SOON: Final = timedelta(minutes=5)
_LONG_AGO: Final = timedelta(days=400)
_MOST: Final = 10**12
WRONG_TIME: Final = N_(
    "An hour like 14:30 or 1430, a span like 14:00-15:30, -20 for twenty minutes ago, 11-22 14:30 for another day; not one to come."
)
WRONG_SUM: Final = N_("Sums like 1250.50 or 300 USD, parted by semicolons.")


@dataclass
class Filled:
    """A form as it was sent. item and personal: as the service wants them. wrong: by field, what is wrong, N_ texts."""

    item: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def read_item(form: Mapping[str, str], now: datetime, zone: ZoneInfo, places: Mapping[str, Any]) -> Filled:
    """All of an item but who keeps it. now: aware."""
    filled = Filled()
    text = {name: form.get(name, "").strip() for name in (*LENGTHS, "category", "place", "finder_kind")}
    for name, most in LENGTHS.items():
        if len(text[name]) > most:
            filled.wrong[name] = N_("That is too long.")
    if text["category"] not in CATEGORIES:
        filled.wrong["category"] = N_("Say what it is.")
    if text["place"] not in places:
        filled.wrong["place"] = N_("Say where it was found.")
    colours = [each for each in form.get("colours", "").split() if each in COLOURS]
    if len(colours) > MAX_COLOURS:
        filled.wrong["colours"] = N_("Three colours at most.")
    span, cash = found_span(text["found"], now, zone), sums(text["cash"])
    if span is None:
        filled.wrong["found"] = WRONG_TIME
    if cash is None:
        filled.wrong["cash"] = WRONG_SUM
    kinds = {each.value for each in FinderKind}
    filled.item = {
        "category": text["category"],
        "colours": list(dict.fromkeys(colours)),
        "brand": text["brand"],
        "description": text["description"],
        "cash": cash or [],
        "place": text["place"],
        "place_note": text["place_note"],
        "seat": text["seat"].upper() or None,
        "finder_kind": text["finder_kind"] if text["finder_kind"] in kinds else FinderKind.STAFF.value,
    }
    if span is not None:
        filled.item |= {"found_from": span[0].isoformat(), "found_to": span[1] and span[1].isoformat()}
    filled.personal = read_personal(text, text["category"])
    return filled


def read_personal(text: Mapping[str, str], category: str) -> dict[str, Any]:
    """What leaves sealed; {} when there is none of it."""
    found: dict[str, Any] = {name: text[name] for name in ("marks", "serial") if text.get(name)}
    if text.get("doc_holder") or text.get("doc_number"):
        found["document"] = {
            "kind": DOCUMENTS.get(category, "other"),
            "holder_name": text.get("doc_holder", ""),
            "number": "".join(text.get("doc_number", "").upper().split()),
        }
    if text.get("finder_name") or text.get("finder_phone"):
        found["finder"] = {"name": text.get("finder_name", ""), "phone": text.get("finder_phone", "")}
    return found


def found_span(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime | None] | None:
    """When something was found: nothing typed is now; an hour that is still to come was yesterday's; None can't be read.

    `14:30`, `1430`, `14:00-15:30`, `-20` (minutes ago), `-2h`, `昨天 2310`, `y 23:10`, `11-22 14:30`, `2026-11-22 14:30`.
    """
    typed = text.strip().lower().replace("：", ":").translate(str.maketrans("–—~～至到", "------"))
    if not typed:
        return now, None
    ago = _AGO.fullmatch(typed)
    if ago:
        hours = (ago[2] or "").startswith(("h", "小"))
        return now - timedelta(**{"hours" if hours else "minutes": int(ago[1])}), None
    found = _FOUND.fullmatch(typed)
    local = now.astimezone(zone)
    day = _day(found[1], local.date()) if found else None
    if found is None or day is None:
        return None
    try:
        first = datetime(day.year, day.month, day.day, int(found[2]), int(found[3]), tzinfo=zone)
        last = first.replace(hour=int(found[4]), minute=int(found[5])) if found[4] else None
    except ValueError:
        return None
    if last is not None and last < first:
        last += timedelta(days=1)
    if found[1] is None and (last or first) > now + _SOON:
        first, last = first - timedelta(days=1), last and last - timedelta(days=1)
    if (last or first) > now + _SOON or first < now - _LONG_AGO:
        return None
    return first, last


def _day(word: str | None, today: date) -> date | None:
    if word is None:
        return today
    if word in {"y", "yesterday", "昨", "昨天"}:
        return today - timedelta(days=1)
    if word == "前天":
        return today - timedelta(days=2)
    numbers = [int(each) for each in re.findall(r"\d+", word)]
    try:
        if len(numbers) == 3:
            return date(*numbers)
        day = date(today.year, *numbers)
    except ValueError:
        return None
    return day if day <= today else day.replace(year=today.year - 1)


def sums(text: str) -> list[dict[str, Any]] | None:
    """Money as it was counted: `1250.50; 300 USD` → whole fen and cents, one of each currency; None can't be read."""
    found: dict[str, int] = {}
    for part in re.split(r"[;；\n]+", text):
        if not part.strip():
            continue
        read = _SUM.fullmatch(part.strip())
        if read is None or (read[1] and read[3]):
            return None
        sign = (read[1] or read[3] or "CNY").upper()
        currency = _SIGNS.get(sign, sign)
        whole, _, rest = re.sub(r"[ ,]", "", read[2]).partition(".")
        units = minor_units(currency)
        minor = int(whole) * units + (int(rest.ljust(2, "0")) if rest and units == 100 else 0)
        if not 0 < minor <= _MOST or (rest and units == 1) or currency in found:
            return None
        found[currency] = minor
    return [{"currency": currency, "amount_minor": minor} for currency, minor in found.items()]

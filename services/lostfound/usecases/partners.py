"""What airlines do: register what they found on board, hand it to a desk, see who misses something on their flights.

An airline sees and moves its own items only; another's look like none. Source: docs/decisions/0076-airlines-and-what-they-find.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import ValidationError

from kernel.instants import instant
from services.lostfound.domain.claims import Claim
from services.lostfound.domain.items import DESK, Item
from services.lostfound.domain.numbers import as_number
from services.lostfound.domain.reports import Report
from services.lostfound.errors import (
    BadNumber,
    BadRequest,
    ItemNotFound,
    NotHere,
    RefTaken,
    UnknownPlace,
    WitnessNeeded,
)
from services.lostfound.schemas.claim_words import ReportState
from services.lostfound.schemas.partners import MAX_FOUND, MAX_LISTED, FoundOnBoardSchema
from services.lostfound.schemas.vocabulary import CATEGORIES, COLOURS
from services.lostfound.store import ItemQuery
from services.lostfound.store.claims import ClaimQuery
from services.lostfound.store.reports import ReportQuery
from services.lostfound.usecases.claim_views import at_or_none
from services.lostfound.usecases.item_views import words
from services.lostfound.usecases.moving import lock_item
from services.lostfound.usecases.registering import Entry, registered
from services.lostfound.usecases.shared import (
    Place,
    Tx,
    Work,
    once,
)
from services.lostfound.usecases.transferring import sent

_EVERY: Final = "*"
_FLIGHT: Final = re.compile(r"([A-Z]{3}|[A-Z]{2}|[A-Z][0-9]|[0-9][A-Z])[0-9]{1,4}[A-Z]?-[0-9]{8}-.+")
_SPEC: Final = tuple(
    name
    for name in FoundOnBoardSchema().fields
    if name not in ("reference", "airline", "counted_by", "private")
)


@dataclass(frozen=True)
class Partner:
    """Who calls. airlines: those it speaks for; "*": all."""

    client_id: str
    airlines: tuple[str, ...]

    def speaks_for(self, airline: str | None) -> bool:
        return airline is not None and (_EVERY in self.airlines or airline in self.airlines)

    @property
    def actor(self) -> str:
        return f"partner:{self.client_id}"


def airline_of(flight_id: str) -> str | None:
    """Whose flight it is, by its id; None for what is no id of a flight."""
    found = _FLIGHT.fullmatch(flight_id)
    return None if found is None else found[1]


def register_found(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """FoundReportSchema: every item whole or refused; one whose reference is known is told as it is now.

    Raises BadSeal, BadRequest.
    """
    rows = place.vault.opened(request["items"])
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_FOUND:
        raise BadRequest(fields={"items": [f"A list of 1 to {MAX_FOUND}."]})
    partner = _partner(request)

    def work(tx: Tx) -> dict[str, Any]:
        # In one order, whoever brings them: two who bring the same references don't wait for each other in a circle.
        inwards = sorted(range(len(rows)), key=lambda at: str(_reference(rows[at])))
        results = {at: _found(tx, place, partner, rows[at]) | {"index": at} for at in inwards}
        return {"results": [results[at] for at in range(len(rows))]}

    return once(uow, place, {**request, "items": rows}, "register_found", work)


def list_found(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """FoundPageSchema."""
    partner, most = _partner(request), request["limit"]
    query = ItemQuery(
        airlines=() if _EVERY in partner.airlines else partner.airlines,
        kept_by_airline=True,
        states=tuple(request["states"]),
        flight_id=request["flight_id"],
        before=request["cursor"],
    )
    with uow.read() as tx:
        found = tx.store.find_items(query, most + 1)
    page = found[:most]
    return {
        "items": [_view(item) for item in page],
        "next_cursor": page[-1].id if len(found) > most else None,
    }


def get_found(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OneFoundSchema. Raises ItemNotFound, also for another airline's."""
    with uow.read() as tx:
        return {"item": _view(_own(tx, place, request))}


def hand_to_desk(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """HandedToDeskSchema. Raises ItemNotFound, NotHere, DeskNotFound, WrongState, ItemMissing, NotCounted."""
    partner = _partner(request)

    def work(tx: Tx) -> dict[str, Any]:
        item = lock_item(tx, _own(tx, place, request).id)
        if item.holder.startswith(DESK):
            raise NotHere(number=item.number, holder=item.holder)
        said = {
            "to_desk": request["desk_id"],
            "carrier": partner.client_id,
            "note": "",
            "actor": partner.actor,
        }
        transfer = sent(tx, [item], said)
        return {"item": _view(lock_item(tx, item.id)), "transfer_id": transfer.id}

    return once(uow, place, request, "hand_to_desk", work)


def list_flight_claims(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """FlightClaimsSchema."""
    partner, flight_id = _partner(request), request["flight_id"]
    claims: list[dict[str, Any]] = []
    reports: list[Report] = []
    if partner.speaks_for(airline_of(flight_id)):
        with uow.read() as tx:
            found = tx.store.find_claims(ClaimQuery(flight_id=flight_id), None, MAX_LISTED)
            items = tx.store.items({each.item_id for each in found})
            claims = [_claim_view(partner, each, items[each.item_id]) for each in found]
            asked = ReportQuery(state=ReportState.OPEN, flight_id=flight_id)
            reports = tx.store.find_reports(asked, None, MAX_LISTED)
    return {"flight_id": flight_id, "claims": claims, "reports": [_report_view(each) for each in reports]}


def list_codes(uow: Work) -> dict[str, Any]:
    """PartnerWordsSchema."""
    with uow.read() as tx:
        desks = tx.store.desks()
    return {
        "categories": [{"code": each.code, "name": words(each)} for each in CATEGORIES.values()],
        "colours": [{"code": each.code, "name": words(each)} for each in COLOURS.values()],
        "desks": [{"code": each.id, "name": {"zh": each.name_zh, "en": each.name_en}} for each in desks],
    }


# --- one item


def _found(tx: Tx, place: Place, partner: Partner, row: Any) -> dict[str, Any]:
    """FoundResultSchema without its index."""
    reference = _reference(row)
    told = {
        "reference": reference[:40] if isinstance(reference, str) else None,
        "item": None,
        "reasons": None,
    }
    try:
        item, outcome = _entered(tx, place, partner, row)
    except _Refused as refused:
        return told | {"outcome": "refused", "reasons": refused.args[0]}
    return told | {"outcome": outcome, "item": _view(item)}


def _reference(row: Any) -> Any:
    return row.get("reference") if isinstance(row, dict) else None


class _Refused(Exception):
    """args: the reasons by field."""


def _entered(tx: Tx, place: Place, partner: Partner, row: Any) -> tuple[Item, str]:
    """The item, and whether it is new. Everything that can be refused is refused before anything is written."""
    try:
        loaded: dict[str, Any] = FoundOnBoardSchema().load(row)
    except ValidationError as exc:
        messages = exc.messages_dict if isinstance(row, dict) else {"item": ["Not an object."]}
        raise _Refused({str(name): _told(name, why) for name, why in messages.items()}) from None
    airline = _airline(partner, loaded)
    first, second = loaded["counted_by"] or (None, None)
    entry = Entry(
        spec={**{name: loaded[name] for name in _SPEC}, "bus_departure_id": None},
        personal=loaded["private"],
        desk_id=None,
        airline=airline,
        shelf=None,
        actor=partner.actor if first is None else f"{partner.actor}/{first}",
        witness=None if second is None else f"{partner.actor}/{second}",
        external_ref=f"{airline}/{loaded['reference']}",
    )
    try:
        return registered(tx, place, entry), "registered"
    except RefTaken as taken:
        known = tx.store.item_by_number(taken.data["number"])
        if known is None or known.airline != airline:
            raise _Refused({"reference": ["Taken."]}) from None
        return known, "repeated"
    except UnknownPlace:
        raise _Refused({"place": ["No place of this airport."]}) from None
    except WitnessNeeded:
        raise _Refused({"counted_by": ["Cash is counted by two people."]}) from None


def _airline(partner: Partner, loaded: Mapping[str, Any]) -> str:
    """Whose item it is. Raises _Refused."""
    flight_id = loaded["flight_id"]
    flies = None if flight_id is None else airline_of(flight_id)
    if flight_id is not None and not partner.speaks_for(flies):
        raise _Refused({"flight_id": ["No flight of yours."]})
    only = partner.airlines[0] if len(partner.airlines) == 1 and _EVERY not in partner.airlines else None
    airline: str | None = loaded["airline"] or flies or only
    if airline is None or not partner.speaks_for(airline):
        raise _Refused({"airline": ["One of yours is needed."]})
    return airline


def _own(tx: Tx, place: Place, request: Mapping[str, Any]) -> Item:
    """Raises ItemNotFound."""
    asked = request["item"]
    item = tx.store.item(asked)
    if item is None:
        try:
            item = tx.store.item_by_number(as_number(asked, place.airport.iata))
        except BadNumber:
            item = None
    if item is None or item.external_ref is None or not _partner(request).speaks_for(item.airline):
        raise ItemNotFound
    return item


def _partner(request: Mapping[str, Any]) -> Partner:
    return Partner(request["partner"]["client_id"], tuple(request["partner"]["airlines"]))


def _told(name: Any, why: Any) -> list[str]:
    """What is wrong with a field; of what is personal only that something is."""
    if name == "private" or not isinstance(why, list):
        return ["Not valid."]
    return [str(each) for each in why]


# --- views


def _view(item: Item) -> dict[str, Any]:
    """PartnerItemSchema."""
    same = ("id", "number", "desk_id", "airline", "flight_id", "seat", "category", "brand", "description")
    return {
        **{name: getattr(item, name) for name in same},
        "reference": (item.external_ref or "").removeprefix(f"{item.airline}/"),
        "state": item.state.value,
        "holder": item.holder.partition(":")[0],
        "colours": list(item.colours),
        "valuable": item.valuable,
        "counted": item.counted_at is not None,
        **{name: instant(getattr(item, name)) for name in ("found_from", "found_to")},
        **{name: instant(getattr(item, name)) for name in ("registered_at", "changed_at")},
        "closed_at": at_or_none(item.closed_at),
    }


def _claim_view(partner: Partner, claim: Claim, item: Item) -> dict[str, Any]:
    """FlightClaimSchema."""
    return {
        "number": claim.number,
        "state": claim.state.value,
        "reason": claim.reason and claim.reason.value,
        "submitted_at": instant(claim.submitted_at),
        "decided_at": at_or_none(claim.decided_at),
        "category": item.category,
        "item_id": item.id if partner.speaks_for(item.airline) else None,
    }


def _report_view(report: Report) -> dict[str, Any]:
    """FlightReportSchema."""
    return {
        "number": report.number,
        "filed_at": instant(report.filed_at),
        "category": report.category,
        "colours": list(report.colours),
        "brand": report.brand,
        "seat": report.seat,
        "lost_from": instant(report.lost_from),
        "lost_to": instant(report.lost_to),
    }

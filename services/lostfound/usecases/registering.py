"""Found items come in: one at a desk, one from an airline, many from a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from kernel.ids import new_id
from services.lostfound.domain.items import AIRLINE, DESK, Item, Money, Move
from services.lostfound.domain.keys import document_key, serial_key
from services.lostfound.domain.numbers import new_number
from services.lostfound.domain.retention import clocked
from services.lostfound.domain.words import words_of
from services.lostfound.errors import (
    BadRequest,
    DeskNotFound,
    RefTaken,
    SamePerson,
    UnknownPlace,
    UnknownShelf,
    WitnessNeeded,
)
from services.lostfound.schemas.items import ImportRowSchema, PersonalSchema
from services.lostfound.schemas.vocabulary import CATEGORIES, COLOURS, MAX_ROWS, CustodyKind, ItemState
from services.lostfound.usecases.item_views import item_view
from services.lostfound.usecases.moving import move, register
from services.lostfound.usecases.shared import Place, Tx, Work, loaded, once, refuse_same

_SPEC = (
    "category",
    "colours",
    "brand",
    "description",
    "valuable",
    "cash",
    "found_from",
    "found_to",
    "place",
    "place_note",
    "flight_id",
    "seat",
    "bus_departure_id",
    "finder_kind",
)


@dataclass(frozen=True)
class Entry:
    """What is written down of a new item. spec: ItemSpecSchema; personal: PersonalSchema; both as loaded."""

    spec: Mapping[str, Any]
    personal: Mapping[str, Any] | None
    desk_id: str | None
    airline: str | None
    shelf: str | None
    actor: str
    witness: str | None
    external_ref: str | None


def register_item(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ItemResultSchema. Raises BadSeal, BadRequest, UnknownPlace, UnknownShelf, DeskNotFound, WitnessNeeded, SamePerson,
    RefTaken."""
    personal = loaded(place, request["personal"], PersonalSchema())
    entry = Entry(
        request["item"],
        personal,
        *(request[name] for name in ("desk_id", "airline", "shelf", "actor", "witness", "external_ref")),
    )

    def work(tx: Tx) -> dict[str, Any]:
        return {"item": item_view(tx, registered(tx, place, entry))}

    return once(uow, place, {**request, "personal": personal}, "register_item", work)


def import_items(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ImportReportSchema: every row whole or refused; one whose external_ref is known is told as repeated.

    Raises BadSeal, BadRequest, DeskNotFound.
    """
    rows = place.vault.opened(request["rows"])
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_ROWS:
        raise BadRequest(fields={"rows": [f"A list of 1 to {MAX_ROWS}."]})

    def work(tx: Tx) -> dict[str, Any]:
        if not tx.store.has_desk(request["desk_id"]):
            raise DeskNotFound(desk_id=request["desk_id"])
        report: dict[str, list[dict[str, Any]]] = {"registered": [], "repeated": [], "refused": []}
        # In one order, whoever imports: two who bring the same references don't wait for each other in a circle.
        for at in sorted(range(len(rows)), key=lambda one: str(_reference(rows[one]))):
            outcome, told = _imported(tx, place, request, rows[at])
            report[outcome].append({"row": at + 1, **told})
        return {name: sorted(told, key=lambda one: one["row"]) for name, told in report.items()}

    return once(uow, place, {**request, "rows": rows}, "import_items", work)


def registered(tx: Tx, place: Place, entry: Entry) -> Item:
    """A new item with its number, its custody and its clock. Raises as register_item does."""
    _refuse(tx, place, entry)
    holder = f"{AIRLINE}{entry.airline}" if entry.desk_id is None else f"{DESK}{entry.desk_id}"
    item = register(tx, _new(tx, place, entry, holder), Move(CustodyKind.REGISTERED, entry.actor, holder))
    tx.store.save_words(item.id, item_words(place, item))
    if entry.witness is not None and item.precious:
        item = move(
            tx, item, Move(CustodyKind.COUNTED, entry.actor, witness=entry.witness, note=cash_note(item.cash))
        )
    return item


def with_personal(
    place: Place, values: dict[str, Any], item_id: str, personal: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The columns of an item that come of what is personal, over these values."""
    known = {"marks": "", "serial": "", "document": None, **(personal or {})}
    serial, document = serial_key(known), document_key(known)
    return {
        **values,
        "personal_sealed": None if personal is None else place.vault.seal(dict(personal), item_id),
        "has_marks": bool(known["marks"]),
        "has_serial": bool(known["serial"]),
        "document_kind": known["document"] and known["document"]["kind"],
        "serial_index": serial and place.vault.index(serial, "serial"),
        "document_index": document and place.vault.index(document, "document"),
    }


def item_words(place: Place, item: Item) -> set[str]:
    """By which staff find it, in both languages."""
    spot = place.places.get(item.place)
    named: list[Any] = [CATEGORIES[item.category], *(COLOURS[each] for each in item.colours)]
    if spot is not None:
        named.append(spot)
    texts = [item.number, item.brand, item.description, item.place_note, item.flight_id or ""]
    return words_of([*texts, *(each.zh for each in named), *(each.en for each in named)])


def cash_note(cash: tuple[Money, ...]) -> str:
    """As custody says it: in the smallest units, so that no reader must know how many there are to a whole."""
    return "; ".join(f"{each.currency} {each.amount_minor}" for each in cash)


def _refuse(tx: Tx, place: Place, entry: Entry) -> None:
    place.refuse_unknown(entry.spec["place"])
    if entry.desk_id is not None:
        if not tx.store.has_desk(entry.desk_id):
            raise DeskNotFound(desk_id=entry.desk_id)
        if entry.shelf is not None and not tx.store.has_shelf(entry.desk_id, entry.shelf):
            raise UnknownShelf(desk_id=entry.desk_id, shelf=entry.shelf)
    if entry.witness is not None:
        refuse_same(entry.actor, entry.witness)
    elif entry.spec["cash"]:
        raise WitnessNeeded


def _new(tx: Tx, place: Place, entry: Entry, holder: str) -> Item:
    spec, now, item_id = entry.spec, tx.now(), new_id()
    valuable = spec["valuable"]
    number = new_number(place.airport.iata)
    while tx.store.has_number(number):
        number = new_number(place.airport.iata)
    values: dict[str, Any] = {
        **{name: spec[name] for name in _SPEC},
        "colours": tuple(dict.fromkeys(spec["colours"])),
        "valuable": CATEGORIES[spec["category"]].valuable if valuable is None else valuable,
        "cash": tuple(Money(**each) for each in spec["cash"]),
        "found_to": spec["found_to"] or spec["found_from"],
        **{name: getattr(entry, name) for name in ("desk_id", "airline", "shelf", "external_ref")},
        **dict.fromkeys(
            ("counted_at", "published_at", "notice_until", "due_told_at", "missing_at", "closed_at")
        ),
    }
    values = with_personal(place, values, item_id, entry.personal)
    fresh = Item(
        **values,
        id=item_id,
        number=number,
        state=ItemState.STORED,
        version=1,
        holder=holder,
        registered_at=now,
        registered_by=entry.actor,
        changed_at=now,
        rule="",
        keep_until=now,
        custody_seq=0,
        custody_hash="",
    )
    return clocked(fresh)


def _imported(tx: Tx, place: Place, request: Mapping[str, Any], row: Any) -> tuple[str, dict[str, Any]]:
    """registered, repeated or refused; and what is told of the row."""
    ref = _reference(row)
    try:
        loaded_row: dict[str, Any] = ImportRowSchema().load(row)
    except ValidationError as exc:
        reasons = exc.messages_dict if isinstance(row, dict) else {"row": ["Not an object."]}
        return "refused", {"external_ref": ref and ref[:64], "reasons": _told(reasons)}
    entry = Entry(
        loaded_row,
        loaded_row["personal"],
        request["desk_id"],
        None,
        loaded_row["shelf"],
        request["actor"],
        loaded_row["witness"],
        loaded_row["external_ref"],
    )
    try:
        # Everything that can be refused is refused before the first row of the database is written.
        return "registered", _done(registered(tx, place, entry))
    except RefTaken as taken:
        known = tx.store.item_by_number(taken.data["number"])
        assert known is not None
        return "repeated", _done(known)
    except UnknownPlace:
        reasons = {"place": ["No place of this airport."]}
    except UnknownShelf:
        reasons = {"shelf": ["No shelf of this desk."]}
    except (WitnessNeeded, SamePerson):
        reasons = {"witness": ["Cash is counted by two people."]}
    return "refused", {"external_ref": ref, "reasons": reasons}


def _reference(row: Any) -> str | None:
    ref = row.get("external_ref") if isinstance(row, dict) else None
    return ref if isinstance(ref, str) else None


def _done(item: Item) -> dict[str, Any]:
    return {"external_ref": item.external_ref, "item_id": item.id, "number": item.number}


def _told(messages: Mapping[Any, Any]) -> dict[str, list[str]]:
    """Field by field what is wrong; of what is personal only that something is."""
    told = {}
    for name, problem in messages.items():
        nested = name == "personal" or not isinstance(problem, list)
        told[str(name)] = ["Not valid."] if nested else [str(each) for each in problem]
    return told

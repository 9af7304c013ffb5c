"""What the matching is told of items, reports and finds, as soon as the event of their change is heard.

Numbers and names of documents meet as keyed hashes: the whole number, and what is left of it when it is masked as
desks and finders mask it; a name as it is written, and its parts whatever their order.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from services.lostfound.domain.items import OPEN as OPEN_ITEMS
from services.lostfound.domain.items import Item
from services.lostfound.domain.keys import normal
from services.lostfound.domain.reports import Find, Report
from services.lostfound.matching import Index, Side, Thing, Topology
from services.lostfound.schemas.claim_words import FindState
from services.lostfound.usecases.shared import Place, Tx, Work

_CHINESE: Final = re.compile(r"[㐀-鿿]+")
_MOST_PARTS: Final = 6
_WHOLE, _ENDS, _TAILS = 0, 1, 2
"""How much of a number is shown, from all to little."""
_AT_ONCE: Final = 300
"""Things written anew in one go: a second of work."""
_TAIL: Final = 4
"""Characters of a number that stay readable when it is masked; shorter ones say nothing."""


def index_of(tx: Tx, place: Place) -> Index:
    """The matching's index, in this transaction."""
    key = hashlib.sha256(place.vault.index("words", "matching").encode()).digest()
    return tx.store.matching(key, Topology.of(place.places))


def index_item(uow: Work, place: Place, item_id: str) -> Thing | None:
    """Let an item be found as it is now; None: it is there no more, and isn't found either.

    A transaction of its own, held to the item's row alone: the index's counters are everybody's, and whoever held them
    together with items would make all wait for all.
    """
    with uow.write() as tx:
        item = tx.store.lock_items([item_id]).get(item_id)
        there = item is not None and item.state in OPEN_ITEMS
        return _put(tx, place, item_id, thing_of_item(place, item) if item is not None and there else None)


def index_report(uow: Work, place: Place, report_id: str) -> Thing | None:
    """The same for a report."""
    with uow.write() as tx:
        report = tx.store.lock_report(report_id)
        open_ = report is not None and report.open
        return _put(
            tx, place, report_id, thing_of_report(place, report) if report is not None and open_ else None
        )


def index_find(uow: Work, place: Place, find_id: str) -> Thing | None:
    """The same for a find."""
    with uow.write() as tx:
        find = tx.store.lock_find(find_id)
        open_ = find is not None and find.state is FindState.ANNOUNCED
        return _put(tx, place, find_id, thing_of_find(place, find) if find is not None and open_ else None)


def reindex(uow: Work, place: Place) -> int:
    """Write the whole index anew, one thing a transaction, while everybody works on; returns how many things.

    Needed after another key was put first in FIELD_KEYS: its hashes are others.
    """
    with uow.read() as tx:
        ids = tx.store.matchable()
    for kind, index in (("items", index_item), ("reports", index_report), ("finds", index_find)):
        for each in ids[kind]:
            index(uow, place, each)
    return sum(map(len, ids.values()))


def renew(uow: Work, place: Place) -> int:
    """Write some things anew that an older version of the matching wrote down; returns how many. 0: all are of this one."""
    with uow.read() as tx:
        ids = index_of(tx, place).outdated(_AT_ONCE)
        reports, finds = tx.store.reports(ids), tx.store.finds(ids)
    for each in ids:
        index = index_report if each in reports else index_find if each in finds else index_item
        index(uow, place, each)
    return len(ids)


def _put(tx: Tx, place: Place, thing_id: str, thing: Thing | None) -> Thing | None:
    index = index_of(tx, place)
    if thing is None:
        index.remove(thing_id)
    else:
        index.put(thing)
    return thing


def thing_of_item(place: Place, item: Item) -> Thing:
    personal = None
    if item.personal_sealed is not None:
        personal = place.vault.open(item.personal_sealed, item.id)
    personal = personal or {"marks": "", "serial": "", "document": None}
    return Thing(
        id=item.id,
        side="found",
        category=item.category,
        colours=item.colours,
        brand=item.brand,
        words=f"{item.description}\n{item.place_note}".strip(),
        marks=personal["marks"],
        **_keys(place, "found", personal["serial"], personal["document"]),
        places=(item.place,),
        from_at=item.found_from,
        to_at=item.found_to,
        flight_id=item.flight_id,
        seat=item.seat,
        bus=item.bus_departure_id,
    )


def thing_of_report(place: Place, report: Report) -> Thing:
    vault = place.vault
    marks = {"marks": "", "serial": ""}
    if report.marks_sealed is not None:
        marks = vault.open(report.marks_sealed, report.id)
    document = None if report.document_sealed is None else vault.open(report.document_sealed, report.id)
    return Thing(
        id=report.id,
        side="lost",
        category=report.category,
        colours=report.colours,
        brand=report.brand,
        words=report.description,
        marks=marks["marks"],
        **_keys(place, "lost", marks["serial"], document),
        places=report.places,
        from_at=report.lost_from,
        to_at=report.lost_to,
        flight_id=report.flight_id,
        seat=report.seat,
        bus=report.bus_departure_id,
    )


def thing_of_find(place: Place, find: Find) -> Thing:
    """Where a finder picked it up is in words; that it came there from here is what makes it ours."""
    document = None if find.document_sealed is None else place.vault.open(find.document_sealed, find.id)
    return Thing(
        id=find.id,
        side="found",
        category=find.category,
        colours=find.colours,
        words=f"{find.description}\n{find.place}".strip(),
        **_keys(place, "found", "", document),
        from_at=find.found_at,
        to_at=find.found_at,
    )


def _keys(place: Place, side: Side, serial: str, document: Mapping[str, str] | None) -> dict[str, Any]:
    vault, number = place.vault, normal(serial)
    return {
        "serial_key": vault.index(number, "serial") if len(number) >= _TAIL else None,
        "document_keys": tuple(vault.index(form, "document form") for form in number_forms(document, side)),
        "name_keys": tuple(vault.index(form, "name form") for form in name_forms(document)),
    }


def number_forms(document: Mapping[str, str] | None, side: Side) -> list[str]:
    """By which a number meets those of the other side that it may be: one for each way in which that may be written.

    A number is whole, shows its ends (E****5678), or its tail (*****5678). Two whole ones meet when they are the same,
    two that show their ends by both, and whatever shows less by what it shows: so that two whole ones that only end
    alike never meet.
    """
    shown = _shown("" if document is None else document["number"])
    if shown is None:
        return []
    mine, forms = shown
    return [
        f"{mine}{theirs} {forms[max(mine, theirs)]}"
        if side == "found"
        else f"{theirs}{mine} {forms[max(mine, theirs)]}"
        for theirs in range(_WHOLE, _TAILS + 1)
    ]


def _shown(number: str) -> tuple[int, list[str]] | None:
    """How much a number shows, and what it shows at each degree; None: less than a tail."""
    text = "".join(number.upper().split()).replace("-", "")
    masks = [at for at, character in enumerate(text) if not character.isalnum()]
    tail = text[masks[-1] + 1 :][-_TAIL:] if masks else text[-_TAIL:]
    head = text[: masks[0]][:1] if masks else text[:1]
    if len(tail) < _TAIL or len(text) <= _TAIL:
        return None
    degree = _WHOLE if not masks else _ENDS if head else _TAILS
    return degree, [text, f"{head} {tail}", tail]


def name_forms(document: Mapping[str, str] | None) -> list[str]:
    """A name joined from each of its parts on, a Chinese one also as passports write it: 张三, ZHANG SAN and San Zhang meet.

    Masked names (张*) say too little.
    """
    text = "" if document is None else unicodedata.normalize("NFKD", document["holder_name"]).upper()
    if "*" in text:
        return []
    letters = "".join(each if each.isalnum() else " " for each in text if not unicodedata.combining(each))
    parts = letters.split()[:_MOST_PARTS]
    turns = ["".join(parts[at:] + parts[:at]) for at in range(len(parts))]
    if _CHINESE.fullmatch("".join(parts)):
        turns.append(_pinyin("".join(parts)))
    return list(dict.fromkeys(filter(None, turns)))


@lru_cache(maxsize=4096)
def _pinyin(characters: str) -> str:
    # Its tables take a moment and memory: only who meets a Chinese name pays for them.
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(characters, style=Style.NORMAL)).upper()

"""What a list changes: which entries are wrong, who is who, and who comes, stays and goes.

Entries are `ListedTravellerSchema` as it was loaded, with their PNR. Source: docs/sources/checkin-rules.md, "Lists".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.checkin.domain.names import Person, same_name
from services.checkin.domain.travellers import Traveller
from services.checkin.schemas.vocabulary import MAX_TRAVELLERS, Action, TravellerKind


@dataclass(frozen=True)
class Entry:
    """at: its path in the document, for the report."""

    at: str
    pnr: str
    listed: Mapping[str, Any]

    @property
    def person(self) -> Person:
        return person_of(self.listed["name"])

    @property
    def ref(self) -> str:
        return str(self.listed["ref"])

    @property
    def ticket(self) -> str | None:
        ticket: str | None = self.listed["ticket"]
        return ticket


@dataclass(frozen=True)
class Known:
    """Somebody who is on the list already, with their name opened."""

    traveller: Traveller
    person: Person


@dataclass
class Difference:
    """What a list makes of those who are known. refused: (path, code); with one of them nothing may be done."""

    added: list[Entry] = field(default_factory=list)
    kept: list[tuple[Known, Entry]] = field(default_factory=list)
    deleted: list[Known] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def person_of(name: Mapping[str, str]) -> Person:
    return Person(name["surname"].strip(), name["given"].strip(), name["title"], name["chinese"].strip())


def entries_of(document: Mapping[str, Any]) -> list[Entry]:
    """Of PassengerListSchema."""
    return [
        Entry(f"bookings.{number}.passengers.{index}", booking["pnr"], listed)
        for number, booking in enumerate(document["bookings"])
        for index, listed in enumerate(booking["passengers"])
    ]


def of_list(document: Mapping[str, Any], known: Sequence[Known], cabins: frozenset[str]) -> Difference:
    """Compare a whole list with who is known. cabins: the aircraft's; empty: not known yet."""
    entries = entries_of(document)
    difference = Difference(refused=_wrong(entries, cabins) + _double_bookings(document))
    if len(entries) > MAX_TRAVELLERS:
        difference.refused.append(("bookings", "too_many"))
    book = _Book(known)
    for entry in entries:
        found = book.take(entry)
        if found is None:
            difference.added.append(entry)
        else:
            difference.kept.append((found, entry))
    difference.deleted = [each for each in book.left() if each.traveller.on_list]
    return difference


def of_changes(
    changes: Sequence[Mapping[str, Any]], known: Sequence[Known], cabins: frozenset[str]
) -> Difference:
    """What changes make of who is known. To add somebody who is there is a change; to change somebody who
    isn't, or to delete them, is refused: we and the airline don't mean the same list."""
    entries = [
        Entry(f"changes.{at}.passenger", one["pnr"], one["passenger"]) for at, one in enumerate(changes)
    ]
    staying = [
        entry for entry, one in zip(entries, changes, strict=True) if one["action"] is not Action.DELETE
    ]
    difference = Difference(refused=_wrong(staying, cabins))
    book = _Book(known)
    for entry, change in zip(entries, changes, strict=True):
        found = book.take(entry)
        there = found is not None and found.traveller.on_list
        if change["action"] is Action.ADD and not there:
            if found is None:
                difference.added.append(entry)
            else:
                difference.kept.append((found, entry))
        elif found is None or not there:
            difference.refused.append((entry.at, "unknown_traveller"))
        elif change["action"] is Action.DELETE:
            difference.deleted.append(found)
        else:
            difference.kept.append((found, entry))
    return difference


class _Book:
    """Those who are known, each to be found once: by the airline's key, by ticket, by name within the booking."""

    def __init__(self, known: Sequence[Known]) -> None:
        self._waiting = {each.traveller.id: each for each in known}
        self._by_ref = {
            (each.traveller.pnr, each.traveller.ref): each for each in known if each.traveller.ref
        }
        self._by_ticket = {each.traveller.ticket: each for each in known if each.traveller.ticket}
        self._by_pnr: dict[str, list[Known]] = {}
        for each in known:
            self._by_pnr.setdefault(each.traveller.pnr, []).append(each)

    def take(self, entry: Entry) -> Known | None:
        for found in self._candidates(entry):
            if found is not None and found.traveller.id in self._waiting:
                return self._waiting.pop(found.traveller.id)
        return None

    def left(self) -> Iterable[Known]:
        return self._waiting.values()

    def _candidates(self, entry: Entry) -> Iterable[Known | None]:
        if entry.ref:
            yield self._by_ref.get((entry.pnr, entry.ref))
            return
        if entry.ticket:
            yield self._by_ticket.get(entry.ticket)
        yield from (each for each in self._by_pnr.get(entry.pnr, ()) if same_name(each.person, entry.person))


def _wrong(entries: Sequence[Entry], cabins: frozenset[str]) -> list[tuple[str, str]]:
    """What is wrong beyond the form: (path, code)."""
    found: list[tuple[str, str]] = []
    seen: set[tuple[str, ...]] = set()
    for entry in entries:
        listed = entry.listed
        keys = [("ticket", entry.ticket)] if entry.ticket else []
        keys += [("seat", listed["seat"])] if listed["seat"] else []
        for name, value in keys:
            if (name, str(value)) in seen:
                found.append((f"{entry.at}.{name}", "duplicate"))
            seen.add((name, str(value)))
        if entry.ref and ("ref", entry.pnr, entry.ref) in seen:
            found.append((f"{entry.at}.ref", "duplicate"))
        seen.add(("ref", entry.pnr, entry.ref))
        if not entry.person.writable:
            found.append((f"{entry.at}.name", "unwritable"))
        if listed["infant"] is not None and not person_of(listed["infant"]["name"]).writable:
            found.append((f"{entry.at}.infant.name", "unwritable"))
        if cabins and listed["cabin"] not in cabins:
            found.append((f"{entry.at}.cabin", "unknown_cabin"))
        if listed["infant"] is not None and listed["kind"] is not TravellerKind.ADULT:
            found.append((f"{entry.at}.infant", "infant_needs_adult"))
    return found


def _double_bookings(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    seen: set[str] = set()
    found = []
    for number, booking in enumerate(document["bookings"]):
        if booking["pnr"] in seen:
            found.append((f"bookings.{number}.pnr", "duplicate"))
        seen.add(booking["pnr"])
    return found


def flattened(messages: Any, path: str = "") -> list[tuple[str, str]]:
    """What marshmallow says, as (path, text); it names rules and never a value."""
    if isinstance(messages, Mapping):
        pairs = [
            each
            for key, inner in messages.items()
            for each in flattened(inner, f"{path}.{key}" if path else str(key))
        ]
        return pairs
    return [
        (path or "document", str(text)) for text in (messages if isinstance(messages, list) else [messages])
    ]

"""A matching that judges by little and always alike: claims are tested with it, whatever the real one learns.

Things live in memory, by database. Same flight or the same document: 0.9; same category and a colour in common: 0.4.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from sqlalchemy import Connection

from services.lostfound.matching import Match, Reason, Thing
from services.lostfound.store import LostFoundStore

_SAME_DOCUMENT: Final = Reason("same_document", "证件号码相符", "the document's number agrees", False)
_SAME_FLIGHT: Final = Reason("same_flight", "同一航班", "same flight", True)
_SAME_KIND: Final = Reason("same_kind", "同类物品", "same kind of thing", True)
_SAME_BRAND: Final = Reason("same_brand", "品牌相同", "same brand", False)
_SAME_TIME: Final = Reason("same_time", "丢失后数小时内拾得", "found within hours of the loss", True)
_THINGS: Final[dict[str, dict[str, Thing]]] = defaultdict(dict)


class FakeIndex:
    """One database's things."""

    def __init__(self, database: str) -> None:
        self._things = _THINGS[database]

    def put(self, thing: Thing) -> None:
        self._things[thing.id] = thing

    def remove(self, thing_id: str) -> None:
        self._things.pop(thing_id, None)

    def match(self, thing: Thing, limit: int = 10) -> list[Match]:
        others = [_judged(thing, each) for each in self._things.values() if each.side != thing.side]
        good = [each for each in others if each.probability > 0]
        return sorted(good, key=lambda each: (-each.probability, each.id))[:limit]


class KnowingStore(LostFoundStore):
    """The store with that matching."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._database = str(connection.engine.url)

    def matching(self, key: bytes, topology: Any) -> Any:
        return FakeIndex(self._database)


def forget() -> None:
    """Begin anew: a database is emptied for the next test."""
    _THINGS.clear()


def _judged(one: Thing, other: Thing) -> Match:
    reasons = []
    if set(one.document_keys) & set(other.document_keys):
        reasons.append(_SAME_DOCUMENT)
    if one.category == other.category and one.flight_id is not None and one.flight_id == other.flight_id:
        reasons.append(_SAME_FLIGHT)
    sure = bool(reasons)
    if one.category == other.category and set(one.colours) & set(other.colours):
        reasons.append(_SAME_KIND)
    if one.brand and one.brand == other.brand:
        reasons.append(_SAME_BRAND)
    reasons.append(_SAME_TIME)
    probability = 0.9 if sure else 0.4 if _SAME_KIND in reasons else 0.0
    return Match(other.id, probability, tuple(reasons))

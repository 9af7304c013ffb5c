"""The index: things written down in the caller's transaction, and those that match one, found again.

No state between calls: what is asked is read from the tables. Looking for a match reads at most POSTINGS_MOST rows of
postings, rarest terms first, and judges at most JUDGED things, so it costs about the same among any number of things.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from typing import Final

from sqlalchemy import Connection

from services.lostfound.matching.facts import Facts, Known, known_of
from services.lostfound.matching.pair import KINDS_OF_TERM, Compared, Rarity, Told, add_time, compare
from services.lostfound.matching.reasons import reasons
from services.lostfound.matching.shelf import ALL, Row, Shelf
from services.lostfound.matching.terms import Aspect, Filed, Hasher, filed, on_side, other, unpacked
from services.lostfound.matching.thing import Match, Side, Thing
from services.lostfound.matching.topology import Nearness, Topology
from services.lostfound.matching.weighing import Weights, shipped

POSTINGS_MOST: Final = 6_000
A_TERM_MOST: Final = 1_500
JUDGED: Final = 300
PROMISE: Final = {
    Aspect.OWN: 1.0, Aspect.DAY: 2.0, Aspect.WEEK: 0.7, Aspect.EVE: 0.8, Aspect.COLOUR: 1.0, Aspect.BRAND: 1.2, Aspect.MODEL: 1.0,
    Aspect.PLACE: 1.2, Aspect.JOURNEY: 3.0, Aspect.SEAT: 2.0, Aspect.NAME: 5.0, Aspect.EXACT: 20.0,
}  # fmt: skip
WORTH_SAYING: Final = 0.001


@dataclass(frozen=True)
class Candidate:
    """A thing of the other side and how it compares."""

    id: str
    facts: Facts
    compared: Compared


@dataclass(frozen=True)
class _Asked:
    """Who looks for what: rarity in nats by term's hash."""

    told: Told
    known: Known
    filed: Filed
    rarity: Rarity
    things: dict[int, int]
    total: int


class Index:
    """Of one connection, used in its transaction. key: of the hashes; another key makes another index.

    Call it once in a transaction, at its end: PostgreSQL holds the counters of what was put or removed until then.
    """

    def __init__(
        self,
        connection: Connection,
        key: bytes = b"",
        topology: Topology | None = None,
        weights: Weights | None = None,
    ) -> None:
        self._shelf = Shelf(connection)
        self._hasher = Hasher(key)
        self._topology = topology or Topology()
        self._weights = weights or shipped()

    def put(self, thing: Thing) -> None:
        """Write a thing down, in place of what was known of it."""
        self.put_all((thing,))

    def put_all(self, things: Iterable[Thing]) -> None:
        """Write many down at once."""
        every = {thing.id: thing for thing in things}
        self._shelf.replace(list(every), [self._row(thing) for thing in every.values()])

    def _row(self, thing: Thing) -> Row:
        known = known_of(thing, self._topology)
        terms = filed(known, thing.side, self._hasher, asking=False)
        facts = known.facts.as_json() | {"side": thing.side, "counts": terms.counts}
        return Row(thing.id, json.dumps(facts, ensure_ascii=False), terms.blob(thing.side))

    def remove(self, thing_id: str) -> None:
        """Forget a thing; one that isn't known is no error."""
        self._shelf.replace([thing_id], [])

    def outdated(self, most: int) -> list[str]:
        """Things that an older version of the package wrote down, at most so many: put or remove them.

        Until then they are found as before, by what both versions know.
        """
        return self._shelf.outdated(most)

    def match(self, thing: Thing, limit: int = 10) -> list[Match]:
        """The things of the other side that match, likeliest first; the thing itself needn't be in the index.

        What is all but impossible isn't returned, so the list may be shorter, or empty.
        """
        candidates, known = self.candidates(thing)
        shares = self._weights.judge([each.compared.features for each in candidates], thing.side)
        ranked = sorted(zip(shares, candidates, strict=True), key=lambda pair: (-pair[0], pair[1].id))
        return [
            Match(each.id, round(share, 4), reasons(known, each.facts, each.compared, self._hasher))
            for share, each in ranked[:limit]
            if share >= WORTH_SAYING
        ]

    def candidates(self, thing: Thing) -> tuple[list[Candidate], Known]:
        """The things that are worth judging, compared but not weighed."""
        asked = self._asked(thing)
        numbers = self._look_up(asked, other(thing.side))
        found = []
        near: dict[tuple[str, ...], Nearness | None] = {}
        for row in self._shelf.rows(numbers):
            data = json.loads(row.facts)
            side, (words, marks) = data.pop("side"), data.pop("counts")
            if row.id == thing.id or side == thing.side:
                continue
            terms = [term & ~1 for term in unpacked(row.terms[: 8 * (words + marks)])]
            told = Told(Facts.from_json(data), frozenset(terms[:words]), frozenset(terms[words:]))
            places = told.facts.places
            if places not in near:
                near[places] = self._topology.nearest(asked.told.facts.places, places)
            compared = compare(asked.told, told, asked.rarity, near[places])
            lost, item = (asked.told, told) if thing.side == "lost" else (told, asked.told)
            add_time(compared.features, lost.facts, item.facts)
            found.append(Candidate(row.id, told.facts, compared))
        return found, asked.known

    def _asked(self, thing: Thing) -> _Asked:
        known = known_of(thing, self._topology)
        terms = filed(known, thing.side, self._hasher, asking=True)
        facts = known.facts
        values = {f"colour:{code}": code for code in facts.colours} | {
            f"brand:{code}": code for code in facts.brands
        }
        places = dict.fromkeys((*self._topology.parents, *facts.places)) if facts.places else {}
        values |= {f"place:{code}": code for code in places}
        hashed = {self._hasher(f"={text}"): text for text in values}
        side = other(thing.side)
        things = self._shelf.counts((*terms.words, *terms.marks, *terms.keys, *hashed, ALL), side)
        total = max(things.pop(ALL, 0), 1)

        def nats(term: int) -> float:
            return math.log((total + 1.0) / (things.get(term, 0) + 0.5))

        weighed = {
            term: max(nats(term), 0.0) * KINDS_OF_TERM.get(text.partition(":")[0], 1.0)
            for term, text in (*terms.marks.items(), *terms.words.items())
        }
        rare = {text: max(nats(term) - 1.0, 0.0) / 3.0 for term, text in hashed.items()}
        rarity = Rarity(
            weighed,
            {code: rare[f"colour:{code}"] for code in facts.colours},
            {code: rare[f"brand:{code}"] for code in facts.brands},
            self._nearby(
                facts, {code: things.get(self._hasher(f"=place:{code}"), 0) for code in places}, total
            ),
        )
        told = Told(facts, frozenset(terms.words), frozenset(terms.marks))
        return _Asked(told, known, terms, rarity, things, total)

    def _nearby(self, asked: Facts, found: Mapping[str, int], total: int) -> dict[Nearness, float]:
        """How much each nearness says: little where half of all things are found so near. found: things by their place."""
        counted: Counter[Nearness] = Counter()
        for code, things in found.items():
            if things and (near := self._topology.nearest(asked.places, (code,))) is not None:
                counted[near] += things
        return {
            near: max(math.log((total + 1.0) / (things + 0.5)) - 1.0, 0.0) / 3.0
            for near, things in counted.items()
        }

    def _look_up(self, asked: _Asked, side: Side) -> list[int]:
        """The numbers of the things that share the most of what is rare."""
        weights: dict[int, float] = {}
        for term, weight in asked.rarity.of.items():
            if asked.things.get(term):
                weights[term] = weight
        for term in asked.filed.keys:
            if asked.things.get(term):
                weights[term] = 0.0
        chosen: list[int] = []
        left = POSTINGS_MOST
        for term in sorted(weights, key=lambda each: asked.things[each]):
            count = asked.things[term]
            if count > left or (count > A_TERM_MOST and chosen):
                break
            chosen.append(term)
            left -= count
        words: dict[int, float] = {}
        says: dict[int, int] = {}
        worth = {on_side(term, side): (int(asked.filed.keys.get(term, -1)), weights[term]) for term in chosen}
        for term, number in self._shelf.holders(chosen, side):
            aspects, weight = worth[term]
            if aspects < 0:
                words[number] = words.get(number, 0.0) + weight
            else:
                says[number] = says.get(number, 0) | aspects
        scores = {number: _promise(aspects) for number, aspects in says.items()}
        for number, weight in words.items():
            scores[number] = scores.get(number, 0.0) + min(weight, 30.0) / 4.0
        return nlargest(JUDGED, scores, key=lambda number: (scores[number], number))


@lru_cache(maxsize=4096)
def _promise(says: int) -> float:
    """How much a candidate promises, from what it was found by, before it is read."""
    return sum(worth for aspect, worth in PROMISE.items() if says & aspect)

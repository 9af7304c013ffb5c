"""The index's rows: the only SQL of the package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from services.lostfound.matching.tables import POSTINGS, TERMS, THINGS
from services.lostfound.matching.terms import VERSION, on_side, unpacked
from services.lostfound.matching.thing import Side

ALL: Final = 0
"""The term under which the number of things of a side is counted."""
_AT_ONCE: Final = 500

_COUNTS: Final = select(TERMS.c.term, TERMS.c.things).where(
    TERMS.c.term.in_(bindparam("terms", expanding=True))
)
_HOLDERS: Final = select(POSTINGS.c.term, POSTINGS.c.num).where(
    POSTINGS.c.term.in_(bindparam("terms", expanding=True))
)
_ROWS: Final = select(THINGS.c.id, THINGS.c.facts, THINGS.c.terms).where(
    THINGS.c.num.in_(bindparam("numbers", expanding=True))
)
_BY_ID: Final = select(THINGS.c.num, THINGS.c.id, THINGS.c.facts, THINGS.c.terms).where(
    THINGS.c.id.in_(bindparam("ids", expanding=True))
)


class Row(NamedTuple):
    """A thing as it is written down."""

    id: str
    facts: str
    terms: bytes


class Shelf:
    """Reads and writes the three tables on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace(self, ids: Sequence[str], rows: Sequence[Row]) -> None:
        """Take out what is known of `ids` and write `rows` down."""
        counted: Counter[int] = Counter()
        for start in range(0, len(ids), _AT_ONCE):
            self._take_out(ids[start : start + _AT_ONCE], counted)
        for start in range(0, len(rows), _AT_ONCE):
            self._write(rows[start : start + _AT_ONCE], counted)
        self._count(counted)

    def counts(self, terms: Sequence[int], side: Side) -> dict[int, int]:
        """How many things of a side hold each term; those that nothing holds are left out."""
        wanted = [on_side(term, side) for term in terms]
        return {
            term & ~1: things for term, things in self._connection.execute(_COUNTS, {"terms": wanted}).all()
        }

    def holders(self, terms: Sequence[int], side: Side) -> list[Any]:
        """Which things of a side hold which of the terms: pairs of a term, on its side, and a thing's number."""
        wanted = [on_side(term, side) for term in terms]
        return list(self._connection.execute(_HOLDERS, {"terms": wanted}).all())

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        return [Row(*row) for row in self._connection.execute(_ROWS, {"numbers": list(numbers)}).all()]

    def outdated(self, most: int) -> list[str]:
        """The ids of some things that an older version wrote down."""
        query = select(THINGS.c.id).where(THINGS.c.version < VERSION).order_by(THINGS.c.version).limit(most)
        return list(self._connection.execute(query).scalars())

    def _take_out(self, ids: Sequence[str], counted: Counter[int]) -> None:
        known = self._connection.execute(_BY_ID, {"ids": list(ids)}).all()
        postings: list[tuple[int, int]] = []
        for row in known:
            terms = set(unpacked(row.terms))
            counted.subtract(terms)
            counted[on_side(ALL, _side(row.facts))] -= 1
            postings += [(term, row.num) for term in terms]
        for start in range(0, len(postings), _AT_ONCE):
            some = postings[start : start + _AT_ONCE]
            self._connection.execute(
                delete(POSTINGS).where(tuple_(POSTINGS.c.term, POSTINGS.c.num).in_(some))
            )
        if known:
            self._connection.execute(delete(THINGS).where(THINGS.c.num.in_([row.num for row in known])))

    def _write(self, rows: Sequence[Row], counted: Counter[int]) -> None:
        self._connection.execute(insert(THINGS), [row._asdict() | {"version": VERSION} for row in rows])
        written = self._connection.execute(_BY_ID, {"ids": [row.id for row in rows]}).all()
        postings = []
        for row in written:
            terms = set(unpacked(row.terms))
            counted.update(terms)
            counted[on_side(ALL, _side(row.facts))] += 1
            postings += [{"term": term, "num": row.num} for term in terms]
        self._connection.execute(insert(POSTINGS), sorted(postings, key=lambda each: each["term"]))

    def _count(self, counted: Counter[int]) -> None:
        """Add to the counters, in the order of their terms: two that do so at once wait, and never for each other."""
        changes = [{"term": term, "things": more} for term, more in sorted(counted.items()) if more]
        if not changes:
            return
        made: Any = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = made.insert(TERMS)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[TERMS.c.term], set_={"things": TERMS.c.things + statement.excluded.things}
            ),
            changes,
        )
        gone = [each["term"] for each in changes if each["things"] < 0]
        for start in range(0, len(gone), _AT_ONCE):
            some = gone[start : start + _AT_ONCE]
            self._connection.execute(delete(TERMS).where(TERMS.c.term.in_(some), TERMS.c.things <= 0))


def _side(facts: str) -> Side:
    return "lost" if '"side": "lost"' in facts else "found"

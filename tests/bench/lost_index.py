"""The labelled set in an index, as a service would keep it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, create_engine

from services.lostfound.matching import Index, Match, Side, Thing, Topology, index_tables
from services.lostfound.matching.index import Candidate
from tests.bench.lost_set.world import PLACES, Set
from tests.support.folders import temporary_folder

KEY = b"a key of the bench's own"


@dataclass(frozen=True)
class Indexed:
    """A set whose things of both sides are written down."""

    made: Set
    index: Index

    def asked(self, side: Side, part: str) -> list[tuple[Thing, str | None]]:
        """Who asks, of one part, and what is right: reports and their items, or items and their reports.

        Of items without a report as many are asked as there are with one, so that `none` is common.
        """
        cases = [case for case in self.made.cases if case.part == part]
        if side == "lost":
            return [(case.report, case.item_id) for case in cases]
        wanted = {case.item_id: case.report.id for case in cases if case.item_id}
        all_wanted = {case.item_id for case in self.made.cases if case.item_id}
        owned = [(item, wanted[item.id]) for item in self.made.found if item.id in wanted]
        others = [(item, None) for item in self.made.found if item.id not in all_wanted]
        return [*owned, *others[: len(owned)]]

    def candidates(self, thing: Thing) -> list[Candidate]:
        return self.index.candidates(thing)[0]

    def match(self, thing: Thing, limit: int = 10) -> list[Match]:
        return self.index.match(thing, limit)


def make_tables(connection: Connection) -> Index:
    """An empty index in whatever database the connection is of."""
    metadata = MetaData()
    index_tables(metadata)
    metadata.create_all(connection)
    return Index(connection, key=KEY, topology=Topology.of(PLACES))


@contextmanager
def indexed(made: Set) -> Iterator[Indexed]:
    """On SQLite, in a file that is gone afterwards."""
    with temporary_folder("airport-matching-") as folder:
        engine = create_engine(f"sqlite:///{folder / 'index.sqlite3'}")
        with engine.begin() as connection:
            index = make_tables(connection)
            index.put_all(made.found)
            index.put_all(case.report for case in made.cases)
            yield Indexed(made, index)
        engine.dispose()

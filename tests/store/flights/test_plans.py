"""Every query has its index: asked of both databases' planners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kernel.db import UnitOfWork
from services.flights.domain import Change
from services.flights.store import Asked, FlightStore, LegRow, Place, RefusalRow
from tests.store.plans import plans, prefer_indexes, scans

WAY = (frozenset({"n:1"}),)
TWO = (frozenset({"t:PEK", "t:PKX"}), frozenset({"a:CZ"}))


def asked(*ways: Any, **other: Any) -> Asked:
    given = {"direction": None, "terminal": None, "after": None} | other
    return Asked(1, 9, given["direction"], given["terminal"], ways, given["after"], 5)


QUERIES: dict[str, Callable[[FlightStore], Any]] = {
    "known": lambda store: store.known(["A", "B"]),
    "lock": lambda store: store.lock(["A", "B"]),
    "referrers": lambda store: store.referrers(["A", "B"]),
    "document": lambda store: store.document("A"),
    "history": lambda store: store.history("A", 10),
    "window": lambda store: store.window(1, 9, None, 10),
    "window page": lambda store: store.window(1, 9, Place(2, "A"), 10),
    "digest": lambda store: store.digest(1, 9),
    "refusals": lambda store: store.refusals(None, 10),
    "refusals page": lambda store: store.refusals(9, 10),
    "search number": lambda store: store.search(asked(WAY)),
    "search page": lambda store: store.search(asked(WAY, after=Place(2, "A"))),
    "search place and airline": lambda store: store.search(asked(TWO)),
    "search direction": lambda store: store.search(asked(WAY, direction="departure", terminal="T2")),
    "board": lambda store: store.search(asked((), direction="departure")),
    "search many": lambda store: store.search(asked((frozenset(f"t:{n}" for n in range(99)),))),
    "states": lambda store: store.save_states({"A": "{}"}),
    "purge": lambda store: store.purge_flights(5, 10),
    "purge refusals": lambda store: store.purge_refusals(5),
}


def fill(uow: UnitOfWork[FlightStore]) -> None:
    """Enough rows that a planner has a reason to use an index."""
    terms = frozenset({"n:1", "a:CZ", "t:PEK", "f:CSX"})
    with uow.write() as tx:
        rows = [LegRow(f"F{n}", 1, "departure", "T2", n, terms, "{}", "{}") for n in range(300)]
        tx.store.save(rows, {})
        change = Change("status", None, "x", 1, "airport", "s")
        tx.store.add_changes([(f"F{n}", 1, change) for n in range(300)], 1)
        tx.store.add_refusals([RefusalRow(n, None, "s", "invalid", "{}", "1") for n in range(300)])


@pytest.mark.parametrize("name", QUERIES)
def test_no_query_reads_a_whole_table(real_uow: UnitOfWork[FlightStore], name: str) -> None:
    fill(real_uow)
    with real_uow.write() as tx:
        prefer_indexes(tx)
        for plan in plans(tx, QUERIES[name]):
            if name == "refusals":  # the newest rows, by the primary key backwards
                assert "Seq Scan" not in plan
                continue
            assert not scans(plan), plan


def test_a_scan_would_be_noticed(real_uow: UnitOfWork[FlightStore]) -> None:
    """Control: a question without an index is seen."""
    fill(real_uow)
    with real_uow.write() as tx:

        def unindexed(store: FlightStore) -> None:
            tx.connection.exec_driver_sql("SELECT id FROM flights WHERE version = 7")

        assert any(scans(plan) for plan in plans(tx, unindexed))

"""Every query has its index: asked of both databases' planners."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kernel.db import UnitOfWork
from services.checkin.store import CheckinStore
from tests.store.plans import plans, prefer_indexes, scans
from tests.unit.checkin.examples import FLIGHT_ID, NOW, STD, booking, bound, check_in, person, push_list

QUERIES: dict[str, Callable[[CheckinStore], Any]] = {
    "flight": lambda store: store.lock_flight(FLIGHT_ID),
    "touch": lambda store: store.touch(FLIGHT_ID, 1),
    "flights": lambda store: store.flights(STD - timedelta(minutes=1), STD),
    "seated": lambda store: store.seated(FLIGHT_ID),
    "counts": lambda store: store.counts([FLIGHT_ID]),
    "specials": lambda store: store.specials([FLIGHT_ID]),
    "booking": lambda store: store.booking_with_accounts("b1"),
    "bookings": lambda store: store.bookings_of_flight(FLIGHT_ID),
    "party": lambda store: store.party("b1"),
    "travellers": lambda store: store.travellers(FLIGHT_ID),
    "by_pnr": lambda store: store.by_pnr("PNR001"),
    "by_ticket": lambda store: store.by_ticket("7840000000001"),
    "by_paper": lambda store: store.by_paper(["k1.x"]),
    "accounts_of": lambda store: store.accounts_of(["b1"]),
    "bookings_of_account": lambda store: store.bookings_of_account("ann"),
    "code": lambda store: store.code("b1"),
    "granted": lambda store: store.is_granted("x", "b1", NOW),
    "guesses": lambda store: [store.count_guesses(each, "x", NOW) for each in ("address", "target", "all")],
    "merge": lambda store: store.merge("ann", "bob"),
    "erase": lambda store: store.erase(["ann"]),
    "void": lambda store: store.void_passes(["t1"], NOW),
    "holder_of": lambda store: store.holder_of(FLIGHT_ID, 1),
    "twins": lambda store: store.twins(FLIGHT_ID, "b1", ["t1"]),
    "passes": lambda store: (store.pass_counts(["t1"]), store.last_pass_at("t1")),
    "given_by": lambda store: store.flights_given_by(["ann"]),
    "scan": lambda store: store.scan(FLIGHT_ID, "gate-1", "s1"),
    "traces": lambda store: store.traces("t1"),
    "old": lambda store: store.old_flights(STD - timedelta(days=1), 10),
    "waiting_parts": lambda store: store.waiting_parts(FLIGHT_ID),
    "known_parts": lambda store: store.known_parts(FLIGHT_ID, ["x"]),
    "last_part": lambda store: (store.last_part(FLIGHT_ID), store.last_train(FLIGHT_ID)),
    "train": lambda store: (store.settle_train(FLIGHT_ID, 1, 1), store.drop_train(FLIGHT_ID, 1)),
    "forget_waiting": lambda store: store.forget_waiting(NOW),
    "forget": lambda store: store.forget_flight("CZ1-20200101-CSX-PEK"),
    "forget_guesses": lambda store: store.forget_guesses(NOW, NOW),
}


def fill(uow: UnitOfWork[CheckinStore]) -> None:
    push_list(uow, *(booking(f"PNR{number:03d}", person(ticket=f"784{number:010d}")) for number in range(60)))
    for number in range(3):
        check_in(uow, bound(uow, f"PNR{number:03d}"))


def test_no_query_reads_a_whole_table(real_uow: UnitOfWork[CheckinStore]) -> None:
    fill(real_uow)
    for name, query in QUERIES.items():
        with real_uow.write() as tx:
            prefer_indexes(tx)
            for plan in plans(tx, query):
                assert not scans(plan), (name, plan)


def test_a_scan_would_be_noticed(real_uow: UnitOfWork[CheckinStore]) -> None:
    """Control: a question without an index is seen."""
    fill(real_uow)
    with real_uow.write() as tx:

        def unindexed(store: CheckinStore) -> None:
            tx.connection.exec_driver_sql("SELECT id FROM travellers WHERE cabin = 'F'")

        assert any(scans(plan) for plan in plans(tx, unindexed))

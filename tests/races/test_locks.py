"""Whoever holds a row of lost and found holds up no one who only refers to it: two such would wait for each other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert

from kernel import migrate
from kernel.db import Database, UnitOfWork
from kernel.ids import new_id
from services.lostfound.domain.claims import Match
from services.lostfound.domain.reports import Report
from services.lostfound.schemas.claim_words import FoundKind, MatchState
from services.lostfound.store import LostFoundStore
from services.lostfound.store.tables import STOCKTAKE_LINES, STOCKTAKES
from services.lostfound.usecases import people
from tests.races.test_last_seat import at_once
from tests.support.databases import Postgres
from tests.unit.lostfound.claims import ANN, BEN, claimed, decide, file, found, hand_over, see

Uow = UnitOfWork[Any]


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Iterator[Database]:
    url = postgres.new_database("lostfound")
    migrate.upgrade("lostfound", url)
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def uow(database: Database) -> Uow:
    return UnitOfWork(database, LostFoundStore)


def crossing(uow: Uow, *steps: tuple[Callable[[Any], None], Callable[[Any], None]]) -> dict[str, int]:
    """Two transactions that take their second step when both have taken the first."""
    both = threading.Barrier(2, timeout=30)

    def work(first: Callable[[Any], None], second: Callable[[Any], None]) -> None:
        with uow.write() as tx:
            first(tx)
            both.wait()
            second(tx)

    return dict(at_once([partial(work, *pair) for pair in steps]))


def match(uow: Uow, item: dict[str, Any], report: dict[str, Any]) -> Match:
    with uow.read() as tx:
        now = tx.now()
    return Match(
        new_id(), FoundKind.ITEM, item["id"], report["id"], 0.7, "[]", MatchState.SUGGESTED, now, None
    )


def test_a_report_is_claimed_with_while_it_is_matched_anew(uow: Uow) -> None:
    report, one, other = file(uow), found(uow), found(uow)
    known, new = match(uow, one, report), match(uow, other, report)
    with uow.write() as tx:
        tx.store.keep_match(known)
    endings = crossing(
        uow,
        (
            lambda tx: tx.store.lock_report(report["id"]),
            lambda tx: tx.store.set_match_state(known.id, MatchState.CLAIMED),
        ),
        (lambda tx: tx.store.keep_match(known), lambda tx: tx.store.keep_match(new)),
    )
    assert endings == {"done": 2}


def test_a_count_begins_while_things_of_the_desk_are_held(uow: Uow) -> None:
    items = sorted(found(uow)["id"] for _ in range(2))
    count_id = new_id()

    def begin(tx: Any) -> None:
        row = {"id": count_id, "desk_id": "t2", "state": "open", "begun_at": tx.now(), "begun_by": "staff:li"}
        tx.connection.execute(insert(STOCKTAKES), row)
        tx.connection.execute(insert(STOCKTAKE_LINES), {"stocktake_id": count_id, "item_id": items[1]})

    endings = crossing(
        uow,
        (lambda tx: tx.store.lock_items(items[:1]), lambda tx: tx.store.lock_items(items)),
        (
            begin,
            lambda tx: tx.connection.execute(
                insert(STOCKTAKE_LINES), {"stocktake_id": count_id, "item_id": items[0]}
            ),
        ),
    )
    assert endings == {"done": 2}


def test_who_lost_to_the_owner_may_become_another_account_at_that_moment(uow: Uow) -> None:
    item = found(uow)
    mine, theirs = claimed(uow, item, ANN), claimed(uow, item, BEN)
    decide(uow, mine)
    read, merged = threading.Event(), threading.Event()

    class Slow(LostFoundStore):
        def open_claims_of_item(self, item_id: str) -> Any:
            seen = super().open_claims_of_item(item_id)
            if all(each.id == theirs["id"] for each in seen):
                read.set()
                assert merged.wait(30)
            return seen

    def merge() -> None:
        assert read.wait(30)
        people.note_merge(uow, new_id(), BEN, "account-cat")
        merged.set()

    slow = UnitOfWork(uow.database, Slow)
    code = see(uow, mine["id"])["code"]
    assert at_once([lambda: hand_over(slow, item, code), merge]) == {"done": 2}
    assert see(uow, theirs["id"], "account-cat")["state"] == "refused"


def test_what_an_account_files_while_it_is_forgotten_is_forgotten_or_refused(uow: Uow) -> None:
    filing, erased = threading.Event(), threading.Event()

    class Slow(LostFoundStore):
        def add_report(self, report: Report) -> None:
            filing.set()
            erased.wait(0.4)
            super().add_report(report)

    def erase() -> None:
        assert filing.wait(30)
        people.erase(
            uow, new_id(), {"erasure_id": new_id(), "passenger_id": "account-eve", "earlier_ids": []}
        )
        erased.set()

    # That its answer can't be read any more is as good.
    endings = at_once([lambda: file(UnitOfWork(uow.database, Slow), "account-eve"), erase])
    assert endings["done"] >= 1
    with uow.read() as tx:
        assert tx.store.reports_of("account-eve", None, 10) == []


def _two_merges(uow: Uow, store: type[LostFoundStore]) -> str:
    """A becomes B while B becomes C; whose A's report is then: A, B or C."""
    a, b, c = (f"{name}-{new_id()}" for name in "abc")
    report = file(uow, a)
    moving, moved = threading.Event(), threading.Event()

    class Slow(store):  # type: ignore[misc, valid-type]
        def merge(self, from_id: str, into_id: str) -> None:
            moving.set()
            moved.wait(0.4)
            super().merge(from_id, into_id)

    def other() -> None:
        assert moving.wait(30)
        people.note_merge(UnitOfWork(uow.database, store), new_id(), b, c)
        moved.set()

    slow = UnitOfWork(uow.database, Slow)
    assert at_once([lambda: people.note_merge(slow, new_id(), a, b), other]) == {"done": 2}
    with uow.read() as tx:
        owner = tx.store.report(report["id"]).passenger_id
    return {a: "A", b: "B", c: "C"}[owner]


def test_two_merges_at_one_moment_end_at_the_same_account(uow: Uow) -> None:
    assert _two_merges(uow, LostFoundStore) == "C"


def test_control_without_turns_what_one_merge_moves_is_lost_to_the_other(uow: Uow) -> None:
    class NoTurns(LostFoundStore):
        def lock_account(self, passenger_id: str) -> None:
            if passenger_id != "merges":
                super().lock_account(passenger_id)

    assert _two_merges(uow, NoTurns) == "B"

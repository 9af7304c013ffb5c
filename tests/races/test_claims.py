"""One item, one owner, whatever two desks do at the same moment, by two copies of the service. Controls show what the
lock on the item prevents, and what stands behind it."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from kernel import migrate
from kernel.db import Database, UnitOfWork
from kernel.errors import RequestInFlight, Unavailable
from kernel.ids import new_id
from services.lostfound import schemas, usecases
from services.lostfound.domain.claims import Claim, Handover
from services.lostfound.domain.custody import Row
from services.lostfound.domain.items import Item
from services.lostfound.errors import (
    AlreadyHandedOver,
    ItemClaimed,
    ItemGone,
    ItemPromised,
    WrongClaimState,
)
from services.lostfound.store.claim_tables import CLAIMS, HANDOVERS
from services.lostfound.store.items import item_of
from services.lostfound.store.tables import ITEMS
from services.lostfound.usecases import people
from tests.fakes.lostfound_matching import KnowingStore, forget
from tests.races.test_last_seat import at_once
from tests.support.databases import Postgres
from tests.unit.lostfound.claims import (
    ANN,
    BEN,
    DESK,
    OTHER_DESK,
    claim,
    claimed,
    decide,
    events,
    file,
    found,
    hand_over,
    see,
    withdraw,
)
from tests.unit.lostfound.examples import PLACE, broken, chain

Uow = UnitOfWork[KnowingStore]


class Unlocked(KnowingStore):
    """What would be if nothing were locked and whoever writes last is right: both look before either writes."""

    both_looked = threading.Barrier(2, timeout=30)

    def lock_items(self, item_ids: Collection[str]) -> dict[str, Item]:
        rows = self._connection.execute(select(ITEMS).where(ITEMS.c.id.in_(list(item_ids))))
        return {row.id: item_of(row) for row in rows}

    def lock_claim(self, claim_id: str) -> Claim | None:
        return self.claim(claim_id)

    def save_item(self, was: Item, now: Item) -> None:
        values = {
            "state": now.state.value,
            "holder": now.holder,
            "closed_at": now.closed_at,
            "shelf": now.shelf,
        }
        self._connection.execute(update(ITEMS).where(ITEMS.c.id == was.id).values(**values))

    def add_custody(self, row: Row) -> None:
        """The chain would refuse a second row of one number."""

    def save_claim(self, claim: Claim, seen: int) -> None:
        self.meet()
        super().save_claim(claim, seen)

    def meet(self) -> None:
        self.both_looked.wait()


class UnlockedDesk(Unlocked):
    """The same for two desks that hand over one item: the claim is saved by whoever comes first."""

    def add_handover(self, handover: Handover) -> None:
        self.meet()
        super().add_handover(handover)

    def save_claim(self, claim: Claim, seen: int) -> None:
        values = {"state": claim.state.value, "ended_at": claim.ended_at}
        self._connection.execute(update(CLAIMS).where(CLAIMS.c.id == claim.id).values(**values))

    def open_claims_of_item(self, item_id: str) -> list[Claim]:
        # Whether others are to be refused is no part of what is shown here.
        return [each for each in super().open_claims_of_item(item_id) if each.state == "approved"]

    def lock_report(self, report_id: str) -> None:
        return None


@pytest.fixture(scope="module")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("claims") / "lostfound.sqlite3"
    migrate.upgrade("lostfound", f"sqlite:///{file}")
    return file


@pytest.fixture(scope="module")
def migrated_database(postgres: Postgres) -> str:
    url = postgres.new_database("lostfound")
    migrate.upgrade("lostfound", url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest, migrated_file: Path, tmp_path: Path) -> Iterator[tuple[Uow, Uow]]:
    """Two copies of the service on one database."""
    if request.param == "sqlite":
        file = shutil.copy(migrated_file, tmp_path / "lostfound.sqlite3")
        yield from opened(f"sqlite:///{file}")
    else:
        yield request.getfixturevalue("postgresql_copies")


@pytest.fixture
def postgresql_copies(postgres: Postgres, migrated_database: str) -> Iterator[tuple[Uow, Uow]]:
    yield from opened(postgres.new_database("lostfound", like=migrated_database))


def opened(url: str) -> Iterator[tuple[Uow, Uow]]:
    forget()
    databases = Database(url), Database(url)
    one, other = (UnitOfWork(database, KnowingStore) for database in databases)
    yield one, other
    for database in databases:
        database.close()


def patiently(work: Callable[[], Any]) -> Callable[[], Any]:
    """As a caller does who is told to come again."""

    def run() -> Any:
        while True:
            try:
                return work()
            except (Unavailable, RequestInFlight):
                continue

    return run


def states(uow: Uow) -> Counter[str]:
    with uow.read() as tx:
        return Counter(tx.connection.execute(select(CLAIMS.c.state)).scalars())


def handovers(uow: Uow) -> int:
    with uow.read() as tx:
        return int(tx.connection.execute(select(func.count()).select_from(HANDOVERS)).scalar_one())


def item_state(uow: Uow, item: dict[str, Any]) -> str:
    with uow.read() as tx:
        return str(tx.store.items([item["id"]])[item["id"]].state.value)


def rivals(uow: Uow) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An item that two accounts say is theirs."""
    item = found(uow)
    return item, [claimed(uow, item, who) for who in (ANN, BEN)]


def approving(uows: Sequence[UnitOfWork[Any]], mine: list[dict[str, Any]]) -> list[Callable[[], Any]]:
    return [
        patiently(partial(decide, uow, each, actor=actor))
        for uow, each, actor in zip(uows, mine, (DESK, OTHER_DESK), strict=True)
    ]


def test_two_staff_approve_two_claims_and_one_is_promised(copies: tuple[Uow, Uow]) -> None:
    for _ in range(2):
        item, mine = rivals(copies[0])
        assert at_once(approving(copies, mine)) == {"done": 1, ItemPromised.__name__: 1}
        assert item_state(copies[0], item) == "reserved"
        assert [kind for kind, _ in chain(copies[0], item)].count("reserved") == 1
        for each, who in zip(mine, (ANN, BEN), strict=True):
            withdraw(copies[0], each["id"], who)
    assert broken(copies[0]) == []


def test_control_without_lock_and_constraint_both_are_promised(postgresql_copies: tuple[Uow, Uow]) -> None:
    _, mine = rivals(postgresql_copies[0])
    with postgresql_copies[0].write() as tx:
        tx.connection.execute(text("DROP INDEX uq_claims_promised"))
    naive = [UnitOfWork(uow.database, Unlocked) for uow in postgresql_copies]
    assert at_once(approving(naive, mine)) == {"done": 2}
    assert states(postgresql_copies[0]) == {"approved": 2}


def test_the_constraint_stands_behind_a_store_that_forgets_the_lock(
    postgresql_copies: tuple[Uow, Uow],
) -> None:
    _, mine = rivals(postgresql_copies[0])
    naive = [UnitOfWork(uow.database, Unlocked) for uow in postgresql_copies]
    assert at_once(approving(naive, mine)) == {"done": 1, ItemPromised.__name__: 1}
    assert states(postgresql_copies[0]) == {"approved": 1, "submitted": 1}


def fetching(uows: Sequence[UnitOfWork[Any]], item: dict[str, Any], code: str) -> list[Callable[[], Any]]:
    return [patiently(partial(hand_over, uow, item, code, f"staff:{at}")) for at, uow in enumerate(uows)]


def promised(uow: Uow) -> tuple[dict[str, Any], str]:
    """An item and its pick-up code."""
    item = found(uow)
    mine = claimed(uow, item)
    decide(uow, mine)
    return item, see(uow, mine["id"])["code"]


def test_desks_that_hand_over_one_item_at_one_moment_give_it_once(copies: tuple[Uow, Uow]) -> None:
    item, code = promised(copies[0])
    endings = at_once(fetching([*copies, *copies], item, code))
    assert endings == {"done": 1, AlreadyHandedOver.__name__: 3}
    assert (handovers(copies[0]), item_state(copies[0], item)) == (1, "returned")
    assert [kind for kind, _ in chain(copies[0], item)].count("handed_over") == 1
    assert (broken(copies[0]), len(events(copies[0], "item_returned"))) == ([], 1)


def test_control_without_lock_and_constraint_it_is_given_twice(postgresql_copies: tuple[Uow, Uow]) -> None:
    item, code = promised(postgresql_copies[0])
    with postgresql_copies[0].write() as tx:
        tx.connection.execute(text("ALTER TABLE handovers DROP CONSTRAINT handovers_item_id_key"))
        tx.connection.execute(text("ALTER TABLE handovers DROP CONSTRAINT handovers_claim_id_key"))
    naive = [UnitOfWork(uow.database, UnlockedDesk) for uow in postgresql_copies]
    assert at_once(fetching(naive, item, code)) == {"done": 2}
    assert handovers(postgresql_copies[0]) == 2


def test_the_row_of_the_handover_stands_behind_a_store_that_forgets_the_lock(
    postgresql_copies: tuple[Uow, Uow],
) -> None:
    item, code = promised(postgresql_copies[0])
    naive = [UnitOfWork(uow.database, UnlockedDesk) for uow in postgresql_copies]
    assert at_once(fetching(naive, item, code)) == {"done": 1, AlreadyHandedOver.__name__: 1}
    assert handovers(postgresql_copies[0]) == 1


def test_withdrawn_while_it_is_approved_the_item_is_free_again(copies: tuple[Uow, Uow]) -> None:
    for number in range(2):
        item = found(copies[0])
        mine = claimed(copies[0], item)
        works = [
            patiently(partial(decide, copies[0], mine)),
            patiently(partial(withdraw, copies[1], mine["id"])),
        ]
        endings = at_once(works if number % 2 else works[::-1])
        assert endings in ({"done": 2}, {"done": 1, WrongClaimState.__name__: 1})
        assert (see(copies[0], mine["id"])["state"], item_state(copies[0], item)) == ("withdrawn", "stored")
    assert broken(copies[0]) == []


def test_withdrawn_while_it_is_handed_over_it_is_one_of_both(copies: tuple[Uow, Uow]) -> None:
    for number in range(2):
        item = found(copies[0])
        mine = claimed(copies[0], item)
        decide(copies[0], mine)
        code = see(copies[0], mine["id"])["code"]
        works = [
            patiently(partial(hand_over, copies[0], item, code)),
            patiently(partial(withdraw, copies[1], mine["id"])),
        ]
        assert at_once(works if number % 2 else works[::-1])["done"] == 1
        ended = (see(copies[0], mine["id"])["state"], item_state(copies[0], item))
        assert ended in (("withdrawn", "stored"), ("handed_over", "returned"))
    assert broken(copies[0]) == []


def test_thrown_away_or_claimed_and_never_both(copies: tuple[Uow, Uow]) -> None:
    for number in range(2):
        item, report = found(copies[0]), file(copies[0])
        request = {"request_id": new_id(), "actor": DESK, "item_id": item["id"], "reason": "twice registered"}
        void = schemas.VoidItemSchema().load(request)
        by = {"report_id": report["id"], "item_number": item["number"]}
        works = [
            patiently(partial(usecases.void_item, copies[0], PLACE, void)),
            patiently(partial(claim, copies[1], **by)),
        ]
        endings = at_once(works if number % 2 else works[::-1])
        assert endings["done"] == 1
        assert endings[ItemClaimed.__name__] + endings[ItemGone.__name__] == 1
        claims = events(copies[0], "claim_submitted")
        claimed_now = any(each["data"]["item_id"] == item["id"] for each in claims)
        assert item_state(copies[0], item) == ("stored" if claimed_now else "voided")
        if claimed_now:
            withdraw(copies[0], claims[-1]["data"]["claim_id"])


def test_everything_at_once_on_two_items_adds_up(copies: tuple[Uow, Uow]) -> None:
    """Two people, each with claims on both items in the other order, staff, desks and an erasure: nobody waits for ever."""
    one, other = found(copies[0]), found(copies[0])
    ann = [claimed(copies[0], each, ANN) for each in (one, other)]
    ben = [claimed(copies[0], each, BEN) for each in (other, one)]
    decide(copies[0], ann[0])
    code = see(copies[0], ann[0]["id"])["code"]
    forgotten = {"erasure_id": "er-1", "passenger_id": BEN, "earlier_ids": []}
    works = [
        patiently(lambda: hand_over(copies[0], one, code)),
        patiently(lambda: decide(copies[1], ann[1])),
        patiently(lambda: decide(copies[0], ben[0], actor=OTHER_DESK)),
        patiently(lambda: decide(copies[1], ben[1], "refuse", reason="wrong_proof")),
        patiently(lambda: people.erase(copies[1], "ev-1", forgotten)),
    ]
    endings = at_once(works)
    assert set(endings) <= {"done", ItemPromised.__name__, WrongClaimState.__name__}
    assert item_state(copies[0], one) == "returned"
    assert states(copies[0])["approved"] == (1 if item_state(copies[0], other) == "reserved" else 0)
    assert (broken(copies[0]), handovers(copies[0])) == ([], 1)

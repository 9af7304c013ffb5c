"""The same found item at two desks at the same moment, over two copies of the service. Controls show what the lock on the
item prevents, and that the database would have refused it still."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from kernel import migrate
from kernel.db import Database, UnitOfWork
from kernel.errors import ServiceError
from kernel.ids import new_id
from services.lostfound import schemas, usecases
from services.lostfound.domain.custody import Row
from services.lostfound.domain.items import Item
from services.lostfound.schemas import CustodyKind
from services.lostfound.store import LostFoundStore
from services.lostfound.store.tables import ITEMS
from tests.races.test_last_seat import at_once
from tests.support.databases import Postgres
from tests.unit.lostfound.examples import (
    PLACE,
    WANG,
    accept,
    ask,
    broken,
    chain,
    confirm,
    full,
    happen,
    open_desks,
    propose,
    register,
    send,
)

Uow = UnitOfWork[LostFoundStore]
Works = list[Callable[[], Any]]
CLERKS, STEPS = 4, 14


class Unlocked(LostFoundStore):
    """What would be if the item weren't locked: both look at it before either writes."""

    both_looked = threading.Barrier(2, timeout=30)

    def lock_items(self, item_ids: Collection[str]) -> dict[str, Item]:
        found = self.items(item_ids)
        self.both_looked.wait()
        return found


class Trusting(Unlocked):
    """And if what is written weren't compared with what was read, and custody were a plain log."""

    def save_item(self, was: Item, now: Item) -> None:
        values = {"state": now.state.value, "holder": now.holder, "shelf": None, "closed_at": now.closed_at}
        self._connection.execute(update(ITEMS).where(ITEMS.c.id == was.id).values(values))

    def add_custody(self, row: Row) -> None:
        """Nothing that could be refused."""


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Uow, Uow]]:
    """Two copies of the service on one database."""
    if request.param == "sqlite":
        yield from opened(f"sqlite:///{tmp_path / 'lostfound.sqlite3'}")
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        yield from opened(postgres.new_database("lostfound"))


@pytest.fixture
def postgresql_copies(postgres: Postgres) -> Iterator[tuple[Uow, Uow]]:
    yield from opened(postgres.new_database("lostfound"))


def opened(url: str) -> Iterator[tuple[Uow, Uow]]:
    migrate.upgrade("lostfound", url)
    databases = Database(url), Database(url)
    one, other = (UnitOfWork(database, LostFoundStore) for database in databases)
    open_desks(one)
    yield one, other
    for database in databases:
        database.close()


def reserved(uow: Uow) -> dict[str, Any]:
    item = register(uow)
    happen(uow, item["id"], CustodyKind.RESERVED)
    return item


# --- what two desks may do at once: each gives two works, of which exactly one may succeed


def hand_over_twice(one: Uow, other: Uow) -> Works:
    item = reserved(one)
    return [lambda uow=uow: happen(uow, item["id"], CustodyKind.HANDED_OVER, "owner") for uow in (one, other)]  # type: ignore[misc]


def hand_over_and_lapse(one: Uow, other: Uow) -> Works:
    item = reserved(one)
    return [
        lambda: happen(one, item["id"], CustodyKind.HANDED_OVER, "owner"),
        lambda: happen(other, item["id"], CustodyKind.RELEASED),
    ]


def reserve_twice(one: Uow, other: Uow) -> Works:
    item = register(one)
    return [lambda uow=uow: happen(uow, item["id"], CustodyKind.RESERVED) for uow in (one, other)]  # type: ignore[misc]


def dispose_and_reserve(one: Uow, other: Uow) -> Works:
    item = register(one)
    disposal = propose(one, item)
    return [lambda: confirm(one, disposal), lambda: happen(other, item["id"], CustodyKind.RESERVED)]


def dispose_twice(one: Uow, other: Uow) -> Works:
    disposal = propose(one, register(one), register(one))
    return [lambda: confirm(one, disposal), lambda: confirm(other, disposal, actor="staff:zhao")]


def dispose_and_withdraw(one: Uow, other: Uow) -> Works:
    disposal = propose(one, register(one))
    asked = ask(schemas.DecideDisposalSchema(), disposal_id=disposal["id"])
    return [lambda: confirm(one, disposal), lambda: usecases.withdraw_disposal(other, PLACE, asked)]


def propose_twice(one: Uow, other: Uow) -> Works:
    item = register(one)
    return [lambda: propose(one, item), lambda: propose(other, item)]


def send_and_dispose(one: Uow, other: Uow) -> Works:
    item = register(one)
    disposal = propose(one, item)
    return [lambda: send(one, item), lambda: confirm(other, disposal)]


def send_the_same_in_two_orders(one: Uow, other: Uow) -> Works:
    first, second = register(one), register(one)
    return [lambda: send(one, first, second), lambda: send(other, second, first)]


def send_and_void(one: Uow, other: Uow) -> Works:
    item = register(one)
    void = ask(schemas.VoidItemSchema(), item_id=item["id"], reason="twice")
    return [lambda: send(one, item), lambda: usecases.void_item(other, PLACE, void)]


def count_a_desk_twice(one: Uow, other: Uow) -> Works:
    asked = [ask(schemas.BeginStocktakeSchema(), desk_id="t2") for _ in range(2)]
    return [
        lambda: usecases.begin_stocktake(one, PLACE, asked[0]),
        lambda: usecases.begin_stocktake(other, PLACE, asked[1]),
    ]


def register_one_ref_twice(one: Uow, other: Uow) -> Works:
    return [lambda uow=uow: register(uow, external_ref="old-17") for uow in (one, other)]  # type: ignore[misc]


ONLY_ONE = [
    hand_over_twice,
    hand_over_and_lapse,
    reserve_twice,
    dispose_and_reserve,
    dispose_twice,
    dispose_and_withdraw,
    propose_twice,
    send_and_dispose,
    send_the_same_in_two_orders,
    send_and_void,
    count_a_desk_twice,
    register_one_ref_twice,
]


def test_of_two_who_want_the_same_item_exactly_one_gets_it(copies: tuple[Uow, Uow]) -> None:
    for wanting in ONLY_ONE:
        endings = at_once(wanting(*copies))
        assert endings["done"] == 1, (wanting.__name__, endings)
        other = next(name for name in endings if name != "done")
        assert other in {
            "WrongState",
            "AlreadyDecided",
            "Proposed",
            "StocktakeOpen",
            "NotHere",
            "RefTaken",
        }, (wanting.__name__, "the other is told why, in words of the desk", endings)
    assert broken(copies[0]) == []


@pytest.mark.parametrize(
    "wanting", [hand_over_twice, hand_over_and_lapse, dispose_and_reserve], ids=lambda each: each.__name__
)
def test_control_without_lock_and_comparison_both_believe_they_have_it(
    postgresql_copies: tuple[Uow, Uow], wanting: Callable[[Uow, Uow], Works]
) -> None:
    works = wanting(*postgresql_copies)
    for copy in postgresql_copies:
        copy._store = Trusting
    assert at_once(works)["done"] == 2, "one item, two owners: or an owner, and a shredder"
    for copy in postgresql_copies:
        copy._store = LostFoundStore
    assert len(broken(postgresql_copies[0])) == 1, "and the chain tells"


def test_control_without_the_lock_alone_the_database_still_lets_only_one_through(
    postgresql_copies: tuple[Uow, Uow],
) -> None:
    works = hand_over_twice(*postgresql_copies)
    for copy in postgresql_copies:
        copy._store = Unlocked
    assert at_once(works) == {"done": 1, "ChangedMeanwhile": 1}
    assert broken(postgresql_copies[0]) == []


def test_a_transfer_accepted_by_two_arrives_once(copies: tuple[Uow, Uow]) -> None:
    one, other = copies
    items = [register(one) for _ in range(4)]
    numbers = [item["number"] for item in items]
    transfer = send(one, *items)
    answers: list[dict[str, Any]] = []
    works: Works = [
        lambda: answers.append(accept(one, transfer, *numbers[:3])),
        lambda: answers.append(accept(other, transfer, *numbers[1:])),
    ]
    assert at_once(works) == {"done": 2}
    assert sorted(number for answer in answers for number in answer["accepted"]) == sorted(numbers)
    for item in items:
        assert [kind for kind, _ in chain(one, item)] == ["registered", "sent", "accepted"]
    listed = usecases.list_transfers(one, schemas.ListTransfersSchema().load({}))
    assert [each["state"] for each in listed["transfers"]] == ["accepted"], "whoever was last closed it"
    assert broken(one) == []


def test_a_repeated_request_that_is_worked_on_twice_at_once_does_one_thing(copies: tuple[Uow, Uow]) -> None:
    one, other = copies
    item = register(one)
    asked = ask(schemas.SendTransferSchema(), item_ids=[item["id"]], to_desk="t1")
    endings = at_once(
        [
            lambda: usecases.send_transfer(one, PLACE, asked),
            lambda: usecases.send_transfer(other, PLACE, asked),
        ]
    )
    assert endings["done"] + endings["RequestInFlight"] == 2
    assert len(chain(one, item)) == 2


def test_whatever_clerks_do_at_the_same_time_every_chain_adds_up(copies: tuple[Uow, Uow]) -> None:
    items = [register(copies[0]) for _ in range(3)]
    strange: list[BaseException] = []
    done: list[str] = []

    def clerk(number: int) -> None:
        chance = random.Random(number)
        for _ in range(STEPS):
            try:
                done.append(something(copies[number % 2], items, chance, f"staff:{number}"))
            except ServiceError:
                continue
            except BaseException as exc:
                strange.append(exc)

    threads = [threading.Thread(target=clerk, args=(number,)) for number in range(CLERKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert strange == []
    assert len(set(done)) >= 4, "they did different things"
    assert broken(copies[0]) == []


def something(uow: Uow, items: list[dict[str, Any]], chance: random.Random, actor: str) -> str:
    """One thing that a clerk may try with one of these items."""
    item = chance.choice(items)
    what = chance.choice(
        ["shelf", "send", "accept", "missing", "reserve", "release", "correct", "count", "propose"]
    )
    item_id = item["id"]
    if what == "shelf":
        shelf = chance.choice(["A-1", "A-2", "B-1"])
        usecases.put_on_shelf(
            uow, PLACE, ask(schemas.PutOnShelfSchema(), item_id=item_id, shelf=shelf, actor=actor)
        )
    elif what == "send":
        send(uow, *chance.sample(items, 2), to_desk=chance.choice(["t1", "t2"]), actor=actor)
    elif what == "accept":
        under_way = schemas.ListTransfersSchema().load({"state": "under_way"})
        for transfer in usecases.list_transfers(uow, under_way)["transfers"]:
            accept(uow, transfer, *(each["number"] for each in transfer["items"]), actor=actor)
    elif what == "missing":
        usecases.report_missing(
            uow, PLACE, ask(schemas.ReportMissingSchema(), item_id=item_id, reason="gone", actor=actor)
        )
    elif what in ("reserve", "release"):
        kind = CustodyKind.RESERVED if what == "reserve" else CustodyKind.RELEASED
        happen(uow, item_id, kind, actor=actor)
    elif what == "correct":
        version = full(uow, item)["item"]["version"]
        values = {"item_id": item_id, "version": version, "changes": {"brand": new_id()}, "actor": actor}
        usecases.change_item(uow, PLACE, ask(schemas.ChangeItemSchema(), **values))
    elif what == "count":
        usecases.count_cash(
            uow, PLACE, ask(schemas.CountCashSchema(), item_id=item_id, cash=[], witness=WANG, actor=actor)
        )
    else:
        propose(uow, item, actor=actor)
    return what

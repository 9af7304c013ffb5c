"""Many people, few coupons, two copies of the mall: never more than the stock, never more than one's share, never spent
twice, and back once. The controls show what happens without the guards."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection, select, text, update

from kernel import migrate
from kernel.db import Database, UnitOfWork
from kernel.errors import DeadlineExceeded, ServiceError
from kernel.ids import new_id
from services.shop.domain.coupons import Coupon
from services.shop.errors import CouponLimit, CouponNotUsable, CouponsGone
from services.shop.schemas.coupon_words import CouponState
from services.shop.store import ShopStore
from services.shop.store.campaigns import CampaignRows
from services.shop.store.coupon_owners import OwnerRows
from services.shop.store.coupon_tables import CAMPAIGNS, COUPONS
from services.shop.store.coupons import CouponRows
from services.shop.usecases import coupon_keeping, coupon_people, coupon_use
from tests.races.test_last_seat import at_once, patiently
from tests.support.databases import Postgres
from tests.unit.shop.coupons import (
    ANN,
    BEN,
    at_till,
    claim,
    claimed,
    count,
    give_back,
    lock,
    look,
    pass_time,
    put_out,
    redeem,
    release,
    remote,
    told,
    undo,
    use,
)

Uow = UnitOfWork[Any]
SMALL, WHOLE = (60, 5, 2), (1_000, 30, 20)
"""Claimers, coupons, rounds."""
AT_ONCE = 32


class CountsFirst(CampaignRows):
    """What would be if coupons were counted first and taken afterwards."""

    place: ClassVar[threading.Barrier] = threading.Barrier(2, timeout=30)

    def take_coupon(self, campaign_id: str) -> int | None:
        query = select(CAMPAIGNS.c.claimed, CAMPAIGNS.c.stock).where(CAMPAIGNS.c.id == campaign_id)
        row = self._connection.execute(query).one()
        self.place.wait()
        if row.claimed >= row.stock:
            return None
        one_more = update(CAMPAIGNS).where(CAMPAIGNS.c.id == campaign_id)
        self._connection.execute(one_more.values(claimed=CAMPAIGNS.c.claimed + 1))
        return 0


class Unheld(OwnerRows):
    """What would be if an account could do two things at once."""

    place: ClassVar[threading.Barrier] = threading.Barrier(2, timeout=30)

    def lock(self, what: str) -> None:
        self.place.wait()


class CountsHers(CouponRows):
    """Writes when another has counted too."""

    place: ClassVar[threading.Barrier] = threading.Barrier(2, timeout=30)

    def claimed_by(self, campaign_ids: Collection[str], passenger_id: str) -> dict[str, int]:
        found = super().claimed_by(campaign_ids, passenger_id)
        self.place.wait()
        return found


class Unlocked(CouponRows):
    """What would be if coupons were looked at, and written afterwards."""

    place: ClassVar[threading.Barrier] = threading.Barrier(2, timeout=30)
    numbers: ClassVar[Iterator[int]] = iter(range(1, 100))

    def lock_coupons(self, coupon_ids: Collection[str]) -> list[Coupon]:
        found = [self.coupon(each) for each in sorted(coupon_ids)]
        self.place.wait()
        return [each for each in found if each is not None]

    def step_coupon(self, coupon: Coupon, to: CouponState, *_: Any, **__: Any) -> Coupon:
        uses = next(self.numbers)
        mine = update(COUPONS).where(COUPONS.c.id == coupon.id)
        self._connection.execute(mine.values(state=to.value, uses=uses))
        return replace(coupon, state=to, uses=uses)


class Forgetful(CouponRows):
    """What would be if nobody waited for whoever has a coupon, but all else stood."""

    place: ClassVar[threading.Barrier] = threading.Barrier(2, timeout=30)
    lock_coupons = Unlocked.lock_coupons


def naive(uows: Sequence[Uow], **parts: Any) -> list[Uow]:
    """Copies whose store has these parts instead of its own."""

    def store(connection: Connection) -> ShopStore:
        made = ShopStore(connection)
        for name, part in parts.items():
            setattr(made, name, part(connection))
        return made

    return [UnitOfWork(uow.database, store) for uow in uows]


def opened(url: str) -> Iterator[tuple[Uow, Uow]]:
    migrate.upgrade("shop", url)
    databases = Database(url), Database(url)
    yield UnitOfWork(databases[0], ShopStore), UnitOfWork(databases[1], ShopStore)
    for database in databases:
        database.close()


@pytest.fixture(scope="module")
def sqlite_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Uow, Uow]]:
    folder: Path = tmp_path_factory.mktemp("coupons")
    yield from opened(f"sqlite:///{folder / 'shop.sqlite3'}")


@pytest.fixture(scope="module")
def postgresql_copies(postgres: Postgres) -> Iterator[tuple[Uow, Uow]]:
    yield from opened(postgres.new_database("shop"))


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest) -> tuple[Uow, Uow]:
    """Two copies of the service on one database."""
    found: tuple[Uow, Uow] = request.getfixturevalue(f"{request.param}_copies")
    return found


@pytest.fixture
def bare_copies(postgres: Postgres) -> Iterator[tuple[Uow, Uow]]:
    """On a database of their own, where constraints may be dropped."""
    yield from opened(postgres.new_database("shop"))


def somebody() -> str:
    return f"account-{new_id()}"


def out(uow: Uow, campaign_id: str) -> tuple[int, int, int]:
    """How many are out by the campaign, how many there are, and the most that one has."""
    of = f"FROM coupons WHERE campaign_id = '{campaign_id}'"
    most = f"SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n {of} GROUP BY passenger_id) AS each"
    said = count(uow, f"SELECT claimed FROM campaigns WHERE id = '{campaign_id}'")
    return said, count(uow, f"SELECT count(*) {of}"), count(uow, most)


def live(uow: Uow, coupon_id: str) -> int:
    """Orders that have the coupon now."""
    of = f"FROM coupon_uses WHERE coupon_id = '{coupon_id}' AND ended_at IS NULL"
    return count(uow, f"SELECT count(*) {of}")


# --- claiming


def a_crowd_claims(copies: tuple[Uow, Uow], size: tuple[int, int, int]) -> None:
    """In each round every claimer asks once, every fifth twice with one request; the stock is out, exactly."""
    claimers, stock, rounds = size
    for _ in range(rounds):
        campaign_id = put_out(copies[0], stock=stock)

        def ask(n: int, campaign_id: str = campaign_id) -> str:
            request_id = f"{campaign_id} {n}"
            who = f"{campaign_id[-8:]} {n}"
            work = patiently(partial(claim, copies[n % 2], campaign_id, who, request_id=request_id))
            answers: list[str] = []
            while len(answers) < (2 if n % 5 == 0 else 1):
                try:
                    answers.append(work()["id"])
                except DeadlineExceeded:
                    # On a machine that does much else: whoever asked asks again, with the same request.
                    continue
                except ServiceError as refused:
                    return type(refused).__name__
            return f"{len(set(answers))} got"

        with ThreadPoolExecutor(AT_ONCE) as crowd:
            endings = Counter(crowd.map(ask, range(claimers)))
        assert endings == {"1 got": stock, CouponsGone.__name__: claimers - stock}
        assert out(copies[0], campaign_id) == (stock, stock, 1)


def test_a_crowd_gets_the_stock_and_not_one_more(copies: tuple[Uow, Uow]) -> None:
    a_crowd_claims(copies, SMALL)


@pytest.mark.long
def test_a_thousand_get_thirty_coupons_twenty_times(copies: tuple[Uow, Uow]) -> None:
    a_crowd_claims(copies, WHOLE)


def test_control_counting_before_taking_gives_the_last_coupon_to_two(bare_copies: tuple[Uow, Uow]) -> None:
    with bare_copies[0].write() as tx:
        tx.connection.execute(text("ALTER TABLE campaigns DROP CONSTRAINT ck_campaigns_claimed"))
    campaign_id = put_out(bare_copies[0], stock=1)
    uows = naive(bare_copies, campaigns=CountsFirst)
    assert at_once([partial(claim, uow, campaign_id, somebody()) for uow in uows]) == {"done": 2}
    assert out(bare_copies[0], campaign_id) == (2, 2, 1)


def test_the_check_stands_behind_a_store_that_counts_wrongly(postgresql_copies: tuple[Uow, Uow]) -> None:
    campaign_id = put_out(postgresql_copies[0], stock=1)
    uows = naive(postgresql_copies, campaigns=CountsFirst)
    assert at_once([partial(claim, uow, campaign_id, somebody()) for uow in uows]) == {
        "done": 1,
        "IntegrityError": 1,
    }
    assert out(postgresql_copies[0], campaign_id) == (1, 1, 1)


def test_one_who_asks_ten_times_at_once_gets_their_share(copies: tuple[Uow, Uow]) -> None:
    campaign_id, who = put_out(copies[0], per_person=2), somebody()
    works = [patiently(partial(claim, copies[n % 2], campaign_id, who)) for n in range(10)]
    assert at_once(works) == {"done": 2, CouponLimit.__name__: 8}
    assert out(copies[0], campaign_id) == (2, 2, 2)


def test_control_an_account_that_does_two_things_at_once_gets_more_than_its_share(
    bare_copies: tuple[Uow, Uow],
) -> None:
    with bare_copies[0].write() as tx:
        tx.connection.execute(text("ALTER TABLE coupons DROP CONSTRAINT uq_coupons_nth"))
    campaign_id, who = put_out(bare_copies[0]), somebody()

    uows = naive(bare_copies, owners=Unheld, coupons=CountsHers)
    assert at_once([partial(claim, uow, campaign_id, who) for uow in uows]) == {"done": 2}
    assert out(bare_copies[0], campaign_id) == (2, 2, 2)


def test_the_unique_row_stands_behind_an_account_that_does_two_things_at_once(
    postgresql_copies: tuple[Uow, Uow],
) -> None:
    campaign_id, who = put_out(postgresql_copies[0]), somebody()

    uows = naive(postgresql_copies, owners=Unheld, coupons=CountsHers)
    endings = at_once([partial(claim, uow, campaign_id, who) for uow in uows])
    assert endings == {"done": 1, "IntegrityError": 1}
    assert out(postgresql_copies[0], campaign_id) == (1, 1, 1)


def test_accounts_that_become_one_while_both_claim_leave_nothing_behind(copies: tuple[Uow, Uow]) -> None:
    for _ in range(3):
        campaign_id, one, other = put_out(copies[0], per_person=2), somebody(), somebody()
        before = claim(copies[0], campaign_id, other)["id"]

        def merge(from_: str = one, into: str = other) -> None:
            with copies[1].write() as tx:
                coupon_people.merge_coupons(tx, from_, into)

        works = [patiently(partial(claim, copies[n % 2], campaign_id, one)) for n in range(4)]
        at_once([*works, patiently(merge)])
        left = count(copies[0], f"SELECT count(*) FROM coupons WHERE passenger_id = '{one}'")
        assert (left, look(copies[0], before, other)["id"]) == (0, before)
        for who in (one, other):
            # What both had before counts for both: at least a whole share, so nobody gets more.
            with pytest.raises(CouponLimit):
                [claim(copies[0], campaign_id, who) for _ in range(3)]
        said, there, most = out(copies[0], campaign_id)
        assert said == there == most <= 4


# --- using


def locking(copies: Sequence[Uow], coupon_id: str, orders: int) -> list[Callable[[], Any]]:
    about = [use(f"order-{new_id()}") for _ in range(orders)]
    return [patiently(partial(lock, copies[n % 2], [coupon_id], ANN, each)) for n, each in enumerate(about)]


def test_a_coupon_is_in_one_order_whoever_wants_it(copies: tuple[Uow, Uow]) -> None:
    coupon_id = claimed(copies[0])
    assert at_once(locking(copies, coupon_id, 8)) == {"done": 1, CouponNotUsable.__name__: 7}
    assert live(copies[0], coupon_id) == 1


def test_control_looking_before_writing_spends_a_coupon_twice(bare_copies: tuple[Uow, Uow]) -> None:
    coupon_id = claimed(bare_copies[0])
    with bare_copies[0].write() as tx:
        tx.connection.execute(text("ALTER TABLE coupons DROP CONSTRAINT fk_coupons_step"))
        tx.connection.execute(text("DROP INDEX uq_coupon_uses_live"))
    assert at_once(locking(naive(bare_copies, coupons=Unlocked), coupon_id, 2)) == {"done": 2}
    assert live(bare_copies[0], coupon_id) == 2


def test_the_database_stands_behind_a_store_that_locks_nothing(postgresql_copies: tuple[Uow, Uow]) -> None:
    coupon_id = claimed(postgresql_copies[0])
    endings = at_once(locking(naive(postgresql_copies, coupons=Forgetful), coupon_id, 2))
    assert endings == {"done": 1, "IntegrityError": 1}
    assert live(postgresql_copies[0], coupon_id) == 1


def test_two_orders_that_want_two_coupons_crosswise_do_not_wait_for_each_other(
    copies: tuple[Uow, Uow],
) -> None:
    pair = [claimed(copies[0], stack_group=group) for group in ("a", "b")]
    orders = [use(f"order-{new_id()}") for _ in range(6)]
    works = [
        patiently(partial(lock, copies[n % 2], pair[:: 1 if n % 2 else -1], ANN, each))
        for n, each in enumerate(orders)
    ]
    assert at_once(works) == {"done": 1, CouponNotUsable.__name__: 5}


def test_money_and_the_end_of_the_hold_at_one_moment_leave_one_truth(copies: tuple[Uow, Uow]) -> None:
    for _ in range(4):
        coupon_id, order_id = claimed(copies[0]), f"order-{new_id()}"
        lock(copies[0], [coupon_id], about=use(order_id))
        works = [
            *(patiently(partial(redeem, uow, order_id)) for uow in copies),
            *(patiently(partial(release, uow, order_id)) for uow in copies),
        ]
        assert at_once(works) == {"done": 4}
        # Released first, the money finds it again: it is spent for this order, once.
        assert (look(copies[0], coupon_id)["state"], live(copies[0], coupon_id)) == ("redeemed", 1)
        spent = [each for each in told(copies[0], "coupon_redeemed") if each["data"]["order_id"] == order_id]
        assert len(spent) == 1


def test_a_lock_that_ends_while_its_money_comes_is_spent_once(copies: tuple[Uow, Uow]) -> None:
    coupon_id, order_id = claimed(copies[0], scope={"services": ["bus"]}, threshold_fen=0), f"bus-{new_id()}"
    remote(copies[0], "lock", coupon_ids=[coupon_id], order_id=order_id)
    pass_time(copies[0], minutes=31)
    works = [patiently(partial(remote, uow, "redeem", order_id=order_id)) for uow in copies]
    works += [patiently(partial(coupon_keeping.end_locks, uow)) for uow in copies]
    assert at_once(works) == {"done": 4}
    assert (look(copies[0], coupon_id)["state"], live(copies[0], coupon_id)) == ("redeemed", 1)


def test_goods_that_many_say_came_back_give_one_change_coupon(copies: tuple[Uow, Uow]) -> None:
    coupon_id, order_id = claimed(copies[0]), f"order-{new_id()}"
    lock(copies[0], [coupon_id], about=use(order_id))
    redeem(copies[0], order_id)
    works = [patiently(partial(give_back, copies[n % 2], order_id, cable=1)) for n in range(6)]
    assert at_once(works) == {"done": 6}
    assert count(copies[0], f"SELECT count(*) FROM coupons WHERE parent_id = '{coupon_id}'") == 1
    with copies[0].read() as tx:
        known = coupon_use.coupons_of_orders(tx.store, "shop", [order_id])[order_id]
    assert [each.given_back_fen for each in known] == [434]


def test_a_code_shown_at_two_tills_is_taken_at_one(copies: tuple[Uow, Uow]) -> None:
    coupon_id = claimed(copies[0])
    code, receipts = look(copies[0], coupon_id)["code"], [f"R-{n}-{coupon_id[-12:]}" for n in range(4)]
    works = [
        patiently(partial(at_till, copies[n % 2], code, 12_000, each)) for n, each in enumerate(receipts)
    ]
    assert at_once(works) == {"done": 1, CouponNotUsable.__name__: 3}
    with copies[0].read() as tx:
        found = tx.store.coupons.coupon(coupon_id)
    receipt = found.order_id.partition(" ")[2]
    works = [patiently(partial(undo, copies[n % 2], coupon_id, receipt)) for n in range(4)]
    assert at_once(works) == {"done": 4}
    assert (look(copies[0], coupon_id)["state"], live(copies[0], coupon_id)) == ("claimed", 0)


def test_two_coupons_at_one_receipt_are_one(copies: tuple[Uow, Uow]) -> None:
    receipt = f"R-{new_id()[-12:]}"
    codes = [look(copies[0], claimed(copies[0], BEN), BEN)["code"] for _ in range(4)]
    works = [
        patiently(partial(at_till, copies[n % 2], each, 12_000, receipt)) for n, each in enumerate(codes)
    ]
    assert at_once(works) == {"done": 1, CouponNotUsable.__name__: 3}


def test_tills_that_want_the_same_coupons_crosswise_take_all_of_theirs_or_none(
    copies: tuple[Uow, Uow],
) -> None:
    ids = [claimed(copies[0], stack_group=each) for each in ("airport", "shop", "bank")]
    codes = [look(copies[0], each)["code"] for each in ids]
    receipts = [f"R-{n}-{new_id()[-12:]}" for n in range(6)]
    # Each pair twice, there and back: any two of them have a coupon in common.
    pairs = [[codes[n % 3], codes[(n + 1) % 3]][:: 1 if n < 3 else -1] for n in range(6)]
    works = [
        patiently(partial(at_till, copies[n % 2], pairs[n], 12_000, receipts[n])) for n in range(len(pairs))
    ]
    assert at_once(works) == {"done": 1, CouponNotUsable.__name__: 5}
    states = sorted(look(copies[0], each)["state"] for each in ids)
    assert states == ["claimed", "redeemed", "redeemed"]
    with copies[0].read() as tx:
        used = tx.store.coupons.uses_of_orders("till", [f"t2-tea {each}" for each in receipts])
    assert len({each.order_id for each in used}) == 1, "both on one receipt, and nothing of the others"


def test_a_receipt_that_is_sent_again_and_again_takes_its_coupons_once(copies: tuple[Uow, Uow]) -> None:
    ids = [claimed(copies[0], stack_group=each) for each in ("airport", "shop")]
    codes, receipt = [look(copies[0], each)["code"] for each in ids], f"R-{new_id()[-12:]}"
    works = [patiently(partial(at_till, copies[n % 2], codes, 12_000, receipt)) for n in range(4)]
    assert at_once(works) == {"done": 4}
    assert [live(copies[0], each) for each in ids] == [1, 1]
    works = [patiently(partial(undo, copies[n % 2], ids[:: 1 - 2 * (n % 2)], receipt)) for n in range(4)]
    assert at_once(works) == {"done": 4}
    assert [look(copies[0], each)["state"] for each in ids] == ["claimed", "claimed"]


def test_copies_that_expire_at_one_moment_expire_each_once(copies: tuple[Uow, Uow]) -> None:
    ids = [claimed(copies[0], valid_days=1) for _ in range(5)]
    pass_time(copies[0], days=2)
    at_once([patiently(partial(coupon_keeping.expire, uow)) for uow in copies])
    inside = ", ".join(f"'{each}'" for each in ids)
    steps = f"SELECT count(*) FROM coupon_steps WHERE after = 'expired' AND coupon_id IN ({inside})"
    assert count(copies[0], steps) == len(ids)

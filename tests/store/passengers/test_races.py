"""Two copies of the service meet the same person at the same moment. Each test has its control."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kernel.db import UnitOfWork
from kernel.ids import new_id
from services.passengers import schemas, usecases
from services.passengers.domain import WeChatAccount, WeChatIdentity
from services.passengers.errors import CodeRefused, DocumentExists
from services.passengers.store import PassengersStore
from services.passengers.store.tables import PASSENGERS, SIGN_IN_CODES, WECHAT_ACCOUNTS
from tests.fakes.passengers_store import FakeWeChat
from tests.store.passengers.told import told
from tests.unit.passengers.examples import VAULT, add_document, agree, request, sign_in, traveller

PAUSE_S = 0.4
Uow = UnitOfWork[PassengersStore]


class Slow(PassengersStore):
    """Waits after it looked somebody up, so that two copies certainly meet."""

    def account(self, openid: str) -> WeChatAccount | None:
        found = super().account(openid)
        threading.Event().wait(PAUSE_S)
        return found


class Meeting:
    """Where the two copies of a control wait for each other: a guessed while could be too short."""

    place = threading.Barrier(2, timeout=30)

    def meet(self) -> None:
        self.place.wait()


class Unlocked(Meeting, PassengersStore):
    """What would be without the lock on identities."""

    def lock_identities(self) -> None:
        pass

    def account(self, openid: str) -> WeChatAccount | None:
        found = super().account(openid)
        self.meet()
        return found

    def passenger_of_union(self, unionid: str) -> str | None:
        found = super().passenger_of_union(unionid)
        self.meet()
        return found


class LooksFirst(Meeting, PassengersStore):
    """What would be if a code were looked up first and noted afterwards."""

    def take_code(self, code_hash: str, request_id: str, now: Any) -> str:
        query = select(SIGN_IN_CODES.c.request_id).where(SIGN_IN_CODES.c.code_hash == code_hash)
        owner = self._connection.execute(query).scalar()
        self.meet()
        return owner or request_id


class UnheldTraveller(Meeting, PassengersStore):
    """What would be without the lock on the traveller's row."""

    def lock_passenger(self, passenger_id: str) -> Any:
        return self.passenger(passenger_id)

    def documents(self, passenger_id: str) -> Any:
        found = super().documents(passenger_id)
        self.meet()
        return found


def at_once(*works: Callable[[], Any]) -> list[str]:
    """Run all at the same time; the names of what they raised."""
    raised: list[str] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> None:
        start.wait()
        try:
            work()
        except Exception as exc:
            raised.append(type(exc).__name__)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(raised)


def copies(uow: Uow, store: type[PassengersStore]) -> tuple[Any, Any]:
    return UnitOfWork(uow.database, store), UnitOfWork(uow.database, store)


def people(uow: Uow) -> int:
    with uow.read() as tx:
        query = select(PASSENGERS.c.id).where(PASSENGERS.c.merged_into.is_(None))
        return len(tx.connection.execute(query).all())


def sign_in_twice(uow: Uow, store: type[PassengersStore], *identities: WeChatIdentity) -> list[str]:
    one, other = copies(uow, store)
    return at_once(lambda: sign_in(one, identities[0]), lambda: sign_in(other, identities[1]))


def test_two_sign_ins_of_one_openid_make_one_traveller(real_uow: Uow) -> None:
    assert sign_in_twice(real_uow, Slow, WeChatIdentity("o-1"), WeChatIdentity("o-1")) == []
    assert people(real_uow) == 1


def test_without_the_lock_one_of_them_fails(postgres_uow: Uow) -> None:
    """Control; the key on openid keeps even this from making two."""
    raised = sign_in_twice(postgres_uow, Unlocked, WeChatIdentity("o-1"), WeChatIdentity("o-1"))
    assert raised == [IntegrityError.__name__]
    assert people(postgres_uow) == 1


def test_two_sign_ins_of_one_unionid_make_one_traveller(real_uow: Uow) -> None:
    assert sign_in_twice(real_uow, Slow, WeChatIdentity("o-1", "u-1"), WeChatIdentity("o-2", "u-1")) == []
    assert people(real_uow) == 1


def test_without_the_lock_one_person_becomes_two(postgres_uow: Uow) -> None:
    """Control."""
    sign_in_twice(postgres_uow, Unlocked, WeChatIdentity("o-1", "u-1"), WeChatIdentity("o-2", "u-1"))
    assert people(postgres_uow) == 2


def test_a_merge_that_two_copies_see_happens_once(real_uow: Uow) -> None:
    traveller(real_uow, "o-1")
    traveller(real_uow, "o-2", "u-1")
    assert sign_in_twice(real_uow, Slow, WeChatIdentity("o-1", "u-1"), WeChatIdentity("o-1", "u-1")) == []
    assert people(real_uow) == 1
    assert len(told(real_uow, "passengers_merged")) == 1


class GenerousWeChat(FakeWeChat):
    """Gives a code's owner to everyone who asks, as WeChat may for an instant."""

    def identity_of(self, code: str) -> WeChatIdentity:
        return WeChatIdentity("o-1")


def code_used_twice(uow: Uow, store: type[PassengersStore]) -> list[str]:
    code = new_id()
    units = copies(uow, store)
    requests = [request(schemas.SignInSchema, code=code) for _ in units]
    return at_once(
        *[
            lambda unit=unit, asked=asked: usecases.sign_in(unit, VAULT, GenerousWeChat(), asked)  # type: ignore[misc]
            for unit, asked in zip(units, requests, strict=True)
        ]
    )


def test_of_two_requests_with_one_code_one_signs_in(real_uow: Uow) -> None:
    assert code_used_twice(real_uow, PassengersStore) == [CodeRefused.__name__]


def test_a_store_that_looks_first_lets_both_in(postgres_uow: Uow) -> None:
    """Control."""
    traveller(postgres_uow)
    assert code_used_twice(postgres_uow, LooksFirst) == []


def one_document_twice(uow: Uow, store: type[PassengersStore]) -> list[str]:
    passenger_id = traveller(uow)
    agree(uow, passenger_id)
    one, other = copies(uow, store)
    return at_once(lambda: add_document(one, passenger_id), lambda: add_document(other, passenger_id))


def test_one_document_sent_twice_at_once_is_kept_once(real_uow: Uow) -> None:
    assert one_document_twice(real_uow, PassengersStore) == [DocumentExists.__name__]


def test_without_the_lock_on_the_traveller_it_is_kept_twice(postgres_uow: Uow) -> None:
    """Control."""
    assert one_document_twice(postgres_uow, UnheldTraveller) == []


def test_whoever_is_erased_while_signing_in_is_not_half_there(real_uow: Uow) -> None:
    for _ in range(3):
        passenger_id = traveller(real_uow)
        asked = request(schemas.WriteSchema, passenger_id=passenger_id)
        one, other = copies(real_uow, Slow)
        raised = at_once(
            lambda unit=one, asked=asked: usecases.request_erasure(unit, asked, 24),  # type: ignore[misc]
            lambda unit=other: sign_in(unit, WeChatIdentity("o-1")),  # type: ignore[misc]
        )
        assert set(raised) <= {"NoSession", "PassengerNotFound"}, "signed in, and erased before the answer"
        with real_uow.read() as tx:
            owners = tx.connection.execute(select(WECHAT_ACCOUNTS.c.passenger_id)).scalars().all()
            assert passenger_id not in owners
            assert all(tx.store.passenger(owner) for owner in owners)

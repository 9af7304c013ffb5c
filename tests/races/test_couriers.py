"""One parcel, one courier, one refund, whatever two desks and a claimant do at the same moment, by two copies of the
service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel import migrate
from tests.fakes.till import FakeTill
from tests.races.test_claims import Uow, opened, patiently
from tests.races.test_last_seat import at_once
from tests.support.databases import Postgres
from tests.unit.lostfound.claims import DESK, OTHER_DESK, events, hand_over, see, state_of, withdraw
from tests.unit.lostfound.couriers import approved, hand, order, paid, pay, release, shown, succeeded
from tests.unit.lostfound.examples import broken


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Uow, Uow]]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/lostfound.sqlite3"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database("lostfound")
    migrate.upgrade("lostfound", url)
    yield from opened(url)


def told(uow: Any, name: str) -> int:
    return len(events(uow, name))


def test_two_desks_hand_one_parcel_to_the_courier_once(copies: tuple[Uow, Uow]) -> None:
    one, other = copies
    item, mine = approved(one)
    made = paid(one, FakeTill(), mine["id"])
    endings = at_once(
        [
            patiently(lambda: hand(one, made["id"], DESK, "SF1111111111111")),
            patiently(lambda: hand(other, made["id"], OTHER_DESK, "SF2222222222222")),
        ]
    )
    assert endings == {"done": 1, "WrongParcel": 1}
    assert (told(one, "courier_sent"), state_of(one, item), broken(one)) == (1, "sent", [])


def test_a_parcel_leaves_or_is_paid_back_and_never_both(copies: tuple[Uow, Uow]) -> None:
    one, other = copies
    till = FakeTill()
    item, mine = approved(one)
    made = paid(one, till, mine["id"])
    at_once(
        [
            patiently(lambda: hand(one, made["id"])),
            patiently(lambda: release(other, till, made["id"])),
        ]
    )
    now = shown(one, mine["id"])
    left = now["parcel"] == "sent"
    assert (state_of(one, item), now["refunding_fen"]) == (("sent", 0) if left else ("reserved", 1800))
    assert (told(one, "courier_sent"), told(one, "courier_refunded")) == ((1, 0) if left else (0, 1))


def test_whoever_withdraws_while_the_money_arrives_has_it_back_once(copies: tuple[Uow, Uow]) -> None:
    one, other = copies
    till = FakeTill()
    item, mine = approved(one)
    made = order(one, mine["id"])
    pay(one, till, made["id"])
    till.paid(made["id"])
    at_once(
        [
            patiently(lambda: succeeded(one, till, made["id"])),
            patiently(lambda: withdraw(other, mine["id"])),
        ]
    )
    now = shown(one, mine["id"])
    assert (now["parcel"], now["refunding_fen"], state_of(one, item)) == ("cancelled", 1800, "stored")
    assert told(one, "courier_refunded") == 1


def test_an_item_is_fetched_or_sent_and_never_both(copies: tuple[Uow, Uow]) -> None:
    one, other = copies
    item, mine = approved(one)
    made = paid(one, FakeTill(), mine["id"])
    at_once(
        [
            patiently(lambda: hand(one, made["id"])),
            patiently(lambda: hand_over(other, item, mine["code"])),
        ]
    )
    sent = state_of(one, item) == "sent"
    assert see(one, mine["id"])["state"] == ("approved" if sent else "handed_over")
    assert told(one, "courier_sent") == int(sent)
    assert shown(one, mine["id"])["refunding_fen"] == (0 if sent else 1800)
    assert broken(one) == []

"""Claimants are reminded once of what lies there for them, and only while it does. Over both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from kernel.clock import real_now
from services.lostfound.store.claim_tables import CLAIMS
from services.lostfound.usecases.reminding import remind_claimants
from tests.fakes.lostfound_matching import KnowingStore, forget
from tests.store.suite import Suite
from tests.unit.lostfound.claims import claimed, decide, events, found, see, withdraw


@pytest.fixture
def suite(suite: Suite) -> Suite:
    forget()
    return Suite(suite.service, KnowingStore, suite.metadata, suite.fake)


def approved(uow: Any, days_ago: float = 12) -> dict[str, Any]:
    """A claim that was approved so long ago."""
    mine = claimed(uow, found(uow))
    decide(uow, mine)
    with uow.write() as tx:
        at = tx.now() - timedelta(days=days_ago)
        tx.connection.execute(update(CLAIMS).where(CLAIMS.c.id == mine["id"]).values(decided_at=at))
    return mine


def before_the_end(uow: Any, claim: dict[str, Any], days: float) -> datetime:
    return datetime.fromisoformat(see(uow, claim["id"])["fetch_by"]) - timedelta(days=days)


def test_who_has_two_days_left_is_reminded_once_with_where_and_until_when(real_uow: Any) -> None:
    mine = approved(real_uow)
    assert remind_claimants(real_uow, before_the_end(real_uow, mine, 2.1)) == 0
    assert remind_claimants(real_uow, before_the_end(real_uow, mine, 1.9)) == 1
    assert remind_claimants(real_uow, before_the_end(real_uow, mine, 1.0)) == 0
    (told,) = events(real_uow, "pickup_due")
    assert told["data"]["desk"] == {"zh": "T2失物招领处", "en": "Lost and found T2"}
    assert told["data"]["fetch_by"] == see(real_uow, mine["id"])["fetch_by"]
    decided = events(real_uow, "claim_decided")[0]
    assert decided["data"]["fetch_by"] == told["data"]["fetch_by"]
    assert told["aggregate_version"] > decided["aggregate_version"]


def test_who_was_told_today_or_needs_it_no_more_is_not_reminded(real_uow: Any) -> None:
    fresh = approved(real_uow, days_ago=0)
    gone = approved(real_uow)
    ends = before_the_end(real_uow, gone, 1)
    withdraw(real_uow, gone["id"])
    assert remind_claimants(real_uow, ends) == 0
    assert remind_claimants(real_uow, real_now() + timedelta(days=30)) == 0
    assert see(real_uow, fresh["id"])["state"] == "approved"
    assert events(real_uow, "pickup_due") == []

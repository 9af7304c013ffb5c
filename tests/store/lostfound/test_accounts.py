"""Accounts that become one or are forgotten, whatever order the news of it comes in. Over both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from kernel.ids import new_id
from services.lostfound.errors import ReportNotFound
from services.lostfound.schemas import finds
from services.lostfound.store.claim_tables import FINDS
from services.lostfound.usecases import finding, people
from tests.fakes.lostfound_matching import KnowingStore, forget
from tests.store.suite import Suite
from tests.unit.lostfound.claims import ANN, BEN, DESK, PASSPORT, announce, events, file, found, hints, settle
from tests.unit.lostfound.examples import PLACE

CAT = "account-cat"


@pytest.fixture
def suite(suite: Suite) -> Suite:
    forget()
    return Suite(suite.service, KnowingStore, suite.metadata, suite.fake)


def erase(uow: Any, passenger_id: str, *earlier: str) -> None:
    data = {"erasure_id": new_id(), "passenger_id": passenger_id, "earlier_ids": list(earlier)}
    people.erase(uow, new_id(), data)


def reports_of(uow: Any, passenger_id: str) -> list[str]:
    with uow.read() as tx:
        return [each.id for each in tx.store.reports_of(passenger_id, None, 10)]


def find_of(uow: Any, find_id: str) -> dict[str, Any]:
    request = finds.GetFindSchema().load({"actor": DESK, "find_id": find_id})
    view: dict[str, Any] = finding.get_find(uow, PLACE, request)["find"]
    return view


def test_merges_that_are_heard_in_the_other_order_end_at_the_same_account(real_uow: Any) -> None:
    report = file(real_uow, ANN)
    people.note_merge(real_uow, new_id(), BEN, CAT)
    people.note_merge(real_uow, new_id(), ANN, BEN)
    assert reports_of(real_uow, CAT) == [report["id"]]


def test_whoever_became_an_account_that_is_forgotten_is_forgotten_with_it(real_uow: Any) -> None:
    people.note_merge(real_uow, new_id(), BEN, ANN)
    erase(real_uow, ANN, BEN)
    with pytest.raises(ReportNotFound):
        file(real_uow, BEN)
    assert reports_of(real_uow, ANN) == reports_of(real_uow, BEN) == []


def test_what_a_forgotten_report_had_in_common_with_things_is_forgotten(real_uow: Any) -> None:
    item, report = found(real_uow), file(real_uow, ANN)
    settle(real_uow)
    erase(real_uow, ANN)
    with real_uow.read() as tx:
        match = tx.store.match_of_pair(item["id"], report["id"])
    assert (match.reasons, match.kind.value) == ("[]", "item")


def test_a_forgotten_finder_is_no_longer_waited_for(real_uow: Any) -> None:
    report = file(real_uow, BEN, private={"document": PASSPORT}, category="passport")
    announced = announce(real_uow, passenger_id=ANN, description="Ann Lee's, at 12 Main Street")
    settle(real_uow)
    assert len(hints(real_uow, report["id"], BEN)["hints"]) == 1
    erase(real_uow, ANN)
    settle(real_uow)
    find = find_of(real_uow, announced["find_id"])
    assert (find["state"], find["description"], find["place"]) == ("closed", "", "")
    assert (find["document"], find["contact"]["phone"]) == (None, "")
    assert hints(real_uow, report["id"], BEN)["hints"] == []
    with real_uow.read() as tx:
        index = tx.store.matching(b"", None)
        assert announced["find_id"] not in index._things, "its document is found no more"
    assert len(events(real_uow, "find_changed")) == 1


def test_what_no_finder_ever_brought_is_forgotten_in_time(real_uow: Any) -> None:
    old, new = announce(real_uow), announce(real_uow, address="192.0.2.8")
    with real_uow.write() as tx:
        long_ago = tx.now() - timedelta(days=PLACE.settings.keep_days + 1)
        tx.connection.execute(update(FINDS).where(FINDS.c.id == old["find_id"]).values(announced_at=long_ago))
    people.forget_old(real_uow, PLACE)
    assert find_of(real_uow, old["find_id"])["state"] == "closed"
    assert find_of(real_uow, new["find_id"])["state"] == "announced"
    with real_uow.read() as tx:
        kept = tx.connection.execute(select(FINDS.c.id).where(FINDS.c.contact_sealed.is_not(None)))
        assert list(kept.scalars()) == [new["find_id"]]

"""How claims end: fetched in a window, withdrawn, lapsed, closed with their report, forgotten. Over both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from kernel.clock import real_now
from kernel.ids import new_id
from services.lostfound import schemas, usecases
from services.lostfound.errors import (
    ItemClaimed,
    NoWindow,
    WrongClaimState,
)
from services.lostfound.schemas import reports
from services.lostfound.store.claim_tables import CLAIMS
from services.lostfound.usecases import deciding, handing, people, reporting
from tests.fakes.lostfound_matching import KnowingStore, forget
from tests.store.suite import Suite
from tests.unit.lostfound.claims import (
    ANN,
    BEN,
    DESK,
    IDENTITY,
    asker,
    at_time,
    choose,
    claim,
    claimed,
    decide,
    events,
    found,
    hand_over,
    handover,
    see,
    settle,
    state_of,
    windows,
    withdraw,
)
from tests.unit.lostfound.examples import PLACE, broken, chain, place


@pytest.fixture
def suite(suite: Suite) -> Suite:
    forget()
    return Suite(suite.service, KnowingStore, suite.metadata, suite.fake)


def test_what_nobody_fetches_lies_there_for_others_again(real_uow: Any) -> None:
    item = found(real_uow)
    mine = claimed(real_uow, item)
    decide(real_uow, mine)
    assert deciding.lapse_claims(real_uow, real_now()) == 0
    with real_uow.write() as tx:
        tx.connection.execute(update(CLAIMS).values(fetch_by=tx.now() - timedelta(minutes=1)))
    assert deciding.lapse_claims(real_uow, real_now()) == 1
    assert (see(real_uow, mine["id"])["state"], state_of(real_uow, item)) == ("lapsed", "stored")
    assert chain(real_uow, item)[-1] == ("released", "desk:t2")
    assert [each["data"]["passenger_id"] for each in events(real_uow, "claim_lapsed")] == [ANN]
    assert broken(real_uow) == []


def test_withdrawn_after_it_was_approved_it_is_free_again(real_uow: Any) -> None:
    item = found(real_uow)
    mine = claimed(real_uow, item)
    decide(real_uow, mine)
    withdraw(real_uow, mine["id"])
    assert state_of(real_uow, item) == "stored"
    with pytest.raises(WrongClaimState):
        withdraw(real_uow, mine["id"])
    with pytest.raises(WrongClaimState):
        decide(real_uow, mine)
    again = claim(real_uow, report_id=mine["report_id"], item_number=item["number"])
    decide(real_uow, again)
    assert state_of(real_uow, item) == "reserved"


def test_a_report_that_closes_takes_its_claims_with_it(real_uow: Any) -> None:
    one, other = found(real_uow), found(real_uow)
    mine = claimed(real_uow, one)
    also = claim(real_uow, report_id=mine["report_id"], item_number=other["number"])
    decide(real_uow, mine)
    decide(real_uow, also)
    hand_over(real_uow, one, see(real_uow, mine["id"])["code"])
    settle(real_uow)
    assert (see(real_uow, also["id"])["state"], state_of(real_uow, other)) == ("withdrawn", "stored")
    third = claimed(real_uow, other)
    request = {
        "request_id": new_id(),
        "report_id": third["report_id"],
        "why": "found_elsewhere",
        **asker(ANN),
    }
    reporting.close_report(real_uow, PLACE, reports.CloseReportSchema().load(request))
    assert see(real_uow, third["id"])["state"] == "withdrawn"


def test_windows_are_in_desk_hours_and_hold_so_many(real_uow: Any) -> None:
    narrow = place(window_places=1, window_minutes=120, opens="10:00", closes="14:00", window_days=2)
    ann = claimed(real_uow, found(real_uow), at=narrow)
    ben = claimed(real_uow, found(real_uow), BEN, at=narrow)
    for each in (ann, ben):
        decide(real_uow, each)
    night = datetime.now(PLACE.zone).replace(hour=23, minute=0)
    free = windows(real_uow, ann["id"], narrow, night.astimezone(UTC))
    local = [at_time(each["starts_at"]).astimezone(PLACE.zone).hour for each in free]
    assert local == [10, 12, 10, 12]
    last = free[-1]["starts_at"]
    chosen = choose(real_uow, ann["id"], windows(real_uow, ann["id"], narrow)[-1]["starts_at"], at=narrow)
    taken = chosen["window"]["starts_at"]
    with pytest.raises(NoWindow):
        choose(real_uow, ben["id"], taken, BEN, at=narrow)
    with pytest.raises(NoWindow):
        choose(real_uow, ben["id"], last.replace("00:00Z", "07:00Z"), BEN, at=narrow)


def test_what_is_claimed_is_not_thrown_away(real_uow: Any) -> None:
    item = found(real_uow)
    mine = claimed(real_uow, item)
    request = {"request_id": new_id(), "actor": DESK, "item_id": item["id"], "reason": "twice registered"}
    with pytest.raises(ItemClaimed) as refused:
        usecases.void_item(real_uow, PLACE, schemas.VoidItemSchema().load(request))
    assert refused.value.data == {"number": item["number"], "claims": [mine["number"]]}
    decide(real_uow, mine, "refuse", reason="other_item")
    request["request_id"] = new_id()
    usecases.void_item(real_uow, PLACE, schemas.VoidItemSchema().load(request))


def test_an_account_that_is_forgotten_leaves_the_handover_and_nothing_else(real_uow: Any) -> None:
    item, other = found(real_uow), found(real_uow)
    mine = claimed(real_uow, item)
    decide(real_uow, mine)
    hand_over(real_uow, item, see(real_uow, mine["id"])["code"])
    open_ = claimed(real_uow, other)
    decide(real_uow, open_)
    copy = people.export_passenger(real_uow, PLACE, ANN)
    assert [each["identity"] for each in copy["claims"]] == [None, IDENTITY]
    people.erase(real_uow, "ev-1", {"erasure_id": "er-1", "passenger_id": ANN, "earlier_ids": []})
    assert state_of(real_uow, other) == "stored", "what was kept for them lies there for others"
    shown = see(real_uow, mine["id"], None)
    assert (shown["proof"]["marks"], shown["filed_by"], shown["history"]) == ("", "traveller", None)
    assert handover(real_uow, mine["id"])["identity"]["number"] == "5****0987"
    people.forget_old(real_uow, PLACE)
    with real_uow.write() as tx:
        tx.store.forget_identities(tx.now() + timedelta(days=1))
    assert handing.get_handover(real_uow, PLACE, {"claim_id": mine["id"], "actor": DESK}) == {
        "handover": None
    }

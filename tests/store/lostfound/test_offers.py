"""A desk offers what was found to a report by hand: the owner is told as of a likely match, and no more. Both databases."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.ids import new_id
from services.lostfound.errors import (
    AlreadyClaimed,
    HintDismissed,
    ItemGone,
    ItemNotFound,
    ItemPromised,
    ReportClosed,
    ReportNotFound,
)
from services.lostfound.schemas import offers, reports
from services.lostfound.usecases import matching, offering, reporting
from tests.fakes.lostfound_matching import KnowingStore, forget
from tests.store.suite import Suite
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
    hints,
    see,
    settle,
)
from tests.unit.lostfound.examples import PLACE

SECRETS = ("Nikon", "Z6", "T2-GATE-34", "t2", "green thread")


@pytest.fixture
def suite(suite: Suite) -> Suite:
    forget()
    return Suite(suite.service, KnowingStore, suite.metadata, suite.fake)


def offer(uow: Any, item: dict[str, Any], report: dict[str, Any], actor: str = DESK) -> dict[str, Any]:
    request = {"request_id": new_id(), "actor": actor, "report_id": report["number"], "item": item["number"]}
    answer = offering.offer_hint(uow, PLACE, offers.OfferHintSchema().load(request))
    assert offers.OfferedSchema().validate(answer) == {}
    return answer


def dismiss(uow: Any, match_id: str, **by: str) -> None:
    request = {"request_id": new_id(), "match_id": match_id, **by}
    matching.dismiss_match(uow, PLACE, reports.DismissMatchSchema().load(request))


def match_of(uow: Any, report: dict[str, Any]) -> dict[str, Any]:
    asked = reports.ListMatchesSchema().load({"actor": DESK, "report_id": report["id"]})
    answer = matching.list_matches(uow, PLACE, asked)
    assert reports.MatchesSchema().validate(answer) == {}
    (match,) = answer["matches"]
    return dict(match)


def camera(uow: Any) -> dict[str, Any]:
    """What nobody would match with a coat; kept among what isn't in the public list."""
    return found(uow, category="camera", brand="Nikon", description="Z6 body", colours=["black"])


def test_what_a_desk_offers_is_a_hint_and_its_owner_is_told_once(real_uow: Any) -> None:
    item, report = camera(real_uow), file(real_uow, ANN)
    settle(real_uow)
    assert hints(real_uow, report["id"])["hints"] == []
    first = offer(real_uow, item, report)
    assert (first["told"], first["reachable"]) == (True, True)
    again = offer(real_uow, item, report, OTHER_DESK)
    assert again == {**first, "told": False}
    (told,) = events(real_uow, "match_found")
    assert told["data"] == {
        "match_id": first["match_id"],
        "report_id": report["id"],
        "passenger_id": ANN,
        "band": "likely",
        "kind": "item",
        "category": "coat",
    }
    match = match_of(real_uow, report)
    assert (match["offered_by"], match["band"], match["probability"]) == (DESK, "likely", 0.0)
    (hint,) = hints(real_uow, report["id"])["hints"]
    assert claim(real_uow, match_id=hint["match_id"])["state"] == "submitted"


def test_an_offered_hint_says_nothing_that_a_thief_could_use(real_uow: Any) -> None:
    item, report = camera(real_uow), file(real_uow, ANN)
    offer(real_uow, item, report)
    said = str(hints(real_uow, report["id"])) + str(events(real_uow, "match_found"))
    for secret in (*SECRETS, item["number"], item["id"]):
        assert secret not in said
    silent = file(real_uow, BEN, private={"contact": None})
    offer(real_uow, item, silent)
    assert hints(real_uow, silent["id"], BEN) == {"needs_marks": True, "hints": []}


def test_what_the_matching_thinks_later_takes_no_offer_back(real_uow: Any) -> None:
    item, report = camera(real_uow), file(real_uow, ANN)
    offer(real_uow, item, report)
    settle(real_uow)
    assert len(hints(real_uow, report["id"])["hints"]) == 1
    assert len(events(real_uow, "match_found")) == 1


def test_a_caller_without_an_account_is_told_by_staff(real_uow: Any) -> None:
    report = file(real_uow, None, private={"contact": {"phone": "+44 20 7946 0000"}})
    answer = offer(real_uow, camera(real_uow), report)
    assert (answer["told"], answer["reachable"]) == (False, False)
    assert events(real_uow, "match_found") == []


def test_what_staff_dismissed_is_offered_again_and_what_the_owner_dismissed_is_not(real_uow: Any) -> None:
    item, report = camera(real_uow), file(real_uow, ANN)
    match_id = offer(real_uow, item, report)["match_id"]
    dismiss(real_uow, match_id, actor=DESK)
    assert hints(real_uow, report["id"])["hints"] == []
    offer(real_uow, item, report, OTHER_DESK)
    assert len(hints(real_uow, report["id"])["hints"]) == 1
    dismiss(real_uow, match_id, passenger_id=ANN)
    with pytest.raises(HintDismissed):
        offer(real_uow, item, report)
    assert hints(real_uow, report["id"])["hints"] == []


def test_nothing_is_offered_that_is_promised_gone_claimed_or_unknown(real_uow: Any) -> None:
    item = found(real_uow)
    report = file(real_uow, BEN)
    mine = claimed(real_uow, item, ANN)
    own = {"number": mine["report_number"]}
    with pytest.raises(AlreadyClaimed):
        offer(real_uow, item, own)
    decide(real_uow, mine)
    with pytest.raises(ItemPromised):
        offer(real_uow, item, report)
    hand_over(real_uow, item, see(real_uow, mine["id"])["code"])
    with pytest.raises(ItemGone):
        offer(real_uow, item, report)
    with pytest.raises(ItemNotFound):
        offer(real_uow, {"number": "CSX-000000-0"}, report)
    with pytest.raises(ReportNotFound):
        offer(real_uow, camera(real_uow), {"number": "R-000000"})
    close = {"request_id": new_id(), "passenger_id": BEN, "report_id": report["id"], "why": "withdrawn"}
    reporting.close_report(real_uow, PLACE, reports.CloseReportSchema().load(close))
    with pytest.raises(ReportClosed):
        offer(real_uow, camera(real_uow), report)
    assert events(real_uow, "match_found") == []

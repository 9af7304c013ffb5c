"""Claims from the hint to the signature: who may claim, what is shown when, codes. Over both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from kernel.clock import real_now
from kernel.errors import RequestReused
from kernel.ids import new_id
from services.lostfound import usecases
from services.lostfound.domain.numbers import new_number
from services.lostfound.errors import (
    AlreadyClaimed,
    AlreadyHandedOver,
    BadRequest,
    ClaimNotFound,
    CodeLocked,
    ComeToDesk,
    ItemGone,
    ItemPromised,
    MatchNotFound,
    NotHere,
    SamePerson,
    SecondPersonNeeded,
    TooManyClaims,
    TooManyGuesses,
    WrongCode,
)
from services.lostfound.schemas import claims
from services.lostfound.store.claim_tables import CLAIMS
from services.lostfound.usecases import deciding
from tests.fakes.lostfound_matching import KnowingStore, forget
from tests.store.suite import Suite
from tests.unit.lostfound.claims import (
    ANN,
    BEN,
    DESK,
    MARKS,
    OTHER_DESK,
    choose,
    claim,
    claimed,
    decide,
    events,
    file,
    found,
    hand_over,
    handover,
    hints,
    see,
    settle,
    state_of,
    windows,
    withdraw,
)
from tests.unit.lostfound.examples import PLACE, accept, broken, chain, place, register, sealed, send


@pytest.fixture
def suite(suite: Suite) -> Suite:
    forget()
    return Suite(suite.service, KnowingStore, suite.metadata, suite.fake)


def queue(uow: Any, **asked: Any) -> list[str]:
    request = claims.SearchClaimsSchema().load({"actor": DESK, **asked})
    answer = deciding.search_claims(uow, PLACE, request)
    assert claims.DeskClaimPageSchema().validate(answer) == {}
    return [each["id"] for each in answer["claims"]]


def test_a_jacket_goes_from_the_shelf_to_the_one_who_knows_the_green_thread(real_uow: Any) -> None:
    item, report = found(real_uow), file(real_uow)
    settle(real_uow)
    (hint,) = hints(real_uow, report["id"])["hints"]
    mine = claim(real_uow, match_id=hint["match_id"])
    assert (mine["state"], mine["item_number"], mine["code"], mine["desk_id"]) == (
        "submitted",
        None,
        None,
        None,
    )
    assert hints(real_uow, report["id"])["hints"][0]["claim_id"] == mine["id"]
    desk = see(real_uow, mine["id"], None)
    assert desk["proof"]["marks"] == MARKS
    assert (desk["report"]["marks_before_hints"], desk["has_code"]) == (True, False)
    decide(real_uow, desk)
    assert state_of(real_uow, item) == "reserved"
    mine = see(real_uow, mine["id"])
    assert (mine["item_number"], mine["desk_id"], len(mine["code"])) == (item["number"], "t2", 8)
    assert "code" not in see(real_uow, mine["id"], None), "staff never read it"
    first = windows(real_uow, mine["id"])[0]
    assert choose(real_uow, mine["id"], first["starts_at"])["window"]["starts_at"] == first["starts_at"]
    said = f"{mine['code'][:4].lower()} {mine['code'][4:]}"
    hand_over(real_uow, item, said)
    settle(real_uow)
    assert state_of(real_uow, item) == "returned"
    assert chain(real_uow, item)[-2:] == [("reserved", "desk:t2"), ("handed_over", "owner")]
    assert broken(real_uow) == []
    assert see(real_uow, mine["id"])["state"] == "handed_over"
    with real_uow.read() as tx:
        assert tx.store.report(report["id"]).why == "returned", "the report closes by itself"
    names = [
        each["name"] for each in events(real_uow) if each["name"] not in ("item_changed", "report_changed")
    ]
    assert names == [
        "item_registered",
        "report_filed",
        "match_found",
        "claim_submitted",
        "claim_decided",
        "pickup_set",
        "item_returned",
    ]
    kept = handover(real_uow, mine["id"])
    assert claims.HandoverSchema().validate(kept) == {}
    assert kept["identity"] == {"kind": "passport", "holder_name": "H*** J***", "number": "5****0987"}
    with pytest.raises(AlreadyHandedOver):
        hand_over(real_uow, item, said, OTHER_DESK)


def test_another_accounts_hint_is_no_key(real_uow: Any) -> None:
    found(real_uow)
    report = file(real_uow)
    settle(real_uow)
    (hint,) = hints(real_uow, report["id"])["hints"]
    for who in (BEN, "account-eve"):
        with pytest.raises(Exception, match="report_not_found"):
            claim(real_uow, who, match_id=hint["match_id"])
    mine = claim(real_uow, match_id=hint["match_id"])
    with pytest.raises(AlreadyClaimed):
        claim(real_uow, match_id=hint["match_id"])
    for ask in (see, withdraw):
        with pytest.raises(ClaimNotFound):
            ask(real_uow, mine["id"], BEN)


def test_wrong_numbers_are_counted_and_look_like_any_other(real_uow: Any) -> None:
    item, report = found(real_uow), file(real_uow)
    few = place(number_guesses=2)
    for number in ("CSX-222222-2", "nonsense"):
        with pytest.raises(MatchNotFound):
            claim(real_uow, at=few, report_id=report["id"], item_number=number)
    with pytest.raises(TooManyGuesses):
        claim(real_uow, at=few, report_id=report["id"], item_number=item["number"])
    assert claim(real_uow, report_id=report["id"], item_number=item["number"].lower())["state"] == "submitted"


def test_wrong_proof_counts_honest_mistakes_do_not(real_uow: Any) -> None:
    strict = place(claims_refused=2, claims_open=2)
    for reason in ("other_item", "not_enough", "wrong_proof"):
        mine = claimed(real_uow, found(real_uow), at=strict)
        decide(real_uow, mine, "refuse", at=strict, reason=reason, note="collar is blank")
        shown = see(real_uow, mine["id"])
        assert (shown["state"], shown["reason"]) == ("refused", reason)
        assert "collar" not in str(shown), "what was compared stays with staff"
    mine = claimed(real_uow, found(real_uow), at=strict)
    decide(real_uow, mine, "refuse", at=strict, reason="wrong_proof")
    report = file(real_uow)
    item = found(real_uow)
    with pytest.raises(ComeToDesk):
        claim(real_uow, at=strict, report_id=report["id"], item_number=item["number"])
    at_desk = claim(real_uow, None, at=strict, report_id=report["id"], item_number=item["number"])
    assert at_desk["history"] == {"claims": 5, "refused": 2, "returned": 0, "reports": 5}


def test_few_claims_are_open_at_a_time(real_uow: Any) -> None:
    few = place(claims_open=1)
    mine = claimed(real_uow, found(real_uow), at=few)
    with pytest.raises(TooManyClaims):
        claimed(real_uow, found(real_uow), at=few)
    withdraw(real_uow, mine["id"])
    claimed(real_uow, found(real_uow), at=few)


def test_five_wrong_codes_lock_until_staff_renew_it(real_uow: Any) -> None:
    item = found(real_uow)
    mine = claimed(real_uow, item)
    decide(real_uow, mine)
    code = see(real_uow, mine["id"])["code"]
    repeated = new_id()
    for left in (4, 4, 3, 2, 1, 0):
        again = repeated if left == 4 else new_id()
        with pytest.raises(WrongCode) as refused:
            hand_over(real_uow, item, "WRONGONE", request_id=again)
        assert refused.value.data == {"tries_left": left}, "a repeat is no second try"
    with pytest.raises(CodeLocked):
        hand_over(real_uow, item, code)
    assert see(real_uow, mine["id"])["code_locked"] is True
    request = {"request_id": new_id(), "actor": DESK, "claim_id": mine["id"], "note": "Showed her passport"}
    deciding.renew_code(real_uow, PLACE, claims.RenewCodeSchema().load(request))
    fresh = see(real_uow, mine["id"])["code"]
    with pytest.raises(WrongCode):
        hand_over(real_uow, item, code)
    assert hand_over(real_uow, item, fresh)["claim_id"] == mine["id"]


def test_it_is_handed_over_where_it_lies(real_uow: Any) -> None:
    item = found(real_uow)
    with pytest.raises(ClaimNotFound):
        hand_over(real_uow, item)
    mine = claimed(real_uow, item)
    decide(real_uow, mine)
    code = see(real_uow, mine["id"])["code"]
    with pytest.raises(NotHere):
        hand_over(real_uow, item, code, desk_id="t1")
    hand_over(real_uow, item, code, desk_id="t2")


def test_it_is_signed_on_the_screen_or_on_paper(real_uow: Any) -> None:
    item = found(real_uow)
    mine = claimed(real_uow, item)
    decide(real_uow, mine)
    code = see(real_uow, mine["id"])["code"]
    chinese = {"kind": "id_card", "holder_name": "张三", "number": "110105194912310021"}
    neither = sealed({"identity": chinese})
    with pytest.raises(BadRequest):
        hand_over(real_uow, item, code, sealed=neither)
    hand_over(real_uow, item, code, sealed=sealed({"identity": chinese, "paper": "H-0412"}))
    shown = handover(real_uow, mine["id"])
    assert claims.HandoverSchema().validate(shown) == {}
    assert (shown["signature"], shown["paper"], shown["identity"]["holder_name"]) == (None, "H-0412", "张*")
    assert handover(real_uow, mine["id"], ANN) == shown
    with pytest.raises(ClaimNotFound):
        handover(real_uow, mine["id"], BEN)


def test_a_caller_without_an_account_shows_only_who_they_are(real_uow: Any) -> None:
    item = found(real_uow)
    report = file(real_uow, None, private={"contact": {"phone": "13812345678"}})
    at_desk = claim(real_uow, None, report_id=report["id"], item_number=item["number"])
    assert at_desk["contact"]["phone"] == "138*****78"
    decide(real_uow, at_desk)
    assert see(real_uow, at_desk["id"], None)["has_code"] is False
    assert hand_over(real_uow, item)["item_id"] == item["id"]


def test_what_is_precious_leaves_by_no_ones_word_alone(real_uow: Any) -> None:
    mine, item = promised_watch(real_uow, ANN)
    code = see(real_uow, mine["id"])["code"]
    with pytest.raises(SecondPersonNeeded):
        hand_over(real_uow, item, code)  # who hands it over approved it
    with pytest.raises(SamePerson):
        hand_over(real_uow, item, code, witness=DESK)
    assert hand_over(real_uow, item, code, OTHER_DESK)["item_id"] == item["id"], "another one, and the code"
    _, item = promised_watch(real_uow, None)
    with pytest.raises(SecondPersonNeeded):
        hand_over(real_uow, item, actor=OTHER_DESK)  # nobody's phone says a code
    hand_over(real_uow, item, actor=OTHER_DESK, witness=DESK)
    with real_uow.read() as tx:
        (*_, last) = tx.store.custody(item["id"])
    assert (last.actor, last.witness) == (OTHER_DESK, DESK)


def promised_watch(uow: Any, who: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """A counted watch, and the approved claim on it, of an account or of a caller."""
    item = found(uow, category="watch")
    request = {
        "request_id": new_id(),
        "note": "",
        "actor": DESK,
        "item_id": item["id"],
        "cash": [],
        "witness": OTHER_DESK,
    }
    usecases.count_cash(uow, PLACE, request)
    contact = {"contact": {"phone": "13812345678"}}
    report = file(uow, who, category="watch", **({} if who else {"private": contact}))
    made = claim(uow, who, report_id=report["id"], item_number=item["number"])
    decide(uow, made)
    return made, item


def test_what_an_airline_keeps_is_brought_to_a_desk_before_it_is_promised(real_uow: Any) -> None:
    found(real_uow)
    spec = {"category": "coat", "found_from": "2026-11-20T04:00:00Z", "place": "AIRCRAFT"}
    item = register(real_uow, item=spec, desk_id=None, shelf=None, airline="CZ")
    mine = claimed(real_uow, item)
    assert queue(real_uow, airline="CZ") == [mine["id"]]
    assert queue(real_uow, airline="MU") == []
    with pytest.raises(NotHere):
        decide(real_uow, mine)
    accept(real_uow, send(real_uow, item, to_desk="t2"), item["number"])
    decide(real_uow, mine)


def test_two_say_it_is_theirs_and_one_gets_it(real_uow: Any) -> None:
    item = found(real_uow)
    ann, ben = claimed(real_uow, item), claimed(real_uow, item, BEN)
    assert queue(real_uow, state="submitted") == [ann["id"], ben["id"]], "who waits longest comes first"
    assert [each["id"] for each in see(real_uow, ann["id"], None)["rivals"]] == [ben["id"]]
    decide(real_uow, ann)
    with pytest.raises(ItemPromised):
        decide(real_uow, ben)
    hand_over(real_uow, item, see(real_uow, ann["id"])["code"])
    lost = see(real_uow, ben["id"], BEN)
    assert (lost["state"], lost["reason"]) == ("refused", "returned_to_other")
    with pytest.raises(ItemGone):
        claimed(real_uow, item, "account-eve")
    assert queue(real_uow, q=item["number"]) == [ben["id"], ann["id"]]
    for number in (ben["number"], ben["report_number"].lower()):
        assert queue(real_uow, q=number) == [ben["id"]]


def test_a_claims_number_that_looks_like_an_items_finds_the_claim(real_uow: Any) -> None:
    looks = new_number(PLACE.airport.iata).removeprefix(f"{PLACE.airport.iata}-").replace("-", "")
    mine = claimed(real_uow, found(real_uow))
    number = f"{looks[0]}-{looks[1:]}"
    with real_uow.write() as tx:
        tx.connection.execute(update(CLAIMS).where(CLAIMS.c.id == mine["id"]).values(number=number))
    assert queue(real_uow, q=number.lower()) == [mine["id"]]


def test_a_repeat_decides_once(real_uow: Any) -> None:
    mine = claimed(real_uow, found(real_uow))
    request = {
        "request_id": new_id(),
        "actor": DESK,
        "claim_id": mine["id"],
        "version": 1,
        "decision": "approve",
    }
    twice = [
        deciding.decide_claim(real_uow, PLACE, claims.DecideClaimSchema().load(request), real_now())
        for _ in range(2)
    ]
    assert twice[0] == twice[1]
    assert len(events(real_uow, "claim_decided")) == 1
    refusal = {**request, "decision": "refuse", "reason": "wrong_proof"}
    with pytest.raises(RequestReused):
        deciding.decide_claim(real_uow, PLACE, claims.DecideClaimSchema().load(refusal), real_now())

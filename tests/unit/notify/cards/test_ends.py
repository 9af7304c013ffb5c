"""Cards whose coupons are used, over, thrown away or another's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kernel.errors import Kind, RemoteError
from services.notify import domain, usecases
from services.notify.card_schemas import CardEvent
from services.notify.domain import CodeState
from services.notify.errors import NotReachable
from tests.unit.notify.cards.house import CARD_ID, CONSUME, CREATE, UNAVAILABLE, House
from tests.unit.notify.mall import CAMPAIGN
from tests.unit.notify.suite import LOST


def test_a_used_coupon_consumes_its_card_though_the_answer_is_lost(house: House) -> None:
    code = house.taken(campaign_id="tea")
    house.wechat.will(CONSUME, LOST, 40099)
    house.used("c1")
    house.run()
    assert house.state() == [CodeState.BOUND]
    house.hear(CardEvent.CONSUMED, code)
    assert house.stuck() == [], "what WeChat tells of our own call is no news"
    house.later(timedelta(minutes=1))
    house.run()
    assert (house.state(), house.stuck()) == ([CodeState.USED], [])


def test_a_coupon_that_was_used_before_it_was_known_to_lie_in_the_wallet_consumes_its_card(
    house: House,
) -> None:
    house.mall.coupon("c9")
    code = house.sign(coupon_id="c9")["code"]
    house.used("c9")
    assert house.run() == 0, "it isn't in the wallet"
    house.hear(CardEvent.GOT, code)
    house.run()
    house.run()
    assert house.wechat.asked[-1][0::2] == (CONSUME, {"card_id": CARD_ID, "code": code})
    assert house.state() == [CodeState.USED]


def test_a_coupon_that_is_over_takes_its_card_out_of_use(house: House) -> None:
    house.taken(campaign_id="tea")
    house.wechat.will(UNAVAILABLE, 40127)
    house.void("c1")
    house.run()
    assert house.state() == [CodeState.VOID]


def test_a_coupon_of_the_page_asks_wechat_nothing(house: House) -> None:
    house.mall.coupon("c9")
    house.used("c9")
    assert house.run() == 0


def test_a_refusal_that_makes_no_sense_stands_where_staff_see_it(house: House) -> None:
    house.taken(campaign_id="tea")
    house.wechat.will(CONSUME, 40073)
    house.used("c1")
    house.run()
    assert house.stuck() == [("consume", "wechat_40073")]


def test_what_never_goes_well_stops_after_most_of_a_day(house: House) -> None:
    house.taken(campaign_id="tea")
    house.wechat.will(CONSUME, *[LOST] * 20)
    house.used("c1")
    for _ in range(domain.TRIES + 3):
        house.run()
        house.later(timedelta(hours=2))
    assert house.wechat.paths().count(CONSUME) == domain.TRIES
    assert house.stuck() == [("consume", "notify.wechat_away")]


def test_a_card_that_a_shop_used_with_wechats_own_app_is_seen(house: House) -> None:
    code = house.taken(campaign_id="tea")
    house.hear(CardEvent.CONSUMED, code)
    assert house.stuck() == [("consume", "consumed_elsewhere")]


def test_a_card_thrown_away_leaves_the_coupon_good(house: House) -> None:
    code = house.taken(campaign_id="tea")
    house.hear(CardEvent.DELETED, code)
    house.used("c1")
    house.run()
    assert house.state() == [CodeState.DELETED]
    assert CONSUME not in house.wechat.paths()
    assert not house.mall.coupons["c1"]["in_wallet"]


def test_a_card_thrown_away_may_be_put_back_as_another_one(house: House) -> None:
    first = house.taken(campaign_id="tea")
    house.hear(CardEvent.DELETED, first)
    house.run()
    second = house.taken(coupon_id="c1")
    assert house.mall.coupons["c1"]["card"] == {"card_id": CARD_ID, "code": second}
    assert second != first


def test_a_till_may_take_a_use_back_before_the_card_is_consumed(house: House) -> None:
    house.taken(campaign_id="tea")
    house.used("c1", "till")
    house.later(timedelta(minutes=9))
    assert house.run() == 1, "the look for a lost event; nothing is consumed yet"
    house.mall.coupons["c1"]["state"] = "claimed"
    house.later(timedelta(minutes=2))
    house.run()
    assert CONSUME not in house.wechat.paths()
    house.used("c1", "till")
    house.later(timedelta(minutes=11))
    house.run()
    assert house.wechat.paths()[-1] == CONSUME


def test_a_coupon_that_comes_back_after_its_card_was_consumed_gets_another_card(house: House) -> None:
    house.taken(campaign_id="tea")
    house.used("c1")
    house.run()
    house.mall.coupons["c1"]["state"] = "claimed"
    usecases.note_given_back(house.notify.uow, {"coupon_id": "c1"})
    house.run()
    assert not house.mall.coupons["c1"]["in_wallet"]
    second = house.taken(coupon_id="c1")
    assert house.mall.coupons["c1"]["card"]["code"] == second
    assert sorted(house.state()) == [CodeState.BOUND, CodeState.USED]


def test_a_claim_whose_answer_was_lost_is_found_by_its_card(house: House) -> None:
    code = house.sign(campaign_id="tea")["code"]
    house.mall.coupon("c7", card={"card_id": CARD_ID, "code": code}, in_wallet=True)
    house.mall.fails["claim_coupon"] = [RemoteError("request.reused", Kind.CONFLICT, {})]
    house.hear(CardEvent.GOT, code)
    house.run()
    [row] = house.cards.code_rows.values()
    assert (row.state, row.coupon_id) == (CodeState.BOUND, "c7")


def test_a_campaign_that_is_over_gets_no_card_any_more(house: House) -> None:
    house.mall.campaigns["old"] = CAMPAIGN | {"id": "old", "why_not": "over"}
    usecases.note_campaign(house.notify.uow, {"campaign_id": "old", "version": 1})
    house.run()
    assert house.wechat.paths() == [CREATE]


def test_one_dead_worker_leaves_the_errand_to_the_next(house: House) -> None:
    house.taken(campaign_id="tea")
    house.used("c1")
    with house.notify.uow.write() as tx:
        now = datetime.now(UTC)
        assert (
            len(tx.store.cards.begin_errands(now + timedelta(seconds=1), now + timedelta(minutes=1), 5)) == 1
        )
    assert house.run() == 0
    house.later(timedelta(minutes=2))
    house.run()
    assert house.state() == [CodeState.USED]


def test_who_is_forgotten_keeps_no_good_card(house: House) -> None:
    code = house.taken(campaign_id="tea")
    forgotten = {"passenger_id": "anna", "earlier_ids": [], "erasure_id": "e1"}
    usecases.erase(house.notify.uow, "event-1", forgotten)
    house.run()
    assert house.wechat.asked[-1][0::2] == (UNAVAILABLE, {"card_id": CARD_ID, "code": code})
    [row] = house.cards.code_rows.values()
    assert (row.passenger_id, row.state) == ("", CodeState.VOID)


@pytest.mark.parametrize(("gone", "whose"), [("merged", ["ben"]), ("erased", [])])
def test_a_code_that_is_signed_while_its_owner_becomes_another_is_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch, gone: str, whose: list[str]
) -> None:
    ticket = house.notify.tokens.card_ticket

    def meanwhile() -> str:
        if gone == "merged":
            usecases.note_merge(house.notify.uow, "m-1", "anna", "ben")
        else:
            data = {"erasure_id": "e-1", "passenger_id": "anna", "earlier_ids": []}
            usecases.erase(house.notify.uow, "e-1", data)
        return ticket()

    monkeypatch.setattr(house.notify.tokens, "card_ticket", meanwhile)
    if gone == "merged":
        house.sign(campaign_id="tea")
    else:
        with pytest.raises(NotReachable):
            house.sign(campaign_id="tea")
    assert [row.passenger_id for row in house.cards.code_rows.values()] == whose

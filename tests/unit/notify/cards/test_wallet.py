"""A card that was taken claims its coupon, whatever is told twice, late or never."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.errors import Kind, RemoteError
from services.notify import domain, usecases
from services.notify.card_schemas import CardEvent
from services.notify.domain import CodeState
from tests.unit.notify.cards.house import CARD_ID, GET, UNAVAILABLE, House


def test_a_card_in_the_wallet_claims_its_coupon_once_whatever_is_told_twice(house: House) -> None:
    code = house.sign(campaign_id="tea")["code"]
    assert house.mall.coupons == {}, "before they say yes nothing is claimed"
    for _ in range(3):
        assert house.hear(CardEvent.GOT, code)
        house.run()
    [coupon] = house.mall.coupons.values()
    assert (coupon["passenger_id"], coupon["source"]) == ("anna", "card")
    assert coupon["card"] == {"card_id": CARD_ID, "code": code}
    assert house.state() == [CodeState.BOUND]
    copied = usecases.export_passenger(house.notify.uow, "anna")
    assert copied["cards"] == [{"campaign_id": "tea", "coupon_id": coupon["id"], "state": "bound"}]
    assert code not in str(copied)


def test_a_coupon_that_was_claimed_before_is_bound_to_its_card(house: House) -> None:
    house.mall.coupon("c9")
    code = house.taken(coupon_id="c9")
    assert house.mall.coupons["c9"]["card"] == {"card_id": CARD_ID, "code": code}
    assert len(house.mall.coupons) == 1


def test_when_none_is_left_the_card_is_taken_out_of_use(house: House) -> None:
    code = house.sign(campaign_id="tea")["code"]
    house.mall.campaigns["tea"]["why_not"] = "gone"
    house.hear(CardEvent.GOT, code)
    house.run()
    house.run()
    assert house.wechat.asked[-1][0::2] == (UNAVAILABLE, {"card_id": CARD_ID, "code": code})
    assert (house.state(), house.stuck()) == ([CodeState.REFUSED], [])
    assert house.mall.coupons == {}


@pytest.mark.parametrize("kind", [Kind.UNAVAILABLE, Kind.DEADLINE])
def test_the_mall_may_be_away_when_a_card_is_taken(house: House, kind: Kind) -> None:
    house.mall.fails["claim_coupon"] = [RemoteError("shop.away", kind, {})]
    code = house.taken(campaign_id="tea")
    assert house.mall.coupons == {}
    house.later(timedelta(minutes=1))
    house.run()
    assert [coupon["card"]["code"] for coupon in house.mall.coupons.values()] == [code]


def test_a_lost_event_is_found_by_asking(house: House) -> None:
    code = house.sign(campaign_id="tea")["code"]
    house.wechat.statuses[code] = "NORMAL"
    assert house.run() == 0, "the event has its minute"
    house.later(timedelta(minutes=1))
    house.run()
    house.run()
    assert [coupon["card"]["code"] for coupon in house.mall.coupons.values()] == [code]


def test_who_said_no_is_asked_after_three_times_and_may_still_say_yes(house: House) -> None:
    code = house.sign(campaign_id="tea")["code"]
    for _ in range(5):
        house.later(timedelta(hours=1))
        house.run()
    assert house.wechat.paths().count(GET) == domain.LOOKS
    assert house.state() == [CodeState.LAPSED]
    house.hear(CardEvent.GOT, code)
    house.run()
    assert house.state() == [CodeState.BOUND]


def test_a_code_that_we_never_signed_is_taken_out_of_use_and_cards_of_others_are_left_alone(
    house: House,
) -> None:
    assert not house.hear(CardEvent.GOT, "000000000000")
    house.run()
    assert house.wechat.asked[-1][0] == UNAVAILABLE
    count = len(house.wechat.asked)
    assert not house.hear(CardEvent.GOT, "1", "pOTHER")
    assert house.run() == 0
    assert len(house.wechat.asked) == count

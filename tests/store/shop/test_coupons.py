"""Coupons are claimed, used for orders and given back, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from services.shop.errors import (
    BadCursor,
    CampaignClosed,
    CampaignNotFound,
    CouponLimit,
    CouponNotFound,
    CouponNotUsable,
    CouponsGone,
)
from services.shop.schemas import campaigns as campaign_schemas
from services.shop.schemas.coupon_words import Back
from services.shop.usecases import coupon_claim, coupon_use
from tests.unit.shop.coupons import (
    ANN,
    BEN,
    CABLE,
    PERCENT,
    TEA,
    claim,
    claimed,
    count,
    give_back,
    later,
    lock,
    look,
    mine,
    pass_time,
    put_out,
    redeem,
    release,
    save,
    seen,
    set_state,
    told,
    use,
)


def show(uow: Any, passenger_id: str | None = ANN) -> list[dict[str, Any]]:
    request = campaign_schemas.ListCampaignsSchema().load({"passenger_id": passenger_id})
    answer = coupon_claim.list_campaigns(uow, request)
    assert campaign_schemas.CampaignsSchema().validate(answer) == {}
    campaigns: list[dict[str, Any]] = answer["campaigns"]
    return campaigns


def offers(uow: Any, *coupon_ids: str, service: str = "shop") -> coupon_use.Offers:
    wish = coupon_use.Wish(service, (TEA, CABLE), coupon_ids)
    with uow.read() as tx:
        return coupon_use.offers(tx.store, ANN, wish, tx.now())


# --- claiming


def test_a_coupon_is_claimed_shown_and_found_by_its_owner_alone(real_uow: Any) -> None:
    campaign_id = put_out(real_uow)
    coupon = claim(real_uow, campaign_id)
    assert (coupon["state"], coupon["why_not"], coupon["order"]) == ("claimed", None, None)
    seen_ = look(real_uow, coupon["id"])
    assert len(seen_["code"]) == 12
    assert [step["after"] for step in seen_["steps"]] == ["claimed"]
    with pytest.raises(CouponNotFound):
        look(real_uow, coupon["id"], BEN)
    assert [(each["mine"], each["left"], each["why_not"]) for each in show(real_uow)] == [(1, 99, "limit")]
    assert [each["why_not"] for each in show(real_uow, BEN)] == [None]
    assert [each["name"] for each in told(real_uow, "coupon_claimed")] == ["coupon_claimed"]
    assert seen_["code"] not in str(told(real_uow))


def test_the_same_request_claims_once_and_gets_the_same_answer_when_all_are_gone(real_uow: Any) -> None:
    campaign_id = put_out(real_uow, stock=1)
    first = claim(real_uow, campaign_id, request_id="request-1")
    with pytest.raises(CouponsGone):
        claim(real_uow, campaign_id, BEN)
    assert claim(real_uow, campaign_id, request_id="request-1") == first
    assert seen(real_uow, campaign_id)["claimed"] == 1
    assert len(told(real_uow, "campaign_changed")) == 3, "made, on, and its last one is claimed"


def test_nobody_claims_more_than_their_share(real_uow: Any) -> None:
    campaign_id = put_out(real_uow, per_person=2)
    for _ in range(2):
        claim(real_uow, campaign_id)
    with pytest.raises(CouponLimit):
        claim(real_uow, campaign_id)
    assert seen(real_uow, campaign_id)["claimed"] == 2


def test_drafts_and_what_is_paused_or_not_begun_is_not_claimed(real_uow: Any) -> None:
    drafted = save(real_uow)["id"]
    with pytest.raises(CampaignNotFound):
        claim(real_uow, drafted)
    set_state(real_uow, drafted, "on")
    set_state(real_uow, drafted, "paused")
    soon = put_out(real_uow, starts_at=later(days=1))
    for campaign_id in (drafted, soon):
        with pytest.raises(CampaignClosed):
            claim(real_uow, campaign_id)
    assert [(each["id"], each["why_not"]) for each in show(real_uow)] == [(soon, "not_yet")]


def test_my_coupons_come_page_by_page_and_a_made_up_page_is_refused(real_uow: Any) -> None:
    ids = [claimed(real_uow) for _ in range(3)]
    request = {"passenger_id": ANN, "shelf": "usable", "limit": 2, "cursor": None}
    first = coupon_claim.list_my_coupons(real_uow, request)
    rest = coupon_claim.list_my_coupons(real_uow, request | {"cursor": first["next_cursor"]})
    assert [each["id"] for each in first["coupons"] + rest["coupons"]] == ids[::-1]
    assert rest["next_cursor"] is None
    with pytest.raises(BadCursor):
        coupon_claim.list_my_coupons(real_uow, request | {"cursor": "2026 x"})


# --- orders


def test_a_coupon_is_locked_redeemed_and_never_used_for_another_order(real_uow: Any) -> None:
    coupon_id = claimed(real_uow)
    found = lock(real_uow, [coupon_id])
    assert [(each.discount_fen, dict(each.shares)) for each in found] == [
        (2_000, {"tea": 1_133, "cable": 867})
    ]
    assert lock(real_uow, [coupon_id]) == found, "repeated, it says what it said"
    with pytest.raises(CouponNotUsable) as refused:
        lock(real_uow, [coupon_id], about=use("order-2"))
    assert refused.value.data["why"] == "locked"
    assert [redeem(real_uow) for _ in range(3)] == [True, True, True]
    with pytest.raises(CouponNotUsable):
        lock(real_uow, [coupon_id], about=use("order-2"))
    assert release(real_uow) == 0, "what is redeemed isn't released"
    assert [each["data"]["discount_fen"] for each in told(real_uow, "coupon_redeemed")] == [2_000]
    assert [each["id"] for each in mine(real_uow, shelf="used")] == [coupon_id]
    assert look(real_uow, coupon_id)["code"] == ""


def test_another_travellers_coupon_and_one_that_does_not_fit_lock_nothing(real_uow: Any) -> None:
    good, bad = claimed(real_uow), claimed(real_uow, threshold_fen=50_000)
    for ids, passenger_id, why in (([good], BEN, "not_found"), ([good, bad], ANN, "threshold")):
        with pytest.raises(CouponNotUsable) as refused:
            lock(real_uow, ids, passenger_id)
        assert refused.value.data["why"] == why
    assert count(real_uow, "SELECT count(*) FROM coupon_uses") == 0


def test_a_coupon_of_an_order_that_ended_unpaid_is_free_again(real_uow: Any) -> None:
    coupon_id = claimed(real_uow)
    lock(real_uow, [coupon_id])
    assert [release(real_uow) for _ in range(2)] == [1, 0]
    lock(real_uow, [coupon_id], about=use("order-2"))
    assert redeem(real_uow, "order-2")


def test_money_that_comes_after_the_lock_ended_still_finds_its_coupon(real_uow: Any) -> None:
    coupon_id = claimed(real_uow)
    lock(real_uow, [coupon_id])
    release(real_uow)
    assert redeem(real_uow)
    assert mine(real_uow, shelf="used")[0]["order"]["discount_fen"] == 2_000


def test_money_that_comes_when_the_coupon_went_elsewhere_redeems_nothing(real_uow: Any) -> None:
    one, other = claimed(real_uow, stack_group="a"), claimed(real_uow, stack_group="b")
    lock(real_uow, [one, other])
    release(real_uow)
    lock(real_uow, [other], about=use("order-2"))
    assert not redeem(real_uow)
    assert [each["state"] for each in mine(real_uow)] == ["locked", "claimed"]


def test_an_order_without_coupons_is_no_trouble(real_uow: Any) -> None:
    assert lock(real_uow, []) == ()
    assert redeem(real_uow)
    assert release(real_uow) == 0
    assert give_back(real_uow, tea=1) == ()


def test_offers_say_what_fits_best_first_and_why_the_rest_does_not(real_uow: Any) -> None:
    big = claimed(real_uow, value_fen=3_000, stack_group="mall")
    small = claimed(real_uow, value_fen=1_000, stack_group="airport")
    poor = claimed(real_uow, threshold_fen=90_000)
    bus = claimed(real_uow, scope={"services": ["bus"]}, threshold_fen=0)
    alone = offers(real_uow)
    assert [(each.coupon_id, each.discount_fen) for each in alone.usable] == [(big, 3_000), (small, 1_000)]
    assert {each.coupon_id: each.why.value for each in alone.not_usable} == {
        poor: "threshold",
        bus: "other_goods",
    }
    chosen = offers(real_uow, big, "nothing-of-mine")
    assert [(each.coupon_id, sum(each.shares.values())) for each in chosen.used] == [(big, 3_000)]
    assert [each.coupon_id for each in chosen.usable] == [small]
    assert "not_found" in [each.why.value for each in chosen.not_usable]


# --- giving back


def test_all_back_is_the_coupon_back_once(real_uow: Any) -> None:
    coupon_id = claimed(real_uow, valid_days=1)
    lock(real_uow, [coupon_id])
    redeem(real_uow)
    assert [each.back for each in give_back(real_uow, tea=1, cable=2)] == [Back.WHOLE]
    assert give_back(real_uow, tea=1, cable=2) == ()
    coupon = look(real_uow, coupon_id)
    assert coupon["state"] == "claimed"
    assert coupon["valid_until"] > later(days=6.9)
    assert [each["data"]["back"] for each in told(real_uow, "coupon_given_back")] == ["whole"]
    assert redeem(real_uow), "what came back isn't spent again for the order that it came back from"
    assert look(real_uow, coupon_id)["state"] == "claimed"


def test_one_piece_back_is_a_change_coupon_worth_its_share(real_uow: Any) -> None:
    campaign_id = put_out(real_uow)
    coupon_id = claim(real_uow, campaign_id)["id"]
    lock(real_uow, [coupon_id])
    redeem(real_uow)
    first = give_back(real_uow, cable=1)
    assert [(each.back, each.value_fen) for each in first] == [(Back.CHANGE, 434)]
    assert give_back(real_uow, cable=1) == ()
    second = give_back(real_uow, cable=2, tea=1)
    assert [each.value_fen for each in second] == [2_000 - 434]
    (change,) = mine(real_uow)
    assert (change["value_fen"], change["threshold_fen"]) == (2_000, 10_000), "one that grew, not two"
    assert change["source"] == "given_back"
    assert {each.coupon_id for each in (*first, *second)} == {change["id"]}
    assert seen(real_uow, campaign_id)["claimed"] == 1, "change gives nothing new"
    with real_uow.read() as tx:
        known = coupon_use.coupons_of_orders(tx.store, "shop", ["order-1"])["order-1"]
    assert [(each.discount_fen, each.given_back_fen) for each in known] == [(2_000, 2_000)]


def test_change_is_used_and_comes_back_as_any_coupon(real_uow: Any) -> None:
    coupon_id = claimed(real_uow)
    lock(real_uow, [coupon_id])
    redeem(real_uow)
    change_id = give_back(real_uow, cable=1)[0].coupon_id
    assert lock(real_uow, [change_id], about=use("order-2"))[0].discount_fen == 434
    redeem(real_uow, "order-2")
    again = give_back(real_uow, "order-2", tea=1)
    assert [(each.back, each.value_fen) for each in again] == [(Back.CHANGE, 246)]


def test_change_that_is_in_use_does_not_grow(real_uow: Any) -> None:
    coupon_id = claimed(real_uow)
    lock(real_uow, [coupon_id])
    redeem(real_uow)
    change_id = give_back(real_uow, cable=1)[0].coupon_id
    lock(real_uow, [change_id], about=use("order-2"))
    (more,) = give_back(real_uow, cable=2)
    assert more.coupon_id != change_id
    assert look(real_uow, change_id)["value_fen"] == 434
    release(real_uow, "order-2")
    assert give_back(real_uow, cable=2, tea=1)[0].coupon_id == more.coupon_id, "one of the two is unused"
    assert sum(each["value_fen"] for each in mine(real_uow)) == 2_000


def test_change_keeps_its_end_whenever_it_grows_or_comes_back(real_uow: Any) -> None:
    coupon_id = claimed(real_uow, valid_days=1)
    lock(real_uow, [coupon_id])
    redeem(real_uow)
    change_id = give_back(real_uow, cable=1)[0].coupon_id
    end = look(real_uow, change_id)["valid_until"]
    assert later(days=6.9) < end < later(days=7.1)
    pass_time(real_uow, days=5)
    give_back(real_uow, cable=2)
    lock(real_uow, [change_id], about=use("order-2"))
    redeem(real_uow, "order-2")
    assert [each.back for each in give_back(real_uow, "order-2", tea=1, cable=2)] == [Back.WHOLE]
    assert look(real_uow, change_id)["valid_until"] < later(days=2.1)
    lock(real_uow, [change_id], about=use("order-3"))
    redeem(real_uow, "order-3")
    pass_time(real_uow, days=3)
    assert [each.back for each in give_back(real_uow, "order-3", tea=1, cable=2)] == [Back.NOTHING]


def test_a_coupon_gains_its_week_once_however_often_it_comes_back(real_uow: Any) -> None:
    coupon_id = claimed(real_uow, valid_days=1)
    backs = []
    for order_id, days in (("order-1", 5), ("order-2", 1), ("order-3", 2)):
        lock(real_uow, [coupon_id], about=use(order_id))
        redeem(real_uow, order_id)
        backs += [each.back for each in give_back(real_uow, order_id, tea=1, cable=2)]
        assert later(days=0.9) < look(real_uow, coupon_id)["valid_until"]
        pass_time(real_uow, days=days)
    assert backs == [Back.WHOLE] * 3
    assert look(real_uow, coupon_id)["valid_until"] < later(), "a week after it first came back it is over"


def test_change_of_a_coupon_that_had_its_week_keeps_its_end(real_uow: Any) -> None:
    coupon_id = claimed(real_uow, valid_days=1)
    for order_id, pieces in (("order-1", {"tea": 1, "cable": 2}), ("order-2", {"cable": 1})):
        lock(real_uow, [coupon_id], about=use(order_id))
        redeem(real_uow, order_id)
        pass_time(real_uow, days=2)
        (back,) = give_back(real_uow, order_id, **pieces)
    assert back.back is Back.CHANGE
    assert look(real_uow, back.coupon_id)["valid_until"] < later(days=5.1)
    pass_time(real_uow, days=6)
    assert [each.back for each in give_back(real_uow, "order-2", cable=2)] == [Back.NOTHING]


def test_a_percentage_comes_back_only_when_all_does(real_uow: Any) -> None:
    coupon_id = claimed(real_uow, **PERCENT)
    assert lock(real_uow, [coupon_id])[0].discount_fen == 3_000
    redeem(real_uow)
    assert [each.back for each in give_back(real_uow, tea=1)] == [Back.NOTHING]
    assert mine(real_uow) == []
    assert [each.back for each in give_back(real_uow, tea=1, cable=2)] == [Back.WHOLE]
    assert [each["id"] for each in mine(real_uow)] == [coupon_id]

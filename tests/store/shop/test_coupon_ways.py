"""Coupons at tills, in other services and in WeChat's wallet; what time, staff and people do to them; on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel.clock import real_now
from kernel.ids import new_id
from services.shop.domain.coupons import Item
from services.shop.errors import (
    CampaignNotFound,
    CampaignOut,
    CampaignStays,
    CardTaken,
    ChangedMeanwhile,
    CouponLimit,
    CouponNotFound,
    CouponNotUsable,
    NotYourShop,
    ShopNotFound,
    TooLateToUndo,
)
from services.shop.schemas import campaigns as campaign_schemas
from services.shop.schemas import coupons as schemas
from services.shop.schemas.coupon_words import Back
from services.shop.usecases import coupon_campaigns, coupon_claim, coupon_keeping, coupon_people
from tests.unit.shop import mall as shops
from tests.unit.shop.coupons import (
    AIRPORT,
    ANN,
    BEN,
    CARD,
    PERCENT,
    PLACE,
    at_till,
    bind,
    claim,
    claimed,
    count,
    draft,
    give_back,
    lock,
    look,
    mine,
    pass_time,
    put_in_wallet,
    put_out,
    redeem,
    release,
    remote,
    save,
    scan,
    seen,
    set_state,
    told,
    undo,
    use,
)


def show(uow: Any, passenger_id: str | None = ANN) -> list[dict[str, Any]]:
    request = campaign_schemas.ListCampaignsSchema().load({"passenger_id": passenger_id})
    answer = coupon_claim.list_campaigns(uow, request)
    assert campaign_schemas.CampaignsSchema().validate(answer) == {}
    campaigns: list[dict[str, Any]] = answer["campaigns"]
    return campaigns


# --- other services


def test_bus_uses_a_coupon_through_calls(real_uow: Any) -> None:
    coupon_id = claimed(real_uow, scope={"services": ["bus"]}, threshold_fen=0, value_fen=500)
    locked = remote(real_uow, "lock", coupon_ids=[coupon_id])
    assert schemas.LockedSchema().validate(locked) == {}
    assert locked["discounts"][0]["shares"] == {"seats": 500}
    assert remote(real_uow, "lock", coupon_ids=[coupon_id]) == locked
    redeemed = remote(real_uow, "redeem")
    assert schemas.OrderCouponsSchema().validate(redeemed) == {}
    assert remote(real_uow, "redeem") == redeemed
    back = remote(real_uow, "give_back", returned=[{"ref": "seats", "quantity": 1}])
    assert schemas.GivenBackSchema().validate(back) == {}
    assert back["given_back"][0]["value_fen"] == 250
    assert remote(real_uow, "give_back", returned=[{"ref": "seats", "quantity": 1}]) == {"given_back": []}


def test_a_lock_of_another_service_ends_by_itself_and_late_money_still_finds_it(real_uow: Any) -> None:
    coupon_id = claimed(real_uow, scope={"services": ["bus"]}, threshold_fen=0)
    remote(real_uow, "lock", coupon_ids=[coupon_id])
    assert coupon_keeping.end_locks(real_uow) == 0
    pass_time(real_uow, minutes=31)
    assert coupon_keeping.end_locks(real_uow) == 1
    assert look(real_uow, coupon_id)["state"] == "claimed"
    remote(real_uow, "redeem")
    assert mine(real_uow, shelf="used")[0]["id"] == coupon_id


def test_late_money_whose_coupon_went_elsewhere_is_told_which_and_redeems_nothing(real_uow: Any) -> None:
    coupon_id = claimed(real_uow, scope={"services": ["bus"]}, threshold_fen=0)
    remote(real_uow, "lock", coupon_ids=[coupon_id])
    pass_time(real_uow, minutes=31)
    coupon_keeping.end_locks(real_uow)
    remote(real_uow, "lock", coupon_ids=[coupon_id], order_id="bus-2")
    with pytest.raises(CouponNotUsable) as refused:
        remote(real_uow, "redeem")
    assert (refused.value.data["coupon_id"], refused.value.data["why"]) == (coupon_id, "locked")
    assert remote(real_uow, "redeem", order_id="bus-2")["coupons"][0]["discount_fen"] == 2_000


def test_a_lock_without_end_outlasts_everything(real_uow: Any) -> None:
    coupon_id = claimed(real_uow)
    lock(real_uow, [coupon_id])
    pass_time(real_uow, days=60)
    assert (coupon_keeping.end_locks(real_uow), coupon_keeping.expire(real_uow)) == (0, 0)
    assert redeem(real_uow), "what was locked in time is worth what it was"


# --- tills


def test_a_till_takes_a_coupon_off_once_a_receipt_and_takes_it_back_for_ten_minutes(real_uow: Any) -> None:
    coupon_id = claimed(real_uow)
    code = look(real_uow, coupon_id)["shown"]
    assert scan(real_uow, code)["pay_fen"] == 10_000
    assert scan(real_uow, code, 9_900)["coupons"][0]["why"] == "threshold"
    done = at_till(real_uow, code)
    assert (done["discount_fen"], done["pay_fen"], done["coupons"][0]["state"]) == (2_000, 10_000, "redeemed")
    assert at_till(real_uow, code) == done
    with pytest.raises(CouponNotUsable):
        at_till(real_uow, code, receipt="R-2")
    assert [undo(real_uow, coupon_id) for _ in range(2)] == [["claimed"], ["claimed"]]
    assert at_till(real_uow, code, receipt="R-2")["usable"]
    pass_time(real_uow, minutes=11)
    with pytest.raises(TooLateToUndo):
        undo(real_uow, coupon_id, "R-2")


def test_a_cashier_stays_in_their_shop_and_codes_are_kept_nowhere(real_uow: Any) -> None:
    codes = [look(real_uow, claimed(real_uow))["code"] for _ in range(2)]
    at_till(real_uow, codes[0])
    with pytest.raises(NotYourShop):
        at_till(real_uow, codes[1], shop_id="t2-tech")
    for shown in (["222222222222"], [codes[1], "222222222222"]):
        with pytest.raises(CouponNotFound):
            scan(real_uow, shown)
    kept = count(
        real_uow, f"SELECT count(*) FROM inbox_requests WHERE CAST(answer AS TEXT) LIKE '%{codes[0]}%'"
    )
    assert kept == 0


def grouped(uow: Any, *groups: str, passenger_id: str = ANN, **changes: Any) -> dict[str, str]:
    """Coupons that go together with other groups' and their codes, by id."""
    ids = [claimed(uow, passenger_id, stack_group=each, **changes) for each in groups]
    return {each: look(uow, each, passenger_id)["code"] for each in ids}


def test_a_receipt_takes_what_goes_together_as_an_order_does(real_uow: Any) -> None:
    mine = grouped(real_uow, "airport", "shop") | grouped(real_uow, "bank", **PERCENT)
    found = scan(real_uow, list(mine.values()), 15_000)
    item = Item("receipt", "t2-tea", frozenset(), 15_000, 1)
    taken = lock(real_uow, list(mine), about=use("order-1", item))
    assert {each.coupon_id: each.discount_fen for each in taken} == {
        each["coupon_id"]: each["discount_fen"] for each in found["coupons"]
    }
    assert (found["discount_fen"], found["pay_fen"]) == (2_250 + 2_000 + 2_000, 8_750)
    release(real_uow)
    done = at_till(real_uow, [*mine.values(), next(iter(mine.values()))], 15_000)
    assert (done["discount_fen"], {each["state"] for each in done["coupons"]}) == (6_250, {"redeemed"})
    assert [each["data"]["discount_fen"] for each in told(real_uow, "coupon_redeemed")].count(2_000) == 2


def test_what_does_not_go_together_redeems_nothing(real_uow: Any) -> None:
    mine = grouped(real_uow, "airport", "shop")
    apart = {
        "the same group": grouped(real_uow, "shop"),
        "no group": grouped(real_uow, ""),
        "another traveller's": grouped(real_uow, "bank", passenger_id=BEN),
        "above the sum": grouped(real_uow, "bank", threshold_fen=90_000),
    }
    for why, other in apart.items():
        codes = [*mine.values(), *other.values()]
        found = scan(real_uow, codes)
        assert not found["usable"], why
        assert [each["usable"] for each in found["coupons"]].count(False) == 1, why
        with pytest.raises(CouponNotUsable):
            at_till(real_uow, codes)
    assert count(real_uow, "SELECT count(*) FROM coupon_uses") == 0
    assert at_till(real_uow, list(mine.values()))["discount_fen"] == 4_000


def test_a_receipt_that_has_its_coupons_takes_no_more_and_says_again_what_it_has(real_uow: Any) -> None:
    mine = grouped(real_uow, "airport", "shop")
    done = at_till(real_uow, list(mine.values()))
    assert at_till(real_uow, list(mine.values())) == done
    assert at_till(real_uow, next(iter(mine.values()))) == done, "one of them is of this receipt"
    (late,) = grouped(real_uow, "bank").values()
    for codes in ([late], [*mine.values(), late]):
        with pytest.raises(CouponNotUsable) as refused:
            at_till(real_uow, codes)
        assert refused.value.data["why"] == "not_together"


def test_a_receipt_is_undone_whole(real_uow: Any) -> None:
    mine = grouped(real_uow, "airport", "shop")
    at_till(real_uow, list(mine.values()))
    with pytest.raises(CouponNotFound):
        undo(real_uow, next(iter(mine)))
    assert [undo(real_uow, list(mine)) for _ in range(2)] == [["claimed"] * 2] * 2
    assert at_till(real_uow, list(mine.values()), receipt="R-2")["discount_fen"] == 4_000
    with pytest.raises(CouponNotFound):
        undo(real_uow, [*mine, claimed(real_uow)], "R-2")


# --- cards of WeChat


def test_a_card_claims_once_is_found_at_the_till_and_leaves_the_wallet_when_it_comes_back(
    real_uow: Any,
) -> None:
    campaign_id = put_out(real_uow)
    put_in_wallet(real_uow, campaign_id)
    coupon = claim(real_uow, campaign_id, source="card", card=CARD)
    assert claim(real_uow, campaign_id, source="card", card=CARD)["id"] == coupon["id"]
    with pytest.raises(CardTaken):
        claim(real_uow, campaign_id, BEN, source="card", card=CARD)
    at_till(real_uow, "2015 2058 1038")
    assert [each["data"]["card_id"] for each in told(real_uow, "coupon_redeemed")] == [CARD["card_id"]]
    known = coupon_claim.get_coupon_card(real_uow, PLACE, {"coupon_id": None, "code": CARD["code"]})
    assert schemas.CardOfSchema().validate(known) == {}
    assert (known["coupon_id"], known["card"]) == (coupon["id"], CARD)
    undo(real_uow, coupon["id"])
    assert not look(real_uow, coupon["id"])["in_wallet"]
    assert bind(real_uow, coupon["id"])["in_wallet"]


def test_a_card_is_bound_to_one_coupon(real_uow: Any) -> None:
    campaign_id = put_out(real_uow, per_person=2)
    first, second = (claim(real_uow, campaign_id)["id"] for _ in range(2))
    with pytest.raises(CardTaken):
        bind(real_uow, first)
    put_in_wallet(real_uow, campaign_id)
    assert bind(real_uow, first) == bind(real_uow, first) | {}
    with pytest.raises(CardTaken):
        bind(real_uow, second)
    with pytest.raises(CouponNotFound):
        bind(real_uow, second, BEN)


def test_change_is_no_card_as_a_card_says_what_its_campaign_gives(real_uow: Any) -> None:
    campaign_id = put_out(real_uow)
    put_in_wallet(real_uow, campaign_id)
    coupon_id = claim(real_uow, campaign_id)["id"]
    lock(real_uow, [coupon_id])
    redeem(real_uow)
    change_id = give_back(real_uow, cable=1)[0].coupon_id
    assert look(real_uow, change_id)["card_id"] is None
    assert look(real_uow, coupon_id)["card_id"] is not None
    with pytest.raises(CardTaken):
        bind(real_uow, change_id)


# --- time


def test_owners_are_told_once_three_days_before_and_then_it_expires(real_uow: Any) -> None:
    coupon_id = claimed(real_uow, valid_days=14)
    claimed(real_uow, BEN, valid_days=2)
    assert coupon_keeping.tell_endings(real_uow) == 0
    pass_time(real_uow, days=11, hours=1)
    assert [coupon_keeping.tell_endings(real_uow) for _ in range(2)] == [1, 0]
    assert [each["data"]["coupon_id"] for each in told(real_uow, "coupon_ends_soon")] == [coupon_id]
    pass_time(real_uow, days=3)
    assert [coupon_keeping.expire(real_uow) for _ in range(2)] == [2, 0]
    assert [each["words"]["en"] for each in mine(real_uow, shelf="over")] == ["It has expired"]


def test_a_campaign_whose_time_is_over_ends(real_uow: Any) -> None:
    campaign_id = put_out(real_uow)
    with real_uow.write() as tx:
        past = {"at": (real_now() - timedelta(hours=1)).replace(tzinfo=None)}
        tx.connection.execute(text("UPDATE campaigns SET ends_at = :at"), past)
    coupon_keeping.expire(real_uow)
    assert seen(real_uow, campaign_id)["state"] == "ended"
    with pytest.raises(CampaignStays):
        set_state(real_uow, campaign_id, "on")


def test_what_is_long_over_is_forgotten_change_before_what_it_is_of(real_uow: Any) -> None:
    campaign_id = put_out(real_uow)
    coupon_id = claim(real_uow, campaign_id)["id"]
    kept = claim(real_uow, put_out(real_uow), BEN)["id"]
    lock(real_uow, [coupon_id])
    redeem(real_uow)
    give_back(real_uow, cable=1)
    pass_time(real_uow, days=400)
    coupon_keeping.expire(real_uow)
    year = timedelta(days=365)
    assert coupon_keeping.forget(real_uow, year) == 0, "while a campaign runs, what was claimed of it counts"
    set_state(real_uow, campaign_id, "ended")
    assert [coupon_keeping.forget(real_uow, year) for _ in range(3)] == [1, 1, 0]
    assert count(real_uow, f"SELECT count(*) FROM coupon_steps WHERE coupon_id <> '{kept}'") == 0
    assert look(real_uow, kept, BEN)["state"] == "expired"


# --- staff


def test_what_people_claimed_stays_and_words_and_stock_change(real_uow: Any) -> None:
    campaign_id = put_out(real_uow, stock=5)
    claim(real_uow, campaign_id)
    with pytest.raises(CampaignOut) as refused:
        save(real_uow, campaign_id=campaign_id, value_fen=1_000)
    assert refused.value.data["fields"] == ["value"]
    changed = save(real_uow, campaign_id=campaign_id, stock=1, title={"zh": "新", "en": "New"})
    assert (changed["stock"], changed["left"], changed["title"]["en"]) == (1, 0, "New")
    other = put_out(real_uow)
    for passenger_id in (ANN, BEN):
        claim(real_uow, other, passenger_id)
    with pytest.raises(CampaignOut):
        save(real_uow, campaign_id=other, stock=1)


def test_two_who_change_a_campaign_notice_each_other(real_uow: Any) -> None:
    campaign_id = save(real_uow)["id"]
    stale = {"request_id": new_id(), **AIRPORT, "campaign_id": campaign_id, "seen_version": 0}
    with pytest.raises(ChangedMeanwhile):
        coupon_campaigns.save_campaign(
            real_uow, campaign_schemas.SaveCampaignSchema().load(stale | {"campaign": draft()})
        )


def test_staff_of_a_shop_give_out_only_what_their_shop_pays_for(mall: Any) -> None:
    tea = {"actor": "staff:li", "shops": [shops.TEA]}
    own: dict[str, Any] = {
        "scope": {"services": ["shop"], "shop_ids": [shops.TEA]},
        "funded_by": "merchant",
    }
    campaign_id = save(mall, tea, **own)["id"]
    assert set_state(mall, campaign_id, "on", tea)["state"] == "on"
    both = {"services": ["shop"], "shop_ids": [shops.TEA, shops.CABLES]}
    for other in ({"scope": both}, {"funded_by": "airport"}, {"scope": {"services": ["shop", "bus"]}}):
        with pytest.raises(NotYourShop):
            save(mall, tea, **own | other)
    with pytest.raises(ShopNotFound):
        save(mall, **own | {"scope": {"services": ["shop"], "shop_ids": ["nowhere"]}})
    everybodys, elsewhere = (
        put_out(mall),
        save(mall, **own | {"scope": both | {"shop_ids": [shops.CABLES]}})["id"],
    )
    with pytest.raises(NotYourShop):
        set_state(mall, everybodys, "paused", tea)
    assert {each["id"] for each in listed(mall, tea)} == {campaign_id, everybodys}
    assert {each["id"] for each in listed(mall, AIRPORT)} == {campaign_id, everybodys, elsewhere}
    with pytest.raises(CampaignNotFound):
        seen(mall, elsewhere, tea)


def listed(uow: Any, who: dict[str, Any]) -> list[dict[str, Any]]:
    """All campaigns that staff see, one a page."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        request = campaign_schemas.ListCampaignsForStaffSchema().load({**who, "limit": 1, "cursor": cursor})
        answer = coupon_campaigns.list_campaigns_for_staff(uow, request)
        assert campaign_schemas.DeskCampaignPageSchema().validate(answer) == {}
        found += answer["campaigns"]
        cursor = answer["next_cursor"]
        if cursor is None:
            return found


def test_figures_add_up(real_uow: Any) -> None:
    campaign_id = put_out(real_uow)
    ids = [claim(real_uow, campaign_id, who)["id"] for who in (ANN, BEN)]
    lock(real_uow, [ids[0]])
    redeem(real_uow)
    give_back(real_uow, cable=1)
    request = campaign_schemas.CampaignForStaffSchema().load({**AIRPORT, "campaign_id": campaign_id})
    figures = coupon_campaigns.campaign_figures(real_uow, request)
    assert campaign_schemas.FiguresSchema().validate(figures) == {}
    del figures["campaign"]
    assert figures == {
        "states": {"claimed": 1, "redeemed": 1},
        "change_coupons": 1,
        "used": 1,
        "given_back": 1,
        "discount_fen": 1_566,
        "by_service": {"shop": 1_566},
    }


# --- people


def test_two_accounts_that_become_one_keep_what_they_have_and_claim_no_more(real_uow: Any) -> None:
    campaign_id = put_out(real_uow)
    ids = {claim(real_uow, campaign_id, who)["id"] for who in (ANN, BEN)}
    with real_uow.write() as tx:
        assert coupon_people.merge_coupons(tx, BEN, ANN) == 1
    with real_uow.write() as tx:
        assert coupon_people.merge_coupons(tx, BEN, ANN) == 0
    assert {each["id"] for each in mine(real_uow)} == ids
    for who in (ANN, BEN):
        with pytest.raises(CouponLimit):
            claim(real_uow, campaign_id, who)
    assert show(real_uow)[0]["mine"] == 2


def test_who_is_forgotten_leaves_nothing_that_can_be_used_or_traced(real_uow: Any) -> None:
    campaign_id = put_out(real_uow, per_person=2)
    free, spent = (claim(real_uow, campaign_id, BEN)["id"] for _ in range(2))
    lock(real_uow, [spent], BEN)
    redeem(real_uow)
    with real_uow.write() as tx:
        coupon_people.merge_coupons(tx, BEN, ANN)
        assert coupon_people.erase_coupons(tx, [ANN]) == 2
    left = count(real_uow, f"SELECT count(*) FROM coupons WHERE passenger_id IN ('{ANN}', '{BEN}')")
    states = count(real_uow, "SELECT count(*) FROM coupons WHERE state = 'void'")
    assert (left, states) == (0, 1)
    assert [each.back for each in give_back(real_uow, tea=1)] == [Back.NOTHING]
    for who in (ANN, BEN):
        with pytest.raises(CampaignNotFound):
            claim(real_uow, campaign_id, who)
    assert free != spent


def test_a_travellers_copy_says_what_was_claimed_and_used_and_no_code(real_uow: Any) -> None:
    coupon_id = claimed(real_uow)
    code = look(real_uow, coupon_id)["code"]
    lock(real_uow, [coupon_id])
    with real_uow.read() as tx:
        copy = coupon_people.export_coupons(tx, ANN)
    assert [(each["state"], each["order_id"]) for each in copy] == [("locked", "order-1")]
    assert code not in str(copy)


# --- what no statement leads past


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE campaigns SET claimed = stock + 1",
        "UPDATE coupons SET state = 'redeemed'",
        "UPDATE coupon_steps SET actor = 'nobody'",
        "UPDATE coupon_uses SET given_back_fen = discount_fen + 1",
        "UPDATE coupon_shares SET returned = quantity + 1",
        "UPDATE coupons SET value_fen = 5",
        "DELETE FROM coupon_steps",
        "INSERT INTO coupon_steps SELECT coupon_id, 3, 2, 'locked', 'expired', at, actor, reason"
        " FROM coupon_steps WHERE number = 2",
        "INSERT INTO coupon_uses SELECT coupon_id, 2, service, 'other', 1, 0, locked_at, NULL, NULL FROM coupon_uses",
    ],
)
def test_the_database_refuses_what_must_never_be(real_uow: Any, statement: str) -> None:
    lock(real_uow, [claimed(real_uow)])
    with pytest.raises(DBAPIError), real_uow.write() as tx:
        tx.connection.execute(text(statement))

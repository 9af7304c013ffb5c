"""What coupons take off which pieces, and how they come back: to the last fen, whatever is bought and returned."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shop.domain.campaigns import Campaign, Scope, Value, changed_terms, may_become
from services.shop.domain.coupon_codes import CHARACTERS, LENGTH, as_code, new_code, shown
from services.shop.domain.coupons import (
    BACK_FOR,
    Coupon,
    Item,
    Share,
    discounts,
    give_back,
    good_until,
    share_of_pieces,
    spread,
    words,
)
from services.shop.schemas.coupon_words import (
    Back,
    CampaignKind,
    CampaignState,
    CouponState,
    FundedBy,
    Service,
    Source,
    WhyClosed,
    WhyNot,
)

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
EVERYWHERE = Scope(frozenset({Service.SHOP}))
TEA = Item("tea", "t2-tea", frozenset({"specialties", "tea"}), 12_800, 1)
CABLE = Item("cable", "t2-tech", frozenset({"digital", "cables"}), 4_900, 2)


def amount(value_fen: int, threshold_fen: int = 0) -> Value:
    return Value(CampaignKind.AMOUNT, value_fen=value_fen, threshold_fen=threshold_fen)


def percent(pct: int, cap_fen: int | None = None) -> Value:
    return Value(CampaignKind.PERCENT, pct=pct, cap_fen=cap_fen)


def campaign(value: Value, scope: Scope = EVERYWHERE, group: str = "", **changes: Any) -> Campaign:
    given: dict[str, Any] = {
        "id": "c",
        "title_zh": "券",
        "title_en": "Coupon",
        "terms_zh": "",
        "terms_en": "",
        "value": value,
        "stock": 10,
        "claimed": 0,
        "per_person": 1,
        "starts_at": NOON - timedelta(days=1),
        "ends_at": NOON + timedelta(days=1),
        "valid_from": None,
        "valid_until": None,
        "valid_days": 7,
        "scope": scope,
        "stack_group": group,
        "funded_by": FundedBy.AIRPORT,
        "state": CampaignState.ON,
        "card_id": None,
        "version": 1,
        "created_at": NOON,
    }
    return Campaign(**given | changes)


def coupon(coupon_id: str, value: Value, scope: Scope = EVERYWHERE, group: str = "") -> Coupon:
    return Coupon(
        id=coupon_id,
        campaign=campaign(value, scope, group),
        passenger_id="ann",
        nth=1,
        state=CouponState.CLAIMED,
        source=Source.PAGE,
        value=value,
        claimed_at=NOON,
        valid_from=NOON,
        valid_until=NOON + timedelta(days=7),
        parent_id=None,
        code_sealed="",
        card_code_sealed=None,
        uses=0,
        service=None,
        order_id=None,
        discount_fen=None,
        lock_until=None,
        used_at=None,
        soon_told=False,
        steps=1,
        version=1,
    )


FEN = st.integers(0, 500_000)
values = st.one_of(
    st.builds(amount, st.integers(1, 60_000), st.integers(0, 20_000)),
    st.builds(percent, st.integers(1, 99), st.none() | st.integers(1, 5_000)),
)
scopes = st.builds(
    Scope,
    st.just(frozenset({Service.SHOP})),
    st.frozensets(st.sampled_from(["a", "b"]), max_size=1),
    st.frozensets(st.sampled_from(["x", "y"]), max_size=1),
)


@st.composite
def baskets(draw: Any) -> list[Item]:
    count = draw(st.integers(1, 5))
    return [
        Item(
            f"line{n}",
            draw(st.sampled_from(["a", "b"])),
            draw(st.frozensets(st.sampled_from(["x", "y"]), max_size=2)),
            draw(st.integers(0, 30_000)),
            draw(st.integers(1, 7)),
        )
        for n in range(count)
    ]


@st.composite
def wallets(draw: Any) -> list[Coupon]:
    count = draw(st.integers(1, 4))
    return [
        coupon(f"k{n}", draw(values), draw(scopes), draw(st.sampled_from(["", "shop", "airport"])))
        for n in range(count)
    ]


@given(st.lists(FEN, min_size=1, max_size=20), st.floats(0, 1))
def test_what_is_spread_is_all_there_and_no_share_is_greater_than_what_it_is_of(
    weights: list[int], part: float
) -> None:
    total = int(sum(weights) * part)
    shares = spread(total, weights)
    assert sum(shares) == total
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))
    exact = [total * weight / (sum(weights) or 1) for weight in weights]
    assert all(abs(share - wish) < 1.001 for share, wish in zip(shares, exact, strict=True))


def test_more_than_everything_is_not_spread() -> None:
    with pytest.raises(ValueError, match="no more"):
        spread(11, [5, 5])


@given(baskets(), wallets())
def test_lines_never_cost_less_than_nothing_and_every_fen_off_is_on_a_line(
    items: list[Item], coupons: list[Coupon]
) -> None:
    done, refused = discounts(coupons, "shop", items)
    prices = {item.ref: item.price_fen * item.quantity for item in items}
    for discount in done:
        assert sum(discount.shares.values()) == discount.discount_fen > 0
        for ref, share in discount.shares.items():
            prices[ref] -= share
    assert all(left >= 0 for left in prices.values())
    assert {each.coupon_id for each in done} | {each.coupon_id for each in refused} == {c.id for c in coupons}


@given(baskets(), wallets(), st.randoms())
def test_in_which_order_coupons_are_chosen_changes_nothing(
    items: list[Item], coupons: list[Coupon], chance: Any
) -> None:
    shuffled = list(coupons)
    chance.shuffle(shuffled)
    assert discounts(coupons, "shop", items) == discounts(shuffled, "shop", items)


@given(baskets(), wallets())
def test_on_no_line_two_coupons_meet_that_must_not(items: list[Item], coupons: list[Coupon]) -> None:
    groups = {each.id: each.campaign.stack_group for each in coupons}
    done, _ = discounts(coupons, "shop", items)
    for item in items:
        met = [groups[each.coupon_id] for each in done if item.ref in each.shares]
        assert len(met) <= 1 or ("" not in met and len(set(met)) == len(met))


@given(st.integers(0, 10_000), st.integers(1, 20), st.data())
def test_pieces_that_come_back_one_after_the_other_make_up_their_line(
    share: int, quantity: int, data: Any
) -> None:
    back, total = 0, 0
    while back < quantity:
        more = data.draw(st.integers(1, quantity - back))
        total += share_of_pieces(share, quantity, back, more)
        back += more
    assert total == share


@st.composite
def used_coupons(draw: Any) -> tuple[Value, tuple[Share, ...]]:
    count = draw(st.integers(1, 4))
    shares = tuple(
        Share(f"line{n}", draw(st.integers(1, 5)), draw(st.integers(1, 3_000))) for n in range(count)
    )
    total = sum(share.share_fen for share in shares)
    value = percent(10) if draw(st.booleans()) else amount(total, draw(st.integers(0, 50_000)))
    return value, shares


@given(used_coupons(), st.data())
def test_whatever_comes_back_in_whatever_steps_never_more_comes_back_than_went_off(
    used: tuple[Value, tuple[Share, ...]], data: Any
) -> None:
    value, shares = used
    total = sum(share.share_fen for share in shares)
    counted = {share.ref: 0 for share in shares}
    worth, whole = 0, 0
    current = shares
    for _ in range(6):
        for share in shares:
            counted[share.ref] = data.draw(st.integers(counted[share.ref], share.quantity + 1))
        found = give_back(value, total, current, counted)
        if found is None:
            continue
        assert give_back(value, total, found.shares, counted) is None, "a repeat gives nothing"
        current = found.shares
        worth += found.value_fen
        whole += found.back is Back.WHOLE
        if found.back is Back.WHOLE:
            break
        if found.value is not None:
            assert found.value.value_fen == found.value_fen
            assert found.value.threshold_fen == value.threshold_fen * found.value_fen // total
    assert worth <= total
    if all(share.returned == share.quantity for share in current):
        assert worth == total, "all came back: all of it is there again"
    elif value.kind is CampaignKind.PERCENT:
        assert worth == 0


def test_twenty_off_a_hundred_is_shared_by_price_and_a_returned_cable_leaves_its_share() -> None:
    found, _ = discounts([coupon("k", amount(2_000, 10_000))], "shop", [TEA, CABLE])
    assert found[0].shares == {"tea": 1_133, "cable": 867}
    shares = (Share("cable", 2, 867), Share("tea", 1, 1_133))
    back = give_back(amount(2_000, 10_000), 2_000, shares, {"cable": 1})
    assert back is not None
    assert back.value == amount(434, 2_170)


def test_a_threshold_is_of_what_the_coupon_is_for() -> None:
    tea_only = Scope(frozenset({Service.SHOP}), frozenset(), frozenset({"tea"}))
    done, refused = discounts([coupon("k", amount(2_000, 15_000), tea_only)], "shop", [TEA, CABLE])
    assert (done, refused[0].why, refused[0].missing_fen) == ((), WhyNot.THRESHOLD, 2_200)
    assert words(refused[0].why, refused[0].missing_fen) == {
        "zh": "还差 22 元可用",
        "en": "Spend ¥22 more to use it",
    }


def test_two_shops_own_coupons_go_together_and_two_for_everything_do_not() -> None:
    of_tea = coupon("a", amount(500), Scope(frozenset({Service.SHOP}), frozenset({"t2-tea"})))
    of_tech = coupon("b", amount(300), Scope(frozenset({Service.SHOP}), frozenset({"t2-tech"})))
    done, refused = discounts([of_tea, of_tech], "shop", [TEA, CABLE])
    assert {each.coupon_id: each.discount_fen for each in done} == {"a": 500, "b": 300}
    _, refused = discounts([coupon("c", amount(500)), coupon("d", amount(300))], "shop", [TEA])
    assert [(each.coupon_id, each.why) for each in refused] == [("d", WhyNot.NOT_TOGETHER)]


def test_a_coupon_for_the_mall_is_none_for_a_bus() -> None:
    _, refused = discounts([coupon("k", amount(500))], "bus", [Item("seat", None, frozenset(), 3_000, 1)])
    assert refused[0].why is WhyNot.OTHER_GOODS


@pytest.mark.parametrize(
    ("nth", "first", "ends", "good", "why"),
    [
        (1, -3, -3, 7, "a week when it comes back after its end"),
        (1, 6, 6, 7, "a day more makes a week"),
        (1, 30, 30, 30, "it has longer"),
        (1, 1, 2, 2, "its end was put off before"),
        (None, 2, 2, 2, "change had its week when it was made"),
    ],
)
def test_what_comes_back_is_good_for_a_week_once(
    nth: int | None, first: int, ends: int, good: int, why: str
) -> None:
    mine = replace(coupon("c", amount(1)), nth=nth, valid_until=NOON + timedelta(days=ends))
    mine = replace(mine, claimed_at=NOON + timedelta(days=first) - timedelta(days=7))
    assert good_until(mine, NOON) == NOON + timedelta(days=good), why


def test_what_has_longer_than_a_week_keeps_its_end_and_still_has_its_week() -> None:
    mine = replace(coupon("c", amount(1)), claimed_at=NOON, valid_until=NOON + timedelta(days=7))
    early, late = NOON - timedelta(days=3), NOON + timedelta(days=5)
    assert good_until(mine, early) == mine.valid_until
    assert good_until(mine, late) == late + timedelta(days=7)


@given(st.lists(st.integers(0, 20 * 24), min_size=1, max_size=12))
def test_however_often_a_coupon_comes_back_it_outlives_its_end_by_one_week(hours: list[int]) -> None:
    mine = coupon("c", amount(1))
    at = NOON
    back_at = []
    for each in hours:
        at += timedelta(hours=each)
        until = good_until(mine, at)
        if until > mine.valid_until:
            back_at.append(at)
        if until <= at:
            break
        mine = replace(mine, valid_until=until)
    assert len(back_at) <= 1
    assert mine.valid_until == (back_at[0] + BACK_FOR if back_at else mine.first_end)


@pytest.mark.parametrize(
    ("changes", "had", "why"),
    [
        ({}, 0, None),
        ({}, 1, WhyClosed.LIMIT),
        ({"claimed": 10}, 0, WhyClosed.GONE),
        ({"state": CampaignState.PAUSED}, 0, WhyClosed.PAUSED),
        ({"state": CampaignState.ENDED}, 0, WhyClosed.OVER),
        ({"starts_at": NOON + timedelta(hours=1)}, 0, WhyClosed.NOT_YET),
        ({"ends_at": NOON}, 0, WhyClosed.OVER),
        ({"valid_days": None, "valid_from": NOON, "valid_until": NOON}, 0, WhyClosed.OVER),
    ],
)
def test_a_campaign_says_why_nobody_can_claim(
    changes: dict[str, Any], had: int, why: WhyClosed | None
) -> None:
    assert campaign(amount(100), **changes).why_closed(had, NOON) is why


def test_a_campaign_that_ended_stays_so() -> None:
    assert may_become(CampaignState.PAUSED, CampaignState.ON)
    assert not may_become(CampaignState.ENDED, CampaignState.ON)
    assert not may_become(CampaignState.ON, CampaignState.DRAFT)


def test_words_may_change_and_what_a_coupon_is_worth_is_noticed() -> None:
    before = campaign(amount(100))
    assert changed_terms(before, campaign(amount(100), title_zh="别的", stock=50, per_person=3)) == []
    assert changed_terms(before, campaign(amount(99), valid_days=3)) == ["value", "valid_days"]


@given(st.integers(0, LENGTH - 1), st.sampled_from(CHARACTERS))
def test_a_slip_in_typing_a_code_shows(place: int, other: str) -> None:
    code = new_code()
    assert as_code(shown(code).lower()) == code
    wrong = code[:place] + other + code[place + 1 :]
    assert as_code(wrong) == (code if wrong == code else None)
    if place and code[place] != code[place - 1]:
        swapped = code[: place - 1] + code[place] + code[place - 1] + code[place + 1 :]
        assert as_code(swapped) is None

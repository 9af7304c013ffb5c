"""The card of a campaign: made once, changed as far as WeChat lets, seen when it can't be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.notify import domain, usecases
from tests.unit.notify.cards.house import CARD_ID, CREATE, SHOWN, UPDATE, House
from tests.unit.notify.mall import CAMPAIGN
from tests.unit.notify.suite import LOST


def test_a_campaigns_card_is_made_once_and_the_mall_is_told(house: House) -> None:
    [(_, _, payload)] = [one for one in house.wechat.asked if one[0] == CREATE]
    card = payload["card"]
    assert (card["card_type"], card["cash"]["reduce_cost"], card["cash"]["least_cost"]) == (
        "CASH",
        2000,
        10_000,
    )
    base = card["cash"]["base_info"]
    assert (base["title"], base["use_custom_code"], base["bind_openid"], base["can_give_friend"]) == (
        "商城满100减20", True, True, False,
    )  # fmt: skip
    assert house.mall.campaigns["tea"]["card_id"] == CARD_ID
    house.publish()
    house.run()
    assert house.wechat.paths() == [CREATE], "nothing of it changed"


def test_what_may_change_of_a_card_does_and_its_time_only_grows(house: House) -> None:
    campaign = house.mall.campaigns["tea"]
    campaign |= {"terms": {"zh": "每人一张", "en": ""}, "valid_until": "2027-01-31T16:00:00Z", "value_fen": 1}
    house.publish()
    house.run()
    path, _, payload = house.wechat.asked[-1]
    changed = payload["cash"]["base_info"]
    assert path == UPDATE
    assert set(changed) == {"description", "date_info"}
    campaign |= {"valid_until": "2026-12-01T16:00:00Z"}
    house.publish()
    house.run()
    assert house.wechat.paths().count(UPDATE) == 1, "less time is told to nobody's wallet"


def test_older_news_of_a_campaign_asks_nothing(house: House) -> None:
    usecases.note_campaign(house.notify.uow, {"campaign_id": "tea", "version": house.version})
    assert house.run() == 0


def test_a_campaign_that_nobody_can_claim_needs_no_card(house: House) -> None:
    usecases.note_campaign(house.notify.uow, {"campaign_id": "draft", "version": 1})
    assert house.run() == 1
    assert house.stuck() == []
    assert house.wechat.paths() == [CREATE]


def test_wechat_may_be_away_for_hours_and_the_card_is_made_when_it_is_back(house: House) -> None:
    house.mall.campaigns["bus"] = CAMPAIGN | {"id": "bus"}
    house.wechat.will(CREATE, LOST, -1, 45009)
    usecases.note_campaign(house.notify.uow, {"campaign_id": "bus", "version": 1})
    for _ in range(4):
        house.run()
        house.later(timedelta(days=2))
    assert house.mall.campaigns["bus"]["card_id"] == CARD_ID


def test_a_right_that_the_account_lacks_is_seen_and_mended_by_hand(house: House) -> None:
    house.mall.campaigns["bus"] = CAMPAIGN | {"id": "bus"}
    house.wechat.will(CREATE, 43009)
    usecases.note_campaign(house.notify.uow, {"campaign_id": "bus", "version": 1})
    house.run()
    house.later(timedelta(days=2))
    assert house.run() == 0, "it would be refused again"
    [told] = usecases.list_card_errands(house.notify.uow, "stuck")["errands"]
    assert (told["kind"], told["reason"], told["campaign_id"]) == ("card", "wechat_43009", "bus")
    assert usecases.list_card_errands(house.notify.uow, "stuck", "bus") == {"errands": [told]}
    assert usecases.list_card_errands(house.notify.uow, "stuck", "mall") == {"errands": []}
    assert usecases.retry_card_errands(house.notify.uow, [told["id"]]) == {"retried": 1}
    house.run()
    assert (house.stuck(), house.mall.campaigns["bus"]["card_id"]) == ([], CARD_ID)


@pytest.mark.parametrize(
    ("campaign", "worth"),
    [
        ({"kind": "percent", "pct": 15, "value_fen": None}, ("DISCOUNT", {"discount": 15})),
        ({"threshold_fen": 0}, ("CASH", {"reduce_cost": 2000})),
    ],
)
def test_a_card_says_its_worth_as_its_type_does(campaign: dict[str, Any], worth: Any) -> None:
    card = domain.card_of(CAMPAIGN | campaign, SHOWN)
    inner = dict(card[card["card_type"].lower()])
    inner.pop("base_info")
    assert (card["card_type"], inner) == worth


def test_long_words_end_where_wechat_ends_them() -> None:
    title = {"zh": "长沙黄花机场商城开业大酬宾优惠券", "en": "x"}
    days = {"valid_days": 30, "valid_from": None, "valid_until": None}
    base = domain.card_of(CAMPAIGN | {"title": title, "terms": {"zh": "条" * 2000, "en": ""}} | days, SHOWN)
    info = base["cash"]["base_info"]
    assert info["title"] == "长沙黄花机场商城…"
    assert len(info["description"].encode()) <= 3072
    assert info["date_info"] == {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 30, "fixed_begin_term": 0}

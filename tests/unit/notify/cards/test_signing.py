"""What a phone is given to put a card into its wallet, and to whom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kernel.errors import RemoteError
from services.notify import domain, usecases
from services.notify.card_schemas import SignCardSchema
from services.notify.errors import CardNotPossible, NoCard, NotReachable, WeChatAway, WeChatNotConnected
from services.notify.settings import WeChatSettings
from tests.unit.notify.cards.house import CARD_ID, House
from tests.unit.notify.suite import LOST, TableWeChat


def test_a_card_is_signed_as_wechat_documents_it() -> None:
    """The example of WeChat's own documents, 附录4."""
    ticket = "ojZ8YtyVyr30HheH3CM73y7h4jJE"
    signed = {
        "code": "1434008071",
        "timestamp": "1404896688",
        "card_id": "pjZ8Yt1XGILfi-FUsewpnnolGgZk",
        "nonce_str": "123",
    }
    joined = "1231404896688" + "1434008071" + ticket + signed["card_id"]
    assert (
        domain.sign_card(ticket, signed) == hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()
    )


def test_each_signature_is_for_one_person_and_a_code_of_its_own(house: House) -> None:
    first, second = house.sign(campaign_id="tea"), house.sign(campaign_id="tea")
    assert first["openid"] == "o-anna"
    assert first["code"] != second["code"]
    assert first["nonce_str"] != second["nonce_str"]
    told = {name: first[name] for name in ("code", "openid", "timestamp", "nonce_str")} | {"card_id": CARD_ID}
    assert first["signature"] == domain.sign_card("ticket", told)
    assert all(first["code"] not in row.code for row in house.cards.code_rows.values()), "it is kept sealed"


def _no_card(house: House) -> None:
    house.cards.rows.clear()


def _stranger(house: House) -> None:
    house.notify.traveller("anna", openid=None, version=9)


def _closed(house: House) -> None:
    house.mall.campaigns["tea"]["why_not"] = "gone"


@pytest.mark.parametrize(
    ("spoil", "error"),
    [(_no_card, NoCard), (_stranger, NotReachable), (_closed, CardNotPossible)],
)
def test_what_cant_be_signed_is_said_and_nothing_is_kept(
    house: House, spoil: Callable[[House], None], error: type[Exception]
) -> None:
    spoil(house)
    with pytest.raises(error):
        house.sign(campaign_id="tea")
    assert house.cards.code_rows == {}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"in_wallet": True}, "in_wallet"),
        ({"source": "given_back"}, "change"),
        ({"state": "redeemed"}, "redeemed"),
        ({"state": "locked"}, "locked"),
    ],
)
def test_coupons_that_dont_go_into_the_wallet(house: House, changes: dict[str, Any], why: str) -> None:
    house.mall.coupon("c9", **changes)
    with pytest.raises(CardNotPossible) as refused:
        house.sign(coupon_id="c9")
    assert refused.value.data == {"why": why}


def test_nobody_signs_for_anothers_coupon(house: House) -> None:
    house.mall.coupon("c9", "ben")
    with pytest.raises(RemoteError, match="coupon_not_found"):
        house.sign(coupon_id="c9")


def test_without_an_account_nothing_is_signed_and_everything_waits(house: House) -> None:
    apart = replace(house.desk, wechat=TableWeChat(WeChatSettings()))
    house.publish()
    assert usecases.run_card_errands(apart) == 0
    with pytest.raises(WeChatNotConnected):
        usecases.sign_card(apart, {"passenger_id": "anna", "campaign_id": "tea", "coupon_id": None})
    assert house.run() == 1, "once it is connected it is done"


def test_wechat_away_means_no_card_and_the_page_says_so(house: House) -> None:
    house.wechat.will("/cgi-bin/ticket/getticket", LOST)
    with pytest.raises(WeChatAway):
        house.sign(campaign_id="tea")


def test_a_wish_names_a_campaign_or_a_coupon() -> None:
    for wish in ({}, {"campaign_id": "a", "coupon_id": "b"}):
        assert SignCardSchema().validate({"passenger_id": "anna"} | wish)

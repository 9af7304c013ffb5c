"""Notify's cards against the sandbox's rules: what one signs the other judges, and they share no code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.processes import wait_until
from services.notify import usecases
from services.notify.card_schemas import CardEvent
from services.notify.clients import WeChat
from services.notify.domain import CodeState
from services.notify.settings import WeChatSettings
from services.notify.usecases import CardDesk, Tokens
from tests.fakes.partners import FakeCipher
from tests.sandbox.account_server import AccountServer
from tests.support.sandbox import Person, Sandbox
from tests.unit.notify.cards.house import SHOWN
from tests.unit.notify.mall import Mall
from tests.unit.notify.suite import Notify

EVENTS = {
    "user_get_card": CardEvent.GOT,
    "user_del_card": CardEvent.DELETED,
    "user_consume_card": CardEvent.CONSUMED,
}


class Wallet:
    """Notify and a mall, in front of a sandbox whose pushes are heard when a test says so."""

    def __init__(self, wechat: Sandbox, server: AccountServer, person: Person) -> None:
        self.wechat, self.server, self.person = wechat, server, person
        account = wechat.account
        self.notify, self.mall = Notify(), Mall()
        self.client = WeChat(WeChatSettings(account.appid, account.secret, wechat.url))
        tokens = Tokens(self.notify.uow, self.client, FakeCipher())
        self.desk = CardDesk(self.notify.uow, self.mall, self.client, tokens, SHOWN)
        self.notify.traveller("anna", openid=person.openid)
        usecases.note_campaign(self.notify.uow, {"campaign_id": "tea", "version": 1})
        self.run()
        self._heard = 0

    def run(self) -> None:
        while usecases.run_card_errands(self.desk):
            pass

    def take(self, **wish: Any) -> str:
        request = {"passenger_id": "anna", "campaign_id": None, "coupon_id": None} | wish
        signed = usecases.sign_card(self.desk, request)
        return str(self.wechat.do(f"users/{self.person.openid}/cards", **signed)["code"])

    def hear(self, event: str) -> None:
        """The next push of this event, as the gateway reads it."""
        wait_until(
            lambda: any(p.fields.get("Event") == event for p in self.server.pushes[self._heard :]), 5.0
        )
        for push in self.server.pushes[self._heard :]:
            self._heard += 1
            if push.fields.get("Event") == event:
                told = {"card_id": push.fields["CardId"], "code": push.fields["UserCardCode"]}
                usecases.note_card(self.desk, {"event": EVENTS[event]} | told)
                self.run()
                return
        raise AssertionError(f"no {event} was pushed")

    def at_once(self, kind: str) -> tuple[str, str | None]:
        """Do now what waits, whatever it waits for; how it stood before."""
        store = self.notify.store.cards
        errand = store.errand(kind, next(iter(store.code_rows)))
        assert errand is not None
        store.add_errand(kind, errand.subject, errand.created_at, errand.created_at)
        self.run()
        return errand.state, errand.reason

    def used(self, coupon_id: str, service: str = "shop") -> None:
        self.mall.coupons[coupon_id]["state"] = "redeemed"
        usecases.note_used(self.notify.uow, {"coupon_id": coupon_id, "service": service})

    def void(self, coupon_id: str) -> None:
        self.mall.coupons[coupon_id]["state"] = "expired"
        usecases.note_void(self.notify.uow, {"coupon_id": coupon_id})

    def held(self) -> list[str]:
        return [card["status"] for card in self.wechat.get(f"users/{self.person.openid}/cards")["cards"]]

    def states(self) -> list[str]:
        return [row.state for row in self.notify.store.cards.code_rows.values()]


@pytest.fixture
def wallet(wechat: Sandbox, server: AccountServer, person: Person) -> Iterator[Wallet]:
    made = Wallet(wechat, server, person)
    yield made
    made.client.close()


def test_a_card_is_made_signed_for_claimed_and_consumed(wallet: Wallet) -> None:
    card_id = wallet.mall.campaigns["tea"]["card_id"]
    base = wallet.wechat.api("/card/get", {"card_id": card_id})["card"]["cash"]["base_info"]
    assert base["title"] == "商城满100减20"
    code = wallet.take(campaign_id="tea")
    wallet.hear("user_get_card")
    assert wallet.mall.coupons["c1"]["card"] == {"card_id": card_id, "code": code}
    wallet.used("c1")
    wallet.run()
    wallet.hear("user_consume_card")
    assert (wallet.held(), wallet.states()) == (["CONSUMED"], [CodeState.USED])
    assert usecases.list_card_errands(wallet.notify.uow, "stuck") == {"errands": []}


def test_a_page_coupon_goes_into_the_wallet_and_out_of_use_when_it_is_over(wallet: Wallet) -> None:
    wallet.mall.coupon("c9")
    wallet.take(coupon_id="c9")
    wallet.hear("user_get_card")
    assert wallet.mall.coupons["c9"]["in_wallet"]
    wallet.void("c9")
    wallet.run()
    assert (wallet.held(), wallet.states()) == (["UNAVAILABLE"], [CodeState.VOID])


def test_a_card_for_which_there_is_no_coupon_is_out_of_use_at_once(wallet: Wallet) -> None:
    wallet.take(campaign_id="tea")
    wallet.mall.campaigns["tea"]["why_not"] = "gone"
    wallet.hear("user_get_card")
    assert (wallet.held(), wallet.states()) == (["UNAVAILABLE"], [CodeState.REFUSED])


def test_an_event_that_never_came_is_made_up_for_by_asking(wallet: Wallet) -> None:
    code = wallet.take(campaign_id="tea")
    wallet.at_once("look")
    assert [coupon["card"]["code"] for coupon in wallet.mall.coupons.values()] == [code]
    wallet.hear("user_get_card")
    assert len(wallet.mall.coupons) == 1


def test_a_stale_token_is_renewed_on_the_way(wallet: Wallet) -> None:
    wallet.take(campaign_id="tea")
    wallet.hear("user_get_card")
    wallet.wechat.do("tokens/expire")
    wallet.used("c1")
    wallet.run()
    assert (wallet.held(), wallet.states()) == (["CONSUMED"], [CodeState.USED])


def test_a_lost_answer_does_no_harm(wallet: Wallet) -> None:
    wallet.take(campaign_id="tea")
    wallet.hear("user_get_card")
    wallet.wechat.fail("/card/code/consume", lost=True)
    wallet.used("c1")
    wallet.run()
    assert (wallet.held(), wallet.states()) == (["CONSUMED"], [CodeState.BOUND])
    assert wallet.at_once("consume") == ("open", "notify.wechat_away")
    assert wallet.states() == [CodeState.USED]


def test_terms_that_changed_are_seen_in_the_wallet(wallet: Wallet) -> None:
    wallet.take(campaign_id="tea")
    wallet.mall.campaigns["tea"] |= {
        "terms": {"zh": "每人一张", "en": ""},
        "valid_until": "2027-02-28T16:00:00Z",
    }
    usecases.note_campaign(wallet.notify.uow, {"campaign_id": "tea", "version": 2})
    wallet.run()
    [card] = wallet.wechat.get(f"users/{wallet.person.openid}/cards")["cards"]
    assert card["body"]["base_info"]["description"] == "每人一张"
    assert card["ends"] == 1803830400

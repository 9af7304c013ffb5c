"""A coupon goes into WeChat's cards and is used: shop, notify, the gateway, the sandbox and its phone as they run."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.broker import Broker
from deploy.processes import wait_until
from kernel.clock import real_now
from kernel.ids import new_id
from tests.messaging.calls.harness import Wire, eventually
from tests.support.folders import temporary_folder
from tests.support.sandbox import Person, Sandbox
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(120)
AT_ONCE = {"NOTIFY_GATHER_S": "0", "NOTIFY_QUIET_HOURS": "-"}
AIRPORT = {"actor": "staff:chen", "shops": ["*"]}


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


class Suite:
    """The mall with one campaign that is on."""

    def __init__(self, stack: Stack, wechat: Sandbox) -> None:
        self.stack, self.wechat = stack, wechat
        self.wire = Wire(stack.amqp_url)
        self.order: dict[str, str] = {}
        self.services = stack.run("services", "-m", "deploy.serve", "shop", "notify", "passengers")

    def call(self, service: str, method: str, /, **request: Any) -> Any:
        answer = self.wire.call(service, method, request)
        assert answer.error is None, answer.error
        return answer.result

    def publish(self) -> str:
        now = real_now()
        draft = {
            "title": {"zh": "商城满100减20", "en": "20 off 100"},
            "kind": "amount",
            "value_fen": 2000,
            "threshold_fen": 10_000,
            "stock": 30,
            "starts_at": instant(now - timedelta(days=1)),
            "ends_at": instant(now + timedelta(days=9)),
            "valid_days": 14,
            "scope": {"services": ["shop", "bus"]},
            "funded_by": "airport",
        }
        made = self.call("shop", "save_campaign", request_id=new_id(), campaign=draft, **AIRPORT)
        campaign_id = str(made["campaign"]["id"])
        wish = {"request_id": new_id(), "campaign_id": campaign_id, "state": "on"}
        self.call("shop", "set_campaign_state", **wish, **AIRPORT)

        def has_card() -> bool:
            return bool(self.call("shop", "get_campaign", campaign_id=campaign_id)["campaign"]["card_id"])

        eventually(has_card, 30.0)
        return campaign_id

    def use(self, coupon_id: str, passenger_id: str) -> None:
        """As an order of the bus that is held, and paid."""
        order = {"service": "bus", "order_id": new_id()}
        seats = {"ref": "seats", "price_fen": 4_000, "quantity": 3}
        held = {"passenger_id": passenger_id, "coupon_ids": [coupon_id], "items": [seats]}
        until = instant(real_now() + timedelta(minutes=15))
        self.call("shop", "lock_coupon", request_id=new_id(), expires_at=until, **held, **order)
        self.call("shop", "redeem_coupon", request_id=new_id(), **order)
        self.order = order

    def give_back(self) -> None:
        """All seats of that order come back."""
        seats = [{"ref": "seats", "quantity": 3}]
        self.call("shop", "give_back_coupon", request_id=new_id(), returned=seats, **self.order)


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    with temporary_folder("airport-wallet-") as var:
        stack = Stack(var, broker, broker.add_vhost(f"wallet-{new_id()}"), **AT_ONCE)
        with Sandbox(var, stack.base_url, SANDBOX_ANSWER_S="2") as wechat:
            stack.environ |= wechat.environ | {"SERVICES_OPS_PORT": "0"}
            stack.migrate()
            stack.start_gateway()
            made = Suite(stack, wechat)
            try:
                ready = wait_until(lambda: '"ready"' in stack.log("services") and answers(stack), 40.0)
                assert ready, stack.log("services") + stack.log("gateway")
                yield made
            finally:
                made.wire.close()
                stack.stop_gateway()
                made.services.stop()


def answers(stack: Stack) -> bool:
    try:
        with urllib.request.urlopen(f"{stack.base_url}/healthz", timeout=1.0):
            return True
    except (OSError, urllib.error.URLError):
        return False


@pytest.fixture
def phone(browser: Browser, suite: Suite) -> Iterator[Page]:
    """The sandbox's phone of Ann, who follows the account."""
    ann = suite.wechat.person("Ann", language="en")
    ann.subscribe()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{suite.wechat.url}/?user={ann.openid}")
    page.wait_for_selector("body[data-ready]")
    yield page
    context.close()


def test_a_coupon_is_taken_as_a_card_used_and_consumed(phone: Page, suite: Suite) -> None:
    ann = Person(suite.wechat, phone.url.partition("user=")[2])
    campaign_id = suite.publish()
    path = f"/shop/coupons/{campaign_id}/wallet"
    inside = phone.frame_locator("iframe")
    open_page(phone, f"{suite.stack.base_url}/sign-in?next={path}")
    expect(phone.locator(".sheet .ticket b")).to_have_text("商城满100减20")
    phone.get_by_role("button", name="Cancel", exact=True).click()
    expect(inside.locator("[data-wallet-said]")).to_have_text("Not put into WeChat cards.")
    assert claimed(suite, campaign_id) == 0, "whoever says no has claimed nothing"
    inside.get_by_role("button", name="Try again").click()
    phone.get_by_role("button", name="Add to Cards").click()
    eventually(lambda: claimed(suite, campaign_id) == 1, 30.0)
    card = held(suite, ann)
    coupon = suite.call("shop", "get_coupon_card", code=card["code"])
    assert (coupon["campaign_id"], coupon["state"]) == (campaign_id, "claimed")
    suite.use(coupon["coupon_id"], coupon["passenger_id"])
    eventually(lambda: held(suite, ann)["status"] == "CONSUMED", 30.0)
    suite.give_back()
    told = ann.wait_message("template", "/me/coupons")
    assert "Coupon is back" in str(told["body"]) or "优惠券已退回" in str(told["body"])
    assert suite.call("notify", "list_card_errands", state="stuck") == {"errands": []}
    bad = [one for one in suite.wechat.log(level="bad") if one["kind"] in {"card", "js", "push"}]
    assert bad == []


def claimed(suite: Suite, campaign_id: str) -> int:
    campaign = suite.call("shop", "get_campaign", campaign_id=campaign_id)["campaign"]
    return int(campaign["stock"] - campaign["left"])


def held(suite: Suite, person: Person) -> dict[str, Any]:
    [card] = suite.wechat.get(f"users/{person.openid}/cards")["cards"]
    found: dict[str, Any] = card
    return found


def open_page(phone: Page, url: str) -> None:
    """As a tap on a link in the chat does."""
    phone.evaluate("url => import('/phone/frame.js').then((frame) => frame.openPage(url))", url)

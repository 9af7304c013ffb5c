"""WeChat is answered within a second while the broker is frozen or gone, and people hear from us afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.broker import Broker
from deploy.processes import wait_until
from tests.support.partner import Partner, departure_update
from tests.support.sandbox import Sandbox, in_wechat
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(240)
WITHIN_MS = 1000
NUMBER = 3177


@dataclass
class Suite:
    stack: Stack
    wechat: Sandbox


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    with in_wechat(broker, "wechat-outage") as (stack, wechat):
        partner = Partner.register(stack.base_url, stack.environ)
        at = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=2)
        assert partner.push([departure_update(NUMBER, at)]).status_code == 200
        search = f"{stack.base_url}/api/v1/flights?q=CZ{NUMBER}"
        assert wait_until(lambda: f"CZ{NUMBER}" in wechat.http.get(search).text, 30.0)
        yield Suite(stack, wechat)


def shown(delivery: dict[str, Any]) -> str:
    """What the phone shows of the reply; the first try was answered in time."""
    (one,) = delivery["tries"]
    assert one["outcome"] == "answered"
    assert one["took_ms"] < WITHIN_MS
    assert delivery["fault"] is None
    return str(delivery["reply"]["body"]) if delivery["reply"] else ""


@pytest.mark.parametrize("how", ["frozen", "gone"])
def test_everybody_is_answered_within_a_second(suite: Suite, broker: Broker, how: str) -> None:
    person = suite.wechat.person()
    assert "欢迎关注" in shown(person.subscribe())
    breaks: Callable[[], object] = broker.freeze if how == "frozen" else broker.stop
    heals: Callable[[], object] = broker.thaw if how == "frozen" else broker.start
    breaks()
    try:
        assert f"CZ{NUMBER}" in shown(person.text(f"cz {NUMBER}"))
        assert "大巴" in shown(person.text("大巴"))
        followed = shown(person.text(f"关注CZ{NUMBER}"))
        assert followed == "" or "稍后再试" in followed, "not promised while nobody can be asked"
        assert shown(person.unsubscribe()) == ""
        assert "欢迎关注" in shown(person.subscribe())
    finally:
        heals()
    suite.stack.heal()
    assert wait_until(lambda: "已关注" in shown(person.text(f"关注CZ{NUMBER}")), 40.0, every_s=1.0)

"""RabbitMQ away, frozen or back: reads go on and say how old they are; everything heals without help."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from deploy.processes import wait_until
from kernel.clock import monotonic
from tests.support.partner import Partner, departure_update
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(240)

BOARD = "/api/v1/boards/departures"
# The longest that the gateway lets a caller wait, and what an answer needs to travel on a machine that others use.
DEADLINE_S = 4.0
MARGIN_S = 4.0
# Reads come from memory: had one asked a service, it would have waited for the whole deadline.
WITHOUT_ASKING_S = DEADLINE_S
# Twice what is promised.
HEALS_WITHIN_S = 20.0


@pytest.fixture(scope="module")
def partner(running_stack: Stack) -> Partner:
    running_stack.heal()
    return Partner.register(running_stack.base_url, running_stack.environ)


@pytest.fixture
def shown(stack: Stack, partner: Partner) -> Iterator[int]:
    """The number of a flight that stands on the board."""
    partner.token()
    number = 7001
    answer = partner.push([departure_update(number)])
    assert answer.status_code == 200, answer.text
    assert wait_until(lambda: number in _numbers(stack), HEALS_WITHIN_S)
    yield number
    stack.broker.thaw()


def test_boards_stay_readable_and_marked_while_the_broker_is_away_and_heal_after_it(
    stack: Stack, partner: Partner, shown: int
) -> None:
    stack.broker.stop()
    try:
        assert wait_until(lambda: _board(stack)["stale"], 30.0), "the board doesn't say that its news is old"
        assert shown in _numbers(stack)
        page = httpx.get(f"{stack.base_url}/flights/departures?lang=en")
        assert page.status_code == 200
        assert f"CZ{shown}" in page.text.replace(" ", "")
        refused, seconds = _timed_push(partner, shown + 1)
        assert refused.status_code == 503
        assert refused.headers["Content-Type"].startswith("application/problem+json")
        assert "Retry-After" in refused.headers
        assert seconds < DEADLINE_S + MARGIN_S
        assert httpx.get(f"{stack.base_url}/healthz").status_code == 200
    finally:
        stack.broker.start()
    back = monotonic()
    assert wait_until(lambda: _pushed(partner, shown + 1), HEALS_WITHIN_S, every_s=0.25)
    left_s = HEALS_WITHIN_S - (monotonic() - back)
    assert wait_until(lambda: shown + 1 in _numbers(stack) and not _board(stack)["stale"], left_s)


def test_no_request_outlives_its_deadline_while_the_broker_is_frozen(
    stack: Stack, partner: Partner, shown: int
) -> None:
    stack.broker.freeze()
    try:
        for attempt in range(3):
            refused, seconds = _timed_push(partner, shown + 10 + attempt)
            assert refused.status_code in {503, 504}, refused.text
            assert seconds < DEADLINE_S + MARGIN_S
            began = monotonic()
            assert shown in _numbers(stack)
            assert monotonic() - began < WITHOUT_ASKING_S
    finally:
        stack.broker.thaw()
    assert wait_until(lambda: _pushed(partner, shown + 20), HEALS_WITHIN_S, every_s=0.25)
    assert wait_until(lambda: shown + 20 in _numbers(stack) and not _board(stack)["stale"], HEALS_WITHIN_S)


def test_a_broker_that_crashes_is_no_worse_than_one_that_stops(
    stack: Stack, partner: Partner, shown: int
) -> None:
    stack.broker.kill()
    try:
        assert shown in _numbers(stack)
    finally:
        stack.broker.start()
    assert wait_until(lambda: _pushed(partner, shown + 30), HEALS_WITHIN_S, every_s=0.25)
    assert wait_until(lambda: shown + 30 in _numbers(stack), HEALS_WITHIN_S)


def _board(stack: Stack) -> dict[str, Any]:
    answer = httpx.get(stack.base_url + BOARD, timeout=5.0)
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


def _numbers(stack: Stack) -> set[int]:
    days = (
        _board(stack)["flights"]
        + httpx.get(stack.base_url + BOARD, params=_tomorrow(stack)).json()["flights"]
    )
    return {int(flight["number"][2:]) for flight in days}


def _tomorrow(stack: Stack) -> dict[str, str]:
    today = date.fromisoformat(_board(stack)["day_local"])
    return {"day": (today + timedelta(days=1)).isoformat()}


def _timed_push(partner: Partner, number: int) -> tuple[httpx.Response, float]:
    began = monotonic()
    return partner.push([departure_update(number)], timeout_s=30.0), monotonic() - began


def _pushed(partner: Partner, number: int) -> bool:
    return partner.push([departure_update(number)]).status_code == 200

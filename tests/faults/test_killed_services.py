"""Services that die in the middle of a partner's work: what was answered is kept, what wasn't can be said again."""

from __future__ import annotations

import threading
import time
import uuid
from typing import Any

import httpx
import pytest

from deploy.processes import wait_until
from tests.support.partner import Partner, departure_update
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(240)

BATCHES = 30
LONGER_THAN_A_DEADLINE_S = 6.0
GATES = ("A1", "A2", "A3")


@pytest.fixture(scope="module")
def partner(running_stack: Stack) -> Partner:
    running_stack.heal()
    return Partner.register(running_stack.base_url, running_stack.environ)


def test_services_killed_in_mid_batch_lose_nothing_and_do_nothing_twice(
    stack: Stack, partner: Partner
) -> None:
    partner.token()
    feed = _Feed(partner)
    feed.start()
    met = 0
    for seconds_dead in (0.0, LONGER_THAN_A_DEADLINE_S, 0.0):
        answered = feed.answered
        assert wait_until(lambda seen=answered: feed.answered > seen + 2, 30.0)
        assert wait_until(lambda: feed.waiting, 10.0, every_s=0.001)
        stack.kill_services()
        met += feed.waiting
        time.sleep(seconds_dead)
        stack.start_services()
    feed.join(120.0)
    assert not feed.is_alive()
    assert met, "no push was under way when the services died"
    assert feed.errors, "no push was refused although services were away for longer than its deadline"
    stack.wait_ready()
    for batch in range(BATCHES):
        number = _number(batch)
        assert wait_until(lambda n=number: _gate(stack, n) == GATES[-1], 15.0), number
        assert _gates_in_history(stack, number) == [*reversed(GATES[1:])]


class _Feed(threading.Thread):
    """Pushes batch after batch; one that isn't answered with 200 is said again with the same Idempotency-Key."""

    def __init__(self, partner: Partner) -> None:
        super().__init__(daemon=True)
        self._partner = partner
        self.answered = 0
        self.waiting = False
        self.errors: list[str] = []

    def run(self) -> None:
        for batch in range(BATCHES):
            update = departure_update(_number(batch))
            updates = [
                update | {"sequence": place, "departure": {"gate": gate}} for place, gate in enumerate(GATES)
            ]
            self._push_until_answered(updates, uuid.uuid4().hex)
            self.answered += 1

    def _push_until_answered(self, updates: list[dict[str, Any]], key: str) -> None:
        pause = threading.Event()
        while True:
            push = self._partner.prepare(updates, key)
            self.waiting = True
            try:
                answer = self._partner.send(push)
            except httpx.TransportError as error:
                self.errors.append(str(error))
            else:
                if answer.status_code == 200:
                    assert answer.json()["refused"] == 0, answer.text
                    return
                self.errors.append(answer.text)
            finally:
                self.waiting = False
            pause.wait(0.2)


def _number(batch: int) -> int:
    return 8000 + batch


def _flight(stack: Stack, number: int) -> dict[str, Any] | None:
    answer = httpx.get(f"{stack.base_url}/api/v1/flights", params={"q": f"CZ{number}"})
    assert answer.status_code == 200, answer.text
    found = answer.json()["flights"]
    return found[0] if found else None


def _gate(stack: Stack, number: int) -> str | None:
    flight = _flight(stack, number)
    return flight["departure"]["gate"] if flight else None


def _gates_in_history(stack: Stack, number: int) -> list[str]:
    """Every gate that replaced another one, the newest first."""
    flight = _flight(stack, number)
    assert flight is not None
    answer = httpx.get(f"{stack.base_url}/api/v1/flights/{flight['id']}/history")
    assert answer.status_code == 200, answer.text
    changes = answer.json()["changes"]
    return [change["new"] for change in changes if change["field"] == "departure.gate"]

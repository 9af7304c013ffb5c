"""The demo airline at the door of a stack: it reports departures, sends their lists, and stands at their gates."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from click.testing import CliRunner, Result

from deploy import running
from deploy.demo.changsha import Changsha
from deploy.demo.lists import ListFeed
from deploy.demo.partner_client import AIRLINE_SCOPES, Credentials, PartnerClient
from deploy.demo.travellers.departures import Departure
from deploy.demo_commands import demo
from kernel import clock
from services.airport import Airport
from tests.messaging.calls.harness import eventually
from tests.support.partner import Partner
from tests.support.stack import Stack

HERE = Airport()


def coming_departure(is_wanted: Callable[[Departure], bool]) -> Departure:
    """One at home that can be checked in for a while, and that gets no other news in the meantime."""
    now = clock.now()
    today = now.astimezone(HERE.zoneinfo).date()
    story = Changsha(HERE)
    candidates = [one for offset in (0, 1) for one in story.departures(today + timedelta(offset))]
    return next(
        one
        for one in candidates
        if now + timedelta(hours=7) < one.departs_at < now + timedelta(hours=23)
        and not one.international
        and is_wanted(one)
    )


class DemoAirline:
    """Knows the stack by the record that `make run` leaves in `var`, as the command does."""

    def __init__(self, stack: Stack, var: Path) -> None:
        self.stack = stack
        self.var = var
        known = Partner.register(stack.base_url, stack.environ, "demo").credentials
        (var / "demo-partner.json").write_text(json.dumps(known))
        (var / "run").mkdir(exist_ok=True)
        running.record(var, stack.base_url, {"AIRPORT_IATA": "CSX"})
        credentials = Credentials(
            stack.base_url, known["client_id"], known["client_secret"], known["signing_key"]
        )
        self.client = PartnerClient(credentials, scopes=AIRLINE_SCOPES)

    def report(self, departure: Departure, /, **news: Any) -> None:
        times = {"off_block": {"scheduled_at": departure.departs_at.isoformat()}}
        update = {"leg": departure.leg, "event_at": clock.now().isoformat(), "times": times, **news}
        assert self.client.send([update]).refused == []

    def send_lists(self, departures: Sequence[Departure], /, **news: Any) -> None:
        """As the demo's feed does, of these. news: what is reported of them first."""
        for departure in departures:
            self.report(departure, **news)
        for departure in departures:
            url = f"{self.stack.base_url}/api/v1/flights/{departure.flight_id}"
            eventually(lambda url=url: httpx.get(url).status_code == 200)  # type: ignore[misc]
        days = {departure.day_local for departure in departures}
        of_day = {day: [one for one in departures if one.day_local == day] for day in days}
        feed = ListFeed(lambda day: of_day.get(day, []), HERE.zoneinfo, self.client, threading.Event())
        while feed.send_next(clock.now()):
            pass

    def run(self, *words: str) -> Result:
        """`airport demo …`."""
        return CliRunner().invoke(demo, words, env={"AIRPORT_VAR": str(self.var), "AIRPORT_IATA": "CSX"})

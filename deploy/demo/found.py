"""What the demo's airlines find in their cabins: a few things of yesterday's last flights, registered once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from deploy.demo.lost import ON_BOARD, on_board
from deploy.demo.partner_client import NotAccepted, PartnerClient, Stopped
from deploy.demo.travellers.departures import Departure
from kernel import clock

log = logging.getLogger(__name__)

_PATH: Final = "/partner/v1/lost-items"


class FoundFeed:
    """Registers through the partner API. departures: of a service day."""

    def __init__(
        self, departures: Callable[[date], Sequence[Departure]], zone: ZoneInfo, client: PartnerClient
    ) -> None:
        self._departures = departures
        self._zone = zone
        self._client = client

    def run(self, begin: threading.Event) -> None:
        """Once the flights are told, register; a start on the same day finds its references taken."""
        begin.wait()
        try:
            self.register()
        except Stopped:
            log.info("found items: stopped")
        except NotAccepted as refusal:
            log.error("found items: %s", refusal)

    def register(self) -> list[str]:
        """What became of each. Raises Stopped, NotAccepted."""
        today = clock.now().astimezone(self._zone).date()
        flown = [each.flight_id for each in self._departures(today - timedelta(days=1))][-ON_BOARD:]
        items = on_board(flown, clock.now())
        if not items:
            return []
        answer = self._client.exchange("POST", _PATH, orjson.dumps({"items": items}))
        outcomes = [result["outcome"] for result in answer["results"]]
        for result in answer["results"]:
            if result["outcome"] == "refused":
                log.error("found items: %s %s", result["reference"], result["errors"])
        return outcomes

"""`python -m deploy.demo changsha` or `newark --day 2013-07-10`; credentials come from the environment."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from dataclasses import dataclass
from datetime import date

from deploy.demo.changsha import Changsha
from deploy.demo.found import FoundFeed
from deploy.demo.lists import ListFeed
from deploy.demo.newark import Newark
from deploy.demo.partner_client import (
    AIRLINE_SCOPES,
    LOST_SCOPES,
    Credentials,
    NotAccepted,
    PartnerClient,
)
from deploy.demo.play import Story, play
from kernel import config
from kernel.config import setting
from services.airport import Airport


@dataclass(frozen=True)
class DemoSettings:
    base_url: str = setting("DEMO_BASE_URL", about="the gateway that the demo partner feeds")
    client_id: str = setting("DEMO_CLIENT_ID", about="the demo partner's client id")
    client_secret: str = setting("DEMO_CLIENT_SECRET", about="the demo partner's secret", secret=True)
    signing_key: str = setting("DEMO_SIGNING_KEY", about="the demo partner's signing key", secret=True)


def main(arguments: list[str] | None = None) -> int:
    """Play until the story ends or SIGTERM comes. Exit status 1: the gateway doesn't take our word."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("airport", choices=["changsha", "newark"])
    parser.add_argument("--day", type=date.fromisoformat, help="the day that newark replays")
    options = parser.parse_args(arguments)
    if (options.airport == "newark") != (options.day is not None):
        parser.error("--day belongs to newark, and newark needs it")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s demo %(levelname)s %(message)s")
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    settings = config.load(DemoSettings)
    credentials = Credentials(
        settings.base_url, settings.client_id, settings.client_secret, settings.signing_key
    )
    here, begun = config.load(Airport), threading.Event()
    if options.day:
        story: Story = Newark(options.day)
    else:
        story = changsha = Changsha(here)
        airline = PartnerClient(credentials, stopping, scopes=AIRLINE_SCOPES)
        feed = ListFeed(changsha.departures, here.zoneinfo, airline, stopping)
        threading.Thread(target=feed.run, args=(begun,), name="lists", daemon=True).start()
        lost = FoundFeed(
            changsha.departures, here.zoneinfo, PartnerClient(credentials, stopping, scopes=LOST_SCOPES)
        )
        threading.Thread(target=lost.run, args=(begun,), name="found", daemon=True).start()
    try:
        play(story, PartnerClient(credentials, stopping), stopping, begun)
    except NotAccepted as error:
        logging.getLogger(__name__).error("the gateway refused: %s", error)
        return 1
    stopping.wait()  # a story that has ended is no reason for a supervisor to begin it anew
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""checkin as a process of its own, without the places to wait that it has beside its workers.

What would be if those who wait for a flight's turn took the workers of everybody:
`python -m tests.races.crowded`.
"""

# ruff: noqa: E402 - sockets, locks and time must be green before anything else is imported
from __future__ import annotations

import os

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

import eventlet

eventlet.monkey_patch()

import sys

from kernel import log
from kernel.config import load
from kernel.wire.runner import ServiceRunner
from kernel.wire.settings import WireSettings
from services.checkin.service import CheckinService


class Crowded(CheckinService):
    waiting_places = 0


if __name__ == "__main__":
    log.configure("services")
    sys.exit(ServiceRunner([Crowded], load(WireSettings)).run())

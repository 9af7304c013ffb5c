"""Passwords are verified a few at a time, off the hub: strangers who try many keep nobody else waiting."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCRIPT = """
import json, sys, time
import eventlet
eventlet.monkey_patch()
from services.staff.clients import Argon2
from services.staff.errors import Busy
from services.staff.hashing import Argon2id

in_turn = sys.argv[1] == "in turn"
hasher = Argon2(at_once=2, waiting=6)
plain = Argon2id()
ended, ticks = [], []

def attempt():
    try:
        ended.append("wrong" if not (hasher if in_turn else plain).verify("", "words") else "right")
    except Busy as exc:
        ended.append("busy" if exc.data["retry_after_s"] else "")

def tick():
    while True:
        ticks.append(time.monotonic())
        eventlet.sleep(0.001)

ticker = eventlet.spawn(tick)
eventlet.sleep(0.01)
before = len(ticks)
pool = [eventlet.spawn(attempt) for _ in range(16)]
for each in pool:
    each.wait()
ticker.kill()
print(json.dumps({"ended": ended, "ticks": len(ticks) - before}))
"""


def told(how: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, how],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_only_so_many_wait_and_the_hub_goes_on() -> None:
    found = told("in turn")
    assert found["ended"].count("busy") == 8  # type: ignore[attr-defined]
    assert found["ended"].count("wrong") == 8  # type: ignore[attr-defined]
    assert found["ticks"] > 20, "others were served meanwhile"  # type: ignore[operator]


def test_control_on_the_hub_nothing_else_is_served() -> None:
    found = told("at once")
    assert found["ended"].count("wrong") == 16  # type: ignore[attr-defined]
    assert found["ticks"] <= 3  # type: ignore[operator]

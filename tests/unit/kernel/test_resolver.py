"""A slow resolver holds up who asked, and nobody else. In a subprocess: eventlet patches what it runs in."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys, time, warnings
warnings.simplefilter("ignore")
import eventlet
eventlet.monkey_patch()
from eventlet.patcher import original

plain = original("socket").getaddrinfo

def slow(*arguments, **options):
    original("time").sleep(2.5)
    return plain("127.0.0.1", *arguments[1:], **options)

original("socket").getaddrinfo = slow
import socket
if sys.argv[1] == "guarded":
    from kernel.wire.resolver import resolve_in_threads
    resolve_in_threads()
else:
    socket.getaddrinfo = slow
longest, last = 0.0, time.monotonic()
asked = eventlet.spawn(socket.getaddrinfo, "slow.example", 80)
while not asked.dead:
    eventlet.sleep(0.01)
    longest, last = max(longest, time.monotonic() - last), time.monotonic()
assert asked.wait()[0][4][0] == "127.0.0.1"
print(longest)
"""


def longest_gap_s(kind: str) -> float:
    command = [sys.executable, "-c", PROGRAM, kind]
    environ = {"EVENTLET_NO_GREENDNS": "yes", "PYTHONPATH": "."}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


@pytest.mark.parametrize(("kind", "held_up"), [("guarded", False), ("plain", True)])
def test_a_slow_resolver_holds_up_nobody_else(kind: str, held_up: bool) -> None:
    assert (longest_gap_s(kind) > 2.2) is held_up

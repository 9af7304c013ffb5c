"""Free ports: each is one process's, also before its server listens there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from deploy import ports

ASK = """
import sys
from deploy import ports
ports._candidates = lambda: iter([int(sys.argv[1]), int(sys.argv[1]) + 1])
print(ports.free_port())
"""


def asked_elsewhere(first: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(first)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.fixture
def pair() -> int:
    """A free port whose neighbour is free, too; neither was given to anybody."""
    return next(port for port in ports._candidates() if all(map(ports.is_free, (port, port + 1))))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there are no names without a file")
def test_a_port_that_was_given_is_nobody_elses_before_anything_listens_there(
    pair: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked_elsewhere(pair) == pair, "control: nobody has it"
    monkeypatch.setattr(ports, "_candidates", lambda: iter([pair]))
    assert ports.free_port() == pair
    assert asked_elsewhere(pair) == pair + 1
    with pytest.raises(OSError, match="no free"):
        ports.free_port()

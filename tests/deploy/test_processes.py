"""Children end with us, and what a killed supervisor left is ended at the next start."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.supervisor import ProgramChild, Supervisor
from deploy.processes import Process, Program, end_orphans, started_at, wait_until

SLEEPER = ["/bin/sleep", "60"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that nobody's death ends."""
    process = subprocess.Popen(SLEEPER, start_new_session=True)
    yield process
    process.kill()
    process.wait()


def _record(pid_dir: Path, process: subprocess.Popen[bytes], began: str | None) -> None:
    record = {"name": "left", "pid": process.pid, "started_at": began}
    (pid_dir / "left.json").write_text(json.dumps(record))


def test_a_leftover_is_ended_at_the_next_start(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    _record(tmp_path, sleeper, started_at(sleeper.pid))
    assert end_orphans(tmp_path) == ["left"]
    assert sleeper.wait(5) == -signal.SIGTERM
    assert end_orphans(tmp_path) == []


def test_a_stranger_with_a_used_pid_is_left_alone(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    _record(tmp_path, sleeper, "1")
    assert end_orphans(tmp_path) == []
    assert sleeper.poll() is None


def test_a_child_ends_when_its_parent_is_killed() -> None:
    script = "from deploy.processes import *; import time\n"
    script += f"print(Process(Program('child', {SLEEPER!r})).pid, flush=True); time.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        child = int(parent.stdout.readline())
    assert started_at(child) is not None
    parent.kill()
    parent.wait()
    assert wait_until(lambda: started_at(child) is None, 5.0)


def test_a_child_that_ignores_the_request_is_killed_with_all_its_own(tmp_path: Path) -> None:
    log = tmp_path / "log"
    stubborn = "trap '' TERM; sleep 61 & echo $!; while :; do sleep 1; done"
    process = Process(Program("stubborn", ["/bin/sh", "-c", stubborn], log=log))
    assert wait_until(lambda: log.read_text().endswith("\n"), 5.0)
    grandchild = int(log.read_text())
    process.stop(grace_s=0.3)
    assert process.returncode == -signal.SIGKILL
    assert wait_until(lambda: started_at(grandchild) is None, 5.0)


def test_a_child_that_keeps_dying_is_started_ever_more_rarely(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    supervisor.add(ProgramChild(Program("flaky", ["/bin/false"], log=tmp_path / "flaky.log")))

    def look_until_said(count: int) -> None:
        assert wait_until(lambda: (supervisor.look(), len(said) >= count)[1], 10.0)

    look_until_said(3)
    waits = [float(line.partition("again in ")[2].split()[0]) for line in said]
    assert waits[0] < waits[1] < waits[2]
    assert "flaky ended with exit code 1" in said[0]
    supervisor.watched.clear()


def test_a_child_that_lives_but_does_not_work_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    child = ProgramChild(Program("deaf", SLEEPER, log=tmp_path / "deaf.log"))
    supervisor.add(child, check=lambda: False, patience_s=0.0)
    supervisor.watched[0].checked_at = float("-inf")
    supervisor.look()
    assert "deaf has not answered" in said[0]
    assert wait_until(lambda: (supervisor.look(), child.alive())[1], 5.0)
    child.kill()


def test_a_log_that_grew_too_long_is_cut_under_its_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deploy.local import supervisor

    monkeypatch.setattr(supervisor, "LOG_LIMIT_BYTES", 10)
    log = tmp_path / "a.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old news, long enough\n")
        supervisor.cut_log(log)
        writer.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "a.log.1").read_bytes() == b"old news, long enough\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.log", "a.log.1"]


def test_an_errand_may_end_well_and_is_sent_again_when_it_failed() -> None:
    done = ProgramChild(Program("errand", ["/bin/true"]), errand=True)
    failed = ProgramChild(Program("errand", ["/bin/false"]), errand=True)
    for child, alive in ((done, True), (failed, False)):
        child.launch()
        assert wait_until(lambda child=child: child.ending() != "isn't running", 5.0)
        assert child.alive() is alive
    assert not ProgramChild(Program("errand", ["/bin/true"]), errand=True).alive(), "not sent yet"

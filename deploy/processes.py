"""Child processes that never outlive us.

Every child leads a process group of its own, is told by the kernel when its parent dies, and is written
down in a pid file, so that a later start finds and ends what a killed supervisor left behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kernel.clock import monotonic

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Program:
    """What to start, and how it is known."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    log: Path | None = None
    pid_dir: Path | None = None
    user: str | None = None
    cwd: Path | None = None


class Process:
    """One running child."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._child = _spawn(program)
        self.pid = self._child.pid
        self._pid_file = program.pid_dir / f"{program.name}.json" if program.pid_dir else None
        if self._pid_file:
            _write_pid_file(self._pid_file, self.pid, program)

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        return self._child.poll()

    def send(self, signum: int) -> None:
        """Signal the child alone; nothing happens if it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._child.send_signal(signum)

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended within `timeout_s`."""
        try:
            self._child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, grace_s: float = 12.0, signum: int = signal.SIGTERM) -> None:
        """Ask it to end; after `grace_s` kill its whole group. Returns when nothing is left of it."""
        self.send(signal.SIGCONT)
        self.send(signum)
        self.wait(grace_s)
        self.kill()

    def kill(self) -> None:
        """End the whole group at once and reap the child."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._child.wait()
        if self._pid_file:
            self._pid_file.unlink(missing_ok=True)


def wait_until(what: Callable[[], bool], timeout_s: float, every_s: float = 0.05) -> bool:
    """Whether `what` came true within `timeout_s`."""
    end = monotonic() + timeout_s
    while not what():
        if monotonic() > end:
            return False
        time.sleep(every_s)
    return True


def started_at(pid: int) -> str | None:
    """When the process began, in the kernel's ticks; None if there is no such process.

    Together with the pid it names one process for ever: pids are used again, this pair isn't.
    """
    try:
        text = (Path("/proc") / str(pid) / "stat").read_text()
    except OSError:
        return None
    columns = text.rpartition(")")[2].split()
    return None if columns[0] == "Z" else columns[19]


def end_orphans(pid_dir: Path) -> list[str]:
    """End what an earlier supervisor that was killed left running; returns the names of what was ended."""
    ended = []
    for file in sorted(pid_dir.glob("*.json")):
        with contextlib.suppress(OSError, ValueError, KeyError):
            record = json.loads(file.read_text())
            if started_at(int(record["pid"])) == record["started_at"]:
                _end_group(int(record["pid"]))
                ended.append(str(record["name"]))
        file.unlink(missing_ok=True)
    return ended


def _end_group(pid: int) -> None:
    for signum, grace_s in ((signal.SIGTERM, 12.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGCONT)
            os.killpg(pid, signum)
        if wait_until(lambda: started_at(pid) is None, grace_s):
            return


def _spawn(program: Program) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def die_with_parent() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)  # the parent died between fork and prctl

    output = program.log.open("ab") if program.log else None
    try:
        return subprocess.Popen(
            list(program.command),
            env=dict(program.environ),
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.STDOUT if output else subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
            user=program.user,
            group=pwd.getpwnam(program.user).pw_gid if program.user else None,
            extra_groups=[] if program.user else None,
            cwd=program.cwd,
        )
    finally:
        if output:
            output.close()


def _write_pid_file(path: Path, pid: int, program: Program) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {"name": program.name, "pid": pid, "started_at": started_at(pid)}
    path.write_text(json.dumps(record))

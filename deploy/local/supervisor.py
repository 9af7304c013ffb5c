"""Children that are started, watched, restarted with backoff, and stopped in the reverse order."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from deploy.processes import Process, Program
from kernel import ids
from kernel.clock import monotonic

FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 30.0
# A child that ran this long was well: its next death is a first one.
SETTLED_S = 30.0
LOOK_EVERY_S = 0.2
CHECK_EVERY_S = 5.0
LOG_LIMIT_BYTES = 20_000_000


class Child(Protocol):
    """Something that runs until it is told to stop."""

    name: str
    log: Path | None

    def launch(self) -> None: ...
    def alive(self) -> bool: ...
    def ending(self) -> str: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


class ProgramChild:
    """A child that is one program. errand: it may end when it has done what it was sent for."""

    def __init__(self, program: Program, grace_s: float = 12.0, *, errand: bool = False) -> None:
        self._errand = errand
        self.name = program.name
        self.log = program.log
        self._program = program
        self._grace_s = grace_s
        self._process: Process | None = None

    def launch(self) -> None:
        self._process = Process(self._program)

    def alive(self) -> bool:
        if self._process is None:
            return False
        code = self._process.returncode
        return code is None or (self._errand and code == 0)

    def ending(self) -> str:
        code = self._process.returncode if self._process else None
        if code is None:
            return "isn't running"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"

    def stop(self) -> None:
        if self._process:
            self._process.stop(self._grace_s)

    def kill(self) -> None:
        if self._process:
            self._process.kill()


@dataclass
class Watched:
    """A child and how it fares."""

    child: Child
    # Whether it does its work; asked every few seconds. A child that doesn't for `patience_s` is restarted.
    check: Callable[[], bool] | None = None
    patience_s: float = 45.0
    launched_at: float = 0.0
    well_at: float = 0.0
    checked_at: float = 0.0
    backoff_s: float = FIRST_BACKOFF_S
    due_at: float | None = None


@dataclass
class Supervisor:
    """Keeps its children running until told to stop. `say` gets a line for every event worth a person's eye."""

    say: Callable[[str], None]
    watched: list[Watched] = field(default_factory=list)

    def add(self, child: Child, check: Callable[[], bool] | None = None, patience_s: float = 45.0) -> None:
        """Start `child` and keep it running from now on."""
        entry = Watched(child, check, patience_s)
        self.watched.append(entry)
        self._launch(entry)

    def look(self) -> None:
        """One round: restart who died or stopped working."""
        now = monotonic()
        for entry in self.watched:
            if entry.due_at is not None:
                if now >= entry.due_at:
                    self._launch(entry)
            elif not entry.child.alive():
                self._schedule(entry, entry.child.ending())
            elif entry.check and now - entry.checked_at > CHECK_EVERY_S:
                self._check(entry, entry.check)

    def cut_logs(self) -> None:
        """Keep every child's log within its limit."""
        for entry in self.watched:
            if entry.child.log:
                cut_log(entry.child.log)

    def watch(self, each_round: Callable[[], None]) -> None:
        """Look after the children for ever; ends by the exception that a signal raises."""
        while True:
            self.look()
            each_round()
            time.sleep(LOOK_EVERY_S)

    def stop(self) -> None:
        """Stop all, the last started first. A second signal while this runs kills what is left."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._hurry)
        for entry in reversed(self.watched):
            entry.child.stop()
        self.watched.clear()

    def _hurry(self, *_: object) -> None:
        self.say("Killing what is left.")
        for entry in self.watched:
            entry.child.kill()

    def _launch(self, entry: Watched) -> None:
        if entry.child.log:
            cut_log(entry.child.log)
        entry.child.launch()
        entry.due_at = None
        entry.launched_at = entry.well_at = entry.checked_at = monotonic()

    def _schedule(self, entry: Watched, why: str) -> None:
        entry.child.kill()
        if monotonic() - entry.launched_at > SETTLED_S:
            entry.backoff_s = FIRST_BACKOFF_S
        wait_s = ids.jitter(entry.backoff_s)
        entry.due_at = monotonic() + wait_s
        entry.backoff_s = min(entry.backoff_s * 2, LONGEST_BACKOFF_S)
        where = f"; see {entry.child.log}" if entry.child.log else ""
        self.say(f"{entry.child.name} {why}; starting it again in {wait_s:.1f} s{where}")

    def _check(self, entry: Watched, check: Callable[[], bool]) -> None:
        well = check()
        entry.checked_at = now = monotonic()
        if well:
            entry.well_at = now
        elif now - entry.well_at > entry.patience_s:
            self._schedule(entry, f"has not answered for {now - entry.well_at:.0f} s")


def cut_log(path: Path) -> None:
    """Keep one older part of a log that grew over its limit; who writes to it goes on undisturbed."""
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.with_suffix(".log.1").write_bytes(path.read_bytes())
        with path.open("r+b") as file:
            file.truncate(0)

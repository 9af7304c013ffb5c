"""What must be true before anything is started, and what to say when it isn't."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

from deploy import ports

NEEDED_MB = 600
LOW_MB = 250
DEFAULT_PORT = 8000
_PORTS_TRIED = 20


class CannotStart(SystemExit):
    """A reason in words, with what to do about it."""


def take_lock(var: Path) -> IO[str]:
    """Make sure that this is the only suite over `var`; the lock goes with the returned file.

    Raises CannotStart naming the process that holds it.
    """
    run = var / "run"
    try:
        run.mkdir(parents=True, exist_ok=True)
        run.chmod(0o700)
        lock = (run / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise CannotStart(
            f"{run} can't be written: {error.strerror}. Set AIRPORT_VAR to a folder of yours."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        held_by = lock.read().strip() or "unknown"
        lock.close()
        raise CannotStart(
            f"A second copy: the suite already runs over {var} (process {held_by}).\n"
            f"  Stop it with Ctrl-C in its window or `kill {held_by}`, or give this one its own data and port:\n"
            "  AIRPORT_VAR=var/second GATEWAY_PORT=8001 make run"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def check_disk(var: Path) -> None:
    """Raises CannotStart when the disk under `var` is nearly full."""
    free = free_mb(var)
    if free < NEEDED_MB:
        raise CannotStart(
            f"The disk is full: {free} MB are free under {var}, {NEEDED_MB} MB are needed (RabbitMQ stops taking\n"
            "messages at 200 MB, databases can't commit at 0). Make room, or set AIRPORT_VAR to another disk."
        )


def free_mb(folder: Path) -> int:
    """Megabytes that may still be written under `folder`."""
    return shutil.disk_usage(folder).free // 1_000_000


def choose_port(asked: int, host: str) -> tuple[int, str]:
    """The gateway's port and a remark for the person. `asked` 0: 8000, or the next free one.

    Raises CannotStart when the asked port is taken, saying by whom.
    """
    if asked:
        if not ports.is_free(asked, host):
            raise CannotStart(
                f"Port {asked} is taken by {ports.holder(asked)}. Stop that, or choose another one:\n"
                f"  GATEWAY_PORT={asked + 1} make run"
            )
        return asked, ""
    for port in range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TRIED):
        if ports.is_free(port, host):
            taken = f"Port {DEFAULT_PORT} is taken by {ports.holder(DEFAULT_PORT)}; using {port} instead."
            return port, "" if port == DEFAULT_PORT else taken
    raise CannotStart(
        f"Ports {DEFAULT_PORT} to {DEFAULT_PORT + _PORTS_TRIED - 1} are all taken. Choose one: GATEWAY_PORT=9000 make run"
    )

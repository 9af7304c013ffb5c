"""The record of a running suite, by which the `airport` command finds its broker, its data and its secrets."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.processes import started_at

_SHARED = ("AMQP_URL", "DATABASE_URL", "AIRPORT_CLOCK", "TOKEN_SIGNING_KEY", "FIELD_KEYS", "QUEUE_TYPE")
_PREFIXES = ("AIRPORT_", "GATEWAY_", "WECHAT_", "NOTIFY_", "SANDBOX_", "BUS_")


@dataclass(frozen=True)
class Running:
    """A suite that `make run` started: its supervisor, its address, and what its processes were told."""

    pid: int
    started_at: str
    base_url: str
    environment: dict[str, str]

    @property
    def alive(self) -> bool:
        return started_at(self.pid) == self.started_at


def record(var: Path, base_url: str, environ: Mapping[str, str]) -> None:
    """Write down that this process runs a suite over `var`. Only its owner can read it: it holds secrets."""
    shared = {k: v for k, v in environ.items() if k in _SHARED or k.startswith(_PREFIXES)}
    entry = Running(os.getpid(), started_at(os.getpid()) or "", base_url, shared)
    path = _path(var)
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(entry), indent=1))


def forget(var: Path) -> None:
    """The suite over `var` ended."""
    _path(var).unlink(missing_ok=True)


def find(var: Path) -> Running | None:
    """The suite that runs over `var`; None if there is none."""
    try:
        found = Running(**json.loads(_path(var).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.alive else None


def adopt(var: Path) -> Running | None:
    """Let this process see what the running suite sees; what the caller set itself stays."""
    suite = find(var)
    for key, value in (suite.environment if suite else {}).items():
        os.environ.setdefault(key, value)
    return suite


def _path(var: Path) -> Path:
    return var / "run" / "suite.running"

"""`python -m deploy.serve flights partners`: the named services in one process, until SIGTERM.

Exit status: 0 after a drain, 1 when a service died (the supervisor starts the process again), 2 for a name
that isn't a service.
"""

# ruff: noqa: E402 - sockets, locks and time must be green before anything else is imported
from __future__ import annotations

import os
import warnings

# Logs are JSON lines. That eventlet is in bug-fix mode is known: docs/decisions/0006.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

# eventlet's own resolver costs each process 170 ms and 11 MB; kernel/wire/resolver.py stands in for it.
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

import eventlet

eventlet.monkey_patch()

import importlib
import sys
from typing import Any

from deploy.services import SERVICES
from kernel import log, tracing
from kernel.config import load
from kernel.wire.resolver import resolve_in_threads
from kernel.wire.runner import ServiceRunner
from kernel.wire.settings import WireSettings


def service_class(name: str) -> type[Any]:
    """The class of a service by its name in `deploy.services`. Raises SystemExit."""
    place = SERVICES.get(name)
    if place is None:
        print(f"{name} isn't a service; there are: {', '.join(sorted(SERVICES))}", file=sys.stderr)
        raise SystemExit(2)
    module, _, attribute = place.partition(":")
    found: type[Any] = getattr(importlib.import_module(module), attribute)
    return found


def main(names: list[str]) -> int:
    """Serve the named services, or all of them; the exit status."""
    resolve_in_threads()
    log.configure("services")
    tracing.configure("-".join(names) or "services")
    classes = [service_class(name) for name in names or SERVICES]
    return ServiceRunner(classes, load(WireSettings)).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

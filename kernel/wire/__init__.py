"""Nameko's adapters: the one place that answers what Nameko, kombu and RabbitMQ really do (messaging.md).

A service imports everything it needs from here:

    from kernel.wire import Replies, Storage, OutboxRelay, rpc, handle_event, timer, current

The names are loaded when first asked for, so that tools may import `kernel.wire.queues` without Nameko.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.context import CallContext, current
    from kernel.wire.container import ServiceContainer
    from kernel.wire.entrypoints import rpc, timer
    from kernel.wire.events import handle_event
    from kernel.wire.glance import Glance
    from kernel.wire.relay import OutboxRelay
    from kernel.wire.replies import Replies
    from kernel.wire.runner import ServiceRunner
    from kernel.wire.storage import Storage

__all__ = [
    "CallContext",
    "Glance",
    "OutboxRelay",
    "Replies",
    "ServiceContainer",
    "ServiceRunner",
    "Storage",
    "current",
    "handle_event",
    "rpc",
    "timer",
]

_HOMES = {
    "CallContext": "kernel.context",
    "Glance": "kernel.wire.glance",
    "OutboxRelay": "kernel.wire.relay",
    "Replies": "kernel.wire.replies",
    "ServiceContainer": "kernel.wire.container",
    "ServiceRunner": "kernel.wire.runner",
    "Storage": "kernel.wire.storage",
    "current": "kernel.context",
    "handle_event": "kernel.wire.events",
    "rpc": "kernel.wire.entrypoints",
    "timer": "kernel.wire.entrypoints",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value

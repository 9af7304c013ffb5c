"""Names and arguments on the broker that the gateway declares or speaks to; kernel.wire has the same."""

from __future__ import annotations

from typing import Any, Final

RPC_EXCHANGE: Final = "nameko-rpc"

# Classic whatever the virtual host's default: a quorum reply queue triples the time of a call.
REPLY_QUEUE_ARGUMENTS: Final[dict[str, Any]] = {"x-queue-type": "classic"}

# A gateway that can't keep up loses the oldest news rather than filling the broker's memory; its next
# check of the window finds the difference.
# Bundles count as one message each, so their bytes are bounded as well.
EVENT_QUEUE_ARGUMENTS: Final[dict[str, Any]] = {
    "x-queue-type": "classic",
    "x-max-length": 100_000,
    "x-max-length-bytes": 400_000_000,
}

BUNDLE: Final = "application/x-ndjson"
"""The content type of a message with one event a line."""


def event_exchange(publisher: str) -> str:
    return f"{publisher}.events"

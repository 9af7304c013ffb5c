"""Why callbacks are refused: told to operators as a number, and to nobody else."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

from gateway.wechat.errors import Refused
from kernel.metrics import REGISTRY

REFUSED: Final = Counter(
    "gateway_wechat_refused",
    "Callbacks refused, by what was wrong: request, signature, time, mode, envelope or replay.",
    ["reason"],
    registry=REGISTRY,
)


def refused(reason: str) -> Refused:
    """The error to raise; counted."""
    REFUSED.labels(reason).inc()
    return Refused()

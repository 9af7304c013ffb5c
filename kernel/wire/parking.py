"""Headers of events that failed, and how long they wait. No Nameko here: the operator's tool reads them too.

    x-origin-queue       the queue of the one handler that failed: where a replay goes
    x-attempts           how often the handler has failed
    x-failed-code        the error's code, or the exception's type; never its text, which may be personal
    x-failed-at          RFC 3339
    x-parked-reason      "failed": all attempts are used up

Poison (undecodable, without content type, no envelope) is rejected as it came, so that nothing of it is
lost; there the broker's own `x-death` says from where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kernel.config import setting
from kernel.wire import queues

ORIGIN: Final = "x-origin-queue"
ATTEMPTS: Final = "x-attempts"
FAILED_CODE: Final = "x-failed-code"
FAILED_AT: Final = "x-failed-at"
PARKED_REASON: Final = "x-parked-reason"
OURS: Final = frozenset({ORIGIN, ATTEMPTS, FAILED_CODE, FAILED_AT, PARKED_REASON})


@dataclass(frozen=True)
class RetrySettings:
    delays_s: tuple[str, ...] = setting(
        "EVENT_RETRY_S", ("5", "30", "300"), about="seconds that a failed event waits, attempt by attempt"
    )

    def __post_init__(self) -> None:
        limits_s = [limit / 1000 for limit in queues.RETRY_TIERS.values()]
        delays = [float(text) for text in self.delays_s]
        fits = len(delays) == len(limits_s) and all(
            0 < delay <= limit for delay, limit in zip(delays, limits_s, strict=True)
        )
        if not fits:
            raise ValueError(f"EVENT_RETRY_S are {len(limits_s)} numbers of at most {limits_s} seconds")

    def delays_ms(self) -> tuple[int, ...]:
        return tuple(max(1, int(float(text) * 1000)) for text in self.delays_s)


def attempts(headers: Mapping[str, Any] | None) -> int:
    """How often the event has failed, by its headers."""
    stated = (headers or {}).get(ATTEMPTS)
    return stated if isinstance(stated, int) and stated >= 0 else 0


def without_deaths(headers: Mapping[str, Any] | None) -> dict[str, Any]:
    """The headers without the broker's notes about dead letters, by which it would see a cycle."""
    return {
        name: value
        for name, value in (headers or {}).items()
        if name != "x-death" and not name.startswith(("x-first-death-", "x-last-death-"))
    }

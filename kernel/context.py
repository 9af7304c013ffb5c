"""What a piece of work knows about the call or event that caused it.

It travels as `nameko.` headers; here it is a context variable, so that the database and the outbox can
follow the deadline and the trace without knowing Nameko. Each green thread has its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from kernel import clock


@dataclass(frozen=True)
class CallContext:
    """call_ids: the stack, oldest first; the last is this call's own. expires_at: `clock.monotonic()` seconds."""

    call_ids: tuple[str, ...] = ()
    expires_at: float | None = None
    principal: str | None = None
    language: str | None = None
    traceparent: str | None = None

    @property
    def call_id(self) -> str | None:
        return self.call_ids[-1] if self.call_ids else None

    def remaining_s(self) -> float | None:
        """Seconds until the deadline, negative when it is past; None without one."""
        return None if self.expires_at is None else self.expires_at - clock.monotonic()


NO_CALL = CallContext()
_current: ContextVar[CallContext] = ContextVar("call_context", default=NO_CALL)


def current() -> CallContext:
    """The context of the work under way; `NO_CALL` outside of any."""
    return _current.get()


def enter(context: CallContext) -> None:
    """Make `context` that of the running green thread until it ends or another is entered."""
    _current.set(context)


@contextmanager
def entered(context: CallContext) -> Iterator[CallContext]:
    """Work inside the `with` block runs in `context`."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)

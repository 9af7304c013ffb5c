"""The call's context as `nameko.` headers, in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.context import CallContext
from kernel.wire import codec

PREFIX: Final = "nameko."
DEADLINE: Final = "deadline_ms"
CALL_IDS: Final = "call_id_stack"

DEFAULT_CALL_S: Final = 4.0
"""What a caller is taken to wait when it doesn't say."""

LONGEST_CALL_S: Final = 60.0
"""A worker is never held for longer, whatever a caller says."""

_TRAVELS: Final = ("principal", "language", "traceparent")


def strip(headers: Mapping[str, Any] | None) -> dict[str, Any]:
    """The headers of ours, without prefix. A call stack that is no list of texts is left out."""
    if not headers:
        return {}
    cut = len(PREFIX)
    ours = {name[cut:]: value for name, value in headers.items() if name.startswith(PREFIX)}
    stack = ours.get(CALL_IDS)
    if stack is not None and not (isinstance(stack, list) and all(isinstance(each, str) for each in stack)):
        del ours[CALL_IDS]
    return ours


def caller_waits_s(data: Mapping[str, Any]) -> float:
    """Seconds the caller still waited when it sent the call; not positive: it has given up."""
    stated = data.get(DEADLINE)
    if isinstance(stated, (int, float)) and not isinstance(stated, bool):
        # Written so that what is no number (NaN) counts as past.
        return min(stated / 1000.0, LONGEST_CALL_S) if stated > 0 else 0.0
    return DEFAULT_CALL_S


def budget_s(waits_s: float) -> float:
    """How long the work may take, so that the answer, even a refusal, is back while the caller waits."""
    return waits_s - min(waits_s / 4, 1.0)


def context_of(call_ids: tuple[str, ...], data: Mapping[str, Any], expires_at: float | None) -> CallContext:
    """The context that stripped headers describe. expires_at: `clock.monotonic()` seconds."""
    return CallContext(
        call_ids,
        expires_at,
        _text(data.get("principal")),
        _text(data.get("language")),
        _text(data.get("traceparent")),
    )


def headers_for(context: CallContext, remaining_s: float | None = None) -> dict[str, Any]:
    """Headers of a message that the work in `context` sends; with `remaining_s`, the deadline too."""
    headers: dict[str, Any] = {PREFIX + CALL_IDS: list(context.call_ids)}
    for name in _TRAVELS:
        value = getattr(context, name)
        if value is not None:
            headers[PREFIX + name] = value
    if remaining_s is not None:
        headers[PREFIX + DEADLINE] = max(0, int(remaining_s * 1000))
    return headers


def expiration_of(seconds: float) -> str:
    """A message's time to live as AMQP wants it: whole milliseconds, as text.

    The one place: kombu takes seconds where Nameko's documentation says milliseconds (fact 8).
    """
    return str(max(1, int(seconds * 1000)))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return codec.encode(value).decode()

"""Following a flight, alike for page, chat and API: until when, and the consent to messages that goes with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from gateway.rpc import CallContext
from services.flights.schemas import Status
from services.passengers.schemas import CURRENT_CONSENTS, ConsentKind

if TYPE_CHECKING:
    from gateway.deps import Rpc

_KIND = ConsentKind.FLIGHT_MESSAGES
_OVER: Final = frozenset({Status.COMPLETED, Status.BAGS_ON_BELT})
_ENDING: Final = frozenset(
    {
        Status.DEPARTED,
        Status.AIRBORNE,
        Status.EXPECTED,
        Status.LANDED,
        Status.CANCELLED,
        Status.DIVERTED,
        Status.RETURNED,
    }
)
_NEWS: Final = timedelta(hours=3)
"""How long after its arrival, or when that should have been, something may still be heard of such a flight."""


def is_over(flight: dict[str, Any], now: datetime) -> bool:
    """Whether nothing is told of a flight any more, so that there is nothing left to follow."""
    if flight["status"] in _OVER:
        return True
    end = flight["arrival"]
    at = end["actual_at"] or end["estimated_at"] or end["scheduled_at"] or flight["board_at"]
    return flight["status"] in _ENDING and datetime.fromisoformat(at) < now - _NEWS


async def follow_consent(
    rpc: Rpc, passenger_id: str, request_id: str, context: CallContext, *, again: bool = False
) -> bool:
    """Note the consent that pressing "follow" gives; whether it holds then. Raises ServiceError.

    What was taken back stays so, unless the traveller says otherwise (`again`).
    Source: PIPL, articles 14 and 15; docs/privacy.md.
    """
    told = await rpc.call(
        "passengers",
        "give_consent",
        {
            "request_id": request_id,
            "passenger_id": passenger_id,
            "kind": _KIND.value,
            "version": CURRENT_CONSENTS[_KIND],
            "unless_withdrawn": not again,
        },
        repeat=True,
        context=context,
    )
    return any(one["kind"] == _KIND.value and one["in_force"] for one in told["consents"])

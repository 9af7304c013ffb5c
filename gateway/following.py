"""Following a flight asks for messages about it: the consent that goes with it, alike for page, chat and API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.rpc import CallContext
from services.passengers.schemas import CURRENT_CONSENTS, ConsentKind

if TYPE_CHECKING:
    from gateway.deps import Rpc

_KIND = ConsentKind.FLIGHT_MESSAGES


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

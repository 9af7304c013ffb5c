"""How an order is paid: the way is the traveller's, who pays inside WeChat never is a word of the request."""

from __future__ import annotations

from marshmallow import fields
from starlette.requests import Request

from gateway import calls
from gateway.api.me_operations import Wish
from gateway.deps import Deps
from gateway.parameters import Strict
from services.payments.schemas import Channel


class PayBody(Strict):
    channel = fields.Enum(
        Channel,
        by_value=True,
        required=True,
        metadata={"description": "jsapi inside WeChat, native elsewhere"},
    )


async def with_payer(deps: Deps, request: Request, wish: Wish) -> Wish:
    """Who pays inside WeChat is whose session it is."""
    if wish["channel"] != Channel.JSAPI.value:
        return wish
    traveller, context = await deps.sessions.require(request), calls.context_of(request)
    asked = {"passenger_id": traveller.passenger_id}
    payer = await deps.rpc.call("passengers", "get_payer", asked, repeat=True, context=context)
    return wish | {"openid": payer["openid"]}

"""Webhooks: a partner says where it wants to hear of what, looks at what was sent, and has it sent again."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway import calls
from gateway.deps import Deps
from gateway.errors import BadBody
from gateway.identity import PartnerIdentity
from gateway.parameters import read_query
from gateway.partner.door import Reply, accepts
from gateway.partner.lists import read_object
from gateway.partner.reads import READ_RATE_POLICY
from gateway.partner.schemas import DELIVERY_PARAMETERS, NO_PARAMETERS
from gateway.partner.writes import JSON, Received, SignedWrites
from gateway.rpc import CallContext
from services.partners.errors import WebhookNotFound
from services.partners.schemas import Scope

_MAX_BYTES = 16 * 1024
_LONGEST_ID = 32
_OTHERS = (Scope.LOSTFOUND_READ,)


class WebhookEndpoints:
    """All need boarding:read or lostfound:read; an event needs its own of the two."""

    def __init__(self, deps: Deps, identity: PartnerIdentity) -> None:
        self._deps = deps
        self._identity = identity
        self._writes = SignedWrites(deps, identity)

    async def create(self, request: Request, reply: Reply) -> Response:
        """A new one. Its secret isn't sent: both sides work it out."""
        received, wish = await self._wish(request, reply)
        wish["request_id"] = received.request_id
        return reply.send(orjson.dumps(await self._ask("create_webhook", received, wish)), JSON)

    async def remove(self, request: Request, reply: Reply) -> Response:
        """Nothing is sent to it any more."""
        writer = await self._writes.admit(request, reply, Scope.BOARDING_READ, others=_OTHERS)
        read_query(request, NO_PARAMETERS)
        accepts(request, (JSON,))
        received = await self._writes.receive(request, reply, writer, ("", JSON), _MAX_BYTES)
        wish = {"client_id": received.client_id, "webhook_id": _webhook_id(request)}
        return reply.send(orjson.dumps(await self._ask("remove_webhook", received, wish)), JSON)

    async def replay(self, request: Request, reply: Reply) -> Response:
        """One delivery, or all since an instant, are sent again."""
        received, wish = await self._wish(request, reply)
        wish["webhook_id"] = _webhook_id(request)
        return reply.send(orjson.dumps(await self._ask("replay_deliveries", received, wish)), JSON)

    async def listed(self, request: Request, reply: Reply) -> Response:
        """The partner's own."""
        client_id, context = await self._read(request, reply)
        read_query(request, NO_PARAMETERS)
        return await self._found(reply, "list_webhooks", {"client_id": client_id}, context)

    async def deliveries(self, request: Request, reply: Reply) -> Response:
        """What was sent, what waits, what was given up; the newest first."""
        client_id, context = await self._read(request, reply)
        given = read_query(request, DELIVERY_PARAMETERS)
        state = given["state"]
        wish = {
            "client_id": client_id,
            "webhook_id": _webhook_id(request),
            "state": None if state is None else state.value,
            "before": given["before"],
            "limit": given["limit"],
        }
        return await self._found(reply, "list_deliveries", wish, context)

    async def _wish(self, request: Request, reply: Reply) -> tuple[Received, dict[str, Any]]:
        writer = await self._writes.admit(request, reply, Scope.BOARDING_READ, others=_OTHERS)
        read_query(request, NO_PARAMETERS)
        accepts(request, (JSON,))
        received = await self._writes.receive(request, reply, writer, (JSON,), _MAX_BYTES)
        wish = read_object(received.body)
        ours = {"client_id", "request_id", "webhook_id"} & wish.keys()
        if ours:
            raise BadBody(fields={name: ["Unknown field."] for name in sorted(ours)})
        wish["client_id"] = received.client_id
        return received, wish

    async def _ask(self, method: str, received: Received, wish: dict[str, Any]) -> Any:
        return await self._writes.ask("partners", method, received, wish)

    async def _read(self, request: Request, reply: Reply) -> tuple[str, CallContext]:
        principal = await self._identity.require(
            request, Scope.BOARDING_READ, calls.context_of(request), *_OTHERS
        )
        context = reply.identified(principal)
        reply.spend(self._deps.limits, READ_RATE_POLICY, principal.partner.client_id)
        accepts(request, (JSON,))
        return principal.partner.client_id, context

    async def _found(self, reply: Reply, method: str, wish: dict[str, Any], context: CallContext) -> Response:
        found = await self._deps.rpc.call("partners", method, wish, repeat=True, context=context)
        return reply.send(orjson.dumps(found), JSON)


def _webhook_id(request: Request) -> str:
    """Raises WebhookNotFound for what is no id of ours."""
    text: str = request.path_params["webhook_id"]
    if not (len(text) <= _LONGEST_ID and text.isascii() and text.isalnum()):
        raise WebhookNotFound
    return text

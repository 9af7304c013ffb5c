"""What airlines find on board: registered, handed to a desk, looked at; and who misses something on their flights."""

from __future__ import annotations

import re
from typing import Any, Final

import orjson
from marshmallow import Schema
from starlette.requests import Request
from starlette.responses import Response

from gateway import calls
from gateway.deps import Deps
from gateway.errors import BadBody
from gateway.identity import PartnerIdentity
from gateway.parameters import read_query
from gateway.partner.batch import MAX_ITEM_DEPTH, depth_within
from gateway.partner.door import Reply, accepts
from gateway.partner.lists import read_object
from gateway.partner.naming import FlightNames
from gateway.partner.reads import READ_RATE_POLICY
from gateway.partner.schemas import LOST_CLAIM_PARAMETERS, LOST_LIST_PARAMETERS, NO_PARAMETERS
from gateway.partner.writes import JSON, Received, SignedWrites
from gateway.rpc import CallContext
from gateway.sealing import Sealer
from services.checkin.errors import FlightNotFound
from services.lostfound.errors import ItemNotFound
from services.lostfound.schemas.partners import MAX_FOUND
from services.partners.schemas import Scope

MAX_ITEMS_BYTES: Final = 512 * 1024
_MAX_BYTES: Final = 4 * 1024
_ITEM = re.compile(r"[0-9A-Za-z-]{4,40}")


class LostEndpoints:
    """Authenticates, verifies, seals, passes on; what an airline may see and do is lostfound's to say."""

    def __init__(self, deps: Deps, identity: PartnerIdentity, names: FlightNames) -> None:
        self._deps = deps
        self._identity = identity
        self._names = names
        self._writes = SignedWrites(deps, identity)
        self._sealer = Sealer(deps.rpc, "lostfound")

    async def register(self, request: Request, reply: Reply) -> Response:
        """One item or many, each whole or refused. A reference that is known registers nothing."""
        received, document = await self._document(request, reply, MAX_ITEMS_BYTES)
        items = document.pop("items", None)
        if document:
            raise BadBody(fields={name: ["Unknown field."] for name in sorted(document)})
        if not isinstance(items, list) or not 1 <= len(items) <= MAX_FOUND:
            raise BadBody(fields={"items": [f"Length must be between 1 and {MAX_FOUND}."]})
        if not depth_within(items, MAX_ITEM_DEPTH):
            raise BadBody(fields={"items": ["Not valid."]})
        await self._name_flights(items, received.context)
        wish = {"request_id": received.request_id, "partner": received.caller}

        async def ask(sealed: str) -> Any:
            return await self._writes.ask("lostfound", "register_found", received, {**wish, "items": sealed})

        text = orjson.dumps(items).decode()
        report = await self._sealer.sealed(text, received.context, ask)
        return reply.send(
            orjson.dumps({"results": [self._told(each, received.context) for each in report["results"]]}),
            JSON,
        )

    async def hand(self, request: Request, reply: Reply) -> Response:
        """It is on its way to a desk, which accepts it with a scan."""
        received, document = await self._document(request, reply, _MAX_BYTES)
        desk_id = document.pop("desk_id", None)
        if document or not isinstance(desk_id, str):
            wrong = sorted(document) or ["desk_id"]
            told = "Unknown field." if document else "Missing data for required field."
            raise BadBody(fields={name: [told] for name in wrong})
        wish = {
            "request_id": received.request_id,
            "partner": received.caller,
            "item": _item(request),
            "desk_id": desk_id,
        }
        answer = await self._writes.ask("lostfound", "hand_to_desk", received, wish)
        return reply.send(orjson.dumps(answer), JSON)

    async def listed(self, request: Request, reply: Reply) -> Response:
        """The partner's own, the newest first."""
        caller, given, context = await self._read(request, reply, LOST_LIST_PARAMETERS)
        wish = {
            "partner": caller,
            "states": [] if given["state"] is None else [given["state"].value],
            "flight_id": await self._flight(given["flight_id"], context),
            "cursor": given["cursor"],
            "limit": given["limit"],
        }
        return await self._found(reply, "list_found", wish, context)

    async def one(self, request: Request, reply: Reply) -> Response:
        """One of the partner's own, by its id or its number."""
        caller, _, context = await self._read(request, reply, NO_PARAMETERS)
        return await self._found(reply, "get_found", {"partner": caller, "item": _item(request)}, context)

    async def claims(self, request: Request, reply: Reply) -> Response:
        """Claims on what was found on a flight, and what people miss there, masked."""
        caller, given, context = await self._read(request, reply, LOST_CLAIM_PARAMETERS)
        flight_id = await self._flight(given["flight_id"], context)
        wish = {"partner": caller, "flight_id": flight_id}
        return await self._found(reply, "list_flight_claims", wish, context)

    async def codes(self, request: Request, reply: Reply) -> Response:
        """Categories, colours and desks, by the codes that are written."""
        _, _, context = await self._read(request, reply, NO_PARAMETERS)
        return await self._found(reply, "list_codes", {}, context)

    async def _document(
        self, request: Request, reply: Reply, limit_bytes: int
    ) -> tuple[Received, dict[str, Any]]:
        writer = await self._writes.admit(request, reply, Scope.LOSTFOUND_WRITE)
        read_query(request, NO_PARAMETERS)
        accepts(request, (JSON,))
        received = await self._writes.receive(request, reply, writer, (JSON,), limit_bytes)
        return received, read_object(received.body)

    async def _name_flights(self, items: list[Any], context: CallContext) -> None:
        """Ids in place of numbers and days. One that can't be told stays as it was, and its item is refused."""
        known: dict[str, str | None] = {}
        for item in items:
            text = item.get("flight_id") if isinstance(item, dict) else None
            if not isinstance(text, str):
                continue
            if text not in known:
                known[text] = await self._names.flown(text, context)
            item["flight_id"] = known[text] or text

    async def _flight(self, text: str | None, context: CallContext) -> str | None:
        """Raises FlightNotFound."""
        if text is None:
            return None
        found = await self._names.flown(text, context)
        if found is None:
            raise FlightNotFound
        return found

    async def _read(
        self, request: Request, reply: Reply, parameters: Schema
    ) -> tuple[dict[str, Any], dict[str, Any], CallContext]:
        principal = await self._identity.require(request, Scope.LOSTFOUND_READ, calls.context_of(request))
        context = reply.identified(principal)
        partner = principal.partner
        reply.spend(self._deps.limits, READ_RATE_POLICY, partner.client_id)
        accepts(request, (JSON,))
        caller = {"client_id": partner.client_id, "airlines": list(partner.airlines)}
        return caller, read_query(request, parameters), context

    async def _found(self, reply: Reply, method: str, wish: dict[str, Any], context: CallContext) -> Response:
        found = await self._deps.rpc.call("lostfound", method, wish, repeat=True, context=context)
        return reply.send(orjson.dumps(found), JSON)

    def _told(self, result: dict[str, Any], context: CallContext) -> dict[str, Any]:
        """LostItemResultSchema: reasons in the reader's language."""
        reasons = result.pop("reasons")
        if reasons is None:
            return result
        errors = [
            {"field": name, "detail": self._deps.words.field(messages[0], context.language)}
            for name, messages in sorted(reasons.items())
        ]
        return result | {"errors": errors}


def _item(request: Request) -> str:
    """Raises ItemNotFound for what is neither an id nor a number of ours."""
    text: str = request.path_params["item"]
    if not _ITEM.fullmatch(text):
        raise ItemNotFound
    return text

"""A traveller's own JSON under /api/v1/me: who asks is always the session's traveller, never an id in the request.

Ids in a path are looked up among that traveller's own; another's is answered as one that doesn't exist.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from typing import Any, Final

import orjson
from marshmallow import Schema, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway import calls
from gateway.api.me_operations import ME, OPERATIONS, Operation
from gateway.api.me_schemas import CONSENT_KINDS, SignatureParameters
from gateway.api.schemas import NO_PARAMETERS
from gateway.bodies import read_json
from gateway.deps import Deps
from gateway.errors import BadBody, BadParameter, UnknownPath
from gateway.following import follow_consent
from gateway.pages import require_json
from gateway.parameters import read_query
from gateway.session import Traveller
from gateway.session.origin import origin_of, own_origin
from kernel import sealing
from kernel.clock import monotonic
from kernel.errors import ServiceError
from kernel.ids import new_id
from services.notify.errors import ForeignPage
from services.passengers.errors import BadSeal

RATE_POLICY: Final = "me"
_RATE: Final = "600/minute"
_PUBLIC: Final = "public"
_SEALING_KEY_S: Final = 3600.0
_KEY: Final = re.compile(r"[A-Za-z0-9._~:-]{8,64}")
_LONGEST_ID: Final = 64
_HEADERS: Final = {"Cache-Control": "private, no-store", "Vary": "Cookie, Accept-Language"}
_SIGNATURE: Final = SignatureParameters()


class MeApi:
    """Endpoints made from the table of operations, and the few that are in no table."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._sealing_key: tuple[str, float] | None = None
        deps.limits.add(RATE_POLICY, _RATE)

    def routes(self) -> list[BaseRoute]:
        made: list[BaseRoute] = [
            Route(operation.path, self._endpoint(operation), methods=[operation.method])
            for operation in OPERATIONS
        ]
        return [
            *made,
            Route(f"{ME}/session", self.sign_out, methods=["DELETE"]),
            Route("/api/v1/erasures/{erasure_id}", self.erasure),
            Route("/api/v1/wechat/js-signature", self.js_signature),
        ]

    # --- outside of the table ----------------------------------------------------------------------------

    async def sign_out(self, request: Request) -> Response:
        """DELETE /api/v1/me/session: end this browser's session; none is no error."""
        require_json(request)
        read_query(request, NO_PARAMETERS)
        sessions = self._deps.sessions
        sessions.check_origin(request)
        token = sessions.cookies.session(request)
        if token:
            asked = {"token": token[:256]}
            await self._deps.rpc.call(
                "passengers", "end_session", asked, repeat=True, context=calls.context_of(request)
            )
            sessions.forget(token)
        response = Response(status_code=204, headers=_HEADERS)
        sessions.cookies.drop_session(response)
        return response

    async def erasure(self, request: Request) -> Response:
        """GET /api/v1/erasures/{erasure_id}: its report, for whoever has the number; it names nobody.

        After an erasure nobody is left who could sign in.
        """
        require_json(request)
        read_query(request, NO_PARAMETERS)
        headers = self._deps.limits.spend(_PUBLIC, self._deps.limits.address(request)).headers()
        asked = {"erasure_id": _own_id(request, "erasure_id")}
        answer = await self._deps.rpc.call(
            "passengers", "get_erasure", asked, repeat=True, context=calls.context_of(request)
        )
        return _json(answer, 200, headers)

    async def js_signature(self, request: Request) -> Response:
        """GET /api/v1/wechat/js-signature?url=: what wx.config needs, for pages of our own only."""
        require_json(request)
        if not self._deps.account.connected:
            raise UnknownPath
        headers = self._deps.limits.spend(_PUBLIC, self._deps.limits.address(request)).headers()
        url = read_query(request, _SIGNATURE)["url"].partition("#")[0]
        if origin_of(url) != own_origin(request, self._deps.settings.public_url):
            raise ForeignPage
        answer = await self._deps.rpc.call(
            "notify", "sign_js_page", {"url": url}, repeat=True, context=calls.context_of(request)
        )
        return _json(answer, 200, headers)

    # --- the table ---------------------------------------------------------------------------------------

    def _endpoint(self, operation: Operation) -> Any:
        query = operation.query() if operation.query else NO_PARAMETERS
        body = operation.body() if operation.body else None

        async def answer(request: Request) -> Response:
            require_json(request)
            traveller = await self._deps.sessions.require(request)
            if operation.changes:
                self._deps.sessions.check_origin(request)
            headers = self._deps.limits.spend(RATE_POLICY, traveller.passenger_id).headers()
            context = calls.context_of(request)
            calls.replace(
                request,
                dataclasses.replace(context, principal={"passenger": traveller.passenger_id}),
            )
            wish = read_query(request, query) | _path(request)
            if body is not None:
                wish |= await _read_body(request, body)
            answered = await self._call(request, operation, traveller, wish | dict(operation.fixed))
            return self._respond(request, operation, traveller, answered, headers)

        return answer

    async def _call(
        self, request: Request, operation: Operation, traveller: Traveller, wish: dict[str, Any]
    ) -> Any:
        wish["passenger_id"] = traveller.passenger_id
        if operation.writes:
            wish["request_id"] = _request_id(request, operation, traveller)
        if operation.agrees:
            await self._agree(request, traveller, wish)
        if not operation.seals:
            return await self._ask(request, operation, wish)
        number = wish.pop("number")
        try:
            return await self._ask(request, operation, wish | {"sealed": await self._seal(request, number)})
        except ServiceError as exc:
            if exc.code != BadSeal.code:
                raise
        # The key was changed since it was kept; nothing was written under this request id.
        self._sealing_key = None
        return await self._ask(request, operation, wish | {"sealed": await self._seal(request, number)})

    async def _agree(self, request: Request, traveller: Traveller, wish: dict[str, Any]) -> None:
        context, again = calls.context_of(request), wish.pop("agree")
        wanted = f"agree:{wish['request_id']}"[:128]
        await follow_consent(self._deps.rpc, traveller.passenger_id, wanted, context, again=again)

    async def _ask(self, request: Request, operation: Operation, wish: dict[str, Any]) -> Any:
        service, method = operation.calls
        # A repeat is known by its request id, so asking again after a lost connection does nothing twice.
        return await self._deps.rpc.call(
            service, method, wish, repeat=True, context=calls.context_of(request)
        )

    async def _seal(self, request: Request, number: str) -> str:
        now = monotonic()
        if self._sealing_key is None or now - self._sealing_key[1] > _SEALING_KEY_S:
            answer = await self._deps.rpc.call(
                "passengers", "get_sealing_key", {}, repeat=True, context=calls.context_of(request)
            )
            self._sealing_key = (answer["key"], now)
        return sealing.seal(self._sealing_key[0], number)

    def _respond(
        self,
        request: Request,
        operation: Operation,
        traveller: Traveller,
        answer: Any,
        headers: dict[str, str],
    ) -> Response:
        if operation.result is None:
            response = Response(status_code=204, headers=_HEADERS | headers)
        else:
            shown = operation.shape(answer) if operation.shape else answer
            response = _json(shown, operation.status, headers)
        if operation.leaves:
            self._deps.sessions.forget_passenger(traveller.passenger_id)
            self._deps.sessions.cookies.drop_session(response)
        return response


def _json(document: Any, status: int, headers: dict[str, str]) -> Response:
    return Response(orjson.dumps(document), status, _HEADERS | headers, "application/json")


def _path(request: Request) -> dict[str, Any]:
    """The path's ids. Raises UnknownPath for what can be no id."""
    found = {name: _own_id(request, name) for name in request.path_params}
    if found.get("kind", CONSENT_KINDS[0]) not in CONSENT_KINDS:
        raise UnknownPath
    return found


def _own_id(request: Request, name: str) -> str:
    text = str(request.path_params[name])
    if not 3 <= len(text) <= _LONGEST_ID or not text.isprintable():
        raise UnknownPath
    return text


async def _read_body(request: Request, schema: Schema) -> dict[str, Any]:
    """The body as it goes on to the service. Raises BadBody, BadJson, WrongMediaType."""
    given = await read_json(request)
    try:
        loaded = schema.load(given)
    except ValidationError as exc:
        raise BadBody(fields=exc.normalized_messages()) from None
    return {name: _plain(value) for name, value in loaded.items()}


def _plain(value: Any) -> Any:
    """Enumerations and dates as JSON has them."""
    return getattr(value, "value", None) or (value.isoformat() if hasattr(value, "isoformat") else value)


def _request_id(request: Request, operation: Operation, traveller: Traveller) -> str:
    """Of the Idempotency-Key, so that a repeat is done once; else one of its own. Raises BadParameter."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return f"me:{new_id()}"
    if not _KEY.fullmatch(key):
        raise BadParameter(fields={"Idempotency-Key": ["String does not match expected pattern."]})
    parts = (traveller.passenger_id, operation.name, request.url.path, key)
    return f"me:{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:48]}"

"""A traveller's own JSON under /api/v1/me: who asks is always the session's traveller, never an id in the request.

Ids in a path are looked up among that traveller's own; another's is answered as one that doesn't exist.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway import calls
from gateway.api.me_operations import ME, OPERATIONS, Operation
from gateway.api.me_schemas import CONSENT_KINDS, SignatureParameters
from gateway.api.schemas import NO_PARAMETERS
from gateway.api.wishes import HEADERS, as_json, path_id, read_wish, request_id
from gateway.deps import Deps
from gateway.errors import UnknownPath
from gateway.following import follow_consent
from gateway.pages import require_json
from gateway.parameters import read_query
from gateway.sealing import Sealer
from gateway.session import Traveller
from gateway.session.origin import origin_of, own_origin
from services.notify.errors import ForeignPage

RATE_POLICY: Final = "me"
_RATE: Final = "600/minute"
_PUBLIC: Final = "public"
_SIGNATURE: Final = SignatureParameters()


class MeApi:
    """Endpoints made from the table of operations, and the few that are in no table."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._sealer = Sealer(deps.rpc, "passengers")
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
        response = Response(status_code=204, headers=HEADERS)
        sessions.cookies.drop_session(response)
        return response

    async def erasure(self, request: Request) -> Response:
        """GET /api/v1/erasures/{erasure_id}: its report, for whoever has the number; it names nobody.

        After an erasure nobody is left who could sign in.
        """
        require_json(request)
        read_query(request, NO_PARAMETERS)
        headers = self._deps.limits.spend(_PUBLIC, self._deps.limits.address(request)).headers()
        asked = {"erasure_id": path_id(request, "erasure_id")}
        answer = await self._deps.rpc.call(
            "passengers", "get_erasure", asked, repeat=True, context=calls.context_of(request)
        )
        return as_json(answer, 200, headers)

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
        return as_json(answer, 200, headers)

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
                wish |= await read_wish(request, body)
            answered = await self._call(request, operation, traveller, wish | dict(operation.fixed))
            return self._respond(request, operation, traveller, answered, headers)

        return answer

    async def _call(
        self, request: Request, operation: Operation, traveller: Traveller, wish: dict[str, Any]
    ) -> Any:
        wish["passenger_id"] = traveller.passenger_id
        if operation.prepare is not None:
            wish = await operation.prepare(self._deps, request, wish)
        if operation.writes:
            wish["request_id"] = request_id(request, operation.name, traveller.passenger_id)
        if operation.agrees:
            await self._agree(request, traveller, wish)
        if not operation.seals:
            return await self._ask(request, operation, wish)

        async def ask(sealed: str) -> Any:
            return await self._ask(request, operation, wish | {"sealed": sealed})

        return await self._sealer.sealed(wish.pop("number"), calls.context_of(request), ask)

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

    def _respond(
        self,
        request: Request,
        operation: Operation,
        traveller: Traveller,
        answer: Any,
        headers: dict[str, str],
    ) -> Response:
        if operation.result is None:
            response = Response(status_code=204, headers=HEADERS | headers)
        else:
            shown = operation.shape(answer) if operation.shape else answer
            response = as_json(shown, operation.status, headers)
        if operation.leaves:
            self._deps.sessions.forget_passenger(traveller.passenger_id)
            self._deps.sessions.cookies.drop_session(response)
        return response


def _path(request: Request) -> dict[str, Any]:
    """The path's ids. Raises UnknownPath for what can be no id."""
    found = {name: path_id(request, name) for name in request.path_params}
    if found.get("kind", CONSENT_KINDS[0]) not in CONSENT_KINDS:
        raise UnknownPath
    return found

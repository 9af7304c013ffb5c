"""Lost and found as JSON: for the account that is signed in, for finders, and a list for everybody.

Answers say what the front door names and no more. Marks, documents and contacts go on sealed; photos are made harmless
here and go on sealed as well.
"""

from __future__ import annotations

import base64
import dataclasses
from typing import Any, Final

import orjson
from marshmallow import Schema, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway import calls, photos
from gateway.api.flights import RATE_POLICY as PUBLIC
from gateway.api.lost_operations import LOST, LOST_OPERATIONS, LostOperation
from gateway.api.lost_schemas import PhotoParameters, only
from gateway.api.me import RATE_POLICY as OWN
from gateway.api.schemas import NO_PARAMETERS
from gateway.api.wishes import HEADERS, as_json, path_id, request_id
from gateway.bodies import media_type, read_body, read_json
from gateway.deps import Deps
from gateway.errors import BadBody, WrongMediaType
from gateway.pages import require_json
from gateway.parameters import read_query
from gateway.sealing import Sealer
from gateway.session import Traveller

FINDS: Final = "lost-finds"
_FINDS_RATE: Final = "20/hour"
_LONGEST_ADDRESS: Final = 64
PHOTO_TYPES: Final = ("image/jpeg", "image/png", "image/webp")
PHOTOS: Final = (
    ("report", f"{LOST}/reports/{{report_id}}/photos"),
    ("claim", f"{LOST}/claims/{{claim_id}}/photos"),
)
"""What photos may belong to, and where they are sent."""
PHOTO: Final = f"{LOST}/photos/{{photo_id}}"
_PHOTO_PARAMETERS: Final = PhotoParameters()


class LostApi:
    """Endpoints made from the table of operations, and those of photos."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._sealer = Sealer(deps.rpc, "lostfound")
        deps.limits.add(FINDS, _FINDS_RATE)

    def routes(self) -> list[BaseRoute]:
        made: list[BaseRoute] = [
            Route(operation.path, self._endpoint(operation), methods=[operation.method])
            for operation in LOST_OPERATIONS
        ]
        made += [Route(path, self._photos_of(about), methods=["POST"]) for about, path in PHOTOS]
        return [*made, Route(PHOTO, self.photo)]

    # --- the table -----------------------------------------------------------------------------------

    def _endpoint(self, operation: LostOperation) -> Any:
        query = operation.query() if operation.query else NO_PARAMETERS
        body = operation.body() if operation.body else None

        async def answer(request: Request) -> Response:
            require_json(request)
            traveller = await self._asker(request, operation)
            headers = self._spend(request, operation, traveller)
            wish = read_query(request, query)
            ids = {name: path_id(request, name) for name in request.path_params}
            wish |= {name: ids[name] for name in operation.ids if name in ids}
            given = {} if body is None else await _read(request, body)
            wish |= self._addressed(request, operation, traveller)
            return await self._answered(request, operation, wish, given, headers)

        return answer

    async def _answered(
        self,
        request: Request,
        operation: LostOperation,
        wish: dict[str, Any],
        given: dict[str, Any],
        headers: dict[str, str],
    ) -> Response:
        private = given.pop("private", None)
        wish |= given
        if operation.prepare is not None:
            wish = await operation.prepare(self._deps, request, wish)
        told = await self._call(request, operation.calls[1], wish, private)
        assert operation.result is not None
        return as_json(only(operation.result(), told), operation.status, headers)

    async def _asker(self, request: Request, operation: LostOperation) -> Traveller | None:
        """Raises NoSession, CrossSite."""
        sessions = self._deps.sessions
        traveller = await (sessions.traveller(request) if operation.open else sessions.require(request))
        if traveller is not None:
            self._on_behalf(request, traveller, operation.changes)
        return traveller

    def _on_behalf(self, request: Request, traveller: Traveller, changes: bool) -> None:
        if changes:
            self._deps.sessions.check_origin(request)
        principal = {"passenger": traveller.passenger_id}
        calls.replace(request, dataclasses.replace(calls.context_of(request), principal=principal))

    def _spend(
        self, request: Request, operation: LostOperation, traveller: Traveller | None
    ) -> dict[str, str]:
        limits = self._deps.limits
        if operation.open and operation.changes:
            return limits.spend(FINDS, limits.address(request)).headers()
        if traveller is not None:
            return limits.spend(OWN, traveller.passenger_id).headers()
        return limits.spend(PUBLIC, limits.address(request)).headers()

    def _addressed(
        self, request: Request, operation: LostOperation, traveller: Traveller | None
    ) -> dict[str, Any]:
        """Who asks, under which name, and what the door knows besides."""
        address = self._deps.limits.address(request)[:_LONGEST_ADDRESS]
        account = traveller.passenger_id if traveller else None
        wish: dict[str, Any] = {}
        if account is not None and not (operation.open and not operation.changes):
            wish["passenger_id"] = account
        if operation.writes:
            wish["request_id"] = request_id(request, operation.name, account or address)
        if operation.told is not None:
            wish |= operation.told(calls.context_of(request).language, address)
        return wish

    async def _call(self, request: Request, method: str, wish: dict[str, Any], private: Any = None) -> Any:
        context = calls.context_of(request)

        async def ask(sealed: str | None) -> Any:
            given = wish if sealed is None else wish | {"sealed": sealed}
            return await self._deps.rpc.call("lostfound", method, given, repeat=True, context=context)

        if private is None:
            return await ask(None)
        return await self._sealer.sealed(orjson.dumps(private).decode(), context, ask)

    # --- photos --------------------------------------------------------------------------------------

    def _photos_of(self, about: str) -> Any:
        async def attach(request: Request) -> Response:
            """POST …/photos: the bytes of one photo. What was around the picture is thrown away."""
            require_json(request)
            traveller = await self._deps.sessions.require(request)
            self._on_behalf(request, traveller, changes=True)
            headers = self._deps.limits.spend(OWN, traveller.passenger_id).headers()
            read_query(request, NO_PARAMETERS)
            if media_type(request) not in PHOTO_TYPES:
                raise WrongMediaType(accepted=list(PHOTO_TYPES))
            about_id = path_id(request, f"{about}_id")
            photo = await photos.take(await read_body(request, photos.MOST_BYTES))
            private = {
                "jpeg": base64.b64encode(photo.jpeg).decode(),
                "thumbnail": base64.b64encode(photo.thumbnail).decode(),
            }
            wish = {
                "request_id": request_id(request, f"{about}Photo", traveller.passenger_id),
                "passenger_id": traveller.passenger_id,
                "about": about,
                "about_id": about_id,
            }
            told = await self._call(request, "attach_evidence", wish, private)
            return as_json({"photo_id": told["photo_id"]}, 201, headers)

        return attach

    async def photo(self, request: Request) -> Response:
        """GET /api/v1/lostfound/photos/{photo_id}: of one's own report or claim."""
        traveller = await self._deps.sessions.require(request)
        self._on_behalf(request, traveller, changes=False)
        headers = self._deps.limits.spend(OWN, traveller.passenger_id).headers()
        size = read_query(request, _PHOTO_PARAMETERS)["size"].value
        wish = {
            "passenger_id": traveller.passenger_id,
            "photo_id": path_id(request, "photo_id"),
            "size": size,
        }
        told = await self._call(request, "get_evidence", wish)
        return Response(base64.b64decode(told["jpeg"]), 200, HEADERS | headers, "image/jpeg")


async def _read(request: Request, schema: Schema) -> dict[str, Any]:
    """The body as JSON goes on to the service. Raises BadBody, BadJson, WrongMediaType."""
    given = await read_json(request)
    try:
        loaded = schema.load(given)
    except ValidationError as exc:
        raise BadBody(fields=exc.normalized_messages()) from None
    plain: dict[str, Any] = schema.dump(loaded)
    return plain

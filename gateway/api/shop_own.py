"""A traveller's own orders, cases and coupons of the mall as JSON: sessions, ids, repeats and limits are those of `me`.

Titles, tax numbers and addresses of invoices go on sealed; photos of cases are made harmless here.
"""

from __future__ import annotations

import base64
import dataclasses
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway import calls, photos
from gateway.api.me import RATE_POLICY, MeApi
from gateway.api.me_operations import Operation
from gateway.api.schemas import NO_PARAMETERS
from gateway.api.shop_operations import CASES, SHOP_OPERATIONS
from gateway.api.shop_refusals import naming
from gateway.api.shop_schemas import CaseBody
from gateway.api.wishes import as_json, load_wish, path_id, read_wish, request_id
from gateway.bodies import media_type, parse_json
from gateway.deps import Deps
from gateway.errors import BadBody, WrongMediaType
from gateway.pages import require_json
from gateway.parameters import read_query
from gateway.sealing import Sealer
from gateway.session import Traveller
from gateway.uploads import MULTIPART, Files, read_form
from services.shop.schemas.order_words import MAX_PHOTOS

PHOTOS: Final = "photos"
CASE: Final = "case"
_TAKES: Final = {PHOTOS: MAX_PHOTOS}
_JSON: Final = "application/json"
_CASE_BODY: Final = CaseBody()


class ShopOwnApi(MeApi):
    def __init__(self, deps: Deps) -> None:
        super().__init__(deps)
        self._sealer = Sealer(deps.rpc, "shop")

    def routes(self) -> list[BaseRoute]:
        made = [
            Route(operation.path, naming(self._deps, self._endpoint(operation)), methods=[operation.method])
            for operation in SHOP_OPERATIONS
        ]
        return [*made, Route(CASES, naming(self._deps, self.open_case), methods=["POST"])]

    async def open_case(self, request: Request) -> Response:
        """POST …/cases: as JSON, or as a form whose part `case` is that JSON, with photos beside it.

        What was around the pictures is thrown away here; words and photos lie sealed at the service.
        """
        require_json(request)
        traveller = await self._deps.sessions.require(request)
        self._deps.sessions.check_origin(request)
        headers = self._deps.limits.spend(RATE_POLICY, traveller.passenger_id).headers()
        context = calls.context_of(request)
        calls.replace(request, dataclasses.replace(context, principal={"passenger": traveller.passenger_id}))
        read_query(request, NO_PARAMETERS)
        wish = {"passenger_id": traveller.passenger_id, "order_id": path_id(request, "order_id")}
        wish |= await _read_case(request)
        wish["request_id"] = request_id(request, "openShopCase", traveller.passenger_id)
        told = await self._deps.rpc.call(
            "shop", "open_case", wish, repeat=True, context=calls.context_of(request)
        )
        return as_json(told, 201, headers)

    async def _call(
        self, request: Request, operation: Operation, traveller: Traveller, wish: dict[str, Any]
    ) -> Any:
        private = wish.pop("private", None)
        if private is None:
            return await super()._call(request, operation, traveller, wish)
        call = super()._call

        async def ask(sealed: str) -> Any:
            return await call(request, operation, traveller, wish | {"sealed": sealed})

        return await self._sealer.sealed(orjson.dumps(private).decode(), calls.context_of(request), ask)


async def _read_case(request: Request) -> dict[str, Any]:
    """OpenCaseSchema, less whose it is. Raises BadBody, BadJson, WrongMediaType, and what gateway.photos raises."""
    kind = media_type(request)
    if kind == _JSON:
        return await read_wish(request, _CASE_BODY)
    if kind != MULTIPART:
        raise WrongMediaType(accepted=[_JSON, MULTIPART])
    sent = await read_form(request, _TAKES)
    texts = [text for name, text in sent.fields if name == CASE]
    if len(texts) != 1 or len(sent.fields) != 1:
        raise BadBody(fields={CASE: ["Missing data for required field."]})
    case = load_wish(parse_json(texts[0].encode()), _CASE_BODY)
    return case | {PHOTOS: await _photos(sent.files)}


async def _photos(files: Files) -> list[dict[str, str]]:
    taken = [await photos.take(each.content) for each in files[PHOTOS]]
    return [
        {
            "jpeg": base64.b64encode(one.jpeg).decode(),
            "thumbnail": base64.b64encode(one.thumbnail).decode(),
        }
        for one in taken
    ]

"""Baskets as JSON: of the account that is signed in, or of a guest who shows its key.

A program without an account sends the key as a header, a page of ours has it in its cookie. Who shows none and puts
something in gets one: a page as a cookie that its scripts can't read, a program as a header of the answer. A cookie
counts for changes only from our own pages; a header is only ever sent by who means it. What can be no key opens no
more than none.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway import calls
from gateway.api.flights import RATE_POLICY as PUBLIC
from gateway.api.me import RATE_POLICY as OWN
from gateway.api.schemas import NO_PARAMETERS
from gateway.api.shop_reads import SHOP
from gateway.api.shop_schemas import LineBody
from gateway.api.wishes import as_json, path_id, read_wish
from gateway.baskets import GuestCookie, is_key, merge_wish, new_key
from gateway.deps import Deps
from gateway.pages import require_json
from gateway.parameters import read_query
from gateway.session import Traveller

BASKET: Final = f"{SHOP}/basket"
LINE: Final = f"{BASKET}/lines/{{variant_id}}"
MERGE: Final = f"{BASKET}/merge"
KEY: Final = "Basket-Key"
_LINE_BODY: Final = LineBody()
_EMPTY: Final[dict[str, Any]] = {
    "basket": {"shops": [], "pieces": 0, "goods_fen": 0, "currency": "CNY", "changes": []}
}
_VARY: Final = {"Vary": f"Cookie, {KEY}, Accept-Language"}


@dataclass(frozen=True)
class _Asker:
    """sent: the key of a header. kept: that of a cookie. "" for none of it."""

    traveller: Traveller | None
    sent: str
    kept: str

    @property
    def guest(self) -> str:
        return self.sent or self.kept

    @property
    def owner(self) -> dict[str, str]:
        """As the mall wants it told; {} of who has no basket yet."""
        if self.traveller is not None:
            return {"passenger_id": self.traveller.passenger_id}
        return {"guest": self.guest} if self.guest else {}


class ShopBasketApi:
    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._cookie = GuestCookie(deps.settings.public_url)

    def routes(self) -> list[BaseRoute]:
        return [
            Route(BASKET, self.read),
            Route(LINE, self.put, methods=["PUT"]),
            Route(MERGE, self.merge, methods=["POST"]),
        ]

    async def read(self, request: Request) -> Response:
        """GET /api/v1/shop/basket: priced now, with what became different since it was put in."""
        require_json(request)
        asker = await self._asker(request, changes=False)
        headers = self._spend(request, asker)
        read_query(request, NO_PARAMETERS)
        told = await self._call(request, "get_basket", asker.owner) if asker.owner else _EMPTY
        return as_json(told, 200, headers)

    async def put(self, request: Request) -> Response:
        """PUT /api/v1/shop/basket/lines/{variant_id}: so many pieces, at the price of now; 0 takes it out."""
        require_json(request)
        asker = await self._asker(request, changes=True)
        headers = self._spend(request, asker)
        read_query(request, NO_PARAMETERS)
        wish = {"variant_id": path_id(request, "variant_id")} | await read_wish(request, _LINE_BODY)
        key = "" if asker.owner else new_key()
        told = await self._call(request, "put_line", (asker.owner or {"guest": key}) | wish)
        response = as_json(told, 200, headers)
        if key and self._is_page(request):
            self._cookie.keep(response, key)
        elif key:
            response.headers[KEY] = key
        return response

    async def merge(self, request: Request) -> Response:
        """POST /api/v1/shop/basket/merge: what was put in before signing in goes to the account's own; a repeat adds
        nothing."""
        require_json(request)
        traveller = await self._deps.sessions.require(request)
        asker = await self._asker(request, changes=True)
        headers = self._spend(request, asker)
        read_query(request, NO_PARAMETERS)
        if not asker.guest:
            return as_json(await self._call(request, "get_basket", asker.owner), 200, headers)
        wish = merge_wish(traveller.passenger_id, asker.guest)
        response = as_json(await self._call(request, "merge_basket", wish), 200, headers)
        if asker.kept == asker.guest:
            self._cookie.keep(response, "")
        return response

    # --- inside --------------------------------------------------------------------------------------

    async def _asker(self, request: Request, *, changes: bool) -> _Asker:
        """Raises CrossSite."""
        sessions = self._deps.sessions
        traveller, kept = await sessions.traveller(request), self._cookie.key(request)
        sent = request.headers.get(KEY, "")
        asker = _Asker(traveller, sent if is_key(sent) else "", kept)
        if changes and (traveller is not None or (kept and not asker.sent)):
            sessions.check_origin(request)
        if traveller is not None:
            principal = {"passenger": traveller.passenger_id}
            calls.replace(request, dataclasses.replace(calls.context_of(request), principal=principal))
        return asker

    def _spend(self, request: Request, asker: _Asker) -> dict[str, str]:
        limits = self._deps.limits
        if asker.traveller is not None:
            return limits.spend(OWN, asker.traveller.passenger_id).headers() | _VARY
        return limits.spend(PUBLIC, limits.address(request)).headers() | _VARY

    @staticmethod
    def _is_page(request: Request) -> bool:
        """Whether a page of ours asks, by the browser's own word."""
        return request.headers.get("sec-fetch-site") == "same-origin"

    async def _call(self, request: Request, method: str, wish: dict[str, Any]) -> Any:
        return await self._deps.rpc.call("shop", method, wish, repeat=True, context=calls.context_of(request))

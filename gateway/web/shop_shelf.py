"""What stands on the shelves: one shop, one product, and their photos."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections import OrderedDict
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.cache import mall_questions as ask
from gateway.errors import UnknownPath
from gateway.photos.tiles import EDGES, tile
from gateway.web import shop_views as views
from gateway.web.bus_views import money
from gateway.web.shop_desk import ShopDesk
from gateway.web.site import link
from gateway.web.texts import Texts
from services.shop.schemas.categories import CATEGORIES
from services.shop.schemas.order_words import MAX_QUANTITY
from services.shop.schemas.vocabulary import Kind

_PAGE: Final = 24
_SIMILAR: Final = 8
_LONGEST: Final = 64
_SIZES: Final = {
    **{f"-{edge}.webp": ("small", edge) for edge in EDGES},
    "-small.jpg": ("small", 0),
    ".jpg": ("full", 0),
}
"""By the end of a photo's name: the size that shop is asked for, and to how many pixels it is made smaller."""
_ENDING: Final = max(map(len, _SIZES))
_PHOTOS_BYTES: Final = 24_000_000
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
"""A photo never changes: another one has another id."""


class Shelf:
    def __init__(self, desk: ShopDesk) -> None:
        self._desk, self._site = desk, desk.site
        self._airport = desk.site.deps.airport
        self._photos: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._photos_bytes = 0

    async def shop(self, request: Request) -> bytes:
        """GET /shop/s/{shop}?category=&after=."""
        t, shop_id = self._site.texts(request), str(request.path_params["shop"])[:_LONGEST]
        told = (await self._desk.ask(request, ask.shop(shop_id)))["shop"]
        category = request.query_params.get("category", "")
        category = category if category in told["categories"] else ""
        after = request.query_params.get("after", "")[:300] or None
        wish = ask.products(shop_id=shop_id, category=category or None, limit=_PAGE, cursor=after)
        found = await self._desk.ask(request, wish)
        here = f"/shop/s/{shop_id}"
        more = link(here, category=category, after=found["next_cursor"]) if found["next_cursor"] else ""
        return self._desk.draw(
            request,
            "shop_shop.html",
            shop=views.shop(told, t, self._airport),
            products=views.cards(found["products"], t, self._desk.zone),
            categories=[
                (getattr(CATEGORIES[code], t.language), link(here, category=code), code == category)
                for code in told["categories"]
                if code in CATEGORIES
            ],
            category=category,
            here=here,
            more=more,
            first=after is None,
        )

    async def product(self, request: Request) -> bytes:
        """GET /shop/p/{product}?variant=."""
        t, product_id = self._site.texts(request), str(request.path_params["product"])[:_LONGEST]
        told = (await self._desk.ask(request, ask.product(product_id)))["product"]
        shop = (await self._desk.ask(request, ask.shop(told["shop"]["id"])))["shop"]
        similar = await self._desk.try_ask(request, ask.similar(product_id, _SIMILAR))
        variants = [views.variant(one, t, self._desk.zone) for one in told["variants"]]
        wanted = request.query_params.get("variant", "")
        chosen = next((one for one in variants if one["id"] == wanted), None)
        chosen = chosen or next((one for one in variants if one["left"]), variants[0] if variants else None)
        return self._desk.draw(
            request,
            "shop_product.html",
            product=self._about(told, t),
            variants=variants,
            chosen=chosen,
            by=views.options(told["variants"], t),
            shop=views.shop(shop, t, self._airport),
            sells=told["state"] == "on_sale" and shop["state"] == "open" and bool(chosen and chosen["left"]),
            most=min(MAX_QUANTITY, chosen["left"], chosen["most"] or MAX_QUANTITY) if chosen else 1,
            similar=views.cards(similar["products"], t, self._desk.zone) if similar else [],
        )

    async def photo(self, request: Request) -> Response:
        """GET /shop/photos/{photo}: `<id>.jpg`, `<id>-small.jpg`, or for lists `<id>-<pixels>.webp`."""
        name = str(request.path_params["photo"])[: _LONGEST + _ENDING]
        photo_id, ending = next(((name[: -len(end)], end) for end in _SIZES if name.endswith(end)), ("", ""))
        if not photo_id:
            raise UnknownPath
        headers = {**_FOREVER, "ETag": f'"{name}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        body = self._photos.get((photo_id, ending)) or await self._photo(request, photo_id, ending)
        return Response(body, 200, headers, "image/webp" if body[:4] == b"RIFF" else "image/jpeg")

    async def _photo(self, request: Request, photo_id: str, ending: str) -> bytes:
        size, edge = _SIZES[ending]
        body = await self._fetch(request, photo_id, size)
        if edge:
            # What can't be made smaller is shown as it is.
            made = await asyncio.to_thread(tile, body, edge)
            body = made or body
        if (photo_id, ending) not in self._photos:
            self._photos[photo_id, ending] = body
            self._photos_bytes += len(body)
        while self._photos_bytes > _PHOTOS_BYTES:
            self._photos_bytes -= len(self._photos.popitem(last=False)[1])
        return body

    async def _fetch(self, request: Request, photo_id: str, size: str) -> bytes:
        told = await self._desk.call(request, "get_photo", photo_id=photo_id, size=size)
        try:
            return base64.b64decode(told["jpeg"], validate=True)
        except binascii.Error as exc:
            raise UnknownPath from exc

    def _about(self, told: dict[str, Any], t: Texts) -> dict[str, Any]:
        kind, category = Kind(told["kind"]), CATEGORIES.get(told["category"])
        facts = [
            (t("Brand"), told["brand"]),
            (t("Origin"), views.in_one_language(told["origin"], t)),
            (t("Category"), getattr(category, t.language, "")),
            (t("Contents"), f"{told['liquid_ml']} ml" if told["liquid_ml"] else ""),
            (t("Sold by"), told["merchant_name"]),
            (t("Item no."), told["sku"]),
        ]
        return {
            "id": told["id"],
            "name": t.name(told["name"]),
            "words": [line for line in t.name(told["words"]).split("\n") if line.strip()],
            "photos": told["photos"],
            "icon": views.icon_of(told["category"]),
            "category": told["category"],
            "category_name": getattr(category, t.language, ""),
            "duty_free": told["duty_free"],
            "perishable": told["perishable"],
            "over_100_ml": (told["liquid_ml"] or 0) > 100,
            "tags": told["tags"],
            "rule": t(views.RULES[kind]) if kind in views.RULES else "",
            "facts": [(name, words) for name, words in facts if words],
            "price": money(told["now_fen"]),
        }

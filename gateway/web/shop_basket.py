"""The basket: of a traveller, or of a visitor whose browser has its key. Everything in it is priced anew each time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.baskets import new_key
from gateway.errors import BadParameter
from gateway.web import shop_views as views
from gateway.web.bus_views import money
from gateway.web.shop_desk import ShopDesk
from gateway.web.site import link
from gateway.web.texts import Texts
from gateway.web.visitors import PRIVATE, Form, go, is_htmx
from kernel.errors import Kind, ServiceError
from services.shop.schemas.order_words import MAX_QUANTITY

PATH: Final = "/shop/basket"
RATE_POLICY: Final = "shop-guests"
RATE: Final = "300/minute"
"""What visitors of one address may put: enough for all on the airport's Wi-Fi, and no way to fill the mall with baskets."""
_LONGEST: Final = 64
_SAID: Final = frozenset({Kind.INVALID, Kind.CONFLICT, Kind.LIMITED, Kind.NOT_FOUND})
_EMPTY: Final[dict[str, Any]] = {"shops": [], "pieces": 0, "goods_fen": 0, "currency": "CNY", "changes": []}


class Basket:
    def __init__(self, desk: ShopDesk) -> None:
        self._desk, self._site = desk, desk.site
        desk.site.deps.limits.add(RATE_POLICY, RATE)
        self._airport = desk.site.deps.airport

    async def page(self, request: Request) -> Response:
        """GET /shop/basket."""
        return await self._page(request)

    async def badge(self, request: Request) -> Response:
        """GET /shop/basket/badge: how much lies in it, for the corner of every page of the mall."""
        owner = await self._desk.owner(request)
        if not owner:
            return Response(status_code=204, headers=PRIVATE)
        basket = await self._read(request, owner)
        return self._answer(request, self._badge(request, basket))

    async def put(self, request: Request) -> Response:
        """POST /shop/basket: so many pieces of a variant, none takes it out. From anybody's page of ours.

        `add`: so many more than there are. `then`: checkout buys this alone, at once.
        """
        form = await self._desk.visitors.visitors_form(request)
        variant_id, quantity = form.get("variant_id", "")[:_LONGEST], _quantity(form)
        if not variant_id:
            raise BadParameter(fields={"variant_id": ["Missing data for required field."]})
        if form.get("then") == "checkout":
            return go(request, link("/shop/checkout", variant=variant_id, quantity=quantity or 1))
        owner, key = await self._desk.owner(request), ""
        if not owner:
            key = new_key()
            owner = {"guest": key}
        try:
            if "guest" in owner:
                limits = self._site.deps.limits
                limits.spend(RATE_POLICY, limits.address(request)[:_LONGEST])
            basket = await self._put(request, owner, form, quantity)
        except ServiceError as exc:
            if exc.kind not in _SAID:
                raise
            return await self._refused(request, exc)
        response = await self._after(request, form, basket)
        if key:
            self._desk.guests.keep(response, key)
        return response

    # --- inside --------------------------------------------------------------------------------------

    async def _put(
        self, request: Request, owner: Mapping[str, str], form: Form, quantity: int
    ) -> Mapping[str, Any]:
        variant_id = form["variant_id"][:_LONGEST]
        if "add" in form:
            there = await self._read(request, owner)
            lines = [line for one in there["shops"] for line in one["lines"]]
            has = sum(line["quantity"] for line in lines if line["variant_id"] == variant_id)
            quantity = min(MAX_QUANTITY, has + quantity)
        told = await self._desk.call(request, "put_line", **owner, variant_id=variant_id, quantity=quantity)
        basket: Mapping[str, Any] = told["basket"]
        return basket

    async def _after(self, request: Request, form: Form, basket: Mapping[str, Any]) -> Response:
        """From a product's page only the corner is drawn anew; from the basket all of it."""
        if not is_htmx(request):
            return self._desk.settle(request, go(request, f"{PATH}?done=basket_put"))
        if "add" not in form:
            return self._drawn(request, basket)
        t = self._site.texts(request)
        response = self._answer(request, self._badge(request, basket, t("It is in your basket.")))
        response.headers["HX-Trigger"] = "basket"
        return response

    async def _refused(self, request: Request, error: ServiceError) -> Response:
        said = self._desk.said(request, error)
        if is_htmx(request):
            html = self._desk.draw(request, "shop_toast.html", said=said, pieces=None)
            return self._answer(request, html)
        return await self._page(request, said, 429 if error.kind is Kind.LIMITED else 409)

    async def _page(self, request: Request, said: str = "", status: int = 200) -> Response:
        owner = await self._desk.owner(request)
        basket = await self._read(request, owner) if owner else _EMPTY
        return self._drawn(request, basket, said, status)

    async def _read(self, request: Request, owner: Mapping[str, str]) -> Mapping[str, Any]:
        basket: Mapping[str, Any] = (await self._desk.call(request, "get_basket", **owner))["basket"]
        return basket

    def _drawn(
        self, request: Request, basket: Mapping[str, Any], said: str = "", status: int = 200
    ) -> Response:
        t = self._site.texts(request)
        html = self._desk.draw(
            request,
            "shop_basket.html",
            shops=[self._shop(one, t) for one in basket["shops"]],
            pieces=basket["pieces"],
            goods=money(basket["goods_fen"], basket["currency"]),
            buyable=basket["goods_fen"] > 0,
            changes=[t.name(one["words"]) for one in basket["changes"]],
            said=said,
        )
        return self._answer(request, html, status)

    def _badge(self, request: Request, basket: Mapping[str, Any], said: str = "") -> bytes:
        return self._desk.draw(request, "shop_toast.html", said=said, pieces=basket["pieces"])

    def _answer(self, request: Request, html: bytes, status: int = 200) -> Response:
        return self._desk.settle(request, self._desk.own(request, html, status))

    def _shop(self, told: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        shop = told["shop"]
        return {
            "id": shop["id"],
            "name": t.name(shop["name"]),
            "place": views.place(shop["place"], t, self._airport),
            "lines": [line(one, t) for one in told["lines"]],
        }


def line(told: Mapping[str, Any], t: Texts) -> dict[str, Any]:
    """BasketLineSchema."""
    return {
        "variant": told["variant_id"],
        "product": told["product_id"],
        "name": t.name(told["name"]),
        "options": t.name(told["options"]) if any(told["options"].values()) else "",
        "picture": told["picture"],
        "quantity": told["quantity"],
        "most": max(min(MAX_QUANTITY, told["left"]), told["quantity"]),
        "price": money(told["unit_fen"]),
        "was": money(told["list_fen"]) if told["list_fen"] > told["unit_fen"] else "",
        "sum": money(told["line_fen"]),
        "left": told["left"],
        "stock": views.stock(told["left"], t),
        "buyable": told["buyable"],
        "duty_free": told["duty_free"],
    }


def _quantity(form: Form) -> int:
    """Raises BadParameter."""
    text = form.get("quantity", "1")
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise BadParameter(fields={"quantity": ["Not a valid integer."]})
    return min(int(text), MAX_QUANTITY)

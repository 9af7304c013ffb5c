"""The addresses of the mall."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.web.shop import Mall
from gateway.web.shop_after import TAKES, AfterSales
from gateway.web.shop_basket import Basket
from gateway.web.shop_checkout import PATH as CHECKOUT
from gateway.web.shop_checkout import Checkout
from gateway.web.shop_coupons import CENTRE, Coupons
from gateway.web.shop_coupons import MINE as MY_COUPONS
from gateway.web.shop_desk import ShopDesk
from gateway.web.shop_order import MINE, Orders
from gateway.web.shop_shelf import Shelf
from gateway.web.site import Endpoint, Site
from gateway.web.visitors import Act, Visitors

RATE_POLICY: Final = "mall-search"


def shop_routes(site: Site, visitors: Visitors) -> list[BaseRoute]:
    desk = ShopDesk(site, visitors)
    return [*_open_routes(desk), *_own_routes(desk)]


def _open_routes(desk: ShopDesk) -> list[BaseRoute]:
    mall, shelf, basket = Mall(desk), Shelf(desk), Basket(desk)
    return [
        Route("/shop", desk.shared(mall.home)),
        Route("/shop/near", desk.visitors.part(mall.near)),
        Route("/shop/suggest", _limited(desk, desk.shared(mall.suggest))),
        Route("/shop/search", _limited(desk, desk.shared(mall.search))),
        Route("/shop/shops", desk.shared(mall.shops)),
        Route("/shop/c/{category}", desk.shared(mall.category)),
        Route("/shop/s/{shop}", desk.shared(shelf.shop)),
        Route("/shop/p/{product}", desk.shared(shelf.product)),
        Route("/shop/photos/{photo}", shelf.photo),
        Route("/shop/basket", basket.page),
        Route("/shop/basket", basket.put, methods=["POST"]),
        Route("/shop/basket/badge", basket.badge),
    ]


def _limited(desk: ShopDesk, search: Endpoint) -> Endpoint:
    """Each search costs the service work of its own: an address may ask as often as a program may ask the public JSON."""
    limits = desk.site.deps.limits
    limits.add(RATE_POLICY, desk.site.deps.settings.public_rate)

    async def respond(request: Request) -> Response:
        limits.spend(RATE_POLICY, limits.address(request))
        return await search(request)

    return respond


def _own_routes(desk: ShopDesk) -> list[BaseRoute]:
    visitors, orders, checkout, coupons = desk.visitors, Orders(desk), Checkout(desk), Coupons(desk)
    after = AfterSales(desk, orders)
    one = "/shop/orders/{order_id}"

    def act(path: str, work: Act, back: str = MINE) -> Route:
        return Route(path, visitors.act(work, back), methods=["POST"])

    return [
        Route(CHECKOUT, visitors.own(checkout.page)),
        act(CHECKOUT, checkout.place, CHECKOUT),
        Route(MINE, visitors.own(orders.mine)),
        Route(one, visitors.own(orders.page)),
        Route(f"{one}/state", visitors.part(orders.state)),
        act(f"{one}/pay", orders.pay),
        act(f"{one}/release", orders.release),
        act(f"{one}/asks/{{ask_id}}", after.answer),
        act(f"{one}/parcels/{{parcel_id}}/cancel", after.cancel),
        Route(f"{one}/return", visitors.own(after.ask_return)),
        Route(f"{one}/return", visitors.act_with_files(after.open_case, TAKES, MINE), methods=["POST"]),
        Route(f"{one}/cases", visitors.own(after.cases)),
        Route(f"{one}/cases/photos/{{photo_id}}", visitors.own(after.photo)),
        act(f"{one}/cases/{{case_id}}/withdraw", after.withdraw),
        Route(f"{one}/invoice", visitors.own(after.ask_invoice)),
        act(f"{one}/invoice", after.invoice),
        Route(CENTRE, visitors.either(desk.shared(coupons.centre), coupons.own_centre)),
        act(CENTRE, coupons.claim, CENTRE),
        Route(MY_COUPONS, visitors.own(coupons.mine)),
        Route(f"{MY_COUPONS}/{{coupon_id}}", visitors.own(coupons.one)),
    ]

"""A coupon goes into WeChat's card wallet: one page that asks WeChat for it, and comes back.

It is a page of its own because WeChat's script is let in here and nowhere else. It is only ever a second way: a coupon is
claimed, shown and used on its own page, with WeChat or without.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.calls import context_of
from gateway.errors import UnknownPath
from gateway.security import CSP
from gateway.session import Traveller
from gateway.web.site import Site, in_wechat
from gateway.web.visitors import PRIVATE, Form, Visitors, page

SDK: Final = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"
_SDK_CSP: Final = f"{CSP}; script-src 'self' https://res.wx.qq.com"
_MINE: Final = "/me/coupons"
_CENTRE: Final = "/shop/coupons"
_LONGEST: Final = 64
_LONGEST_URL: Final = 512


def wallet_routes(site: Site, visitors: Visitors) -> list[BaseRoute]:
    """`…/wallet` of a coupon, or of a campaign whose coupon is claimed as a card."""
    wallet = _Wallet(site, visitors)
    routes: list[BaseRoute] = []
    for path in (f"{_MINE}/{{coupon_id}}", f"{_CENTRE}/{{campaign_id}}"):
        routes += [
            Route(f"{path}/wallet", visitors.own(wallet.page)),
            Route(f"{path}/wallet", visitors.act(wallet.sign, _MINE), methods=["POST"]),
        ]
    return routes


class _Wallet:
    def __init__(self, site: Site, visitors: Visitors) -> None:
        self._site, self._visitors = site, visitors

    async def page(self, request: Request, traveller: Traveller) -> Response:
        """GET …/wallet: asks WeChat at once; elsewhere it says that there is no wallet."""
        self._check_connected()
        t = self._site.texts(request)
        title = t.name(await self._title(request, traveller))
        coupon_id = _named(request).get("coupon_id", "")
        there = f"{_MINE}/{coupon_id}" if coupon_id else _MINE
        about = {
            "title": title,
            "here": request.url.path,
            "there": there,
            "back": there if coupon_id else _CENTRE,
        }
        html = self._visitors.draw(request, "shop_wallet.html", sdk=SDK, claimed=bool(coupon_id), **about)
        response = page(html, t.tag)
        if in_wechat(request):
            response.headers["Content-Security-Policy"] = _SDK_CSP
        return response

    async def sign(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST …/wallet: what wx.config and wx.addCard take, for this traveller, once."""
        self._check_connected()
        await self._title(request, traveller)
        wish = {"passenger_id": traveller.passenger_id} | _named(request)
        card = await self._ask(request, "notify", "sign_card", wish)
        url = form.get("page", "")[:_LONGEST_URL]
        config = await self._ask(request, "notify", "sign_js_page", {"url": url})
        given = {"cardId": card["card_id"], "cardExt": card["card_ext"]}
        return JSONResponse({"config": config, "card": given}, headers=PRIVATE)

    def _check_connected(self) -> None:
        if not self._site.deps.account.connected:
            raise UnknownPath

    async def _title(self, request: Request, traveller: Traveller) -> dict[str, str]:
        """Of this traveller's coupon, or of the campaign; another's coupon is answered like none."""
        wish = {"passenger_id": traveller.passenger_id} | _named(request)
        what = "coupon" if "coupon_id" in wish else "campaign"
        told = await self._ask(request, "shop", f"get_{what}", wish)
        title: dict[str, str] = told[what]["title"]
        return title

    async def _ask(self, request: Request, service: str, method: str, wish: dict[str, Any]) -> Any:
        return await self._site.deps.rpc.call(service, method, wish, context=context_of(request))


def _named(request: Request) -> dict[str, str]:
    params = request.path_params
    return {name: str(params[name])[:_LONGEST] for name in ("coupon_id", "campaign_id") if name in params}

"""The addresses of the travellers' JSON."""

from __future__ import annotations

from starlette.routing import BaseRoute

from gateway.api.bus import BusApi
from gateway.api.bus_orders import BusOrdersApi
from gateway.api.checkin import CheckinApi
from gateway.api.docs import Docs
from gateway.api.flights import RATE_POLICY, FlightsApi
from gateway.api.lost import LostApi
from gateway.api.me import MeApi
from gateway.api.shop import ShopApi
from gateway.api.shop_basket import ShopBasketApi
from gateway.api.shop_own import ShopOwnApi
from gateway.deps import Deps


def routes(deps: Deps) -> list[BaseRoute]:
    deps.limits.add(RATE_POLICY, deps.settings.public_rate)
    return [
        *FlightsApi(deps).routes(),
        *MeApi(deps).routes(),
        *BusApi(deps).routes(),
        *BusOrdersApi(deps).routes(),
        *CheckinApi(deps).routes(),
        *LostApi(deps).routes(),
        *ShopApi(deps).routes(),
        *ShopBasketApi(deps).routes(),
        *ShopOwnApi(deps).routes(),
        *Docs(deps, deps.doors).routes(),
    ]

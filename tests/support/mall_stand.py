"""The mall's sale as real processes: see `stand`.

with MallStand(var, broker, database_url, pieces=50) as stand:
    buyers = stand.sign_in(1000)
    … HTTP as these buyers …
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from deploy.broker import Broker
from gateway.session.origin import form_token
from kernel.db import UnitOfWork
from kernel.ids import new_id
from services.shop.store import ShopStore
from tests.support.mall_stock import TEA_FEN, open_all_day, put_teas
from tests.support.stand import Buyer, Stand
from tests.unit.shop.mall import TEA

CHECKOUT = "/shop/checkout"
API_ORDERS = "/api/v1/shop/orders"


class MallStand(Stand):
    """.goods: so many products, each with so many pieces in a shop that never closes, as (product, variant)."""

    sold_by = ("shop", "payments", "passengers")
    answers_at = "/shop"

    def __init__(
        self,
        var: Path,
        broker: Broker,
        database_url: str = "",
        pieces: int = 50,
        products: int = 1,
        **environ: str,
    ) -> None:
        super().__init__(var, broker, database_url, **environ)
        self.pieces, self.products = pieces, products

    def stock(self) -> None:
        uow = UnitOfWork(self.database("shop"), ShopStore)
        open_all_day(uow)
        self.goods = put_teas(uow, self.products, self.pieces)

    def wish(self, variant_id: str) -> dict[str, Any]:
        """The body of an order of one piece, fetched at its shop."""
        lines = [{"variant_id": variant_id, "quantity": 1}]
        return {"lines": lines, "ways": {TEA: "shop"}, "expects_fen": TEA_FEN}


def form(buyer: Buyer, **fields: object) -> dict[str, str]:
    """The fields of a form that was drawn for a buyer."""
    token = buyer.headers["Cookie"].partition("=")[2]
    return {"csrf": form_token(token), **{name: str(value) for name, value in fields.items()}}


def order_form(buyer: Buyer, variant_id: str, key: str = "") -> dict[str, str]:
    """What the checkout page sends for a piece; the same key is the same order."""
    wish = {"variant": variant_id, "quantity": 1, f"way.{TEA}": "shop", "expects_fen": TEA_FEN}
    return form(buyer, form_id=key or new_id(), **wish)


async def place(client: httpx.AsyncClient, buyer: Buyer, variant_id: str, key: str = "") -> httpx.Response:
    """One try to order a piece. 303: it is held."""
    return await client.post(CHECKOUT, data=order_form(buyer, variant_id, key), headers=buyer.headers)


async def ask_to_pay(client: httpx.AsyncClient, buyer: Buyer, order: str) -> httpx.Response:
    """A QR code to pay by. order: the path of its page."""
    headers = buyer.headers | {"Accept": "application/json"}
    return await client.post(f"{order}/pay", data=form(buyer, form_id=new_id()), headers=headers)


async def give_up(client: httpx.AsyncClient, buyer: Buyer, order: str) -> httpx.Response:
    """The goods are the others' again."""
    return await client.post(f"{order}/release", data=form(buyer, form_id=new_id()), headers=buyer.headers)

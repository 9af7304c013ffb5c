"""What somebody makes of the mall's pages on purpose: drawings that aren't theirs, and words that are no words."""

from __future__ import annotations

import httpx
import pytest

from gateway.web import shop_basket
from tests.gateway.web.browsers import browser_of
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.travellers import ANNA

pytestmark = pytest.mark.anyio
EVIL = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}"


@pytest.mark.parametrize(
    ("made", "asked", "typed"),
    [
        ("/shop/search?q%3D=tea", "/shop/search?q==tea", "=tea"),
        ("/flights/search?q%3D=tea", "/flights/search?q==tea", "=tea"),
        ("/shop/search?q=tea&q=nothing", "/shop/search?q=nothing&q=tea", "tea"),
    ],
)
async def test_no_page_is_drawn_for_another_address(
    visitor: httpx.AsyncClient, made: str, asked: str, typed: str
) -> None:
    assert f'value="{typed}"' not in (await visitor.get(made)).text
    assert f'value="{typed}"' in (await visitor.get(asked)).text


async def test_what_staff_write_is_never_markup(flights: FakeFlights) -> None:
    words = {"zh": EVIL, "en": EVIL}
    for product in flights.shop.products.values():
        product |= {"name": words, "words": words, "brand": EVIL}
        for variant in product["variants"]:
            variant["options"] = {"colour": words}
    for shop in flights.shop.shops.values() if isinstance(flights.shop.shops, dict) else flights.shop.shops:
        shop |= {"name": words, "about": words}
    async with browser_of(flights, ANNA, "en") as client:
        for path in (
            "/shop",
            "/shop/search?q=%3Cscript",
            "/shop/suggest?q=%3Cimg",
            "/shop/shops",
            "/shop/c/tea",
            "/shop/s/t2-lianlian",
            "/shop/p/cable-usbc",
        ):
            answer = await client.get(path)
            assert answer.status_code == 200, path
            assert "<img src=x" not in answer.text, path
            assert "<script>" not in answer.text, path
            assert "49" not in answer.text.split("onerror")[0][-20:], path


async def test_what_no_address_says_is_no_fault_of_ours(visitor: httpx.AsyncClient) -> None:
    for path in (
        "/shop/search?q=%00",
        "/shop/search?q=%ED%A0%80",
        "/shop/search?q=" + "%F0%9F%98%80" * 500,
        "/shop/search?from=99999999999999999999&to=-1",
        "/shop/search?q=tea&after=%00",
        "/shop/p/%00",
        "/shop/c/%2e%2e",
        "/shop/s/" + "x" * 500,
    ):
        answer = await visitor.get(path)
        assert answer.status_code < 500, path


async def test_nobody_fills_the_mall_with_baskets_of_new_visitors(
    flights: FakeFlights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop_basket, "RATE", "3/hour")
    wish, answers = {"variant_id": "scarf", "quantity": "1"}, []
    async with browser_of(flights, None) as client:
        for _ in range(5):
            client.cookies.clear()
            answers.append((await client.post("/shop/basket", data=wish)).status_code)
    assert answers == [303, 303, 303, 429, 429]
    async with browser_of(flights, ANNA) as client:
        for _ in range(5):
            assert (await client.post("/shop/basket", data=wish)).status_code == 303

"""The mall's catalogue and baskets as JSON: as described, from memory with ETags, and a basket that is only its owner's."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway.api import shop_examples
from gateway.api.shop_operations import SHOP_OPERATIONS
from gateway.api.shop_schemas import CaseBody, LineBody
from kernel.errors import Unavailable
from services.shop import events
from services.shop.domain.invoices import is_tax_number
from tests.contract.test_openapi import DOCUMENT, check
from tests.gateway.session.fakes import OWN
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.travellers import ANNA

pytestmark = pytest.mark.anyio
SHOP = "/api/v1/shop"
BASKET = f"{SHOP}/basket"
LINE = f"{BASKET}/lines/{{variant_id}}"
KEY = "Basket-Key"


def asked(flights: FakeFlights, method: str) -> int:
    return sum(one == method for service, one, _ in flights.calls if service == "shop")


def lines_of(answer: httpx.Response) -> dict[str, int]:
    assert answer.status_code == 200, answer.text
    shops = answer.json()["basket"]["shops"]
    return {line["variant_id"]: line["quantity"] for one in shops for line in one["lines"]}


# --- the catalogue ----------------------------------------------------------------------------------------


async def test_every_answer_of_the_catalogue_is_as_described(program: httpx.AsyncClient) -> None:
    steps = [
        ("/shops", "/shops"),
        ("/shops?terminal=T2&side=airside&category=tea", "/shops"),
        ("/shops/t2-lianlian", "/shops/{shop_id}"),
        ("/categories", "/categories"),
        ("/products?category=tea&sort=price&in_stock=true&limit=2", "/products"),
        ("/search?q=cable&from_fen=100&to_fen=90000&duty_free=false", "/search"),
        ("/search?q=tee", "/search"),
        ("/products/cable-usbc", "/products/{product_id}"),
        ("/products/cable-usbc/similar?limit=3", "/products/{product_id}/similar"),
        ("/deals?terminal=T2", "/deals"),
        ("/campaigns", "/campaigns"),
    ]
    for address, described in steps:
        answer = await program.get(f"{SHOP}{address}")
        assert answer.status_code == 200, (address, answer.text)
        check(answer.json(), "get", f"{SHOP}{described}")


async def test_pages_follow_each_other_and_facets_narrow(program: httpx.AsyncClient) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await program.get(f"{SHOP}/products?limit=5{cursor}")).json()
        seen += [one["id"] for one in page["products"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 16
    found = (await program.get(f"{SHOP}/search?q=cable")).json()
    (facet,) = found["facets"]["shop"]
    narrowed = (await program.get(f"{SHOP}/search?q=cable&shop_id={facet['value']}")).json()
    assert narrowed["total"] == facet["count"] == 2
    assert (await program.get(f"{SHOP}/search?q=tee")).json()["did_you_mean"] == "tea"


async def test_the_catalogue_is_kept_at_the_edge_until_it_changes(
    program: httpx.AsyncClient, flights: FakeFlights
) -> None:
    address = f"{SHOP}/products/cable-usbc"
    first = await program.get(address)
    etag = first.headers["etag"]
    for _ in range(3):
        again = await program.get(address, headers={"If-None-Match": etag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert asked(flights, "get_product") == 1
    flights.shop.products["cable-usbc"]["variants"][0]["available"] = 0
    flights.tell_of_shop(events.STOCK_OUT, product_id="cable-usbc", shop_id="t2-lianlian", variant_id="v")
    changed = await program.get(address, headers={"If-None-Match": etag})
    assert (changed.status_code, asked(flights, "get_product")) == (200, 2)
    assert changed.json()["product"]["variants"][0]["available"] == 0


async def test_while_the_mall_is_away_what_it_said_last_goes_out_with_its_age(
    program: httpx.AsyncClient, flights: FakeFlights
) -> None:
    await program.get(f"{SHOP}/deals")
    flights.tell_of_shop(events.CATALOGUE_CHANGED)
    flights.away.add("shop")
    old = await program.get(f"{SHOP}/deals")
    assert (old.status_code, old.headers["cache-status"]) == (200, 'mall; hit; detail="stale"')
    assert old.headers["age"].isdigit()
    never = await program.get(f"{SHOP}/products/baijiu")
    assert (never.status_code, "retry-after" in never.headers) == (503, True)


async def test_what_there_isnt_and_what_isnt_understood_is_told_by_name(program: httpx.AsyncClient) -> None:
    for path, code in (
        ("shops/none", "shop.shop_not_found"),
        ("shops/No%20Slug", "shop.shop_not_found"),
        ("products/none", "shop.product_not_found"),
    ):
        answer = await program.get(f"{SHOP}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, code), path
    for query, field in (
        ("limit=0", "limit"),
        ("in_stock=1", "in_stock"),
        ("category=spaceships", "category"),
        ("sort=luck", "sort"),
        ("terminal=t2", "terminal"),
        ("colour=red", "colour"),
    ):
        answer = await program.get(f"{SHOP}/products?{query}")
        assert [one["field"] for one in answer.json()["errors"]] == [field], query
        assert answer.status_code == 400
    crossed = await program.get(f"{SHOP}/search?from_fen=9&to_fen=8")
    assert [one["field"] for one in crossed.json()["errors"]] == ["to_fen"]
    cut = (await program.get(f"{SHOP}/deals?cursor=abc")).json()
    assert (cut["code"], cut["errors"][0]["field"]) == ("shop.bad_cursor", "cursor")
    check(cut, "get", f"{SHOP}/deals", 400)
    chinese = await program.get(f"{SHOP}/products/none", headers={"Accept-Language": "zh-CN"})
    assert chinese.json()["title"] == "没有找到商品"


async def test_campaigns_say_more_to_who_is_signed_in(
    anna: httpx.AsyncClient, program: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.shop.claimed(ANNA)
    mine, all_ = [(await one.get(f"{SHOP}/campaigns")) for one in (anna, program)]
    assert [mine.json()["campaigns"][0][name] for name in ("mine", "why_not")] == [1, "limit"]
    assert [all_.json()["campaigns"][0][name] for name in ("mine", "why_not")] == [0, None]
    assert "private" in mine.headers["cache-control"]
    assert "Cookie" in all_.headers["vary"]
    check(mine.json(), "get", f"{SHOP}/campaigns")


# --- baskets ----------------------------------------------------------------------------------------------


async def test_a_program_without_an_account_keeps_its_basket_by_a_key(
    program: httpx.AsyncClient, flights: FakeFlights
) -> None:
    empty = await program.get(BASKET)
    check(empty.json(), "get", BASKET)
    assert asked(flights, "get_basket") == 0, "who has none isn't asked about"
    put = await program.put(f"{BASKET}/lines/tea-heicha", json={"quantity": 2})
    check(put.json(), "put", LINE)
    key = put.headers[KEY]
    assert (len(key), "set-cookie" in put.headers) == (22, False)
    more = await program.put(f"{BASKET}/lines/cable-usbc.White", json={"quantity": 1}, headers={KEY: key})
    assert KEY not in more.headers
    assert lines_of(await program.get(BASKET, headers={KEY: key})) == {
        "tea-heicha": 2,
        "cable-usbc.White": 1,
    }
    gone = await program.put(f"{BASKET}/lines/tea-heicha", json={"quantity": 0}, headers={KEY: key})
    assert lines_of(gone) == {"cable-usbc.White": 1}
    other = await program.put(f"{BASKET}/lines/tea-heicha", json={"quantity": 1})
    assert other.headers[KEY] != key


@pytest.mark.parametrize("wrong", ["x", "a" * 23, "ab cd" * 4, "a" * 21 + "/"])
async def test_what_can_be_no_key_opens_no_more_than_none(
    program: httpx.AsyncClient, flights: FakeFlights, wrong: str
) -> None:
    assert lines_of(await program.get(BASKET, headers={KEY: wrong})) == {}
    put = await program.put(f"{BASKET}/lines/tea-heicha", json={"quantity": 1}, headers={KEY: wrong})
    assert put.headers[KEY] != wrong
    assert list(flights.shop.baskets) == [put.headers[KEY]]


async def test_a_page_of_ours_keeps_the_key_where_no_script_reads_it(
    program: httpx.AsyncClient, flights: FakeFlights
) -> None:
    put = await program.put(f"{BASKET}/lines/tea-heicha", json={"quantity": 2}, headers=OWN)
    cookie = put.headers["set-cookie"]
    assert cookie.startswith("__Host-basket=")
    assert {"HttpOnly", "Secure", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
    assert KEY not in put.headers
    assert lines_of(await program.get(BASKET)) == {"tea-heicha": 2}
    page = await program.get("/shop/basket", headers={"Accept": "text/html"})
    assert "Anhua Dark Tea" in page.text, "the pages show the same basket"
    for site in ({}, {"Sec-Fetch-Site": "cross-site"}):
        foreign = await program.put(f"{BASKET}/lines/tea-heicha", json={"quantity": 9}, headers=site)
        assert foreign.status_code == 403
    (basket,) = flights.shop.baskets.values()
    assert basket == {"tea-heicha": 2}


async def test_signing_in_takes_a_basket_along_once(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    key = "k" * 22
    flights.shop.put_line({"guest": key, "variant_id": "tea-heicha", "quantity": 2})
    assert lines_of(await anna.get(BASKET, headers={KEY: key})) == {}, "looking changes nothing"
    merged = await anna.post(f"{BASKET}/merge", headers={KEY: key})
    check(merged.json(), "post", f"{BASKET}/merge")
    assert lines_of(merged) == {"tea-heicha": 2}
    assert lines_of(await anna.post(f"{BASKET}/merge", headers={KEY: key})) == {"tea-heicha": 2}
    assert lines_of(await anna.post(f"{BASKET}/merge")) == {"tea-heicha": 2}
    ids = {wish["request_id"] for _, method, wish in flights.calls if method == "merge_basket"}
    assert len(ids) == 1


async def test_only_who_is_signed_in_merges_and_no_other_site_fills_an_accounts_basket(
    program: httpx.AsyncClient, anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    assert (await program.post(f"{BASKET}/merge", headers={KEY: "k" * 22})).status_code == 401
    foreign = {"Sec-Fetch-Site": "cross-site"}
    wish = {"quantity": 1}
    assert (await anna.put(f"{BASKET}/lines/tea-heicha", json=wish, headers=foreign)).status_code == 403
    assert (await anna.post(f"{BASKET}/merge", headers=foreign)).status_code == 403
    assert flights.shop.baskets == {}


async def test_baskets_refuse_by_name(program: httpx.AsyncClient, flights: FakeFlights) -> None:
    bodies: list[Any] = [
        {},
        {"quantity": 21},
        {"quantity": "2"},
        {"quantity": -1},
        {"quantity": 1, "price": 1},
        [],
    ]
    for body in bodies:
        answer = await program.put(f"{BASKET}/lines/tea-heicha", json=body)
        assert answer.status_code == 400, body
    assert flights.shop.baskets == {}
    assert (await program.put(f"{BASKET}/lines/none", json={"quantity": 1})).status_code == 404
    flights.shop.refuses = Unavailable(service="shop", retry_after_s=2)
    assert (await program.put(f"{BASKET}/lines/tea-heicha", json={"quantity": 1})).status_code == 503


# --- the document -----------------------------------------------------------------------------------------


def test_every_example_is_what_its_schema_says() -> None:
    bodies = {one.name: one.body for one in SHOP_OPERATIONS if one.body is not None}
    bodies |= {"putInBasket": LineBody, "openShopCase": CaseBody}
    assert set(bodies) == set(shop_examples.EXAMPLES)
    for name, example in shop_examples.EXAMPLES.items():
        assert bodies[name]().validate(example) == {}, name
    invoice = shop_examples.EXAMPLES["requestShopInvoice"]["private"]
    assert is_tax_number(invoice["tax_number"])


def test_every_body_and_id_of_the_mall_is_shown_by_an_example() -> None:
    seen = 0
    for path, operations in DOCUMENT["paths"].items():
        if not path.startswith(SHOP):
            continue
        for told in operations.values():
            body = told.get("requestBody", {}).get("content", {}).get("application/json")
            assert body is None or "example" in body, path
            ids = [one for one in told["parameters"] if one["in"] == "path"]
            assert all("example" in one["schema"] for one in ids), path
            seen += len(ids) + (body is not None)
    assert seen > 20

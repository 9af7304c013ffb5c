"""Orders of the mall as JSON: as described, placed once for each key, paid for as shown, and nobody else's."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from kernel.errors import Unavailable
from services.shop import errors
from tests.contract.test_openapi import check
from tests.gateway.photos.pictures import quarters, saved
from tests.gateway.session.fakes import OWN
from tests.gateway.web.browsers import leg_id
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.mall_orders import ask_about
from tests.gateway.web.travellers import ANNA, BEN

pytestmark = pytest.mark.anyio
SHOP = "/api/v1/shop"
ORDERS = f"{SHOP}/orders"
ONE = f"{ORDERS}/{{order_id}}"
COMPANY = {"title": "湘江科技", "tax_number": "91430100MA4L16JQ9D", "email": "fapiao@example.com"}


def wish(*variant_ids: str, **more: Any) -> dict[str, Any]:
    lines = [{"variant_id": one, "quantity": 1} for one in variant_ids or ("tea-heicha",)]
    return {"lines": lines, **more}


def handed_over(flights: FakeFlights, owner: str = ANNA) -> dict[str, Any]:
    """A paid order whose only parcel was handed over."""
    order = flights.shop.bought(owner, "tea-gift")
    flights.shop.move(order, 0, "handed_over")
    return order


def pieces(order: dict[str, Any], **more: Any) -> dict[str, Any]:
    line = order["parcels"][0]["lines"][0]["id"]
    return {"lines": [{"line_id": line, "quantity": 1}], "reason": "damaged", **more}


async def placed(anna: httpx.AsyncClient, asked: dict[str, Any], **headers: str) -> httpx.Response:
    quote = (await anna.post(f"{SHOP}/quotes", json=asked)).json()["quote"]
    body = {**asked, "expects_fen": quote["amount_fen"]}
    return await anna.post(ORDERS, json=body, headers=headers)


# --- orders -----------------------------------------------------------------------------------------------


async def test_every_answer_from_the_quote_to_the_coupon_is_as_described(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.shop.put_line({"passenger_id": ANNA, "variant_id": "tea-heicha", "quantity": 1})
    quoted = await anna.post(f"{SHOP}/quotes", json={"flight_id": leg_id("boarding")})
    check(quoted.json(), "post", f"{SHOP}/quotes")
    assert quoted.json()["quote"]["parcels"][0]["way"] == "gate"
    answer = await placed(anna, {})
    assert answer.status_code == 201, answer.text
    check(answer.json(), "post", ORDERS, 201)
    held = answer.json()["order"]["id"]
    order = flights.shop.bought(ANNA, "tea-gift", "scarf")
    flights.shop.move(
        order, 0, "asking", ask=ask_about(order["parcels"][0], flights.shop.products["tea-heicha"])
    )
    ask, other = order["parcels"][0]["ask"]["id"], order["parcels"][1]["id"]
    done = handed_over(flights)
    case = (await anna.post(f"{ORDERS}/{done['id']}/cases", json=pieces(done))).json()["case"]["id"]
    claimed = f"{SHOP}/campaigns/{{campaign_id}}/coupons"
    steps: list[tuple[str, str, str, Any]] = [
        ("get", "/orders?limit=5", ORDERS, None),
        ("get", f"/orders/{held}", ONE, None),
        ("post", f"/orders/{held}/payment", f"{ONE}/payment", {"channel": "native"}),
        ("delete", f"/orders/{held}", ONE, None),
        ("post", f"/orders/{order['id']}/asks/{ask}", f"{ONE}/asks/{{ask_id}}", {"choice": "replace"}),
        ("delete", f"/orders/{order['id']}/parcels/{other}", f"{ONE}/parcels/{{parcel_id}}", None),
        ("post", f"/orders/{done['id']}/return-quotes", f"{ONE}/return-quotes", pieces(done)),
        ("get", f"/orders/{done['id']}/cases", f"{ONE}/cases", None),
        ("get", f"/orders/{done['id']}/cases/{case}", f"{ONE}/cases/{{case_id}}", None),
        ("delete", f"/orders/{done['id']}/cases/{case}", f"{ONE}/cases/{{case_id}}", None),
        ("post", f"/orders/{done['id']}/invoice", f"{ONE}/invoice", {"kind": "company", "private": COMPANY}),
        ("post", "/campaigns/campaign0/coupons", claimed, None),
        ("get", "/coupons?shelf=usable", f"{SHOP}/coupons", None),
        ("get", "/coupons/coupon1", f"{SHOP}/coupons/{{coupon_id}}", None),
    ]
    for method, address, described, sent in steps:
        told = await anna.request(method, f"{SHOP}{address}", json=sent)
        assert told.status_code in {200, 201}, (address, told.text)
        assert told.headers["cache-control"] == "private, no-store"
        check(told.json(), method, described, told.status_code)
    assert flights.shop.answered == [(ask, "replace")]


async def test_a_key_orders_once_and_another_one_again(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    key = {"Idempotency-Key": "once-and-only"}
    first, repeat = [(await placed(anna, wish(), **key)).json()["order"]["id"] for _ in range(2)]
    assert first == repeat
    assert (await placed(anna, wish())).json()["order"]["id"] != first
    assert len(flights.shop.orders) == 2
    odd = await placed(anna, wish(), **{"Idempotency-Key": "no key"})
    assert (odd.status_code, odd.json()["errors"][0]["field"]) == (400, "Idempotency-Key")


async def test_nobody_pays_what_they_didnt_see(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    refused = await anna.post(ORDERS, json=wish(expects_fen=1))
    assert (refused.status_code, refused.json()["code"]) == (409, "shop.quote_changed")
    assert flights.shop.orders == {}


async def test_who_pays_inside_wechat_is_whose_session_it_is(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    order = flights.shop.held(ANNA)
    for body in ({"channel": "jsapi", "openid": "o-other"}, {"channel": "cash"}, {}):
        assert (await anna.post(f"{ORDERS}/{order['id']}/payment", json=body)).status_code == 400
    paid = await anna.post(f"{ORDERS}/{order['id']}/payment", json={"channel": "jsapi"})
    assert paid.json()["pay"]["paySign"] == "s"
    (asked,) = [wish for _, method, wish in flights.calls if method == "pay_order"]
    assert asked["openid"] == "o-aaaa"


async def test_the_language_of_the_request_is_that_of_the_order(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    await anna.post(f"{SHOP}/quotes", json=wish(), headers={"Accept-Language": "zh-CN"})
    await placed(anna, wish())
    languages = [
        asked["language"] for _, method, asked in flights.calls if method in {"quote_order", "place_order"}
    ]
    assert languages == ["zh", "en", "en"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("error", "about", "en", "zh"),
    [
        (errors.SoldOut(variant_ids=["scarf", "panda"]), ["scarf", "panda"], "fewer pieces", "减少数量"),
        (
            errors.TooLate(shop_ids=["t1"], words={"zh": "来不及", "en": "No time"}),
            ["t1"],
            "No time",
            "来不及",
        ),
        (errors.ShopClosed(shop_ids=["t1"], words={"zh": "已打烊", "en": "Shut"}), ["t1"], "Shut", "已打烊"),
        (
            errors.CouponNotUsable(coupon_id="k1", why="x", words={"zh": "未满", "en": "Too little"}),
            ["k1"],
            "Too little",
            "未满",
        ),
        (errors.BadFlight(words={"zh": "已起飞", "en": "It left"}), ["flight_id"], "It left", "已起飞"),
    ],
)
async def test_a_refusal_names_what_it_is_about(
    anna: httpx.AsyncClient,
    flights: FakeFlights,
    language: str,
    error: Exception,
    about: list[str],
    en: str,
    zh: str,
) -> None:
    flights.shop.refuses = error
    body = wish(expects_fen=12800)
    told = (await anna.post(ORDERS, json=body, headers={"Accept-Language": language})).json()
    assert [one["field"] for one in told["errors"]] == about
    assert all((en if language == "en" else zh) in one["detail"] for one in told["errors"])
    check(told, "post", ORDERS, 409)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": []},
        {"lines": [{"variant_id": "scarf", "quantity": 21}]},
        {"lines": [{"variant_id": "scarf"}]},
        {"ways": {"t2": "drone"}},
        {"adult": "yes"},
        {"coupon_ids": "k1"},
        {"passenger_id": BEN},
        {"language": "en"},
    ],
)
async def test_bad_bodies_are_told_by_field(anna: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    answer = await anna.post(f"{SHOP}/quotes", json=wrong)
    assert (answer.status_code, bool(answer.json()["errors"])) == (400, True)


# --- whose it is ------------------------------------------------------------------------------------------


async def test_anothers_orders_cases_and_coupons_are_like_none(
    anna: httpx.AsyncClient, ben: httpx.AsyncClient, flights: FakeFlights
) -> None:
    order = handed_over(flights)
    case = (await anna.post(f"{ORDERS}/{order['id']}/cases", json=pieces(order))).json()["case"]["id"]
    coupon = flights.shop.claimed(ANNA)
    here, none = f"{ORDERS}/{order['id']}", f"{ORDERS}/{'f' * 32}"
    for method, theirs, nobodys, sent in (
        ("GET", here, none, None),
        ("DELETE", here, none, None),
        ("POST", f"{here}/payment", f"{none}/payment", {"channel": "native"}),
        ("POST", f"{here}/return-quotes", f"{none}/return-quotes", pieces(order)),
        ("GET", f"{here}/cases", f"{none}/cases", None),
        ("POST", f"{here}/cases", f"{none}/cases", pieces(order)),
        ("GET", f"{here}/cases/{case}", f"{none}/cases/none", None),
        ("DELETE", f"{here}/cases/{case}", f"{none}/cases/none", None),
        ("DELETE", f"{here}/parcels/one", f"{none}/parcels/one", None),
        ("GET", f"{SHOP}/coupons/{coupon}", f"{SHOP}/coupons/none", None),
    ):
        told = [await ben.request(method, address, json=sent) for address in (theirs, nobodys)]
        assert [one.status_code for one in told] == [404, 404], theirs
        assert told[0].json()["code"] == told[1].json()["code"], theirs
    for path in ("orders", "coupons"):
        assert (await ben.get(f"{SHOP}/{path}")).json()[path] == []


async def test_nothing_is_ordered_without_an_account_or_from_another_site(
    program: httpx.AsyncClient, anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    body = wish(expects_fen=12800)
    for path in ("orders", "quotes", "campaigns/campaign0/coupons", "orders/one/cases"):
        assert (await program.post(f"{SHOP}/{path}", json=body, headers=OWN)).status_code == 401, path
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert (await anna.post(f"{SHOP}/{path}", json=body, headers=foreign)).status_code == 403, path
    for path in ("orders", "coupons", "orders/one", "orders/one/cases"):
        assert (await program.get(f"{SHOP}/{path}")).status_code == 401, path
    assert (flights.shop.orders, flights.shop.coupons) == ({}, {})


# --- after the sale ---------------------------------------------------------------------------------------


async def test_photos_of_a_case_are_made_harmless(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    order = handed_over(flights)
    path, form = f"{ORDERS}/{order['id']}/cases", {"case": json.dumps(pieces(order, words="It leaks."))}
    picture = ("me.png", saved(quarters(400, 300), "PNG"), "image/png")
    opened = await anna.post(path, data=form, files=[("photos", picture), ("photos", picture)])
    assert opened.status_code == 201, opened.text
    check(opened.json(), "post", f"{ONE}/cases", 201)
    assert (len(opened.json()["case"]["photos"]), opened.json()["case"]["words"]) == (2, "It leaks.")
    (sent,) = [asked for _, method, asked in flights.calls if method == "open_case"]
    assert all(one["jpeg"].startswith("/9j/") for one in sent["photos"]), "JPEGs of our own making"
    assert "me.png" not in repr(sent)
    for files, status, code in (
        ([("photos", picture)] * 4, 413, "photos.too_many"),
        ([("photos", ("x", b"<svg/>", "image/png"))], 400, "photos.unknown_format"),
        ([("other", picture)], 400, "gateway.bad_body"),
    ):
        refused = await anna.post(path, data=form, files=files)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    no_case = await anna.post(path, files=[("photos", picture)])
    assert (no_case.status_code, no_case.json()["errors"][0]["field"]) == (400, "case")
    assert (await anna.post(path, content=b"x", headers={"Content-Type": "text/plain"})).status_code == 415
    assert len(flights.shop.cases) == 1


async def test_what_an_invoice_says_goes_on_sealed(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    order = flights.shop.bought(ANNA)
    path = f"{ORDERS}/{order['id']}/invoice"
    asked = await anna.post(path, json={"kind": "company", "private": COMPANY})
    assert asked.json()["order"]["invoices"][0]["state"] == "asked"
    assert flights.shop.invoiced == [COMPANY["title"]]
    for secret in COMPANY.values():
        assert secret not in repr(flights.calls)
    wrong = {**COMPANY, "tax_number": "91430100MA4L16JQ90"}
    refused = await anna.post(path, json={"kind": "company", "private": wrong})
    assert (refused.status_code, refused.json()["code"]) == (400, "shop.bad_tax_number")
    assert (await anna.post(path, json={"kind": "company"})).status_code == 400


async def test_refusals_of_coupons_and_questions_come_by_name(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.shop.refuses = errors.CouponsGone()
    gone = await anna.post(f"{SHOP}/campaigns/campaign0/coupons", headers={"Accept-Language": "zh"})
    assert (gone.status_code, gone.json()["code"]) == (409, "shop.coupons_gone")
    flights.shop.refuses = errors.AskOver()
    over = await anna.post(f"{ORDERS}/order/asks/ask", json={"choice": "refund"})
    assert (over.status_code, over.json()["code"]) == (409, "shop.ask_over")
    assert (await anna.post(f"{ORDERS}/order/asks/ask", json={"choice": "both"})).status_code == 400
    flights.shop.refuses = Unavailable(service="shop", retry_after_s=2)
    away = await anna.post(f"{SHOP}/campaigns/campaign0/coupons")
    assert (away.status_code, away.headers["retry-after"]) == (503, "2")

"""From the basket to one's hands: checkout, payment, parcels, what the shop asks, cases, invoices, coupons."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from kernel.errors import Unavailable
from services.shop import errors
from tests.gateway.photos.pictures import quarters, saved
from tests.gateway.web.browsers import browser_of, keys_of, leg_id, said
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.mall_orders import ask_about
from tests.gateway.web.travellers import ANNA, BEN

pytestmark = pytest.mark.anyio
CHECKOUT = "/shop/checkout"
WECHAT = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.47"


def fields_of(page: str, action: str) -> dict[str, str]:
    """What the form of an address sends that nobody types."""
    form = re.search(rf'<form[^>]*method="post"[^>]*action="{re.escape(action)}".*?</form>', page, re.S)
    assert form, action
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[0])
    return {name: html.unescape(value) for name, value in found}


async def fill(flights: FakeFlights, *variants: str) -> None:
    for one in variants:
        flights.shop.put_line({"passenger_id": ANNA, "variant_id": one, "quantity": 1})


async def order(anna: httpx.AsyncClient, query: str = "") -> httpx.Response:
    page = (await anna.get(f"{CHECKOUT}{query}")).text
    return await anna.post(CHECKOUT, data=fields_of(page, CHECKOUT))


# --- checkout -----------------------------------------------------------------------------------------------


async def test_who_is_told_that_it_is_sold_out_hears_it_though_nobody_says_what_holds_now(
    anna: httpx.AsyncClient, flights: FakeFlights, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(flights, "tea-heicha")
    form = fields_of((await anna.get(CHECKOUT)).text, CHECKOUT)

    def refuse(_: object) -> None:
        monkeypatch.setattr(flights.shop, "quote_order", away)
        raise errors.SoldOut

    def away(_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(flights.shop, "place_order", refuse)
    answer = await anna.post(CHECKOUT, data=form)
    assert answer.status_code == 409
    assert "sold out" in said(answer).lower()


async def test_a_basket_becomes_an_order_at_the_gate_of_ones_flight(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.notify.follows[ANNA, leg_id("boarding")] = "passenger"
    await fill(flights, "tea-heicha", "cable-usbc.White")
    page = said(await anna.get(CHECKOUT))
    assert "CZ3101" in page
    assert page.count("at gate B12 by") == 2
    answer = await order(anna)
    (order_id,) = flights.shop.orders
    assert answer.headers["location"] == f"/shop/orders/{order_id}"
    assert [one["way"] for one in flights.shop.orders[order_id]["parcels"]] == ["gate", "gate"]
    page = said(await anna.get(f"/shop/orders/{order_id}"))
    assert "¥127.20" in page
    assert "the code still works" not in page, "nobody has one before paying"
    assert (await anna.get(CHECKOUT)).headers["location"] == "/shop/basket", "the basket is empty now"


async def test_a_form_that_is_sent_twice_orders_once(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    await fill(flights, "scarf")
    fields = fields_of((await anna.get(CHECKOUT)).text, CHECKOUT)
    for _ in range(2):
        assert (await anna.post(CHECKOUT, data=fields)).status_code == 303
    assert len(flights.shop.orders) == 1


async def test_the_ways_that_are_chosen_are_the_ways_that_are_ordered(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    await fill(flights, "tea-heicha")
    leg = leg_id("boarding")
    answer = await order(anna, f"?chosen=1&flight=&flight={leg}&way.t2-xiangye=shop")
    assert answer.status_code == 303
    (made,) = flights.shop.orders.values()
    assert (made["parcels"][0]["way"], made["flight"]["flight_id"]) == ("shop", leg)


async def test_a_typed_number_stays_a_number_and_brings_the_gate_first(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    """What was the only way before isn't taken for a choice; the leg stays the one that was shown."""
    await fill(flights, "tea-heicha")
    none = (await anna.get(f"{CHECKOUT}?chosen=1&flight=")).text
    assert 'name="only.t2-xiangye" value="shop" checked' in none
    asked = (await anna.get(f"{CHECKOUT}?chosen=1&flight=cz%203101&only.t2-xiangye=shop")).text
    leg = leg_id("boarding")
    assert (fields_of(asked, CHECKOUT)["flight"], fields_of(asked, CHECKOUT)["way.t2-xiangye"]) == (
        leg,
        "gate",
    )
    assert re.search(r'id="flight" name="flight"[^>]* value="CZ3101"', asked)
    assert f'name="meant" value="{leg}"' in asked
    again = (await anna.get(f"{CHECKOUT}?chosen=1&flight=CZ3101&meant={leg}")).text
    assert fields_of(again, CHECKOUT)["flight"] == leg
    dropped = (await anna.get(f"{CHECKOUT}?chosen=1&flight=&way.t2-xiangye=gate")).text
    assert fields_of(dropped, CHECKOUT)["way.t2-xiangye"] == "shop", "no flight, no gate"
    other = said(await anna.get(f"{CHECKOUT}?chosen=1&flight=ZZ1&meant={leg}"))
    assert "We know no flight “ZZ1”" in other


async def test_where_the_gate_is_out_of_reach_the_page_says_why(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.shop.at_gate = False
    await fill(flights, "tea-heicha", "scarf")
    page = said(await anna.get(f"{CHECKOUT}?flight={leg_id('boarding')}"))
    assert "There isn't time enough to bring it to your gate." in page
    assert "This shop is before security" in page
    assert "We know no flight “ZZ1”" in said(await anna.get(f"{CHECKOUT}?flight=ZZ1"))


async def test_the_best_coupon_is_taken_until_somebody_chooses(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    best = flights.shop.claimed(ANNA, 0)
    small = flights.shop.claimed(ANNA, 2)
    await fill(flights, "tea-heicha")
    page = (await anna.get(CHECKOUT)).text
    assert fields_of(page, CHECKOUT)["coupons"] == best
    assert page.index("¥20 off from ¥100") < page.index("¥8 off tea")
    other = (await anna.get(f"{CHECKOUT}?chosen=1&coupon={small}")).text
    assert fields_of(other, CHECKOUT) | {"form_id": ""} == fields_of(page, CHECKOUT) | {
        "form_id": "",
        "coupons": small,
        "expects_fen": "8800",
    }
    none = (await anna.get(f"{CHECKOUT}?chosen=1")).text
    assert fields_of(none, CHECKOUT)["expects_fen"] == "9600"


async def test_a_sum_that_changed_is_shown_again_and_not_taken(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    await fill(flights, "scarf")
    fields = fields_of((await anna.get(CHECKOUT)).text, CHECKOUT)
    variant = flights.shop.products["scarf"]["variants"][0]
    variant["now_fen"] += 1000
    answer = await anna.post(CHECKOUT, data=fields)
    assert answer.status_code == 400
    assert fields_of(answer.text, CHECKOUT)["expects_fen"] == str(variant["now_fen"])
    assert flights.shop.orders == {}


async def test_duty_free_is_for_flights_abroad_and_spirits_for_adults(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    await fill(flights, "baijiu")
    home = await anna.get(f"{CHECKOUT}?flight={leg_id('boarding')}")
    assert "Duty free needs a flight abroad within 24 hours." in said(home)
    assert re.search(r'type="submit" disabled>', home.text)
    abroad = f"{CHECKOUT}?chosen=1&flight={leg_id('night')}"
    assert re.search(r'type="submit" disabled>', (await anna.get(abroad)).text), "nobody said to be 18"
    grown = await anna.get(f"{abroad}&adult=yes")
    assert not re.search(r'type="submit" disabled>', grown.text)
    assert "At most 1.5 litres" in said(grown)


async def test_one_thing_is_bought_at_once_and_the_basket_stays(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    await fill(flights, "scarf")
    buy = {"variant_id": "tea-gift", "quantity": "1", "add": "1", "then": "checkout"}
    answer = await anna.post("/shop/basket", data=buy)
    assert answer.headers["location"] == f"{CHECKOUT}?variant=tea-gift&quantity=1"
    page = (await anna.get(answer.headers["location"])).text
    assert (await anna.post(CHECKOUT, data=fields_of(page, CHECKOUT))).status_code == 303
    (made,) = flights.shop.orders.values()
    assert [line["variant_id"] for line in made["parcels"][0]["lines"]] == ["tea-gift"]
    assert flights.shop.baskets[ANNA] == {"scarf": 1}


async def test_who_isnt_signed_in_signs_in_and_comes_back(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get(f"{CHECKOUT}?variant=scarf")
    assert answer.headers["location"] == "/sign-in?next=/shop/checkout%3Fvariant%3Dscarf"


@pytest.mark.parametrize(
    "refusal",
    [errors.SoldOut(variant_ids=["scarf"]), errors.TooManyHolds(most=3), errors.ShopClosed(shop_ids=["x"])],
)
async def test_a_refusal_is_said_on_the_page_that_asks_again(
    anna: httpx.AsyncClient, flights: FakeFlights, refusal: Exception
) -> None:
    await fill(flights, "scarf")
    fields = fields_of((await anna.get(CHECKOUT)).text, CHECKOUT)
    flights.shop.refuses = refusal
    answer = await anna.post(CHECKOUT, data=fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


# --- paying and following ------------------------------------------------------------------------------------


async def test_paying_is_as_for_the_bus(flights: FakeFlights) -> None:
    made = flights.shop.held(ANNA, "scarf")
    pay = f"/shop/orders/{made['id']}/pay"
    async with browser_of(flights, ANNA) as computer:
        page = (await computer.get(f"/shop/orders/{made['id']}")).text
        shown = await computer.post(pay, data=fields_of(page, pay))
        assert "Scan with WeChat and pay" in said(shown)
    async with browser_of(flights, ANNA, **{"User-Agent": WECHAT}) as phone:
        page = (await phone.get(f"/shop/orders/{made['id']}")).text
        assert "data-bridge" in page
        told = await phone.post(pay, data=fields_of(page, pay), headers={"Accept": "application/json"})
        assert told.json()["pay"]["paySign"] == "s"
    assert [channel for _, channel in flights.shop.pays] == ["native", "jsapi"]


async def test_an_order_shows_where_its_parcels_are_and_their_codes(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    made = flights.shop.bought(ANNA, "tea-heicha", "scarf", flight_id=leg_id("boarding"))
    here = f"/shop/orders/{made['id']}"
    before = (await anna.get(f"{here}/state")).json()["version"]
    assert 'data-follows="picked"' in (await anna.get(here)).text, "a shop may ask any moment"
    why = {"zh": "登机口改为B15。", "en": "Your gate is B15 now."}
    flights.shop.move(made, 0, "on_the_way", promises=2, gate="B15", why=why)
    page = said(await anna.get(here))
    for words in (
        "On its way to the gate",
        "At gate B15 by",
        "New promise:",
        "Your gate is B15 now.",
        "7K2M 9PQ2",
    ):
        assert words in page, words
    assert 'aria-current="step">To the gate<' in page
    assert (await anna.get(f"{here}/state")).json()["version"] != before, "an open page loads itself anew"
    flights.shop.move(made, 0, "handed_over")
    assert "7K2M 9PQ2" not in said(await anna.get(here)), "no code that is over"
    assert "Handed over" in said(await anna.get(here))


async def test_what_the_shop_asks_is_answered_once_and_late_answers_are_told(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    made = flights.shop.bought(ANNA, "cable-usbc.White")
    ask = ask_about(made["parcels"][0], flights.shop.products["cable-three"])
    flights.shop.move(made, 0, "asking", ask=ask)
    assert "The shop asks you something" in said(await anna.get("/me/orders"))
    here = f"/shop/orders/{made['id']}"
    page = await anna.get(here)
    assert "Three-in-One Cable" in said(page)
    action = f"{here}/asks/{ask['id']}"
    fields = fields_of(page.text, action) | {"choice": "replace"}
    assert (await anna.post(action, data=fields)).headers["location"].endswith("done=shop_answered")
    assert flights.shop.answered == [(ask["id"], "replace")]
    flights.shop.refuses = errors.AskOver()
    late = await anna.post(action, data=fields)
    assert "This is how it stands now." in said(await anna.get(late.headers["location"]))
    assert (await anna.post(action, data=fields | {"choice": "all"})).status_code == 400


async def test_a_parcel_is_called_off_before_anybody_began(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    made = flights.shop.bought(ANNA, "scarf")
    here = f"/shop/orders/{made['id']}"
    action = f"{here}/parcels/{made['parcels'][0]['id']}/cancel"
    page = (await anna.get(here)).text
    answer = await anna.post(action, data=fields_of(page, action))
    assert "Called off" in said(await anna.get(answer.headers["location"]))


# --- after the sale --------------------------------------------------------------------------------------------


async def test_a_case_shows_what_comes_back_before_it_is_sent_with_a_photo(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    flights.shop.settle(ANNA)
    (made,) = flights.shop.orders.values()
    line, here = made["parcels"][0]["lines"][0]["id"], f"/shop/orders/{made['id']}/return"
    assert "Up to" not in said(await anna.get(here))
    no = said(await anna.get(f"{here}?line.{line}=1&reason=changed_mind"))
    assert "That can't be given back" in no
    page = await anna.get(f"{here}?line.{line}=1&reason=damaged")
    assert "Up to ¥30 comes back" in said(page)
    photo = {"photos": ("box.jpg", saved(quarters(), "JPEG"), "image/jpeg")}
    fields = fields_of(page.text, here) | {"words": "Crushed.\r\nBoth tins."}
    answer = await anna.post(here, data=fields, files=photo)
    assert answer.headers["location"] == f"/shop/orders/{made['id']}/cases?done=shop_case"
    _, case = flights.shop.cases.values()
    assert (case["words"], len(case["photos"])) == ("Crushed.\nBoth tins.", 1)
    told = said(await anna.get(answer.headers["location"]))
    assert "It is broken or leaks" in told
    assert "With the shop" in told
    there = f"/shop/orders/{made['id']}/cases/photos/{case['photos'][0]}"
    assert f'src="{there}"' in (await anna.get(answer.headers["location"])).text
    shown = await anna.get(f"{there}?size=large")
    assert (shown.status_code, shown.content[:2]) == (200, b"\xff\xd8")
    assert "no-store" in shown.headers["cache-control"]
    assert (await anna.get(f"{there}x")).status_code == 404


async def test_an_invoice_is_asked_for_sealed_and_slips_are_said_beside_the_field(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    made = flights.shop.bought(ANNA, "scarf")
    here = f"/shop/orders/{made['id']}/invoice"
    page = (await anna.get(here)).text
    fields = fields_of(page, here) | {"kind": "company", "title": "湖南某公司", "email": "a@example.com"}
    wrong = await anna.post(here, data=fields | {"tax_number": "91430100MA4L16JQ90"})
    assert 'id="tax_number-wrong"' in wrong.text
    assert "湖南某公司" in wrong.text
    slip = await anna.post(here, data=fields | {"email": "nowhere"})
    assert "Write an e-mail address" in said(slip)
    good = await anna.post(here, data=fields | {"tax_number": "91430100MA4L16JQ9B"})
    assert good.status_code == 303
    assert flights.shop.invoiced == ["湖南某公司"]
    sent = [request for _, method, request in flights.calls if method == "request_invoice"]
    assert all("湖南" not in repr(one) for one in sent), "it leaves the gateway sealed"
    assert "Asked for" in said(await anna.get(here))


# --- coupons -----------------------------------------------------------------------------------------------------


async def test_a_coupon_is_claimed_shown_with_its_code_and_its_rule(
    anna: httpx.AsyncClient, visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    assert "/sign-in?next=/shop/coupons" in said(await visitor.get("/shop/coupons"))
    page = (await anna.get("/shop/coupons")).text
    assert "All gone" in page
    fields = fields_of(page, "/shop/coupons")
    answer = await anna.post("/shop/coupons", data=fields)
    (coupon_id,) = flights.shop.coupons
    assert answer.headers["location"] == f"/me/coupons/{coupon_id}?done=coupon_claimed"
    one = said(await anna.get(answer.headers["location"]))
    for words in ("The coupon is yours.", "7K2M 9PQ4 RTX5", "you get a change coupon", "¥20 off from ¥100"):
        assert words in one, words
    assert "You have it" in said(await anna.get("/shop/coupons"))
    assert "¥20 off from ¥100" in said(await anna.get("/me/coupons"))
    assert "None here." in said(await anna.get("/me/coupons?shelf=used"))


async def test_a_lapsed_coupon_is_shown_and_not_offered(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    coupon_id = flights.shop.claimed(ANNA)
    assert "Shop with it" in said(await anna.get(f"/me/coupons/{coupon_id}"))
    flights.shop.coupons[coupon_id]["state"] = "expired"
    assert "Shop with it" not in said(await anna.get(f"/me/coupons/{coupon_id}"))
    assert "stub--off" in (await anna.get("/me/coupons?shelf=over")).text


async def test_what_was_never_paid_is_neither_to_pay_nor_called_paid(
    anna: httpx.AsyncClient, flights: FakeFlights
) -> None:
    made = flights.shop.held(ANNA, "tea-heicha")
    assert "To pay" in said(await anna.get(f"/shop/orders/{made['id']}"))
    made["state"] = "released"
    made["parcels"][0]["state"] = "ended"
    page = said(await anna.get(f"/shop/orders/{made['id']}"))
    assert page.count("Given up") > 1
    for words in ("To pay", "Not paid in time", "Waiting for payment"):
        assert words not in page


async def test_a_claim_that_comes_too_late_is_said_so(anna: httpx.AsyncClient, flights: FakeFlights) -> None:
    fields = fields_of((await anna.get("/shop/coupons")).text, "/shop/coupons")
    flights.shop.refuses = errors.CouponsGone()
    answer = await anna.post("/shop/coupons", data=fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


async def test_chinese_pages_of_ones_own_hold_no_english(flights: FakeFlights) -> None:
    flights.shop.settle(BEN)
    (made,) = flights.shop.orders.values()
    (coupon,) = flights.shop.coupons
    paths = [
        "/me/orders",
        "/me/coupons",
        f"/me/coupons/{coupon}",
        "/shop/coupons",
        f"/shop/orders/{made['id']}",
    ]
    paths += [f"/shop/orders/{made['id']}/{one}" for one in ("return", "cases", "invoice")]
    paths += [f"{CHECKOUT}?variant=tea-heicha", "/shop/basket"]
    async with browser_of(flights, BEN, "zh-CN") as ben:
        assert keys_of((await ben.get("/me")).text)
        for path in paths:
            answer = await ben.get(path)
            assert answer.status_code == 200, path
            shown = re.sub(r'<a class="bar__lang".*?</a>|<code>.*?</code>', "", answer.text)
            words = re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style).*?</\1>", "", shown, flags=re.S))
            assert not re.search(r"\b[A-Z][a-z]+ [a-z]{2,}\b", words), (path, words)

"""The mall for everybody: its shelves at the edge, search, a visitor's basket, and pages that stay light."""

from __future__ import annotations

import base64
import re
from functools import partial
from urllib.parse import parse_qs, urlsplit

import brotli
import httpx
import pytest

from deploy.demo.mall.drawn import shown
from gateway.settings import Settings
from gateway.web import shop_views
from gateway.web.assets import assets
from gateway.web.texts import texts
from tests.gateway.web import fakes
from tests.gateway.web.browsers import browser_of, said
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.travellers import ANNA, cookie_of

pytestmark = pytest.mark.anyio
OPEN = (
    "/shop",
    "/shop/search?q=tea",
    "/shop/search?terminal=T2&stock=1&sort=price",
    "/shop/shops?terminal=T2",
    "/shop/c/specialties",
    "/shop/c/tea?sort=price",
    "/shop/s/t2-lianlian?category=cables",
    "/shop/p/cable-usbc",
    "/shop/p/baijiu",
    "/shop/p/duck-neck",
    "/shop/basket",
    "/shop/coupons",
)
FIRST_PAGE_BYTES = 60_000


def asked(flights: FakeFlights, method: str) -> int:
    return sum(one == method for service, one, _ in flights.calls if service == "shop")


# --- pages ------------------------------------------------------------------------------------------------


async def test_every_page_of_the_mall_stands_without_scripts_and_is_whole(visitor: httpx.AsyncClient) -> None:
    for path in OPEN:
        answer = await visitor.get(path)
        assert answer.status_code == 200, path
        assert answer.text.rstrip().endswith("</html>")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text)
        assert all("defer" in tag for tag in re.findall(r"<script[^>]*>", answer.text))
        assert len(re.findall(r"<h1[ >]", answer.text)) == 1, path
        assert all(re.search(r"alt=.*width=", tag) for tag in re.findall(r"<img [^>]*>", answer.text))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_no_word_of_the_other_language_is_seen(flights: FakeFlights, language: str) -> None:
    async with browser_of(flights, None, language) as client:
        for path in OPEN:
            shown = re.sub(r'<a class="bar__lang".*?</a>', "", (await client.get(path)).text)
            shown = re.sub(r"长沙黄花商贸有限公司|湖南|[\u4e00-\u9fff]{2}</dd>", "", shown)
            words = re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style).*?</\1>", "", shown, flags=re.S))
            if language == "en":
                assert re.findall(r"[\u4e00-\u9fff]+", words) == [], path
            else:
                assert not re.search(r"\b(Basket|Search|Sold out|In stock|Filter|Shops)\b", words), path


async def test_the_first_page_and_a_product_are_light_on_the_wire(visitor: httpx.AsyncClient) -> None:
    for path in ("/shop", "/shop/p/cable-usbc"):
        answer = await visitor.get(path, headers={"Accept-Encoding": "br"})
        wire = int(answer.headers["content-length"])
        assert answer.headers["content-encoding"] == "br"
        for name in ("site.css", "site.js", "shop.css", "shop.js", "icon.svg"):
            body = (await visitor.get(assets().url(name), headers={"Accept-Encoding": "br"})).headers
            wire += int(body["content-length"])
        assert wire <= FIRST_PAGE_BYTES, (path, wire)
        assert wire > 10_000, "the measure sees what is sent"
    assert len(brotli.compress(b"x" * 100)) < 100


async def test_an_unknown_shop_product_category_or_photo_is_no_page(visitor: httpx.AsyncClient) -> None:
    for path in (
        "/shop/s/none",
        "/shop/p/none",
        "/shop/c/none",
        "/shop/photos/none.jpg",
        "/shop/photos/x.png",
    ):
        assert (await visitor.get(path)).status_code == 404, path


async def test_a_product_says_what_it_costs_until_when_and_how_one_gets_it(
    visitor: httpx.AsyncClient,
) -> None:
    page = said(await visitor.get("/shop/p/cable-usbc"))
    for words in (
        "−20%",
        "until tomorrow",
        "¥39",
        "White",
        "In stock",
        "Collect at the shop",
        "Brought to your gate",
    ):
        assert words in page, words
    free = said(await visitor.get("/shop/p/baijiu"))
    assert "Only with an international or regional flight" in free
    assert "Only for adults" in free
    assert "Brought to your gate" not in said(await visitor.get("/shop/p/scarf")), (
        "it is sold before security"
    )
    gone = said(await visitor.get("/shop/p/duck-neck"))
    assert ("Sold out" in gone, "Add to basket" in gone) == (True, False)


async def test_few_pieces_are_counted(visitor: httpx.AsyncClient) -> None:
    assert "Only 4 left" in said(await visitor.get("/shop/p/power-bank"))


# --- the edge ---------------------------------------------------------------------------------------------


async def test_a_page_is_drawn_once_for_all_until_the_shop_says_otherwise(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    first = await visitor.get("/shop/p/tea-gift")
    again = await visitor.get("/shop/p/tea-gift", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, asked(flights, "get_product")) == (304, 1)
    flights.shop.products["tea-gift"]["variants"][0]["now_fen"] = 49_900
    new = "</small>499"
    assert new not in said(await visitor.get("/shop/p/tea-gift")), "nobody has told us yet"
    flights.tell_of_shop("product_changed", product_id="tea-gift", shop_id="t2-xiangye", version=2)
    assert new in said(await visitor.get("/shop/p/tea-gift"))


async def test_the_last_piece_leaves_the_page_at_once(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    assert "Only 3 left" in said(await visitor.get("/shop/p/tea-gift"))
    flights.shop.products["tea-gift"]["variants"][0]["available"] = 0
    told = {"variant_id": "tea-gift", "product_id": "tea-gift", "shop_id": "t2-xiangye", "available": False}
    flights.tell_of_shop("stock_out", **told)
    assert "Sold out" in said(await visitor.get("/shop/p/tea-gift"))


async def test_while_the_shops_are_away_pages_say_how_old_they_are(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    await visitor.get("/shop/p/tea-gift")
    await visitor.get("/shop/s/t2-xiangye")
    flights.away.add("shop")
    flights.tell_of_shop("catalogue_changed", shop_id="t2-xiangye", version=2)
    page = said(await visitor.get("/shop/p/tea-gift"))
    assert "Prices and stock are as of just now" in page
    assert (await visitor.get("/shop/p/scarf")).status_code == 503
    flights.away.clear()
    assert "Prices and stock are as of" not in said(await visitor.get("/shop/p/tea-gift"))


async def test_photos_are_kept_for_good(visitor: httpx.AsyncClient, flights: FakeFlights) -> None:
    for _ in range(2):
        answer = await visitor.get("/shop/photos/scarf-1-small.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]
    assert asked(flights, "get_photo") == 1


async def test_lists_show_pictures_no_larger_than_a_phone_needs(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    """What stands in view when the mall opens is light, pictures included; the rest is fetched as one scrolls."""
    shot = shown("tin/green/gold", "湘叶", "TEA-01")
    for one in flights.shop.products.values():
        for photo in one["photos"]:
            flights.shop.pictures[photo] = tuple(
                base64.b64encode(each).decode() for each in (shot.jpeg, shot.thumbnail)
            )
    page = (await visitor.get("/shop")).text
    pictures = re.findall(r'srcset="([^"]+)"><img [^>]*?(loading="lazy")?[^>]*>', page)
    eager = re.findall(r'srcset="([^"]+)"><img (?![^>]*loading="lazy")[^>]*>', page)
    assert len(pictures) > len(eager) > 0
    assert len(eager) <= 3
    for address in eager:
        answer = await visitor.get(address)
        assert answer.headers["content-type"] == "image/webp"
        assert len(answer.content) * 2 < len(shot.thumbnail)
    assert (await visitor.get("/shop/photos/scarf-1-9999.webp")).status_code == 404
    flights.shop.pictures["scarf-1"] = (base64.b64encode(b"\xff\xd8\xffnone" * 40).decode(),) * 2
    kept = await visitor.get("/shop/photos/scarf-1-160.webp")
    assert kept.headers["content-type"] == "image/jpeg", "what can't be read is shown as it is"


def test_no_deal_is_said_to_be_better_than_it_is() -> None:
    zh, en = texts("zh"), texts("en")
    for now_fen, was_fen, in_zh, in_en in (
        (3100, 3900, "8折", "−20%"),
        (8900, 9900, "9折", "−10%"),
        (8500, 10_000, "8.5折", "−15%"),
        (9990, 10_000, "", ""),
        (1000, None, "", ""),
    ):
        assert (shop_views.off(now_fen, was_fen, zh), shop_views.off(now_fen, was_fen, en)) == (in_zh, in_en)


def test_a_reader_sees_the_part_of_two_languages_that_is_theirs() -> None:
    for words, zh, en in (
        ("湖南岳阳君山 Junshan, Yueyang, Hunan", "湖南岳阳君山", "Junshan, Yueyang, Hunan"),
        ("湖南", "湖南", "湖南"),
        ("A4 纸厂", "A4 纸厂", "A4 纸厂"),
        ("", "", ""),
    ):
        told = [shop_views.in_one_language(words, texts(language)) for language in ("zh", "en")]
        assert told == [zh, en]


# --- search -----------------------------------------------------------------------------------------------


async def test_search_finds_narrows_and_suggests(visitor: httpx.AsyncClient) -> None:
    page = said(await visitor.get("/shop/search?q=tea"))
    assert "Guzhang Maojian" in page
    assert "3 found" in page
    narrowed = re.findall(r'href="(/shop/search\?[^"]*category=drinks[^"]*)"', page)
    assert narrowed
    only = said(await visitor.get(narrowed[0]))
    assert ("Gardenia Milk Tea" in only, "Guzhang" in only) == (True, False)
    assert "Did you mean" in said(await visitor.get("/shop/search?q=tee"))
    cheap = said(await visitor.get("/shop/search?q=tea&from=100&to=10"))
    assert "Gardenia Milk Tea" in cheap
    assert "Guzhang" not in cheap, "ends in the wrong order are turned"
    part = said(await visitor.get("/shop/suggest?q=cable"))
    assert "USB-C Fast Charging Cable" in part
    assert "“cable” in Cables and chargers" in part


async def test_every_filter_is_kept_when_another_one_changes(visitor: httpx.AsyncClient) -> None:
    kept = {
        "q": "tea",
        "terminal": "T2",
        "side": "airside",
        "stock": "1",
        "from": "1",
        "to": "900",
        "sort": "price",
    }
    page = said(await visitor.get("/shop/search", params=kept))
    links = [parse_qs(urlsplit(href).query) for href in re.findall(r'href="(/shop/search\?[^"]+)"', page)]
    changed = [{name for name in kept if link.get(name) != [kept[name]]} for link in links]
    assert len(links) > 8
    clear = set(kept) - {"q"}
    wrong = [some for some in changed if len(some) > 1 and some not in ({"from", "to"}, clear)]
    assert wrong == []


async def test_without_words_there_are_facets_with_counts_and_on_offer_keeps_the_words(
    visitor: httpx.AsyncClient,
) -> None:
    page = said(await visitor.get("/shop/search"))
    for title in ("Category", "Terminal", "Security check", "Shop", "Price"):
        assert f"<h3>{title}</h3>" in (await visitor.get("/shop/search")).text, title
    assert "found" in page
    both = said(await visitor.get("/shop/search?q=cable&deals=1"))
    assert "“cable” in the mall" in both
    assert "Guzhang" not in both, "an offer, but no cable"


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=" + "a" * 500, "sort=evil&terminal=T9&side=up", "from=x&to=1e9", "category=none&shop=../x"],
)
async def test_an_address_that_is_nonsense_is_read_as_far_as_it_goes(
    visitor: httpx.AsyncClient, query: str
) -> None:
    assert (await visitor.get(f"/shop/search?{query}")).status_code in {200, 400}


async def test_a_page_of_the_mall_that_there_isnt_leads_back_into_the_mall(
    visitor: httpx.AsyncClient,
) -> None:
    for path in ("/shop/p/none", "/shop/s/none", "/shop/nowhere"):
        answer = await visitor.get(path)
        page = said(answer)
        assert answer.status_code == 404
        assert 'action="/shop/search"' in page
        assert "Please search the mall" in page
        assert "search for your flight" not in page
    assert "Please search for your flight" in said(await visitor.get("/flights/none"))


async def test_searches_of_one_address_are_bounded(
    flights: FakeFlights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fakes, "Settings", partial(Settings, public_rate="3/hour"))
    async with browser_of(flights, None) as client:
        answers = [(await client.get(f"/shop/search?q=tea{n}")).status_code for n in range(4)]
        assert answers == [200, 200, 200, 429]
        assert (await client.get("/shop")).status_code == 200


async def test_nothing_found_says_what_to_do(visitor: httpx.AsyncClient) -> None:
    page = said(await visitor.get("/shop/search?q=%3Cb%3Ezz"))
    assert "Try fewer words" in page
    assert "<b>zz" not in (await visitor.get("/shop/search?q=%3Cb%3Ezz")).text


async def test_shops_near_ones_gate_are_shown_to_who_follows_a_flight(
    anna: httpx.AsyncClient, visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    leg = next(one for one in flights.documents if one.startswith("CZ3101"))
    assert (await anna.get("/shop/near")).text == ""
    flights.notify.follows[ANNA, leg] = "passenger"
    page = said(await anna.get("/shop/near"))
    assert "By your gate B12" in page
    assert "Linklink Digital" in page
    assert (await visitor.get("/shop/near")).status_code == 204


# --- a visitor's basket -----------------------------------------------------------------------------------


async def put(client: httpx.AsyncClient, variant: str, **more: str) -> httpx.Response:
    return await client.post("/shop/basket", data={"variant_id": variant, "quantity": "1", **more})


async def test_a_visitors_basket_is_kept_by_a_key_no_script_can_read(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    assert "Nothing in it yet." in said(await visitor.get("/shop/basket"))
    assert (await visitor.get("/shop/basket/badge")).status_code == 204
    answer = await put(visitor, "scarf", add="1")
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 303
    assert re.match(r"__Host-basket=[\w-]{22};", cookie)
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax"))
    await put(visitor, "scarf", add="1")
    page = said(await visitor.get("/shop/basket"))
    assert "Embroidered Silk Kerchief" in page
    assert "2 pieces" in page
    assert len(flights.shop.baskets) == 1
    assert ">2<" in (await visitor.get("/shop/basket/badge")).text
    await put(visitor, "scarf", quantity="0")
    assert "Nothing in it yet." in said(await visitor.get("/shop/basket"))


async def test_what_lay_in_the_basket_survives_signing_in(
    visitor: httpx.AsyncClient, flights: FakeFlights
) -> None:
    await put(visitor, "scarf", add="1")
    (guest,) = flights.shop.baskets
    signed_in = {"Cookie": f"{cookie_of(ANNA)}; __Host-basket={guest}; lang=en"}
    answer = await visitor.get("/shop/basket", headers=signed_in)
    assert "Embroidered Silk Kerchief" in said(answer)
    assert flights.shop.merged == [(guest, ANNA)]
    assert re.search(r'__Host-basket="?"?; .*Max-Age=0', answer.headers["set-cookie"])


async def test_a_basket_says_what_became_different(visitor: httpx.AsyncClient, flights: FakeFlights) -> None:
    await put(visitor, "scarf", add="1")
    flights.shop.seen["scarf"] = 1
    assert "Embroidered Silk Kerchief has another price" in said(await visitor.get("/shop/basket"))


async def test_only_pages_of_ours_fill_a_basket(visitor: httpx.AsyncClient, flights: FakeFlights) -> None:
    answer = await visitor.post(
        "/shop/basket", data={"variant_id": "scarf"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert flights.shop.baskets == {}


@pytest.mark.parametrize(
    "fields", [{"quantity": "1"}, {"variant_id": "scarf", "quantity": "-1"}, {"variant_id": "none"}]
)
async def test_a_form_that_is_nonsense_puts_nothing_in(
    visitor: httpx.AsyncClient, flights: FakeFlights, fields: dict[str, str]
) -> None:
    assert (await visitor.post("/shop/basket", data=fields)).status_code in {400, 409}
    assert not any(flights.shop.baskets.values())


async def test_adding_from_a_product_draws_only_the_corner(visitor: httpx.AsyncClient) -> None:
    fields = {"variant_id": "scarf", "quantity": "2", "add": "1"}
    answer = await visitor.post("/shop/basket", data=fields, headers={"HX-Request": "true"})
    assert "It is in your basket." in answer.text
    assert "<html" not in answer.text
    assert answer.headers["hx-trigger"] == "basket"

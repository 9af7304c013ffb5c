"""The desk of lost and found: registering, finding again, one item and what is done with it."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import orjson
import pytest
from PIL import Image

from gateway.staff.assets import STATIC
from gateway.staff.lost_item import KINDS
from gateway.staff.lost_keys import categories, colours, placed
from gateway.staff.lost_reading import DOCUMENTS, NUMBERED, found_span, sums
from gateway.staff.lost_shared import STATES, amount, title
from gateway.staff.texts import texts
from kernel.ids import new_id
from services.lostfound.schemas.vocabulary import CATEGORIES, COLOURS, CustodyKind, ItemState, places
from services.staff import usecases
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of
from tests.support.days import day
from tests.unit.lostfound.examples import PLACE

pytestmark = pytest.mark.anyio
HOME = "/staff/lost"
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 14, 10, tzinfo=ZONE)


async def send(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """What the script is answered when it sends a registration."""
    page = (await client.get(f"{HOME}/new")).text
    token = re.search(r'<body data-token="([^"]+)"', page)
    assert token
    body = {"form_id": new_id(), "category": "umbrella", "place": "T2-GATE-34", "desk_id": "t2", **fields}
    answer = await client.post(f"{HOME}/register", json=body, headers={"X-Form-Token": token[1]})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def number_of(client: httpx.AsyncClient, **fields: Any) -> str:
    told = await send(client, **fields)
    return str(told["item"]["number"])


async def do(client: httpx.AsyncClient, number: str, what: str, **fields: str) -> httpx.Response:
    here = f"{HOME}/items/{number}"
    keys = keys_of((await client.get(here)).text)
    return await client.post(f"{here}/{what}", data={**keys, **fields})


def seen(page: str) -> str:
    """A page as it is read: its text."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main")[1]).split())


# --- registering ---------------------------------------------------------------------------------------------


async def test_what_is_typed_is_registered_and_what_is_personal_leaves_sealed(house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        told = await send(
            client,
            colours=["navy", "black"],
            brand="Uniqlo",
            description="hood",
            category="coat",
            marks="J.M. inside",
            found="-20",
            shelf="A-1",
        )
    assert told["item"]["title"] == "Navy/black Uniqlo coat or jacket"
    assert re.fullmatch(r"CSX-[0-9A-Z]{6}-[0-9A-Z]", told["item"]["number"])
    assert "T2 gate 34" in told["item"]["about"]
    (wish,) = [request for _, method, request, _ in house.rpc.calls if method == "register_item"]
    assert "J.M." not in orjson.dumps(wish).decode()
    assert PLACE.vault.opened(wish["personal"]) == {"marks": "J.M. inside"}
    assert wish["actor"].startswith("staff:")


async def test_the_same_form_sent_twice_is_one_item(house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        once = {"form_id": new_id(), "found": f"{day(-4)} 12:00"}
        assert await number_of(client, **once) == await number_of(client, **once)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"category": "dragon"}, "category"),
        ({"place": "MOON"}, "place"),
        ({"desk_id": "t9"}, "desk_id"),
        ({"shelf": "Z-9"}, "shelf"),
        ({"found": "25:00"}, "found"),
        ({"found": "2099-01-01 10:00"}, "found"),
        ({"cash": "a lot"}, "cash"),
        ({"cash": "20", "category": "cash"}, "witness_login"),
        ({"colours": ["red", "blue", "green", "black"]}, "colours"),
        ({"brand": "x" * 61}, "brand"),
        ({"seat": "QQ"}, "seat"),
        ({"doc_number": "x" * 41, "category": "passport"}, "doc_number"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_and_nothing_is_registered(
    fields: dict[str, Any], named: str, house: House
) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        told = await send(client, **fields)
        assert "item" not in told
        assert told["wrong"][named]
        assert "Nothing was registered yet" in seen((await client.get(HOME)).text)


async def test_without_the_script_the_form_works_and_keeps_what_was_typed(house: House) -> None:
    async with house.at_work("lin", Role.DESK, language="zh") as client:
        keys = keys_of((await client.get(f"{HOME}/new")).text)
        form = {
            **keys,
            "category": "umbrella",
            "brand": "天堂",
            "place": "",
            "desk_id": "t1",
            "colours": "red",
        }
        wrong = await client.post(f"{HOME}/new", data=form)
        assert wrong.status_code == 400
        assert "请选择拾获地点。" in wrong.text
        assert 'value="天堂"' in wrong.text
        assert re.search(r'<option value="umbrella"[^>]* selected', wrong.text)
        saved = await client.post(f"{HOME}/new", data={**form, "place": "METRO"})
        assert saved.status_code == 303
        assert "lost-desk=t1" in saved.headers["set-cookie"]
        assert "红色 天堂 雨伞" in (await client.get(saved.headers["location"])).text


async def test_cash_takes_a_second_person_with_a_code_of_their_own(house: House) -> None:
    chen = house.staff.add("chen", Role.DESK)["id"]
    async with house.at_work("lin", Role.DESK) as client:
        cash = {"category": "cash", "cash": "1250.50; 20 usd"}
        own = await send(client, **cash, witness_login="lin", witness_code=house.code())
        assert "colleague" in own["wrong"]["witness_code"]
        guessed = await send(client, **cash, witness_login="chen", witness_code="000000")
        assert "colleague" in guessed["wrong"]["witness_code"]
        once = new_id()
        wish = {**cash, "form_id": once, "witness_login": "chen", "witness_code": house.code(1)}
        mended = await send(client, **wish, shelf="Z-9")
        assert mended["wrong"] == {"shelf": mended["wrong"]["shelf"]}, "the code was right"
        number = await number_of(client, **wish, shelf="A-1")
        page = seen((await client.get(f"{HOME}/items/{number}")).text)
        assert "CNY 1,250.50, USD 20.00" in page
        assert "Lin + Chen" in page
    (wish,) = [r for _, m, r, _ in house.rpc.calls if m == "register_item" and "witness" in r][-1:]
    assert wish["witness"] == f"staff:{chen}"


async def test_what_nobody_counted_with_you_is_counted_later(house: House) -> None:
    house.staff.add("chen", Role.SUPERVISOR)
    async with house.at_work("lin", Role.DESK) as client:
        number = await number_of(client, category="watch")
        assert "not counted by two yet" in seen((await client.get(f"{HOME}/items/{number}")).text)
        alone = await do(client, number, "count", cash="")
        assert "types their own login and code" in seen(alone.text)
        done = await do(client, number, "count", cash="", witness_login="chen", witness_code=house.code())
        assert done.headers["location"] == f"{HOME}/items/{number}?done=count"
        page = seen((await client.get(done.headers["location"])).text)
        assert "not counted by two yet" not in page
        assert "Lin + Chen" in page


async def test_a_photo_is_kept_clean_and_one_that_is_none_costs_no_item(house: House) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), (20, 60, 120)).save(picture, "JPEG")
    async with house.at_work("lin", Role.DESK) as client:
        told = await send(client)
        token = re.search(r'<body data-token="([^"]+)"', (await client.get(f"{HOME}/new")).text)
        assert token
        headers = {"X-Form-Token": token[1]}
        where = f"{told['item']['photos']}?form_id={new_id()}"
        added = await client.post(where, files={"file": picture.getvalue()}, headers=headers)
        assert added.json()["photos"] == 1
        again = await client.post(where, files={"file": picture.getvalue()}, headers=headers)
        assert again.json()["photos"] == 1, "a repeat adds none"
        shown = await client.get(added.json()["photo"])
        assert shown.headers["content-type"] == "image/jpeg"
        assert Image.open(io.BytesIO(shown.content)).size == (320, 240)
        none = await client.post(told["item"]["photos"], files={"file": b"<svg/>"}, headers=headers)
        assert (none.status_code, none.json()["code"]) == (400, "photos.unknown_format")
        number = told["item"]["number"]
        assert added.json()["photo"].split("?")[0] in (await client.get(f"{HOME}/items/{number}")).text
        keys = keys_of((await client.get(f"{HOME}/items/{number}")).text)
        form = await client.post(
            f"{HOME}/items/{number}/photo", data=keys, files={"photo": picture.getvalue()}
        )
        assert form.headers["location"].endswith("?done=photo")


# --- finding again -------------------------------------------------------------------------------------------


async def test_the_queue_is_searched_filtered_and_taken_out(house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        first = await number_of(client, brand="Samsonite", category="suitcase", shelf="B-1")
        await number_of(client, description="=HYPERLINK", category="book", place="METRO")
        for query, there in (
            ("q=samsonite", True),
            ("category=suitcase", True),
            ("state=open", True),
            ("state=returned", False),
            ("desk_id=t1", False),
            ("only=overdue", False),
            ("from=2020-01-01&to=2020-02-01", False),
            ("from=nonsense", True),
        ):
            rows = (await client.get(f"{HOME}?{query}")).text
            assert (first in rows) is there, query
        opened = await client.get(f"{HOME}?q={first.replace('-', '').lower()[3:]}")
        assert opened.headers["location"] == f"{HOME}/items/{first}", "a number leads to its item"
        taken = await client.get(f"{HOME}?as=csv")
        rows_ = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
        assert rows_[0][0] == "Number"
        assert {row[0] for row in rows_[1:]} == {first, rows_[1][0]}
    trail = usecases.list_audit(house.staff.uow, {"text": "export.", "limit": 5, "cursor": ""})["rows"]
    assert trail[0]["subject"] == "lost-items"


async def test_what_waits_stands_above_the_queue_whatever_is_away(house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        number = await number_of(client)
        await do(client, number, "missing", reason="not on its shelf")
        page = seen((await client.get(HOME)).text)
        assert "0 Claims to decide" in page
        assert "1 Missing" in page


async def test_a_label_is_scanned_typed_or_looked_for_in_vain(house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        number = await number_of(client)
        keys = keys_of((await client.get(f"{HOME}/scan")).text)
        for typed in (number, number.lower(), number.replace("-", "")[3:]):
            opened = await client.post(f"{HOME}/scan", data={**keys, "number": typed})
            assert opened.headers["location"] == f"{HOME}/items/{number}"
        for typed in ("", "nonsense", number[:-1] + ("2" if number[-1] != "2" else "3")):
            missed = await client.post(f"{HOME}/scan", data={**keys, "number": typed})
            assert missed.status_code == 404
            assert f'value="{typed}"' in missed.text


async def test_the_label_holds_the_number_and_a_page_of_ours_may_print_it(house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        number = await number_of(client, shelf="A-2")
        label = await client.get(f"{HOME}/items/{number}/label.pdf?size=100x50")
        assert label.headers["content-type"] == "application/pdf"
        assert "frame-ancestors 'self'" in label.headers["content-security-policy"]
        assert label.headers["x-frame-options"] == "SAMEORIGIN"
        assert label.headers["cache-control"] == "no-store"
        page = await client.get(f"{HOME}/new")
        assert "frame-src 'self'" in page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        other = await number_of(client, category="book")
        both = await client.get(f"{HOME}/labels.pdf?numbers={number},{other},{number}")
        assert (await client.get(f"{HOME}/labels.pdf")).status_code == 400, "no number is no label"
    assert label.content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", label.content)) == 1
    assert len(re.findall(rb"/Type /Page\b", both.content)) == 2


# --- one item ------------------------------------------------------------------------------------------------


async def test_what_is_sealed_is_shown_on_wish_and_the_trail_knows(house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        number = await number_of(
            client,
            category="passport",
            doc_holder="MILLER JANE",
            doc_number="e 12345678",
            marks="coffee stain",
        )
        page = (await client.get(f"{HOME}/items/{number}")).text
        for secret in ("coffee", "MILLER", "12345678"):
            assert secret not in page
        assert "There is a document." in page
        shown = seen((await do(client, number, "private")).text)
        assert "coffee stain" in shown
        assert "12345678" not in shown, "the number stays masked"
    trail = usecases.list_audit(house.staff.uow, {"text": "names.shown", "limit": 5, "cursor": ""})["rows"]
    assert [row["subject"] for row in trail] == [number]


async def test_an_item_moves_through_the_desk_and_the_chain_tells_it(house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        number = await number_of(client)
        assert (await do(client, number, "shelf", shelf="B-1")).status_code == 303
        wrong = await do(client, number, "shelf", shelf="Z-9")
        assert wrong.status_code == 400
        assert 'value="Z-9"' in wrong.text
        assert (await do(client, number, "void", reason="typed twice")).status_code == 403
        sent = await do(client, number, "transfer", to_desk="t1", carrier="Wang")
        assert sent.headers["location"].endswith("?done=transfer")
        page = seen((await client.get(sent.headers["location"])).text)
        for words in ("Registered", "Put on a shelf", "Sent to another desk", "On its way to a desk"):
            assert words in page
        again = await client.post(
            f"{HOME}/items/{number}/transfer",
            data={**keys_of((await client.get(f"{HOME}/items/{number}")).text), "to_desk": "t1"},
        )
        assert again.status_code == 409
    async with house.at_work("boss", Role.SUPERVISOR) as boss:
        other = await number_of(boss)
        assert (await do(boss, other, "void", reason="typed twice")).status_code == 303
        assert "Voided" in seen((await boss.get(f"{HOME}/items/{other}")).text)


async def test_only_what_was_changed_is_sent_and_an_older_page_overwrites_nothing(house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        number = await number_of(
            client, brand="Nokia", category="phone", marks="scratch", found="13:00-14:00"
        )
        here = f"{HOME}/items/{number}/change"
        page = (await client.get(here)).text
        typed = dict(re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', page))
        form = {**typed, **keys_of(page), "category": "phone", "place": "T2-GATE-34", "finder_kind": "staff"}
        form |= {"brand": "Nokia 3310", "colours": "navy", "description": ""}
        house.rpc.calls.clear()
        assert (await client.post(here, data=form)).headers["location"].endswith("?done=change")
        (wish,) = [request for _, method, request, _ in house.rpc.calls if method == "change_item"]
        assert wish["changes"] == {"brand": "Nokia 3310", "colours": ["navy"]}
        assert "personal" not in wish
        late = await client.post(here, data={**form, **{"form_id": new_id(), "brand": "Ericsson"}})
        assert late.status_code == 400
        assert 'value="Ericsson"' in late.text
        assert "Navy Nokia 3310" in seen((await client.get(f"{HOME}/items/{number}")).text)


async def test_hits_are_shown_with_their_reasons(house: House) -> None:
    report = {
        "id": "r1",
        "number": "R-6B7K2M",
        "category": "coat",
        "colours": ["navy"],
        "brand": "",
        "state": "open",
    }
    report |= {"description": "my <b>blue</b> jacket", "lost_from": "2026-11-23T01:00:00Z"}
    reasons = [{"code": "flight", "zh": "同一航班", "en": "same flight"}]
    match = {"id": "m1", "probability": 0.873, "band": "likely", "reasons": reasons, "report": report}
    match |= {"state": "suggested", "told_at": None, "offered_at": None}
    house.lost.matches = [match]
    house.lost.claims = [
        {"id": "c1", "number": "C-7K2M6B", "state": "submitted"},
        {"id": "c2", "number": "C-2M6B7K", "state": "withdrawn"},
    ]
    async with house.at_work("lin", Role.DESK) as client:
        page = (await client.get(f"{HOME}/items/{await number_of(client, category='coat')}")).text
    assert "87%" in seen(page)
    assert "C-7K2M6B To decide" in seen(page)
    assert "C-2M6B7K" not in page
    assert "same flight" in seen(page)
    assert "my &lt;b&gt;blue&lt;/b&gt; jacket" in page


async def test_a_form_that_outlived_its_session_gets_a_new_token(house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        page = (await client.get(f"{HOME}/new")).text
        told = (await client.get(f"{HOME}/token")).json()
        assert told == {"token": keys_of(page)["csrf"]}
        client.cookies.clear()
        assert (await client.get(f"{HOME}/token")).status_code == 303


# --- what is read and written ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("", "2026-11-23 14:10", None),
        ("1405", "2026-11-23 14:05", None),
        ("14：05", "2026-11-23 14:05", None),
        ("930", "2026-11-23 09:30", None),
        ("14:30", "2026-11-22 14:30", None),
        ("13:00-14:05", "2026-11-23 13:00", "2026-11-23 14:05"),
        ("13:00 至 14:05", "2026-11-23 13:00", "2026-11-23 14:05"),
        ("23:50-0:20", "2026-11-22 23:50", "2026-11-23 00:20"),
        ("-20", "2026-11-23 13:50", None),
        ("-2h", "2026-11-23 12:10", None),
        ("昨天 2310", "2026-11-22 23:10", None),
        ("y 23:10", "2026-11-22 23:10", None),
        ("11-22 14:30", "2026-11-22 14:30", None),
        ("12-24 14:30", "2025-12-24 14:30", None),
        ("2026-11-22 14:30-16:00", "2026-11-22 14:30", "2026-11-22 16:00"),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, first: str, last: str | None) -> None:
    span = found_span(typed, NOW.astimezone(UTC), ZONE)
    assert span is not None
    told = [None if each is None else f"{each.astimezone(ZONE):%Y-%m-%d %H:%M}" for each in span]
    assert told == [first, last]


@pytest.mark.parametrize(
    "typed", ["25:00", "14:60", "soon", "14", "14-15", "13-45 10:00", "2027-01-01 10:00", "2020-01-01 10:00"]
)
def test_hours_that_cannot_be_are_refused(typed: str) -> None:
    assert found_span(typed, NOW, ZONE) is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", []),
        ("1250.5", ["CNY 1,250.50"]),
        ("1,250; 300 usd", ["CNY 1,250.00", "USD 300.00"]),
        ("$20；5000 JPY", ["USD 20.00", "JPY 5,000"]),
        ("3元", ["CNY 3.00"]),
        ("a lot", None),
        ("0", None),
        ("12.345", None),
        ("3.5 jpy", None),
        ("$ 3 usd", None),
        ("1; 2", None),
        ("9" * 20, None),
    ],
)
def test_sums_are_read_to_the_last_fen(typed: str, told: list[str] | None) -> None:
    read = sums(typed)
    assert told == (
        None if read is None else [amount(each["currency"], each["amount_minor"]) for each in read]
    )


def test_everything_is_found_by_word_code_pinyin_and_initials() -> None:
    t = texts("en")
    kinds = {option.value: option.keys.split() for _, options in categories(t) for option in options}
    assert set(kinds) == set(CATEGORIES)
    assert {"ys", "yusan", "umbrella", "雨伞"} <= set(kinds["umbrella"])
    assert {"sfz", "shenfenzheng", "身份证"} <= set(kinds["id_card"])
    spots = {
        option.value: option.keys.split()
        for _, some in placed(t, places("CSX", ("T1", "T2")))
        for option in some
    }
    assert {"t2-gate-34", "g34", "34", "gate34"} <= set(spots["T2-GATE-34"])
    assert set(spots) == set(places("CSX", ("T1", "T2")))
    assert {option.value for option in colours(t)} == set(COLOURS)


def test_words_and_colours_are_there_for_all_that_the_service_says() -> None:
    assert set(STATES) == {each.value for each in ItemState}
    assert set(KINDS) == {each.value for each in CustodyKind}
    assert set(CATEGORIES) >= {*DOCUMENTS, *NUMBERED}
    drawn = (STATIC / "lost.css").read_text(encoding="utf-8")
    assert [code for code in COLOURS if f".swatch--{code} " not in drawn] == []
    jacket = {"colours": ["navy"], "brand": "波司登", "category": "coat"}
    assert title(texts("zh"), jacket) == "藏青色 波司登 外套、羽绒服"

"""What the desks show, and what can be taken out of them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from xml.etree import ElementTree

import pytest

from gateway.staff.plots import Bar, bars, progress
from gateway.staff.sheets import as_csv, as_xlsx
from gateway.staff.signin import own_desk
from services.staff import usecases
from services.staff.schemas import Role
from tests.gateway.staff.house import PASSWORD, House, keys_of, sign_in

pytestmark = pytest.mark.anyio
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells_of(workbook: bytes) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    return [
        ["".join(text.text or "" for text in cell.iter(f"{_SHEET}t")) for cell in row]
        for row in sheet.iter(f"{_SHEET}row")
    ]


async def test_the_desk_of_messages_shows_progress_and_who_was_told(house: House) -> None:
    async with house.at_work("anna", Role.SUPPORT) as client:
        empty = (await client.get("/staff/messages")).text
        assert "225,944" in empty
        assert 'aria-label="Sent today: 225,944 / 250,404"' in empty
        assert "Type a flight, a traveller or an order above" in empty
        found = (await client.get("/staff/messages?q=cz3101-20261123-csx-pek&state=received")).text
        assert "16:04:13" in found
        assert "0123…cdef" in found
        assert "0123456789abcdef0123456789abcdef" not in found, "travellers are masked"
        next_page = re.search(r'href="([^"]+)" rel="next"', found)
        assert next_page
        assert "cursor=flight_id%3A50" in next_page[1]
        await client.get("/staff/messages?q=" + "ab" * 16)
    asked = [request for _, method, request, _ in house.rpc.calls if method == "search_messages"]
    assert asked[0]["flight_id"] == "CZ3101-20261123-CSX-PEK"
    assert asked[0]["state"] == "received"
    assert [each for each in asked[1:] if "passenger_id" in each or "order_id" in each] == asked[1:]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_what_is_taken_out_is_whole_tame_and_in_the_trail(kind: str, house: House) -> None:
    async with house.at_work("anna", Role.SUPPORT) as client:
        answer = await client.get(f"/staff/messages?q=CZ3101&as={kind}")
    assert answer.headers["content-disposition"] == f'attachment; filename="messages.{kind}"'
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[1][3] == "'=HYPERLINK is no formula"
    else:
        rows = cells_of(answer.content)
        assert rows[1][3] == "=HYPERLINK is no formula", "it is a text cell"
    assert len(rows) == 121, "all pages"
    assert rows[0][:3] == ["Written", "About", "Kind"]
    trail = usecases.list_audit(house.staff.uow, {"text": "export.", "limit": 5, "cursor": ""})["rows"]
    assert trail[0]["detail"] == {"rows": 120, "asked": {"q": "CZ3101"}, "kind": kind}


@pytest.mark.parametrize("nasty", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(nasty: str) -> None:
    assert as_csv([[nasty]]).decode("utf-8-sig").strip('"\r\n').startswith("'")


def test_a_sheet_holds_whatever_is_typed() -> None:
    rows = [["a<b>&\"'", "中文 😀", "\x00\x01bell"], [" spaces ", "", "]]>"]]
    assert cells_of(as_xlsx(rows)) == [["a<b>&\"'", "中文 😀", "bell"], [" spaces ", "", "]]>"]]


async def test_the_desk_of_payments_shows_what_people_must_look_at(house: House) -> None:
    async with house.at_work("anna", Role.SUPERVISOR) as client:
        refunds = (await client.get("/staff/payments")).text
        assert "R20261122000017" in refunds
        assert "¥24.00" in refunds
        assert 'data-href="/staff/payments/trace?service=bus&amp;order=abc123"' in refunds
        assert "merchant platform" in refunds, "what staff do about it"
        assert "Nothing matches" in (await client.get("/staff/payments?q=nothing-like-it")).text
        assert "Of another amount" in (await client.get("/staff/payments/notifications")).text
        assert "On the bill, not in our books" in (await client.get("/staff/payments/differences")).text
        traced = (await client.get("/staff/payments/trace?service=bus&order=abc123")).text
        assert "4200001" in traced
        assert "−¥24.00" in traced
        chinese = (await client.get("/staff/payments/trace?service=bus&order=abc123&lang=zh")).text
        for code in ("order:bus", ">wechat<", ">TRANSACTION.SUCCESS<", ">bus<"):
            assert code not in chinese
        assert "订单款：机场大巴" in chinese
        missing = await client.get("/staff/payments/trace?order=nothing&lang=en")
        assert "This order never asked for money." in missing.text
    trail = usecases.list_audit(house.staff.uow, {"text": "order.", "limit": 5, "cursor": ""})["rows"]
    assert [row["subject"] for row in trail] == ["bus:nothing", "bus:abc123", "bus:abc123"]


async def test_an_admin_says_at_which_shops_somebody_works(house: House) -> None:
    account = house.staff.add("he.yu", Role.SHOP, shops=["tea-t2", "gone-t1"])
    address = f"/staff/accounts/{account['id']}"
    async with house.at_work("root", Role.ADMIN) as admin:
        shown = (await admin.get(address)).text
        ticked = set(re.findall(r'name="shops" value="([^"]+)" checked', shown))
        assert ticked == {"tea-t2", "gone-t1"}, "a shop that is no more can be taken away"
        await admin.post(f"{address}/shops", data={**keys_of(shown), "shops": ["cables-t2", "tea-t2"]})
        kept = house.staff.uow.store.accounts.by_login("he.yu")
        assert kept.shops == ("cables-t2", "tea-t2")
        house.shop.away = True
        shown = (await admin.get(address)).text
        assert 'name="shops" value="cables-t2 tea-t2"' in shown
        await admin.post(f"{address}/shops", data={**keys_of(shown), "shops": "*, tea-t2"})
        assert house.staff.uow.store.accounts.by_login("he.yu").shops == ("*",)


async def test_the_flight_desk_finds_refusals(house: House) -> None:
    async with house.at_work("anna", Role.FLIGHT_DESK) as client:
        assert "Impossible step" in (await client.get("/staff/flights")).text
        assert "China Southern" in (await client.get("/staff/flights?q=southern&reason=impossible_step")).text
        assert "China Southern" not in (await client.get("/staff/flights?reason=invalid")).text


async def test_an_admin_lets_somebody_in_and_out_again(house: House) -> None:
    async with house.at_work("root", Role.ADMIN) as admin:
        keys = keys_of((await admin.get("/staff/accounts/new")).text)
        form = {**keys, "login": "ben.li", "name": "Ben", "roles": ["support", "flight_desk"]}
        made = await admin.post("/staff/accounts/new", data=form)
        password = re.search(r'<code class="once">([^<]+)</code>', made.text)
        assert password
        assert house.staff.uow.store.accounts.by_login("ben.li").roles == (Role.FLIGHT_DESK, Role.SUPPORT)
        again = await admin.post(
            "/staff/accounts/new", data={**keys_of((await admin.get("/staff/accounts/new")).text), **{
                "login": "ben.li", "name": "B", "roles": "shop"}}
        )  # fmt: skip
        assert again.status_code == 400
        assert "Choose another login." in again.text
        none = await admin.post(
            "/staff/accounts/new",
            data={**keys_of((await admin.get("/staff/accounts/new")).text), "login": "x1x", "name": "X"},
        )
        assert none.status_code == 400, "somebody without a role has nothing to do here"
    house.staff.add("carl", Role.SUPPORT)
    account_id = house.staff.uow.store.accounts.by_login("carl").id
    async with house.at_work("carl") as carl, house.at_work("root") as admin:
        assert (await carl.get("/staff/messages")).status_code == 200
        keys = keys_of((await admin.get(f"/staff/accounts/{account_id}")).text)
        await admin.post(f"/staff/accounts/{account_id}/active", data={**keys, "active": "no"})
        assert (await carl.get("/staff/messages")).status_code == 303, "at once, whatever is remembered"


async def test_ones_sessions_are_listed_and_ended(house: House) -> None:
    house.staff.add("anna", Role.SUPPORT)
    async with house.at_work("anna") as one, house.at_work("anna") as other:
        page = (await one.get("/staff/me")).text
        ids = re.findall(r'name="session_id" value="(\w+)"', page)
        assert len(ids) == 2
        ended = await one.post("/staff/me/sessions/end", data={**keys_of(page), "session_id": ids[0]})
        assert ended.headers["location"] == "/staff/me"
        assert (await other.get("/staff/me")).status_code == 303
        assert (await one.get("/staff/me")).status_code == 200
        await one.post("/staff/me/sessions/end", data=keys_of((await one.get("/staff/me")).text))
        assert (await one.get("/staff/me")).status_code == 303


async def test_a_password_is_changed_by_its_owner(house: House) -> None:
    house.staff.add("anna", Role.SUPPORT)
    new = "another river, other stones"
    async with house.at_work("anna") as client:

        async def change(old: str, first: str, second: str) -> tuple[int, str]:
            keys = keys_of((await client.get("/staff/password")).text)
            form = {**keys, "old_password": old, "new_password": first, "again": second}
            answer = await client.post("/staff/password", data=form)
            return answer.status_code, answer.text

        assert "not the same" in (await change(PASSWORD, new, new + "x"))[1]
        assert "that you have now" in (await change("wrong", new, new))[1]
        assert "at least 12 characters" in (await change(PASSWORD, "short", "short"))[1]
        assert (await change(PASSWORD, new, new))[0] == 303
        assert (await sign_in(client, "anna", house.code(), new)).status_code == 303


async def test_guesses_through_the_door_are_told_to_wait(house: House) -> None:
    async with house.browser() as client:
        for _ in range(5):
            await client.post("/staff/sign-in", data={"login": "anna", "password": "wrong words here"})
        answer = await client.post("/staff/sign-in", data={"login": "anna", "password": "wrong words here"})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 30


@pytest.mark.parametrize(
    "path",
    [
        "//evil.test",
        "https://evil.test",
        "/staffed",
        "/me",
        "/staff/sign-out",
        "/staff\\evil",
        "/staff/\n",
        "",
    ],
)
def test_sign_in_leads_nowhere_else(path: str) -> None:
    assert own_desk(path) == "/staff"


def test_sign_in_leads_back() -> None:
    for path in ("/staff/messages?q=CZ3101&state=sent", "/staff", "/staff?lang=en"):
        assert own_desk(path) == path


def test_plots_are_read_aloud_and_never_run() -> None:
    drawn = bars("<b>", [Bar("<script>", 3, "go"), Bar("none", 0)])
    ElementTree.fromstring(drawn)
    assert "<script>" not in drawn
    assert "&lt;script&gt;: 3; none: 0" in drawn
    for done, of in ((0, 0), (5, 4), (1, 3)):
        ElementTree.fromstring(progress("Sent", done, of))

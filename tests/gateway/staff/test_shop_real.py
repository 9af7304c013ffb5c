"""The shop desk with the mall's own rules behind it, from an order that was paid to the case that came of it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from gateway.staff import sheets
from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.shop.store import ShopStore
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of
from tests.gateway.staff.real_mall import RealMall
from tests.gateway.staff.test_shop_picking import HOME, post
from tests.support.days import day
from tests.unit.shop.after import open_case, want_invoice
from tests.unit.shop.mall import open_mall, put_product
from tests.unit.shop.orders import CZ3101, TEA, Flights, answer, bought, flight, see

pytestmark = pytest.mark.anyio
DAY = "2026-11-24"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the mall in it, to be copied."""
    file = tmp_path_factory.mktemp("mall") / "opened.sqlite3"
    migrate.upgrade("shop", f"sqlite:///{file}")
    database = Database(f"sqlite:///{file}")
    open_mall(UnitOfWork(database, ShopStore))
    database.close()
    return file


@pytest.fixture
def mall(house: House, opened: Path, tmp_path: Path) -> Any:
    """Behind the desk, with somebody at the tea shop."""
    file = tmp_path / "shop.sqlite3"
    shutil.copy(opened, file)
    database = Database(f"sqlite:///{file}")
    real = RealMall(UnitOfWork(database, ShopStore))
    house.rpc.services["shop"] = real
    house.staff.add("he.yu", Role.SHOP, shops=[TEA])
    yield real
    database.close()


def buy(mall: RealMall, pieces: int = 2) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order to gate 34 and its parcel, as the buyer sees them."""
    tea = put_product(mall.uow, on_hand=9)[1]
    order = bought(mall.uow, mall.till, {tea: pieces}, Flights(flight()), flight_id=CZ3101)
    return order, order["parcels"][0]


async def test_a_paid_order_is_picked_sent_and_handed_over_by_its_code(house: House, mall: RealMall) -> None:
    order, parcel = buy(mall)
    here = f"{HOME}/parcels/{parcel['number']}"
    async with house.at_work("he.yu") as client:
        queue = (await client.get(HOME)).text
        assert parcel["number"] in queue
        assert "Gate 34" in queue
        for step in ("pick", "ready", "send"):
            assert (await post(client, here, f"{here}/{step}")).status_code == 303, step
        shown = await post(client, f"{HOME}/scan", f"{HOME}/scan", number=parcel["code"])
        assert parcel["number"] in shown.text
        assert see(mall.uow, order["id"])["parcels"][0]["state"] == "on_the_way"
        form = {**keys_of(shown.text), "code": parcel["code"]}
        assert (await client.post(f"{HOME}/scan/hand", data=form)).status_code == 303
        again = await post(client, f"{HOME}/scan", f"{HOME}/scan/hand", code=parcel["code"])
        assert again.status_code in {400, 404}, "one code, one parcel, once"
        assert see(mall.uow, order["id"])["parcels"][0]["state"] == "handed_over"
        page = (await client.get(here)).text
        assert "the customer" in page
        assert "He.Yu" in page


async def test_what_is_missing_is_asked_and_what_cannot_be_is_paid_back(house: House, mall: RealMall) -> None:
    order, parcel = buy(mall)
    other = put_product(mall.uow, sku="OTHER", on_hand=4)[1]
    here = f"{HOME}/parcels/{parcel['number']}"
    line = f"{here}/missing/{parcel['lines'][0]['id']}"
    async with house.at_work("he.yu") as client:
        await post(client, here, f"{here}/pick")
        assert other in (await client.get(f"{line}?q=OTHER")).text
        assert (await post(client, line, line, quantity="1", offer=other)).status_code == 303
        ask = see(mall.uow, order["id"])["parcels"][0]["ask"]
        assert (ask["quantity"], ask["offer"]["variant_id"]) == (1, other)
        page = (await client.get(here)).text
        assert "The customer is asked until" in page
        assert f"{here}/withdraw" not in page, "first the customer's word"
        answer(mall.uow, mall.till, ask["id"], "refund")
        gone = await post(client, here, f"{here}/withdraw", words="Sold out")
        assert gone.status_code == 303, gone.text
        assert see(mall.uow, order["id"])["parcels"][0]["state"] == "cancelled"


async def test_another_shops_people_are_refused_by_the_mall_itself(house: House, mall: RealMall) -> None:
    _, parcel = buy(mall)
    house.staff.add("cable.guy", Role.SHOP, shops=["t2-fast-charge"])
    async with house.at_work("cable.guy") as client:
        assert parcel["number"] not in (await client.get(HOME)).text
        assert (await client.get(f"{HOME}/parcels/{parcel['number']}")).status_code == 404
        scanned = await post(client, f"{HOME}/scan", f"{HOME}/scan", number=parcel["code"])
        assert scanned.status_code == 404
        handed = await post(client, f"{HOME}/scan", f"{HOME}/scan/hand", code=parcel["code"])
        assert handed.status_code == 404


async def test_after_the_sale_come_cases_invoices_and_takings(house: House, mall: RealMall) -> None:
    order, parcel = buy(mall)
    here = f"{HOME}/parcels/{parcel['number']}"
    async with house.at_work("he.yu") as client:
        for step in ("pick", "ready", "send"):
            await post(client, here, f"{here}/{step}")
        await post(client, here, f"{here}/hand", code=parcel["code"])
        case = open_case(mall.uow, order, [{"line_id": parcel["lines"][0]["id"], "quantity": 1}])
        one = f"{HOME}/cases/{case['id']}"
        assert case["number"] in (await client.get(f"{HOME}/cases")).text
        page = (await client.get(one)).text
        assert "盒子压坏了" in page
        assert 'value="128"' in page
        much = await post(client, one, one, decision="accept", refund="500", words="Sorry.")
        assert much.status_code == 400
        done = await post(client, one, one, decision="accept", refund="128", words="Sorry.")
        assert done.status_code == 303
        want_invoice(mall.uow, order)
        file = (await client.get(f"{HOME}/invoices?as=csv")).content.decode("utf-8-sig")
        assert "湖南某某公司,914301001837851876,a@example.com,128" in file, "less what went back"
        found = re.search(r"/invoices/(\w+)/issue", (await client.get(f"{HOME}/invoices")).text)
        assert found
        invoice = f"{HOME}/invoices/{found[1]}/issue"
        assert (await post(client, f"{HOME}/invoices", invoice, number="2443200000001")).status_code == 303
        takings = (await client.get(f"{HOME}/takings?day={DAY}")).text
        assert "Payments can't be asked just now" in takings
        assert (await client.get(f"{HOME}/takings?day={DAY}&as=xlsx")).status_code == 200


async def test_shelves_products_sheets_and_hours_are_kept(house: House, mall: RealMall) -> None:
    product_id, tea = put_product(mall.uow, on_hand=9)
    one, variant = f"{HOME}/products/{product_id}", f"{HOME}/products/{product_id}/variant"
    async with house.at_work("he.yu") as client:
        page = (await client.get(one)).text
        version = re.search(r'name="version" value="(\d+)"', page)
        assert version
        new = {"price": "66", "option0": "weight", "option0_zh": "100克", "offered": "yes"}
        added = await post(client, one, variant, version=version[1], **new)
        assert added.status_code == 303, added.text
        stale = await post(client, one, variant, version="1", **{**new, "option0_zh": "1克"})
        assert stale.status_code == 400, "somebody changed it meanwhile"
        assert "66" in (await client.get(f"{HOME}/products?q=TEA")).text
        count = (await client.get(f"{HOME}/stock/count")).text
        seen = re.search(rf'name="s-{tea}" value="([^"]+)"', count)
        assert seen
        counted = await post(client, f"{HOME}/stock/count", f"{HOME}/stock/count", **{f"n-{tea}": "7", f"s-{tea}": seen[1]})  # fmt: skip
        assert "1 counted" in counted.text
        move = f"{HOME}/stock/{tea}?q=TEA"
        assert (await post(client, move, move, kind="delivered", quantity="5")).status_code == 303
        assert ">12<" in (await client.get(move)).text
        out = await client.get(f"{HOME}/export?as=xlsx")
        sheet = await sheets.read(out.content)
        assert len(sheet.rows) == 2
        keys = keys_of((await client.get(f"{HOME}/import")).text)
        told = await client.post(f"{HOME}/import", data=keys, files={"sheet": ("a.xlsx", out.content, "x/y")})
        assert "0 new, 0 changed, 2 as they were, 0 refused." in told.text, "what went out comes in as it is"
        hours = f"{HOME}/hours"
        page = (await client.get(hours)).text
        kept = dict(re.findall(r'name="(w\d-\w+)" value="(\d\d:\d\d)"', page))
        number = re.search(r'name="version" value="(\d+)"', page)
        assert number
        closed = {
            "e0-day": f"{day(20)}",
            "e0-closed": "yes",
            "e0-reason_zh": "盘点",
            "e0-reason_en": "Counting",
        }
        saved = await post(client, hours, hours, version=number[1], **kept, **closed)
        assert saved.status_code == 303
        assert f'value="{day(20)}"' in (await client.get(hours)).text


async def test_a_campaign_of_the_shop_is_made_and_begun(house: House, mall: RealMall) -> None:
    page = f"{HOME}/campaigns/new"
    form = {
        "title_zh": "减五元",
        "title_en": "Five off",
        "kind": "amount",
        "value": "5",
        "stock": "20",
        "per_person": "1",
        "starts": f"{day(-20)}T00:00",
        "ends": f"{day(20)}T23:59",
        "valid": "days",
        "valid_days": "14",
        "services": "shop",
        "shop_ids": TEA,
    }
    async with house.at_work("he.yu") as client:
        made = await post(client, page, page, **form)
        assert made.status_code == 303, made.text
        one = made.headers["location"].partition("?")[0]
        assert (await post(client, one, f"{one}/state", state="on")).status_code == 303
        assert "Running" in (await client.get(one)).text
        unknown = await post(
            client, f"{HOME}/till", f"{HOME}/till", amount="50", receipt="R1", code="ABCDEFGHJKLM"
        )
        assert unknown.status_code == 400

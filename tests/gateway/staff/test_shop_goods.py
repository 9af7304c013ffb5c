"""The shop desk: shelves, products, sheets and hours."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image

from gateway.staff import sheets
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of
from tests.gateway.staff.test_shop_picking import HOME, at_the_tea_house, post, sent

pytestmark = pytest.mark.anyio
PRODUCT = f"{HOME}/products/p1"


async def test_a_shelf_is_counted_and_what_was_sold_meanwhile_is_told(house: House) -> None:
    here = f"{HOME}/stock/count"
    async with house.at_work(at_the_tea_house(house)) as client:
        assert "low=5" not in (await client.get(f"{HOME}/stock")).text
        assert "TEA-001" not in (await client.get(f"{HOME}/stock?low=5")).text
        page = (await client.get(here)).text
        assert 'name="s-v1" value="3:14"' in page
        nothing = await post(client, here, here, **{"n-v1": "", "s-v1": "3:14"})
        assert nothing.status_code == 400
        house.shop.stocks[1]["version"] = 9
        fields = {"n-v1": "12", "s-v1": "3:14", "n-v2": "3", "s-v2": "3:3"}
        told = (await post(client, here, here, **fields)).text
        assert sent(house, "count_stock")["counts"] == [
            {"variant_id": "v1", "on_hand": 12, "seen_version": 3},
            {"variant_id": "v2", "on_hand": 3, "seen_version": 3},
        ]
        assert "1 counted · 1 not taken" in told
        assert ">-2<" in told
        assert "count it again" in told
        bad = await post(client, here, here, **{"n-v1": "a dozen", "s-v1": "3:12"})
        assert bad.status_code == 400
        assert "In stock: " in bad.text


async def test_what_came_and_what_broke_is_noted(house: House) -> None:
    here = f"{HOME}/stock/v1?q=TEA-001"
    async with house.at_work(at_the_tea_house(house)) as client:
        page = (await client.get(here)).text
        assert "DN-31" in page
        done = await post(client, here, here, kind="broken", quantity="2", note="dropped")
        assert done.status_code == 303
        told = sent(house, "move_stock")
        assert (told["kind"], told["moves"]) == ("broken", [{"variant_id": "v1", "quantity": 2}])
        for kind, quantity in (("sold", "2"), ("delivered", "many")):
            refused = await post(client, here, here, kind=kind, quantity=quantity)
            assert refused.status_code == 400, "sales are the orders' alone"


async def test_a_product_is_written_with_its_prices_and_deals(house: House) -> None:
    async with house.at_work(at_the_tea_house(house)) as client:
        form = {
            "name_zh": "猕猴桃干",
            "name_en": "Dried kiwi",
            "sku": "FRUIT-9",
            "category": "fruit",
            "kind": "food",
            "tags": "零食，gift; 酸",
            "perishable": "yes",
            "liquid_ml": "",
            "state": "hidden",
        }
        page = f"{HOME}/products/new"
        made = await post(client, page, page, **form)
        assert made.headers["location"] == f"{HOME}/products/p9?done=saved"
        told = sent(house, "save_product")
        assert (told["product_id"], told["shop_id"], told["tags"]) == (None, "tea-t2", ["零食", "gift", "酸"])
        assert (told["perishable"], told["duty_free"], told["liquid_ml"]) == (True, False, None)
        refused = await post(client, page, page, **{**form, "category": "stones", "liquid_ml": "much"})
        assert refused.status_code == 400
        assert 'value="Dried kiwi"' in refused.text, "what was typed is still there"
        assert "Category: " in refused.text
        price = {
            "price": "¥1,280.5",
            "barcode": "6901234567892",
            "option0": "weight",
            "option0_zh": "500克",
            "option0_en": "500 g",
            "deal_price": "999",
            "deal_from": "2026-12-01T08:00",
            "deal_limit": "2",
            "offered": "yes",
            "version": "2",
        }
        assert (await post(client, PRODUCT, f"{PRODUCT}/variant", **price)).status_code == 303
        told = sent(house, "save_variant")
        assert (told["price_fen"], told["seen_version"]) == (128_050, 2)
        assert told["options"] == {"weight": {"zh": "500克", "en": "500 g"}}
        assert told["deal"] == {
            "price_fen": 99_900,
            "from_at": "2026-12-01T00:00:00Z",
            "until_at": None,
            "per_person": 2,
        }
        dear = await post(client, PRODUCT, f"{PRODUCT}/variant", **{**price, "deal_price": "2000"})
        assert dear.status_code == 400
        unpriced = await post(client, PRODUCT, f"{PRODUCT}/variant", price="cheap", version="2")
        assert unpriced.status_code == 400
        assert "offered" in sent(house, "save_variant")


async def test_a_variant_that_is_not_ticked_is_not_offered(house: House) -> None:
    async with house.at_work(at_the_tea_house(house)) as client:
        await post(client, PRODUCT, f"{PRODUCT}/variant", price="9", version="2", variant_id="p1-v1")
        assert sent(house, "save_variant")["offered"] is False
        await post(client, PRODUCT, f"{PRODUCT}/variant", price="9", version="2", offered="yes")
        assert sent(house, "save_variant")["offered"] is True


async def test_photos_are_drawn_anew_put_in_order_and_taken_away(house: House) -> None:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (120, 60, 30)).save(file, "PNG")
    async with house.at_work(at_the_tea_house(house)) as client:
        for _ in range(2):
            keys = keys_of((await client.get(PRODUCT)).text)
            files = {"photos": ("tea.png", file.getvalue(), "image/png")}
            assert (await client.post(f"{PRODUCT}/photo", data=keys, files=files)).status_code == 303
        assert str(sent(house, "attach_photo")["jpeg"]).startswith("/9j/"), "a JPEG, whatever came"
        keys = keys_of((await client.get(PRODUCT)).text)
        files = {"photos": ("evil.png", b"\x89PNG nothing", "image/png")}
        assert (await client.post(f"{PRODUCT}/photo", data=keys, files=files)).status_code == 400
        assert house.shop.products[0]["photos"] == ["photo1", "photo2"]
        form = {"version": "2", "photo": "photo2", "do": "first"}
        await post(client, PRODUCT, f"{PRODUCT}/photos", **form)
        assert house.shop.products[0]["photos"] == ["photo2", "photo1"]
        await post(client, PRODUCT, f"{PRODUCT}/photos", **{**form, "do": "away"})
        assert house.shop.products[0]["photos"] == ["photo1"]
        shown = await client.get(f"{HOME}/photos/photo1?size=small")
        assert shown.headers["content-type"] == "image/jpeg"


async def test_a_sheet_comes_in_with_a_report_of_rows_by_their_numbers(house: House) -> None:
    head = ["货号", "中文品名", "Name in English", "price", "分类", "Colour of the shelf"]
    rows = [[f"S-{n}", "茶", "Tea", "12.50" if n % 400 else "dear", "tea", "red"] for n in range(1, 802)]
    body = sheets.as_xlsx([head, *rows])
    async with house.at_work(at_the_tea_house(house)) as client:
        keys = keys_of((await client.get(f"{HOME}/import")).text)
        told = await client.post(f"{HOME}/import", data=keys, files={"sheet": ("t.xlsx", body, "x/y")})
        assert "799 new, 0 changed, 0 as they were, 2 refused." in told.text
        numbers = re.findall(r'data-label="Row">(\d+)<', told.text)
        assert numbers == ["401", "801"], "as the spreadsheet counts: the headings are row 1"
        calls = [request for _, method, request, _ in house.rpc.calls if method == "import_products"]
        assert [len(request["rows"]) for request in calls] == [500, 301]
        assert len({request["request_id"] for request in calls}) == 2
        assert calls[0]["rows"][0] == {"sku": "S-1", "name_zh": "茶", "name_en": "Tea", "price": "12.50", "category": "tea"}  # fmt: skip
        for bad in (b"", b"sku\nA", b"%PDF-1.7 nonsense"):
            files = {"sheet": ("t.csv", bad, "text/csv")} if bad else {}
            keys = keys_of((await client.get(f"{HOME}/import")).text)
            # A form without its file still comes as multipart.
            sent_ = await client.post(f"{HOME}/import", data=keys, files=files or {"x": ("", b"")})
            assert sent_.status_code == 400


async def test_the_catalogue_goes_out_as_it_comes_in_and_that_is_noted(house: House) -> None:
    async with house.at_work(at_the_tea_house(house)) as client:
        out = await client.get(f"{HOME}/export?as=csv")
        text = out.content.decode("utf-8-sig")
        assert text.splitlines()[0].startswith("SKU,Name in Chinese,Name in English")
        assert "'=1+1" in text, "no cell is a formula"
        assert house.staff.verify_audit({})["rows"] > 0
        actions = [row["action"] for row in house.staff.list_audit({})["rows"]]
        assert "export.taken" in actions
        template = await sheets.read((await client.get(f"{HOME}/import/template?as=xlsx")).content)
        assert "SKU" in template.headings.cells


async def test_hours_are_set_as_a_whole(house: House) -> None:
    here = f"{HOME}/hours"
    form: dict[str, Any] = {"version": "4"}
    for day in range(7):
        form |= {f"w{day}-opens": "7:00", f"w{day}-closes": "22:00"}
    form |= {"w6-closed": "yes", "e0-day": "2027-02-06", "e0-closed": "yes", "e0-reason_zh": "春节", "e0-reason_en": "Spring Festival"}  # fmt: skip
    async with house.at_work(at_the_tea_house(house)) as client:
        page = (await client.get(here)).text
        assert 'value="2026-12-31"' in page
        assert (await post(client, here, here, **form)).status_code == 303
        told = sent(house, "set_hours")
        assert told["weekly"] == [{"opens": "07:00", "closes": "22:00"}] * 6 + [None]
        reason = {"zh": "春节", "en": "Spring Festival"}
        assert told["exceptions"] == [{"day_local": "2027-02-06", "times": None, "reason": reason}]
        bad = await post(client, here, here, **{**form, "w0-opens": "25:00", "e1-day": "2027-02-06"})
        assert bad.status_code == 400
        assert 'value="25:00"' in bad.text
        await post(client, here, f"{here}/state", state="paused")
        assert "Rests: sells nothing online" in (await client.get(here)).text


async def test_who_may_not_work_here_gets_nowhere(house: House) -> None:
    async with house.at_work("desk", Role.DESK) as client:
        for part in ("", "/stock", "/products/new", "/takings", "/till", "/export", "/rows"):
            assert (await client.get(f"{HOME}{part}")).status_code == 403, part

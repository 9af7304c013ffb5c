"""The shop desk: whose shops, the queue that is always new, a parcel from order to hand-over, slips and the scan page."""

from __future__ import annotations

import re

import httpx
import orjson
import pytest

from gateway.barcodes import read_codes
from gateway.staff import shop_queue
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of
from tests.gateway.staff.shop_desk import CODE

pytestmark = pytest.mark.anyio
HOME = "/staff/shop"


def at_the_tea_house(house: House, login: str = "he.yu") -> str:
    """Somebody who works there and nowhere else."""
    house.staff.add(login, Role.SHOP, shops=["tea-t2"])
    return login


async def post(client: httpx.AsyncClient, page: str, address: str, **form: str) -> httpx.Response:
    """A form of that page, sent."""
    keys = keys_of((await client.get(page)).text)
    return await client.post(address, data={**keys, **form})


def sent(house: House, method: str) -> dict[str, object]:
    """What the service was told last."""
    return next(request for _, name, request, _ in reversed(house.rpc.calls) if name == method)


async def test_one_sees_ones_own_shops_and_every_call_says_which(house: House) -> None:
    house.staff.add("nobodys", Role.SHOP)
    async with house.at_work("nobodys", Role.SHOP) as client:
        for address in (HOME, f"{HOME}/stock", f"{HOME}/parcels/M-AAAAAA-1"):
            answer = await client.get(address)
            assert answer.status_code in {404}, address
        assert "Ask an admin" in (await client.get(HOME)).text
    async with house.at_work(at_the_tea_house(house)) as client:
        shown = (await client.get(HOME)).text
        assert "Tea House" in shown
        assert "Cable Stop" not in shown
        house.rpc.calls.clear()
        await post(client, HOME, f"{HOME}/choose", shop="cables-t2", back=HOME)
        assert "Tea House" in (await client.get(HOME)).text, "another's shop can't be chosen"
        client.cookies.set("shop-at-hand", "cables-t2", path=HOME)
        assert "Cable Stop" not in (await client.get(HOME)).text
        asked = [request for service, _, request, _ in house.rpc.calls if service == "shop"]
        assert asked
        assert all(request["shops"] == ["tea-t2"] for request in asked)
    async with house.at_work("boss", Role.SUPERVISOR) as client:
        assert "Cable Stop" in (await client.get(HOME)).text
        await post(client, HOME, f"{HOME}/choose", shop="cables-t2", back=f"{HOME}/stock")
        assert "Nothing to pick" in (await client.get(HOME)).text
        assert sent(house, "list_parcels")["shops"] == ["*"]


async def test_the_queue_stands_by_promise_and_tells_what_is_late(house: House) -> None:
    async with house.at_work(at_the_tea_house(house)) as client:
        page = (await client.get(HOME)).text
        rows = re.findall(r'data-row="([^"]+)"', page)
        assert rows == ["M-CCCCCC-3", "M-BBBBBB-2", "M-AAAAAA-1", "M-EEEEEE-5", "M-DDDDDD-4"]
        late = page[page.index("pk--bad") :][:400]
        assert "M-CCCCCC-3" in late
        assert "6 min late" in page or "7 min late" in page
        assert "Gate 34" in page
        assert "<b>1</b><span>Too late</span>" in page


async def test_new_parcels_come_without_a_reload_and_nothing_new_costs_no_call(house: House) -> None:
    async with house.at_work(at_the_tea_house(house)) as client:
        mark = re.search(r'data-mark="([^"]+)"', (await client.get(HOME)).text)
        assert mark
        house.rpc.calls.clear()
        assert (await client.get(f"{HOME}/rows?known={mark[1]}")).status_code == 204
        assert "list_parcels" not in {method for _, method, _, _ in house.rpc.calls}
        elsewhere = {"data": {"parcel": {"shop": {"id": "cables-t2"}}}}
        house.rpc.publish("shop", "parcel_placed", orjson.dumps(elsewhere))
        assert (await client.get(f"{HOME}/rows?known={mark[1]}")).status_code == 204, "of another shop"
        house.shop.parcels.append({**house.shop.parcels[0], "number": "M-FFFFFF-6", "id": "six"})
        here = {"data": {"parcel": {"shop": {"id": "tea-t2", "name": {}}}}}
        house.rpc.publish("shop", "parcel_placed", orjson.dumps(here))
        rows = await client.get(f"{HOME}/rows?known={mark[1]}")
        assert rows.status_code == 200
        assert "M-FFFFFF-6" in rows.text
        assert "<html" not in rows.text


async def test_the_service_is_asked_in_time_although_nothing_was_heard(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house.at_work(at_the_tea_house(house)) as client:
        mark = re.search(r'data-mark="([^"]+)"', (await client.get(HOME)).text)
        assert mark
        monkeypatch.setattr(shop_queue, "_SURE_S", 0)
        assert (await client.get(f"{HOME}/rows?known={mark[1]}")).status_code == 200
        for known in ("", "x:y", f"{mark[1].split(':')[0]}:99999999999"):
            assert (await client.get(f"{HOME}/rows?known={known}")).status_code == 200


async def test_a_parcel_goes_from_order_to_gate(house: House) -> None:
    here = f"{HOME}/parcels/M-AAAAAA-1"
    async with house.at_work(at_the_tea_house(house)) as client:
        assert "Start picking" in (await client.get(here)).text
        for step, word in (("pick", "Being picked"), ("ready", "Ready"), ("send", "On the way to the gate")):
            done = await post(client, here, f"{here}/{step}")
            assert done.status_code == 303, step
            assert word in (await client.get(here)).text
        wrong = await post(client, here, f"{here}/hand", code="NOTTHIS1")
        assert wrong.status_code == 400
        assert (await post(client, here, f"{here}/hand", code=CODE)).status_code == 303
        assert sent(house, "hand_over")["number"] == "M-AAAAAA-1"
        page = (await client.get(here)).text
        assert "Nothing is to be done here now." in page
        assert "He.Yu" in page, "who did it stands in the list of steps"


async def test_a_parcel_of_another_shop_is_no_parcel(house: House) -> None:
    house.staff.add("cable.guy", Role.SHOP, shops=["cables-t2"])
    async with house.at_work("cable.guy", Role.SHOP) as client:
        for address in ("", "/slip.pdf", "/label.pdf", "/missing/l1"):
            assert (await client.get(f"{HOME}/parcels/M-AAAAAA-1{address}")).status_code == 404, address


async def test_what_is_missing_is_asked_with_an_offer(house: House) -> None:
    here = f"{HOME}/parcels/M-BBBBBB-2/missing/l1"
    async with house.at_work(at_the_tea_house(house)) as client:
        page = (await client.get(here)).text
        assert 'value="v1"' in page
        assert 'max="2"' in page
        assert "Junshan" in (await client.get(f"{here}?q=TEA-002")).text
        refused = await post(client, here, here, quantity="many")
        assert refused.status_code == 400
        done = await post(client, here, here, quantity="1", offer="v1")
        assert done.status_code == 303
        told = sent(house, "report_missing")
        assert (told["line_id"], told["quantity"], told["offer_variant_id"]) == ("l1", 1, "v1")
        assert "The customer is asked until" in (await client.get(f"{HOME}/parcels/M-BBBBBB-2")).text


async def test_the_shop_says_why_it_cannot_deliver(house: House) -> None:
    here = f"{HOME}/parcels/M-AAAAAA-1"
    async with house.at_work(at_the_tea_house(house)) as client:
        assert (await post(client, here, f"{here}/withdraw", words=" ")).status_code == 400
        assert (await post(client, here, f"{here}/withdraw", words="Sold out")).status_code == 303
        assert house.shop.parcels[0]["state"] == "cancelled"


@pytest.mark.parametrize("name", ["slip", "label"])
async def test_slips_and_labels_carry_the_number_as_a_code(house: House, name: str) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    async with house.at_work(at_the_tea_house(house)) as client:
        answer = await client.get(f"{HOME}/parcels/M-BBBBBB-2/{name}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    document = pdfium.PdfDocument(answer.content)
    picture = document[0].render(scale=4).to_pil()
    import io

    file = io.BytesIO()
    picture.save(file, "PNG")
    assert [each.text for each in read_codes(file.getvalue())] == ["M-BBBBBB-2"]


async def test_a_label_opens_its_parcel_and_a_code_hands_it_over(house: House) -> None:
    async with house.at_work(at_the_tea_house(house)) as client:
        label = await post(client, f"{HOME}/scan", f"{HOME}/scan", number=" M-CCCCCC-3 ")
        assert label.headers["location"] == f"{HOME}/parcels/M-CCCCCC-3"
        code = await post(client, f"{HOME}/scan", f"{HOME}/scan", number=CODE)
        assert "M-DDDDDD-4" in code.text, "what is to be handed over is shown before"
        assert house.shop.parcels[3]["state"] == "ready"
        assert CODE not in str(code.url)
        keys = keys_of(code.text)
        unseen = await client.post(f"{HOME}/scan/hand", data={**keys, "code": CODE})
        assert unseen.status_code == 404, "duty free: somebody has to look at the boarding pass"
        looked = {**keys_of(unseen.text), "code": CODE, "checked_pass": "yes"}
        unknown = await post(client, f"{HOME}/scan", f"{HOME}/scan", number="NOTHING1")
        assert unknown.status_code == 404
        assert 'value="NOTHING1"' in unknown.text
        done = await client.post(f"{HOME}/scan/hand", data=looked)
        assert done.headers["location"] == f"{HOME}/parcels/M-DDDDDD-4?done=handed"

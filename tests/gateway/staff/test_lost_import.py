"""Sheets of found things: looked at first, registered row by row, with a report of what was refused and why."""

from __future__ import annotations

import base64
import re

import httpx
import orjson
import pytest

from gateway.staff.lost_sheet import COLUMNS
from gateway.staff.sheets import as_csv, as_xlsx
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of
from tests.support.days import day

pytestmark = pytest.mark.anyio
PAGE = "/staff/lost/import"
FOUND = day(-4)
HEADS = ["编号", "类别", "颜色", "拾获时间", "拾获地点", "隐藏特征", "货架", "现金"]
GOOD = [
    ["A-1", "雨伞", "黑色、红色", f"{FOUND} 14:30", "T2-GATE-34", "柄上有刻字", "A-1", ""],
    ["A-2", "Umbrella", "black", f"{FOUND:%Y/%m/%d}", "metro", "", "", ""],
]
BAD = [
    ["A-3", "飞碟", "黑色", f"{FOUND}", "METRO", "", "", ""],
    ["A-1", "雨伞", "", f"{FOUND}", "METRO", "", "", ""],
    ["", "雨伞", "", "", "METRO", "", "", ""],
    ["A-4", "钱包", "深空灰蓝", f"{FOUND}", "METRO", "", "", "100"],
]


async def look(client: httpx.AsyncClient, content: bytes, desk_id: str = "t2") -> httpx.Response:
    keys = keys_of((await client.get(PAGE)).text)
    return await client.post(PAGE, data={**keys, "desk_id": desk_id}, files={"sheet": ("list.xlsx", content)})


async def register(client: httpx.AsyncClient, page: str) -> httpx.Response:
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.split("<main")[1]))
    return await client.post(f"{PAGE}/register", data=fields, files={"none": ("", b"")})


def seen(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main")[1]).split())


@pytest.mark.parametrize("write", [as_xlsx, as_csv])
async def test_a_sheet_is_looked_at_then_registered_and_refused_rows_are_told_by_number(
    write: object, house: House
) -> None:
    content = write([HEADS, *GOOD, *BAD])  # type: ignore[operator]
    async with house.at_work("lin", Role.DESK) as client:
        page = (await look(client, content)).text
        assert "2 rows can be registered, 4 can't." in page.replace("&#39;", "'")
        assert "Black/red umbrella" in page
        assert not [method for _, method, _, _ in house.rpc.calls if method == "import_items"]
        report = (await register(client, page)).text
        assert "2 registered, 0 known already, 4 refused." in report
        told = seen(report)
        assert "4 A-3 Category: No kind of this name is known." in told
        assert "5 A-1 Reference: This reference stands twice." in told
        assert "Found: Say when it was found." in told
        assert "Cash: Cash is counted by two" in told
        file = re.search(r'href="data:text/csv;base64,([^"]+)"', report)
        assert file
        assert "No kind of this name is known." in base64.b64decode(file[1]).decode("utf-8-sig")
        again = (await register(client, (await look(client, content)).text)).text
        assert "0 registered, 2 known already, 4 refused." in again
    sent = [call for _, method, call, _ in house.rpc.calls if method == "import_items"]
    assert "刻字" not in orjson.dumps(sent).decode(), "what is personal leaves sealed"


async def test_rows_that_the_service_refuses_keep_the_number_of_the_sheet(house: House) -> None:
    row = ["A-9", "雨伞", "", f"{FOUND}", "METRO", "", "Z-9", ""]
    async with house.at_work("lin", Role.DESK, language="zh") as client:
        page = (await look(client, as_csv([[""], HEADS, GOOD[0], row]))).text
        report = seen((await register(client, page)).text)
        assert "新登记1件，此前已导入0件，未导入1行。" in report
        assert re.search(r"[34] A-9 货架：", report)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose a file first."),
        (b"\x89PNG\r\n\x1a\n0000", ""),
        (as_csv([["a", "b"], ["1", "2"]]), "Reference"),
    ],
)
async def test_what_is_no_such_sheet_is_told_beside_the_form(content: bytes, said: str, house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        answer = await look(client, content)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert said in answer.text


async def test_a_preview_that_was_tampered_with_registers_nothing(house: House) -> None:
    async with house.at_work("lin", Role.DESK) as client:
        page = (await look(client, as_csv([HEADS, GOOD[0]]))).text
        for rows in (
            "",
            "!!",
            base64.b64encode(b"[1]").decode(),
            base64.b64encode(b'{"good":[[1,{"x":1}]],"refused":7}').decode(),
        ):
            mended = re.sub(r'(name="rows0" value=")[^"]*', rf"\g<1>{rows}", page)
            report = await register(client, mended)
            assert "0 registered" in report.text


async def test_the_empty_sheet_that_is_offered_can_be_read(house: House) -> None:
    async with house.at_work("lin", Role.DESK, language="zh") as client:
        empty = await client.get(f"{PAGE}/template?as=xlsx")
        page = (await look(client, empty.content)).text
        assert "1行可以登记，0行有问题。" in page
        csv = (await client.get(f"{PAGE}/template?as=csv")).text
        assert all(names[0] in csv for names in COLUMNS.values())

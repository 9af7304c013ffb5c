"""Sheets of products: a catalogue comes in from CSV or Excel, with a report of the rows that were refused; and goes out.

A row is a variant, taken whole or refused; sent again, it changes nothing. So there is no look before: what was wrong is
mended in the sheet, and the sheet sent again.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import sheets
from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, act_with_files, page
from gateway.staff.people import Staff
from gateway.staff.sheets import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx
from gateway.staff.shop_shared import AGAIN, HOME, ROLES, Mall, once_more
from gateway.staff.texts import N_, Texts
from gateway.uploads import Files
from kernel.errors import Kind, ServiceError
from services.shop.schemas.columns import COLUMNS, NEEDED
from services.shop.schemas.vocabulary import MAX_ROWS

IMPORT: Final = f"{HOME}/import"
_SHEET: Final = "sheet"
_MOST_OUT: Final = 20_000
_COUNTS: Final = ("added", "changed", "same")
_EXAMPLE: Final = {
    "sku": "TEA-001",
    "name_zh": "安化黑茶",
    "name_en": "Anhua dark tea",
    "options": "净含量=250克/250 g",
    "price": "128.00",
    "barcode": "6901234567892",
    "on_hand": "40",
    "category": "tea",
}


def desk(console: Console) -> Desk:
    imports = Sheets(Mall(console))
    places = (
        page(IMPORT, imports.page),
        act_with_files(IMPORT, imports.take, {_SHEET: 1}),
        page(f"{IMPORT}/template", imports.template),
        page(f"{HOME}/export", imports.export),
    )
    return Desk(IMPORT, N_("Import"), "shop", ROLES, places, in_menu=False)


class Sheets:
    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/shop/import."""
        return await self._draw(request, staff)

    async def template(self, request: Request, staff: Staff) -> Response:
        """GET /staff/shop/import/template?as=xlsx: headings and an example."""
        rows = [_headings(self._console.texts(request)), [_EXAMPLE.get(field, "") for field in COLUMNS]]
        return _file(request, rows, "products-template")

    async def export(self, request: Request, staff: Staff) -> Response:
        """GET /staff/shop/export?as=csv: the shop's catalogue, as the import takes it."""
        t, shop = self._console.texts(request), await self._mall.mine(request, staff)
        rows, cursor = [_headings(t)], None
        while len(rows) <= _MOST_OUT:
            wish = {"shop_id": shop["id"], "cursor": cursor, "limit": 100}
            answer = await self._mall.read(request, staff, "export_catalogue", **wish)
            rows += [[each.get(field, "") for field in COLUMNS] for each in answer["rows"]]
            cursor = answer["next_cursor"]
            if cursor is None:
                break
        await self._console.note(request, staff, "export.taken", f"shop:{shop['id']}", rows=len(rows) - 1)
        return _file(request, rows, f"products-{shop['id']}")

    async def take(self, request: Request, staff: Staff, form: Form, files: Files) -> bytes | Response:
        """POST /staff/shop/import: some hundred rows at a time; the report tells of every row that was refused."""
        t, shop = self._console.texts(request), await self._mall.mine(request, staff)
        if not files[_SHEET]:
            return await self._wrong(request, staff, t("Choose a file first."))
        try:
            sheet = await sheets.read(files[_SHEET][0].content)
            records = sheet.records({field: tuple(words) for field, words in COLUMNS.items()}, NEEDED)
        except ServiceError as exc:
            if exc.kind not in {Kind.INVALID, Kind.TOO_LARGE}:
                raise
            return await self._wrong(request, staff, self._console.refused(request, exc))
        counts, refused = dict.fromkeys(_COUNTS, 0), []
        for at in range(0, len(records), MAX_ROWS):
            batch = records[at : at + MAX_ROWS]
            rows = [{field: cell for field, cell in each.values.items() if cell} for each in batch]
            try:
                told = await self._mall.write(
                    request, staff, once_more(form, at), "import_products", shop_id=shop["id"], rows=rows
                )
            except ServiceError as exc:
                if exc.kind not in AGAIN | {Kind.UNAVAILABLE, Kind.DEADLINE}:
                    raise
                why = self._console.refused(request, exc)
                refused += [_row(each.number, each.values.get("sku", ""), "", why) for each in batch]
                continue
            for name in _COUNTS:
                counts[name] += told[name]
            refused += [self._refusal(t, batch[each["row"] - 1].number, each) for each in told["refused"]]
        refused.sort(key=lambda each: int(each["row"]))
        return await self._draw(
            request, staff, report={**counts, "refused": refused, "file": _as_link(t, refused)}
        )

    def _refusal(self, t: Texts, number: int, each: Mapping[str, Any]) -> dict[str, Any]:
        words = COLUMNS.get(each["field"])
        column = t.name(words._asdict()) if words else each["field"]
        return _row(number, each["sku"], column, self._console.deps.words.field(each["reason"], t.language))

    async def _wrong(self, request: Request, staff: Staff, wrong: str) -> Response:
        return self._console.page(request, await self._draw(request, staff, wrong=wrong), 400)

    async def _draw(self, request: Request, staff: Staff, *, wrong: str = "", report: Any = None) -> bytes:
        t = self._console.texts(request)
        columns = [(t.name(words._asdict()), field in NEEDED) for field, words in COLUMNS.items()]
        values = {"columns": columns, "wrong": wrong, "report": report}
        return await self._mall.draw(request, staff, "shop_import.html", IMPORT, **values)


def _row(number: int, sku: str, column: str, why: str) -> dict[str, Any]:
    return {"row": number, "sku": sku, "column": column, "why": why}


def _headings(t: Texts) -> list[str]:
    return [t.name(words._asdict()) for words in COLUMNS.values()]


def _as_link(t: Texts, refused: Sequence[Mapping[str, Any]]) -> str:
    """The report as a file that needs no second visit."""
    rows = [[t("Row"), t("SKU"), t("Column"), t("Reason")]]
    rows += [[str(each["row"]), each["sku"], each["column"], each["why"]] for each in refused]
    return f"data:text/csv;base64,{base64.b64encode(as_csv(rows)).decode()}" if refused else ""


def _file(request: Request, rows: list[list[str]], name: str) -> Response:
    kind = "xlsx" if request.query_params.get("as") == "xlsx" else "csv"
    body, media_type = (as_csv(rows), CSV_TYPE) if kind == "csv" else (as_xlsx(rows), XLSX_TYPE)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(body, headers=headers, media_type=media_type)

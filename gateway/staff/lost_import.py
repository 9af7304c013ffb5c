"""Sheets of found things: read, shown before anything is registered, registered row by row, with a report of the rest."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff import sheets
from gateway.staff.console import FORM_ID, Console
from gateway.staff.desks import Desk, Form, Place, act_with_files, page
from gateway.staff.lost_shared import (
    HOME,
    ROLES,
    TABS,
    WRONG,
    LostFound,
    category_words,
    found_words,
    title,
    written_in,
)
from gateway.staff.lost_sheet import COLUMNS, NEEDED, ReadRow, read_rows
from gateway.staff.people import Staff
from gateway.staff.sheets import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx
from gateway.staff.texts import N_, Texts
from gateway.uploads import Files
from kernel import clock
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.vocabulary import MAX_ROWS

IMPORT: Final = f"{HOME}/import"
_SHEET: Final = "sheet"
_CHUNK: Final = 60_000
"""Of a hidden field: one may have 64,000 bytes."""
_SHOWN: Final = 12
_DESKS_OWN: Final = frozenset({"witness", "valuable"})
"""What no sheet says, although its rows come back from the browser: who counted, too, and that nobody needs to."""
_EXAMPLE: Final = (
    "A-2026-001",
    "雨伞",
    "黑色、红色",
    "天堂",
    "长柄",
    "{yesterday} 14:30",
    "METRO",
    "",
    "",
    "A-1",
)


def desk(console: Console) -> Desk:
    imports = Imports(LostFound(console))
    return Desk(IMPORT, N_("Import"), "lost", ROLES, imports.places(), in_menu=False)


class Imports:
    """Three steps: a file, a look at it, the report."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(IMPORT, self.page),
            page(f"{IMPORT}/template", self.template),
            act_with_files(IMPORT, self.look, {_SHEET: 1}),
            act_with_files(f"{IMPORT}/register", self.register, {}),
        )

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/import: choose a file."""
        return await self._draw(request, staff)

    async def template(self, request: Request, staff: Staff) -> Response:
        """GET /staff/lost/import/template?as=xlsx: an empty sheet with one example."""
        names = [
            names[0] if self._console.texts(request).language == "zh" else names[1]
            for names in COLUMNS.values()
        ]
        yesterday = clock.now().astimezone(self._console.zone).date() - timedelta(days=1)
        example = [each.format(yesterday=yesterday) for each in _EXAMPLE]
        rows = [names, example + [""] * (len(names) - len(example))]
        kind = "csv" if request.query_params.get("as") == "csv" else "xlsx"
        body, media_type = (as_csv(rows), CSV_TYPE) if kind == "csv" else (as_xlsx(rows), XLSX_TYPE)
        headers = {"Content-Disposition": f'attachment; filename="lost-import.{kind}"'}
        return Response(body, headers=headers, media_type=media_type)

    async def look(self, request: Request, staff: Staff, form: Form, files: Files) -> bytes | Response:
        """POST /staff/lost/import: what would be registered, and what is wrong; nothing is yet."""
        t = self._console.texts(request)
        if not files[_SHEET]:
            html = await self._draw(request, staff, wrong=t("Choose a file first."), typed=form)
            return self._console.page(request, html, 400)
        try:
            sheet = await sheets.read(files[_SHEET][0].content)
            records = sheet.records(COLUMNS, NEEDED)
        except ServiceError as exc:
            if exc.kind not in {Kind.INVALID, Kind.TOO_LARGE}:
                raise
            html = await self._draw(request, staff, wrong=self._console.refused(request, exc), typed=form)
            return self._console.page(request, html, 400)
        rows = read_rows(records, clock.now(), self._console.zone, self._lost.places)
        desks = await self._lost.desks(request, staff)
        if form.get("desk_id") not in {each["id"] for each in desks}:
            html = await self._draw(request, staff, wrong=t("Say at which desk it is."), typed=form)
            return self._console.page(request, html, 400)
        good, bad = [each for each in rows if not each.wrong], [each for each in rows if each.wrong]
        refused = [_refused(t, each.number, each.ref, each.wrong) for each in bad]
        return self._console.draw(
            request,
            "lost_import_look.html",
            staff,
            tabs=TABS,
            section=IMPORT,
            desk=next(each for each in desks if each["id"] == form["desk_id"]),
            good=[self._row(t, each) for each in good[:_SHOWN]],
            count=len(good),
            refused=refused,
            file=_as_link(t, refused),
            chunks=_chunks({"good": [[each.number, each.row] for each in good], "refused": refused}),
        )

    async def register(self, request: Request, staff: Staff, form: Form, files: Files) -> bytes | Response:
        """POST /staff/lost/import/register: all rows that were good, some hundreds at a time; sent again, it changes nothing."""
        t, looked = self._console.texts(request), _joined(form)
        numbered, refused = _good(looked.get("good")), _bad(looked.get("refused"))
        done: dict[str, list[dict[str, Any]]] = {"registered": [], "repeated": []}
        for at in range(0, len(numbered), MAX_ROWS):
            batch = numbered[at : at + MAX_ROWS]
            try:
                told = await self._sent(request, staff, form, at, [row for _, row in batch])
            except ServiceError as exc:
                if exc.kind not in WRONG | {Kind.NOT_FOUND, Kind.UNAVAILABLE, Kind.DEADLINE}:
                    raise
                why = self._console.refused(request, exc)
                refused += [{"row": number, "ref": _ref(row), "reasons": [why]} for number, row in batch]
                continue
            for name in done:
                done[name] += told[name]
            refused += [
                _refused(
                    t, batch[each["row"] - 1][0], each["external_ref"] or "", self._said(t, each["reasons"])
                )
                for each in told["refused"]
            ]
        refused.sort(key=lambda each: int(each["row"]))
        return self._console.draw(
            request,
            "lost_import_done.html",
            staff,
            tabs=TABS,
            section=IMPORT,
            registered=done["registered"],
            repeated=done["repeated"],
            refused=refused,
            file=_as_link(t, refused),
        )

    # --- in between -----------------------------------------------------------------------------------------

    async def _sent(
        self, request: Request, staff: Staff, form: Form, at: int, rows: list[dict[str, Any]]
    ) -> Any:
        once = hashlib.sha256(f"{form.get(FORM_ID, '')}:{at}".encode()).hexdigest()[:32]
        return await self._lost.write_sealed(
            request,
            staff,
            {**form, FORM_ID: once},
            "import_items",
            ("rows", rows),
            desk_id=form.get("desk_id", "")[:40],
        )

    def _said(self, t: Texts, reasons: Mapping[str, Any]) -> dict[str, str]:
        """What the service says of fields, in the reader's language."""
        words = self._console.deps.words
        return {
            name: words.field(str(said[0]) if isinstance(said, list) and said else "", t.language)
            for name, said in reasons.items()
        }

    def _row(self, t: Texts, read: ReadRow) -> dict[str, Any]:
        item = read.row
        span = {"found_from": item["found_from"], "found_to": item["found_to"] or item["found_from"]}
        return {
            "row": read.number,
            "ref": read.ref,
            "what": title(t, item),
            "kind": category_words(t, item["category"]),
            "description": item["description"],
            "found": found_words(span, written_in(self._console)),
            "place": self._lost.place(t, item["place"]),
            "shelf": item.get("shelf", ""),
            "sealed": "personal" in item,
        }

    async def _draw(
        self, request: Request, staff: Staff, *, wrong: str = "", typed: Mapping[str, str] | None = None
    ) -> bytes:
        mine = await self._lost.my_desk(request, staff)
        zh = self._console.texts(request).language == "zh"
        return self._console.draw(
            request,
            "lost_import.html",
            staff,
            tabs=TABS,
            desks=await self._lost.desks(request, staff),
            mine=(typed or {}).get("desk_id") or (mine["id"] if mine else ""),
            columns=[(names[0] if zh else names[1], field in NEEDED) for field, names in COLUMNS.items()],
            wrong=wrong,
        )


def _refused(t: Texts, number: int, ref: str, wrong: Mapping[str, str]) -> dict[str, Any]:
    """One row of the report: its number in the spreadsheet and why, with no value of it but its reference."""
    zh = t.language == "zh"
    names = {field: each[0] if zh else each[1] for field, each in COLUMNS.items()}
    reasons = [f"{names.get(name, name)}{'：' if zh else ': '}{t(said)}" for name, said in wrong.items()]
    return {"row": number, "ref": ref, "reasons": reasons}


def _as_link(t: Texts, refused: Sequence[Mapping[str, Any]]) -> str:
    """The report as a file that needs no second visit."""
    rows = [[t("Row"), t("Reference"), t("Reason")]]
    rows += [[str(each["row"]), each["ref"], "; ".join(each["reasons"])] for each in refused]
    return f"data:text/csv;base64,{base64.b64encode(as_csv(rows)).decode()}" if refused else ""


def _chunks(looked: Mapping[str, Any]) -> list[str]:
    """What the look found as texts that fit a form's fields: in ASCII, so that each character is a byte."""
    text = base64.b64encode(orjson.dumps(looked)).decode()
    return [text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK)]


def _joined(form: Form) -> dict[str, Any]:
    """What `_chunks` gave out; {} when it isn't that any more."""
    parts: list[str] = []
    while (part := form.get(f"rows{len(parts)}")) is not None:
        parts.append(part)
    try:
        found = orjson.loads(base64.b64decode("".join(parts), validate=True))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _good(rows: object) -> list[tuple[int, dict[str, Any]]]:
    """Rows by their numbers; what is in them the service looks at."""
    return [
        (each[0], {name: value for name, value in each[1].items() if name not in _DESKS_OWN})
        for each in (rows if isinstance(rows, list) else [])
        if isinstance(each, list)
        and len(each) == 2
        and isinstance(each[0], int)
        and isinstance(each[1], dict)
    ]


def _bad(rows: object) -> list[dict[str, Any]]:
    """Rows that were refused before."""
    return [
        {
            "row": each["row"],
            "ref": str(each.get("ref", "")),
            "reasons": [str(why) for why in each["reasons"]],
        }
        for each in (rows if isinstance(rows, list) else [])
        if isinstance(each, dict)
        and isinstance(each.get("row"), int)
        and isinstance(each.get("reasons"), list)
    ]


def _ref(row: Mapping[str, Any]) -> str:
    return str(row.get("external_ref", ""))

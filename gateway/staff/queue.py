"""The list that every desk works from: search, filters, paging, keys, saved filters, CSV and Excel.

The filters stand in the address, so a list can be kept, sent and gone back to. What is taken out as a file is noted in
the trail.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console, link
from gateway.staff.people import Staff
from gateway.staff.sheets import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx

PAGE: Final = 50
_MOST_TAKEN: Final = 5_000
_CHUNK: Final = 200
_LONGEST: Final = 100


@dataclass(frozen=True)
class Cell:
    """text: as it is read. tone: calm, go, late, bad; the colour never speaks without the word. href: a link.

    image: the address of a small picture beside it, which says nothing that the text doesn't.
    """

    text: str
    tone: str = ""
    href: str = ""
    note: str = ""
    image: str = ""


@dataclass(frozen=True)
class Column:
    """title: an N_ text. kind: text, time, number or code, for how it is set."""

    title: str
    kind: str = "text"


@dataclass(frozen=True)
class Filter:
    """name: in the address. label: an N_ text. options: (value, N_ text) to choose from; none: something is typed,
    of the kind that an input has: text, date."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    kind: str = "text"


@dataclass(frozen=True)
class Found:
    """One page of rows. cursor: for the next one, "" on the last. href of each row, if it can be opened."""

    rows: Sequence[Sequence[Cell]]
    cursor: str = ""
    hrefs: Sequence[str] = field(default_factory=tuple)


Fetch = Callable[[Mapping[str, str], str, int], Awaitable[Found]]
"""(filters by name with "q" for the search, cursor, limit) → rows."""


@dataclass(frozen=True)
class Queue:
    """name: for the file and the trail. search: what may be typed, an N_ text; "" for none."""

    name: str
    columns: tuple[Column, ...]
    search: str = ""
    filters: tuple[Filter, ...] = ()

    def wishes(self, request: Request) -> dict[str, str]:
        """What the address asks for; a choice that isn't offered counts as none."""
        found = {"q": request.query_params.get("q", "").strip()[:_LONGEST]}
        for each in self.filters:
            asked = request.query_params.get(each.name, "").strip()[:_LONGEST]
            offered = not each.options or asked in {value for value, _ in each.options}
            found[each.name] = asked if offered else ""
        return found

    async def answer(
        self, console: Console, request: Request, staff: Staff, fetch: Fetch, page: Mapping[str, Any]
    ) -> bytes | Response:
        """The page, or with `?as=csv|xlsx` the file. page: "template", "heading", "empty" and more for the template."""
        wishes = self.wishes(request)
        kind = request.query_params.get("as", "")
        if kind in {"csv", "xlsx"}:
            return await self._file(console, request, staff, fetch, kind)
        cursor = request.query_params.get("cursor", "")[:_LONGEST]
        found = await fetch(wishes, cursor, PAGE)
        path = request.url.path
        values = dict(page)
        return console.draw(
            request,
            values.pop("template", "queue.html"),
            staff,
            queue=self,
            wishes=wishes,
            found=found,
            narrowed=any(wishes.values()),
            next_href=link(path, **wishes, cursor=found.cursor) if found.cursor else "",
            first_href=link(path, **wishes) if cursor else "",
            csv_href=link(path, **wishes, **{"as": "csv"}),
            xlsx_href=link(path, **wishes, **{"as": "xlsx"}),
            **values,
        )

    async def _file(
        self, console: Console, request: Request, staff: Staff, fetch: Fetch, kind: str
    ) -> Response:
        t = console.texts(request)
        wishes, cursor = self.wishes(request), ""
        rows: list[list[str]] = [[t(column.title) for column in self.columns]]
        while len(rows) <= _MOST_TAKEN:
            found = await fetch(wishes, cursor, _CHUNK)
            rows += [[cell.text for cell in row] for row in found.rows]
            cursor = found.cursor
            if not cursor:
                break
        rows = rows[: _MOST_TAKEN + 1]
        asked = {key: value for key, value in wishes.items() if value}
        await console.note(
            request, staff, "export.taken", self.name, rows=len(rows) - 1, asked=asked, kind=kind
        )
        body, media_type = (as_csv(rows), CSV_TYPE) if kind == "csv" else (as_xlsx(rows), XLSX_TYPE)
        headers = {"Content-Disposition": f'attachment; filename="{self.name}.{kind}"'}
        return Response(body, headers=headers, media_type=media_type)

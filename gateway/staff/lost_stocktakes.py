"""Counting what lies there: shelf after shelf by scans, the differences while one walks, closed when all is looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import BadBody
from gateway.staff.console import HEADERS, Console
from gateway.staff.desks import Desk, Form, Place, act, call, page
from gateway.staff.lost_shared import HOME, ROLES, TABS, WRONG, LostFound, title, written_in
from gateway.staff.lost_transfers import RUN_WORDS, numbers_in
from gateway.staff.people import Staff
from gateway.staff.sheets import CSV_TYPE, as_csv
from gateway.staff.texts import N_, Texts
from kernel.errors import ServiceError
from services.lostfound.schemas.vocabulary import MAX_SCANNED, Difference, StocktakeState

COUNTS: Final = f"{HOME}/stocktakes"
_ONE: Final = f"{COUNTS}/{{stocktake_id}}"
DIFFERENCES: Final = {
    Difference.MISSING.value: (N_("Missing"), "bad"),
    Difference.MISPLACED.value: (N_("On another shelf"), "late"),
    Difference.UNEXPECTED.value: (N_("Shouldn't be here"), "late"),
    Difference.UNKNOWN.value: (N_("No item has this number"), "bad"),
}
"""What the shelf and the books say differently, the worst first."""
_EXPECTED: Final = (N_("as it should be"), "go")
HEADS: Final = (N_("Difference"), N_("Number"), N_("What it is"), N_("Shelf by the books"), N_("Shelf found"))


def desk(console: Console) -> Desk:
    counts = Stocktakes(LostFound(console))
    return Desk(COUNTS, N_("Stock-take"), "lost", ROLES, counts.places(), in_menu=False)


class Stocktakes:
    """All counts, and one of them."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(COUNTS, self.page),
            act(f"{COUNTS}/begin", self.begin),
            page(_ONE, self.one),
            page(f"{_ONE}/differences", self.differences),
            call(f"{_ONE}/scan", self.scan),
            act(f"{_ONE}/numbers", self.type_in),
            act(f"{_ONE}/close", self.close),
        )

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/stocktakes: the desk's counts, and a new one."""
        return await self._list(request, staff, "")

    async def begin(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/begin: one count at a time and desk; if one is open, on to it."""
        try:
            done = await self._lost.write(
                request, staff, form, "begin_stocktake", desk_id=form.get("desk_id", "")[:40]
            )
        except ServiceError as exc:
            if exc.code == "lostfound.stocktake_open":
                return self._console.go(f"{COUNTS}/{exc.data['stocktake_id']}")
            if exc.kind not in WRONG and exc.code != "lostfound.desk_not_found":
                raise
            html = await self._list(request, staff, self._console.refused(request, exc))
            return self._console.page(request, html, 400)
        return self._console.go(f"{COUNTS}/{done['stocktake']['id']}")

    async def one(self, request: Request, staff: Staff) -> bytes | Response:
        """GET …/{id}: the run of scans and the differences; `?as=csv` the differences as a file."""
        if request.query_params.get("as") == "csv":
            return await self._file(request, staff)
        return await self._draw(request, staff)

    async def differences(self, request: Request, staff: Staff) -> Response:
        """GET …/{id}/differences, by the script: the table alone."""
        told, t = await self._get(request, staff), self._console.texts(request)
        html = self._console.draw(
            request, "lost_differences.html", staff, rows=self._rows(t, told), open=_is_open(told)
        )
        return Response(html, headers=HEADERS, media_type="text/html")

    async def scan(self, request: Request, staff: Staff, body: object) -> dict[str, Any]:
        """POST …/{id}/scan, by the script: numbers of one shelf, and what each is."""
        if not isinstance(body, dict) or not isinstance(body.get("numbers"), list):
            raise BadBody(fields={"numbers": ["Not a valid list."]})
        t, numbers = self._console.texts(request), [str(each)[:40] for each in body["numbers"][:MAX_SCANNED]]
        told = await self._scanned(request, staff, {}, numbers, str(body.get("shelf") or "")[:24])
        return {
            "scanned": told["stocktake"]["scanned"],
            "results": [
                {
                    "number": each["number"],
                    "told": t(word),
                    "tone": tone,
                    "good": tone == "go",
                }
                for each in told["results"]
                for word, tone in [DIFFERENCES.get(each["result"], _EXPECTED)]
            ],
        }

    async def type_in(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/{id}/numbers: the same without the script."""
        numbers = numbers_in(form.get("numbers", ""))
        if numbers:
            try:
                await self._scanned(request, staff, form, numbers, form.get("shelf", "").strip()[:24])
            except ServiceError as exc:
                if exc.kind not in WRONG:
                    raise
                html = await self._draw(request, staff, self._console.refused(request, exc))
                return self._console.page(request, html, 400)
        return self._console.go(f"{COUNTS}/{_id(request)}")

    async def close(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/{id}/close: what nobody scanned is missing from now on."""
        t = self._console.texts(request)
        if not form.get("sure"):
            html = await self._draw(request, staff, t("Say that all shelves were scanned."))
            return self._console.page(request, html, 400)
        try:
            await self._lost.write(request, staff, form, "close_stocktake", stocktake_id=_id(request))
        except ServiceError as exc:
            if exc.kind not in WRONG:
                raise
            html = await self._draw(request, staff, self._console.refused(request, exc))
            return self._console.page(request, html, 409)
        return self._console.go(f"{COUNTS}/{_id(request)}?done=1")

    # --- in between -----------------------------------------------------------------------------------------

    async def _scanned(
        self, request: Request, staff: Staff, form: Form, numbers: list[str], shelf: str
    ) -> Any:
        return await self._lost.write(
            request,
            staff,
            form,
            "scan_stocktake",
            stocktake_id=_id(request),
            shelf=shelf or None,
            numbers=numbers,
        )

    async def _get(self, request: Request, staff: Staff) -> dict[str, Any]:
        told: dict[str, Any] = await self._lost.read(
            request, staff, "get_stocktake", stocktake_id=_id(request)
        )
        return told

    async def _list(self, request: Request, staff: Staff, wrong: str) -> bytes:
        lost, t = self._lost, self._console.texts(request)
        mine, desks = await lost.my_desk(request, staff), await lost.desks(request, staff)
        found = (await lost.read(request, staff, "list_stocktakes", limit=50))["stocktakes"]
        names = await lost.names(request, staff, [each["begun_by"] for each in found])
        return self._console.draw(
            request,
            "lost_stocktakes.html",
            staff,
            tabs=TABS,
            desks=desks,
            mine=mine["id"] if mine else "",
            rows=[
                {**self._shown(t, desks, each), "by": names.get(each["begun_by"], each["begun_by"])}
                for each in found
            ],
            wrong=wrong,
        )

    async def _draw(self, request: Request, staff: Staff, wrong: str = "") -> bytes:
        lost, t = self._lost, self._console.texts(request)
        told, desks = await self._get(request, staff), await lost.desks(request, staff)
        count = told["stocktake"]
        names = await lost.names(request, staff, [count["begun_by"], count["closed_by"]])
        here = next((each for each in desks if each["id"] == count["desk_id"]), None)
        return self._console.draw(
            request,
            "lost_stocktake.html",
            staff,
            tabs=TABS,
            section=COUNTS,
            count=self._shown(t, desks, count),
            by=names.get(count["begun_by"], count["begun_by"]),
            closed_by=names.get(count["closed_by"] or "", count["closed_by"] or ""),
            shelves=here["shelves"] if here else [],
            rows=self._rows(t, told),
            open=_is_open(told),
            here=f"{COUNTS}/{count['id']}",
            words={key: t(word) for key, word in RUN_WORDS.items()},
            done=request.query_params.get("done") == "1",
            wrong=wrong,
        )

    async def _file(self, request: Request, staff: Staff) -> Response:
        t, told = self._console.texts(request), await self._get(request, staff)
        rows = [[t(each) for each in HEADS]]
        rows += [
            [each["word"], each["number"], each["title"], each["expected"], each["found"]]
            for each in self._rows(t, told)
        ]
        await self._console.note(
            request, staff, "export.taken", "lost-stocktake", rows=len(rows) - 1, asked={}, kind="csv"
        )
        headers = {"Content-Disposition": 'attachment; filename="lost-stocktake.csv"'}
        return Response(as_csv(rows), headers=headers, media_type=CSV_TYPE)

    def _shown(
        self, t: Texts, desks: Sequence[Mapping[str, Any]], count: Mapping[str, Any]
    ) -> dict[str, Any]:
        written = written_in(self._console)
        return {
            "id": count["id"],
            "desk": self._lost.holder(t, desks, f"desk:{count['desk_id']}"),
            "open": count["state"] == StocktakeState.OPEN.value,
            "begun": written(count["begun_at"]),
            "closed": written(count["closed_at"]),
            "expected": count["expected"],
            "scanned": count["scanned"],
        }

    def _rows(self, t: Texts, told: Mapping[str, Any]) -> list[dict[str, str]]:
        order = list(DIFFERENCES)
        found = sorted(told["differences"], key=lambda each: order.index(each["kind"]))
        return [
            {
                "word": t(word),
                "tone": tone,
                "number": each["number"],
                "title": title(t, each["item"]) if each["item"] else "",
                "expected": each["shelf_expected"] or "",
                "found": each["shelf_found"] or "",
                "href": f"{HOME}/items/{each['number']}" if each["item"] else "",
            }
            for each in found
            for word, tone in [DIFFERENCES[each["kind"]]]
        ]


def _is_open(told: Mapping[str, Any]) -> bool:
    return bool(told["stocktake"]["state"] == StocktakeState.OPEN.value)


def _id(request: Request) -> str:
    return str(request.path_params["stocktake_id"])[:64]

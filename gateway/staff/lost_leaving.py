"""A list of things that leave: what is on it, who proposed it, its confirmation by another, and the paper that goes along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.printing import Ink, Paper, Size, in_printer, printed
from gateway.staff.console import HEADERS
from gateway.staff.desks import Form, Place, act, page
from gateway.staff.lost_shared import (
    HOME,
    SUPERVISORS,
    TABS,
    WRONG,
    LostFound,
    found_words,
    money,
    title,
    written_in,
)
from gateway.staff.people import Staff
from gateway.staff.sheets import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx
from gateway.staff.texts import N_, Texts, texts
from kernel import clock
from kernel.errors import ServiceError
from services.lostfound.schemas.vocabulary import DisposalState, Way

_LIST: Final = f"{HOME}/disposals/{{disposal_id}}"
WAYS: Final = {
    Way.POLICE.value: N_("To the police"),
    Way.DESTROYED.value: N_("Destroyed"),
    Way.DONATED.value: N_("Given to charity"),
    Way.TO_THE_STATE.value: N_("To the state"),
}
STATES: Final = {
    DisposalState.PROPOSED.value: (N_("Waits for a second person"), "late"),
    DisposalState.CONFIRMED.value: (N_("Confirmed"), "go"),
    DisposalState.WITHDRAWN.value: (N_("Withdrawn"), "calm"),
}
DONE: Final = {
    "proposed": N_("Proposed: a second person confirms it."),
    "confirmed": N_("Confirmed by two: the items have left."),
    "withdrawn": N_("Withdrawn: nothing of it goes."),
}
HEADS: Final = (
    N_("Number"),
    N_("What it is"),
    N_("Description"),
    N_("Cash"),
    N_("Found"),
    N_("Where"),
    N_("Document"),
    N_("Shelf"),
)
_A4: Final = Size(297, 210)
_WIDTHS: Final = (32, 50, 62, 30, 34, 42, 0)
_ROWS: Final = 20
_TOLD: Final = frozenset({"lostfound.same_person"})


@dataclass(frozen=True)
class Listed:
    """What the paper bears. head: lines above the table; rows: texts of one item each; foot: who signs."""

    title: str
    number: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def way_words(t: Texts, way: str) -> str:
    """In which way it goes."""
    return t(WAYS.get(way, way))


class DisposalPages:
    """One list: to look through, to confirm, to print."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(_LIST, self.page),
            page(f"{_LIST}/list.pdf", self.pdf),
            act(f"{_LIST}/confirm", self.confirm, SUPERVISORS),
            act(f"{_LIST}/vouch", self.vouch, SUPERVISORS),
            act(f"{_LIST}/withdraw", self.withdraw, SUPERVISORS),
        )

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/lost/disposals/{id}; `?as=csv|xlsx` the same as a file."""
        kind = request.query_params.get("as", "")
        if kind in {"csv", "xlsx"}:
            return await self._file(request, staff, kind)
        return await self._draw(request, staff)

    async def confirm(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/confirm: by another than who proposed it."""
        return await self._decide(request, staff, form, "confirm", "confirm_disposal")

    async def withdraw(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/withdraw: nothing of it goes."""
        return await self._decide(request, staff, form, "withdraw", "withdraw_disposal")

    async def vouch(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/vouch: the second person stands beside, and confirms with a login and a code of their own."""
        disposal_id = _id(request)
        try:
            second = await self._lost.witness(
                request, staff, form, f"lostfound.disposal {disposal_id}", SUPERVISORS
            )
            if second is None:
                t = self._console.texts(request)
                return await self._told(
                    request, staff, ("vouch", t("The second person types their login and code."))
                )
            await self._lost.write(
                request, staff, form, "confirm_disposal", disposal_id=disposal_id, actor=second
            )
        except ServiceError as exc:
            return await self._refused(request, staff, "vouch", exc)
        return self._console.go(f"{HOME}/disposals/{disposal_id}?done=confirmed")

    async def pdf(self, request: Request, staff: Staff) -> Response:
        """GET …/list.pdf: the paper that goes along, with room for both signatures."""
        disposal = await self._get(request, staff)
        await self._note(request, staff, disposal, "pdf")
        names = await self._lost.names(request, staff, [disposal["proposed_by"], disposal["decided_by"]])
        pdf = await in_printer(render_list, self._listed(disposal, names), clock.now())
        name = f"{disposal['way']}-{disposal['id'][:8]}.pdf"
        headers = {**HEADERS, "Content-Disposition": f'inline; filename="{name}"'}
        return Response(pdf, headers=headers, media_type="application/pdf")

    # --- in between -----------------------------------------------------------------------------------------

    async def _decide(self, request: Request, staff: Staff, form: Form, name: str, method: str) -> Response:
        try:
            await self._lost.write(request, staff, form, method, disposal_id=_id(request))
        except ServiceError as exc:
            return await self._refused(request, staff, name, exc)
        done = "confirmed" if name == "confirm" else "withdrawn"
        return self._console.go(f"{HOME}/disposals/{_id(request)}?done={done}")

    async def _refused(self, request: Request, staff: Staff, name: str, error: ServiceError) -> Response:
        if error.kind not in WRONG and error.code not in _TOLD:
            raise error
        return await self._told(request, staff, (name, self._console.refused(request, error)), 409)

    async def _told(
        self, request: Request, staff: Staff, refused: tuple[str, str], status: int = 400
    ) -> Response:
        return self._console.page(request, await self._draw(request, staff, refused), status)

    async def _get(self, request: Request, staff: Staff) -> dict[str, Any]:
        answer = await self._lost.read(request, staff, "get_disposal", disposal_id=_id(request))
        disposal: dict[str, Any] = answer["disposal"]
        return disposal

    async def _draw(self, request: Request, staff: Staff, refused: tuple[str, str] = ("", "")) -> bytes:
        t, lost, disposal = self._console.texts(request), self._lost, await self._get(request, staff)
        names = await lost.names(request, staff, [disposal["proposed_by"], disposal["decided_by"]])
        written = written_in(self._console)
        return self._console.draw(
            request,
            "lost_disposal.html",
            staff,
            tabs=TABS,
            section=f"{HOME}/due",
            disposal=disposal,
            way=way_words(t, disposal["way"]),
            state=STATES[disposal["state"]],
            heads=[t(each) for each in HEADS],
            rows=[self._row(t, each) for each in disposal["items"]],
            proposed=(
                written(disposal["proposed_at"]),
                names.get(disposal["proposed_by"], disposal["proposed_by"]),
            ),
            decided=(
                written(disposal["decided_at"]),
                names.get(disposal["decided_by"] or "", disposal["decided_by"] or ""),
            ),
            mine=disposal["proposed_by"] == staff.actor,
            supervisor=staff.may(SUPERVISORS),
            here=f"{HOME}/disposals/{disposal['id']}",
            done=DONE.get(request.query_params.get("done", ""), ""),
            refused=refused,
            airport=self._console.deps.airport,
        )

    def _row(self, t: Texts, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (
            item["number"],
            title(t, item),
            item["description"],
            money(item["cash"]),
            found_words(item, written_in(self._console)),
            self._lost.place(t, item["place"]),
            t("yes") if item["document_kind"] else "",
            item["shelf"] or "",
        )

    async def _file(self, request: Request, staff: Staff, kind: str) -> Response:
        t, disposal = self._console.texts(request), await self._get(request, staff)
        rows = [[t(each) for each in HEADS], *([*self._row(t, each)] for each in disposal["items"])]
        await self._note(request, staff, disposal, kind)
        body, media_type = (as_csv(rows), CSV_TYPE) if kind == "csv" else (as_xlsx(rows), XLSX_TYPE)
        name = f"{disposal['way']}-{disposal['id'][:8]}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(body, headers=headers, media_type=media_type)

    async def _note(self, request: Request, staff: Staff, disposal: Mapping[str, Any], kind: str) -> None:
        await self._console.note(
            request,
            staff,
            "export.taken",
            f"lost-disposal {disposal['id']}",
            rows=len(disposal["items"]),
            asked={},
            kind=kind,
        )

    def _listed(self, disposal: Mapping[str, Any], names: Mapping[str, str]) -> Listed:
        """Always in Chinese: it is the airport's paper, for the police and the state."""
        t, written = texts("zh"), written_in(self._console)
        by = names.get(disposal["proposed_by"], disposal["proposed_by"])
        second = names.get(disposal["decided_by"] or "", disposal["decided_by"] or "")
        airport = self._console.deps.airport
        head = (
            f"{airport.name_zh} · {airport.name_en}",
            f"{t('Recipient')}：{disposal['recipient'] or '—'} · {t('Items')}：{len(disposal['items'])}",
            f"{t('Proposed by')}：{by} {written(disposal['proposed_at'])} · "
            f"{t('Confirmed by')}：{second or '—'} {written(disposal['decided_at'])}",
        )
        rows = tuple(self._row(t, each)[:7] for each in disposal["items"])
        name = "遗失物品移交清单" if disposal["way"] == Way.POLICE.value else "无人认领物品处置清单"
        return Listed(f"{name}（{way_words(t, disposal['way'])}）", disposal["id"][:8].upper(), head, rows)


def render_list(listed: Listed, made_at: datetime) -> bytes:
    """The PDF: A4 across, as many pages as it takes, signatures on the last."""
    return printed(listed.title, made_at, _A4, partial(_paper, listed))


def _paper(listed: Listed, paper: Paper) -> None:
    pages = [listed.rows[at : at + _ROWS] for at in range(0, len(listed.rows), _ROWS)] or [()]
    heads = [texts("zh")(each) for each in HEADS[:7]]
    for at, rows in enumerate(pages, 1):
        paper.new_page()
        paper.text(15, 12, listed.title, Ink(17, bold=True), 200)
        paper.text(238, 13, f"No. {listed.number}  {at}/{len(pages)}", Ink(10), 46)
        for line, text in enumerate(listed.head):
            paper.text(15, 22 + 5.5 * line, text, Ink(9.5), 267)
        _line(paper, 41, heads, bold=True)
        for row, cells in enumerate(rows):
            _line(paper, 47.5 + 6.4 * row, cells)
    foot = 47.5 + 6.4 * len(pages[-1]) + 8
    for x, text in ((15, "移交人（签字）："), (110, "见证人（签字）："), (205, "接收单位（签字盖章）：")):
        paper.text(x, min(foot, 190), text, Ink(11), 60)


def _line(paper: Paper, y: float, cells: Sequence[str], *, bold: bool = False) -> None:
    x = 15.0
    for cell, wide in zip(cells, _WIDTHS, strict=True):
        width = wide or 282 - x
        paper.text(x, y, cell.replace("\n", " "), Ink(8.5, bold=bold), width - 2)
        x += width
    paper.pdf.set_draw_color(170, 178, 180)
    paper.pdf.set_line_width(0.15)
    paper.pdf.line(15, y + 5.2, 282, y + 5.2)


def _id(request: Request) -> str:
    return str(request.path_params["disposal_id"])[:64]

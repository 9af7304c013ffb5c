"""The desk in figures: what came, what went back to its owner and how soon, by week, kind and place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console, link
from gateway.staff.desks import Desk, page
from gateway.staff.lost_shared import HOME, ROLES, STATES, TABS, LostFound, category_words
from gateway.staff.people import Staff
from gateway.staff.plots import Bar, Share, bars, columns, shares
from gateway.staff.sheets import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx
from gateway.staff.texts import N_, Texts
from kernel import clock
from services.lostfound.schemas.vocabulary import AREAS

FIGURES: Final = f"{HOME}/figures"
_NAME: Final = "lost-figures"
_USUAL_DAYS: Final = 91
_MOST_DAYS: Final = 731
_MOST_BARS: Final = 12
PERIODS: Final = ((28, N_("4 weeks")), (91, N_("3 months")), (365, N_("1 year")))


@dataclass(frozen=True)
class Part:
    """One plot with its numbers: rows of (name, registered, returned, share, median)."""

    title: str
    plot: Markup
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    wide: bool = False


def desk(console: Console) -> Desk:
    figures = Figures(LostFound(console))
    return Desk(FIGURES, N_("Figures"), "lost", ROLES, (page(FIGURES, figures.page),), in_menu=False)


class Figures:
    """The page, and the same numbers as a file."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/lost/figures?from=…&to=…: of what was registered on these days."""
        t, today = self._console.texts(request), clock.now().astimezone(self._console.zone).date()
        first, last = _span(request, today)
        found = await self._lost.read(
            request, staff, "figures", from_day=first.isoformat(), to_day=last.isoformat()
        )
        parts = _parts(t, found)
        kind = request.query_params.get("as", "")
        if kind in {"csv", "xlsx"}:
            return await self._file(request, staff, parts, (first, last), kind)
        span = {"from": first.isoformat(), "to": last.isoformat()}
        return self._console.draw(
            request,
            "lost_figures.html",
            staff,
            tabs=TABS,
            parts=parts,
            found=found,
            span=span,
            outcomes=[(t(STATES[state][0]), count) for state, count in found["outcomes"].items()],
            periods=[
                {
                    "word": word,
                    "href": link(
                        FIGURES,
                        **{"from": (today - timedelta(days=days - 1)).isoformat(), "to": today.isoformat()},
                    ),
                    "now": first == today - timedelta(days=days - 1) and last == today,
                }
                for days, word in PERIODS
            ],
            csv_href=link(FIGURES, **span, **{"as": "csv"}),
            xlsx_href=link(FIGURES, **span, **{"as": "xlsx"}),
        )

    async def _file(
        self, request: Request, staff: Staff, parts: list[Part], span: tuple[date, date], kind: str
    ) -> Response:
        rows: list[list[str]] = []
        for part in parts:
            rows += [[part.title, *part.heads[1:]], *([*row] for row in part.rows), []]
        asked = {"from": span[0].isoformat(), "to": span[1].isoformat()}
        await self._console.note(
            request, staff, "export.taken", _NAME, rows=len(rows), asked=asked, kind=kind
        )
        body, media_type = (as_csv(rows), CSV_TYPE) if kind == "csv" else (as_xlsx(rows), XLSX_TYPE)
        headers = {"Content-Disposition": f'attachment; filename="{_NAME}.{kind}"'}
        return Response(body, headers=headers, media_type=media_type)


def _parts(t: Texts, found: Mapping[str, Any]) -> list[Part]:
    def counted(
        title: str, head: str, named: Iterable[tuple[str, Mapping[str, Any]]], *, wide: bool = False
    ) -> Part:
        pairs = list(named)
        drawn = [
            Share(name[5:] if wide else name, each["registered"], each["returned"]) for name, each in pairs
        ]
        plot = columns(title, drawn) if wide else shares(title, drawn[:_MOST_BARS])
        heads = (head, t("Registered"), t("Given back"), t("Share"), t("Median days"))
        return Part(title, plot, heads, [_row(name, each) for name, each in pairs], wide)

    days = [(_days(t, each), each["returned"]) for each in found["by_days"]]
    took = t("Days until the owner had it")
    medians = sorted(
        (
            (category_words(t, each["category"]), each["median_days"])
            for each in found["by_category"]
            if each["median_days"] is not None
        ),
        key=lambda pair: pair[1],
    )
    return [
        counted(t("By week"), t("Week of"), ((each["week"], each) for each in found["by_week"]), wide=True),
        counted(
            t("By kind"),
            t("Kind"),
            ((category_words(t, each["category"]), each) for each in found["by_category"]),
        ),
        counted(t("By place"), t("Place"), ((_area(t, each), each) for each in found["by_area"])),
        Part(
            took,
            bars(took, [Bar(name, count, "go") for name, count in days]),
            (t("Days"), t("Given back")),
            [(name, f"{count:,}") for name, count in days],
        ),
        Part(
            t("Median days by kind"),
            bars(
                t("Median days by kind"),
                [Bar(name, value, "late") for name, value in medians[:_MOST_BARS]],
            ),
            (t("Kind"), t("Median days")),
            [(name, f"{value:g}") for name, value in medians],
        ),
    ]


def _row(name: str, count: Mapping[str, Any]) -> tuple[str, ...]:
    share = f"{100 * count['returned'] / count['registered']:.0f}%" if count["registered"] else ""
    median = "" if count["median_days"] is None else f"{count['median_days']:g}"
    return name, f"{count['registered']:,}", f"{count['returned']:,}", share, median


def _days(t: Texts, group: Mapping[str, Any]) -> str:
    first, end = group["from_days"], group["to_days"]
    if end is None:
        return t("%(days)d days or more", days=first)
    if first == 0:
        return t("within a day")
    if end - first == 1:
        return t("1 day") if first == 1 else t("%(days)s days", days=first)
    return t("%(days)s days", days=f"{first}–{end - 1}")


def _area(t: Texts, count: Mapping[str, Any]) -> str:
    area = AREAS[count["area"]]
    return " ".join(filter(None, (count["terminal"], t.name({"zh": area.zh, "en": area.en}))))


def _span(request: Request, today: date) -> tuple[date, date]:
    """The days that the address names; three months when it names none, or none that can be."""

    def day(name: str, otherwise: date) -> date:
        try:
            return date.fromisoformat(request.query_params.get(name, ""))
        except ValueError:
            return otherwise

    last = min(day("to", today), today)
    first = day("from", last - timedelta(days=_USUAL_DAYS - 1))
    if first > last:
        first, last = last, min(first, today)
    return max(first, last - timedelta(days=_MOST_DAYS)), last

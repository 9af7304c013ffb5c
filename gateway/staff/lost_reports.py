"""Reports of losses: the queue, a report taken down for somebody who calls or stands there, and its search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, Place, act, page
from gateway.staff.lost_compare import span_words
from gateway.staff.lost_new import Registration, form_options
from gateway.staff.lost_reading import Filled, read_item
from gateway.staff.lost_report import REPORT_STATES, REPORTS, ReportPages
from gateway.staff.lost_shared import ROLES, TABS, WRONG, LostFound, category_words, title, written_in
from gateway.staff.people import Staff
from gateway.staff.queue import PAGE, Cell, Column, Filter, Found, Queue
from gateway.staff.texts import N_, Texts
from kernel import clock
from kernel.errors import ServiceError
from services.lostfound.schemas.vocabulary import CATEGORIES, MAX_PLACES

QUEUE: Final = Queue(
    "lost-reports",
    (
        Column(N_("Report"), "code"),
        Column(N_("What it is")),
        Column(N_("Lost"), "time"),
        Column(N_("Where lost")),
        Column(N_("Filed"), "time"),
        Column(N_("Matches"), "number"),
        Column(N_("State")),
    ),
    search=N_("Number, brand or words"),
)
_LONGEST: Final = {"contact_name": 64, "contact_phone": 24, "contact_email": 128}
_LOOKED_FOR: Final = {"phone": 24, "document": 32}
_NOTHING: Final = dict.fromkeys(_LOOKED_FOR, "")
_PHONE: Final = re.compile(r"\+?[0-9 ()-]{5,24}")
_PAGE: Final = {
    "heading": N_("Reports"),
    "empty": N_("Nobody has reported a loss yet."),
    "tabs": TABS,
    "buttons": [(f"{REPORTS}/new", N_("Take down a report"), "plus")],
}


def desk(console: Console) -> Desk:
    lost = LostFound(console)
    places = (*Reports(lost).places(), *ReportPages(lost).places())
    return Desk(REPORTS, N_("Reports"), "lost", ROLES, places, in_menu=False)


class Reports:
    """The queue and the form."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console
        self._registration = Registration(lost)

    def places(self) -> tuple[Place, ...]:
        new = f"{REPORTS}/new"
        return (
            page(REPORTS, self.queue),
            act(f"{REPORTS}/find", self.find),
            page(new, self.ask_new),
            act(new, self.add),
        )

    async def queue(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/lost/reports: the newest first."""
        t = self._console.texts(request)

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            wish = {name: value for name, value in wishes.items() if value}
            if cursor:
                wish["cursor"] = cursor
            answer = await self._lost.read(
                request, staff, "search_reports", actor=staff.actor, limit=limit, **wish
            )
            return self._found(t, answer)

        values = {"template": "lost_reports.html", **_PAGE, "looked": None, "typed": _NOTHING, "wrong": ""}
        return await _queue(t).answer(self._console, request, staff, fetch, values)

    async def find(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/lost/reports/find: by a phone or a document's number. It leaves sealed, and stands in no address."""
        t = self._console.texts(request)
        typed = {name: form.get(name, "").strip()[:most] for name, most in _LOOKED_FOR.items()}
        wrong, found = _not_numbers(t, typed), Found([])
        if not wrong:
            await self._console.note(request, staff, "reports.looked_up", by=sorted(filter(typed.get, typed)))
            answer = await self._lost.read_sealed(
                request, staff, "search_reports", typed, actor=staff.actor, limit=PAGE
            )
            found = self._found(t, answer)
        queue = _queue(t)
        html = self._console.draw(
            request,
            "lost_reports.html",
            staff,
            queue=queue,
            wishes={"q": "", **{each.name: "" for each in queue.filters}},
            found=found,
            **_PAGE,
            looked=typed,
            typed=typed,
            wrong=wrong,
            list_path=REPORTS,
        )
        return self._console.page(request, html, 400 if wrong else 200)

    async def ask_new(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/reports/new: somebody calls, or stands there without a phone."""
        return await self._draw(request, staff, {}, {})

    async def add(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/lost/reports/new."""
        t = self._console.texts(request)
        filled, places = await self._read(request, staff, form)
        if not filled.wrong:
            item, private = filled.item, filled.personal
            contact = {name: form.get(f"contact_{name}", "").strip() for name in ("name", "phone", "email")}
            names = ("category", "colours", "brand", "description", "flight_id", "seat")
            loss = {name: item[name] for name in names}
            loss |= {
                "lost_from": item["found_from"],
                "lost_to": item["found_to"] or clock.now().isoformat(),
                "places": places,
            }
            private = {
                **{name: private[name] for name in ("marks", "serial", "document") if name in private},
                "contact": contact,
            }
            language = "en" if form.get("language") == "en" else "zh"
            try:
                done = await self._lost.write_sealed(
                    request, staff, form, "file_report", ("sealed", private), loss=loss, language=language
                )
                return self._console.go(f"{REPORTS}/{done['report']['number']}?done=filed")
            except ServiceError as exc:
                if exc.code == "lostfound.already_filed":
                    return self._console.go(f"{REPORTS}/{exc.data['number']}?done=filed_before")
                if exc.kind not in WRONG:
                    raise
                filled.wrong = self._lost.blamed(t, exc) or {"": self._console.refused(request, exc)}
        html = await self._draw(request, staff, form, filled.wrong)
        return self._console.page(request, html, 400)

    async def _read(self, request: Request, staff: Staff, form: Form) -> tuple[Filled, list[str]]:
        """The form as an item's is read; of places there may be some, or none."""
        t = self._console.texts(request)
        places = [each for each in form.get("places", "").split() if each in self._lost.places]
        anywhere = next(iter(self._lost.places))
        filled = read_item(
            {**form, "place": places[0] if places else anywhere, "cash": ""},
            clock.now(),
            self._console.zone,
            self._lost.places,
        )
        filled.wrong = {name: t(said) for name, said in filled.wrong.items()}
        if not form.get("found", "").strip():
            filled.wrong["found"] = t("Say when it was lost, or last seen.")
        if len(places) > MAX_PLACES:
            filled.wrong["places"] = t("Five places at most.")
        for name, most in _LONGEST.items():
            if len(form.get(name, "").strip()) > most:
                filled.wrong[name] = t("That is too long.")
        await self._registration.find_flight(request, staff, form, filled)
        return filled, list(dict.fromkeys(places))

    async def _draw(
        self, request: Request, staff: Staff, typed: Mapping[str, str], wrong: Mapping[str, str]
    ) -> bytes:
        t = self._console.texts(request)
        return self._console.draw(
            request,
            "lost_report_new.html",
            staff,
            tabs=TABS,
            section=REPORTS,
            options=form_options(t, self._lost),
            typed=typed,
            wrong=wrong,
            most_places=MAX_PLACES,
        )

    def _found(self, t: Texts, answer: Mapping[str, Any]) -> Found:
        rows = [self._row(t, each) for each in answer["reports"]]
        hrefs = [f"{REPORTS}/{each['number']}" for each in answer["reports"]]
        return Found(rows, answer["next_cursor"] or "", hrefs)

    def _row(self, t: Texts, report: Mapping[str, Any]) -> list[Cell]:
        written, (state, tone) = written_in(self._console), REPORT_STATES[report["state"]]
        return [
            Cell(report["number"]),
            Cell(title(t, report), note=report["description"]),
            Cell(span_words(report, written)),
            Cell(", ".join(self._lost.place(t, each) for each in report["places"])),
            Cell(written(report["filed_at"]), note=t("at the desk") if report["filed_by"] == "staff" else ""),
            Cell(f"{report['matches']}" if report["matches"] else ""),
            Cell(t(state), tone),
        ]


def _queue(t: Texts) -> Queue:
    states = tuple((value, word) for value, (word, _) in REPORT_STATES.items())
    kinds = tuple((code, category_words(t, code)) for code in CATEGORIES)
    filters = (Filter("state", N_("State"), states), Filter("category", N_("Kind"), kinds))
    return Queue(QUEUE.name, QUEUE.columns, QUEUE.search, filters)


def _not_numbers(t: Texts, typed: Mapping[str, str]) -> str:
    """What is wrong with what is looked for; "": nothing."""
    if not any(typed.values()):
        return t("Type a phone number or the number of a document.")
    if typed["phone"] and not _PHONE.fullmatch(typed["phone"]):
        return t("That is no phone number.")
    if not typed["document"].isprintable():
        return t("That is no number of a document.")
    return ""

"""The check-in desk: the flights of a day, who is on each, where they sit, and what a person does about it.

Names are masked until somebody asks for them by a button, which is noted in the trail; a name that one knows already
can be searched for. Documents never come here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.checkin_traveller import TravellerPages
from gateway.staff.checkin_views import COUNTED, matches, ordered, row_of, seat_rows, window_words
from gateway.staff.checkin_words import STANDINGS, STATUSES
from gateway.staff.console import Console, link
from gateway.staff.desks import Desk, Form, act, page
from gateway.staff.people import Staff
from gateway.staff.plots import Bar, bars, layers
from gateway.staff.queue import Column, Filter, Found, Queue
from gateway.staff.texts import N_, Texts, when
from kernel import clock
from services.staff.schemas import Role

HOME: Final = "/staff/checkin"
_FLIGHT: Final = f"{HOME}/{{flight_id}}"
_ONE: Final = f"{_FLIGHT}/{{traveller_id}}"
ROLES: Final = frozenset({Role.CHECKIN_DESK, Role.SUPERVISOR})
_YEARS: Final = (2000, 2100)
QUEUE: Final = Queue(
    "checkin",
    (
        Column(N_("Name")),
        Column(N_("Seat"), "code"),
        Column(N_("Sequence"), "number"),
        Column(N_("Booking"), "code"),
        Column(N_("Cabin")),
        Column(N_("Standing")),
        Column(N_("Services")),
        Column(N_("Must see an agent")),
    ),
    search=N_("Name, booking, seat or sequence number"),
    filters=(
        Filter("standing", N_("Standing"), tuple((key, word) for key, (word, _) in STANDINGS.items())),
        Filter(
            "only",
            N_("Only"),
            (
                ("agent", N_("Must see an agent")),
                ("specials", N_("Special services")),
                ("infant", N_("With infant")),
                ("seatless", N_("Without a seat")),
            ),
        ),
    ),
)
ORDERS: Final = (("", N_("By seat")), ("sequence", N_("By sequence number")), ("name", N_("By name")))


def desk(console: Console) -> Desk:
    flights, travellers = CheckIn(console), TravellerPages(console)
    return Desk(
        HOME,
        N_("Check-in"),
        "pass",
        ROLES,
        (
            page(HOME, flights.day),
            page(_FLIGHT, flights.flight),
            act(f"{_FLIGHT}/names", flights.names),
            page(f"{_FLIGHT}/seats", flights.seats),
            page(_ONE, travellers.page),
            act(f"{_ONE}/name", travellers.name),
            act(f"{_ONE}/act", travellers.act),
        ),
    )


class CheckIn:
    def __init__(self, console: Console) -> None:
        self._console = console

    async def day(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/checkin?day=…&q=…: every flight of a day that has a list, and how far it is."""
        console, t = self._console, self._console.texts(request)
        day = _day(request.query_params.get("day", ""), console)
        start = datetime(day.year, day.month, day.day, tzinfo=console.zone)
        found = await console.read(
            request,
            staff,
            "checkin",
            "list_flights",
            from_at=start.isoformat(),
            to_at=(start + timedelta(days=1)).isoformat(),
        )
        q = request.query_params.get("q", "").strip()[:40]
        shown = [flight_words(t, console, each) for each in found["flights"]]
        shown = [each for each in shown if q.lower() in each["searched"]]
        total = {name: sum(each["counts"][name] for each in shown) for name, _, _ in COUNTED}
        return console.draw(
            request,
            "checkin_day.html",
            staff,
            flights=shown,
            plot=_plot(t, t("The day in numbers"), total),
            day=day.isoformat(),
            before=link(HOME, day=day - timedelta(days=1), q=q),
            after=link(HOME, day=day + timedelta(days=1), q=q),
            q=q,
        )

    async def flight(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/checkin/{flight_id}: the list of one flight, names masked; with ?as=csv|xlsx as a file."""
        found = await self._list(request, staff)
        if request.query_params.get("as", "") in {"csv", "xlsx"}:

            async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
                return self._rows(request, found, wishes, whole=False)

            return await QUEUE.answer(self._console, request, staff, fetch, {})
        return self._draw(request, staff, found, whole=False)

    async def names(self, request: Request, staff: Staff, form: Form) -> bytes:
        """POST /staff/checkin/{flight_id}/names: the same list with whole names. Who looked is noted first."""
        found = await self._list(request, staff)
        asked = {key: value for key, value in QUEUE.wishes(request).items() if value}
        shown = len(self._rows(request, found, QUEUE.wishes(request), whole=True).rows)
        flight_id = request.path_params["flight_id"]
        await self._console.note(request, staff, "names.shown", flight_id, travellers=shown, asked=asked)
        return self._draw(request, staff, found, whole=True)

    async def seats(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/checkin/{flight_id}/seats: who sits where."""
        found = await self._list(request, staff)
        t = self._console.texts(request)
        home = f"{HOME}/{request.path_params['flight_id']}"
        return self._console.draw(
            request,
            "checkin_seats.html",
            staff,
            flight=flight_words(t, self._console, found["desk"]),
            tabs=_tabs(home),
            cabins=seat_rows(t, found, home),
            aircraft=found["desk"]["aircraft"],
        )

    async def _list(self, request: Request, staff: Staff) -> dict[str, Any]:
        flight_id = request.path_params["flight_id"][:64]
        found: dict[str, Any] = await self._console.read(
            request, staff, "checkin", "list_flight", flight_id=flight_id
        )
        return found

    def _rows(
        self, request: Request, found: dict[str, Any], wishes: Mapping[str, str], *, whole: bool
    ) -> Found:
        t = self._console.texts(request)
        home = f"{HOME}/{found['desk']['flight']['id']}"
        people = ordered([each for each in found["travellers"] if matches(each, wishes)], _order(request))
        rows = [row_of(t, each, whole=whole) for each in people]
        return Found(rows, hrefs=[f"{home}/{each['id']}" for each in people])

    def _draw(self, request: Request, staff: Staff, found: dict[str, Any], *, whole: bool) -> bytes:
        console, t = self._console, self._console.texts(request)
        wishes = QUEUE.wishes(request)
        flight = flight_words(t, console, found["desk"])
        home = f"{HOME}/{flight['id']}"
        asked = wishes | {"order": _order(request)}
        agents = sum(bool(each["agent"]) and each["standing"] == "booked" for each in found["travellers"])
        return console.draw(
            request,
            "checkin_flight.html",
            staff,
            queue=QUEUE,
            wishes=wishes,
            found=self._rows(request, found, wishes, whole=whole),
            narrowed=any(wishes.values()),
            flight=flight,
            aircraft=found["desk"]["aircraft"],
            agents=agents,
            plot=_plot(t, t("This flight in numbers"), flight["counts"]),
            tabs=_tabs(home),
            path=home,
            whole=whole,
            names_href=link(f"{home}/names", **asked),
            masked_href=link(home, **asked),
            csv_href=link(home, **asked, **{"as": "csv"}),
            xlsx_href=link(home, **asked, **{"as": "xlsx"}),
            orders=[
                (link(home, **wishes, order=each), t(word), each == _order(request)) for each, word in ORDERS
            ],
            printed=when(clock.now(), console.zone),
        )


def flight_words(t: Texts, console: Console, view: dict[str, Any]) -> dict[str, Any]:
    """A flight as a row and as a heading."""
    flight, counts = view["flight"], view["counts"] | {"specials": view["specials"]}
    local = datetime.fromisoformat(flight["departs_at"]).astimezone(console.zone)
    planned = datetime.fromisoformat(flight["scheduled_at"]).astimezone(console.zone)
    to = t.name(flight["arrival_name"])
    boarded, inside = counts["boarded"], counts["checked_in"]
    said = t("Boarded %(b)d, checked in %(c)d, of %(n)d", b=boarded, c=inside, n=counts["booked"])
    return {
        "id": flight["id"],
        "number": flight["number"],
        "to": to,
        "day": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "planned": "" if planned == local else f"{planned:%H:%M}",
        "gate": flight["gate"] or "–",
        "status": t(STATUSES.get(flight["status"], flight["status"])),
        "cancelled": flight["status"] == "cancelled",
        "window": window_words(t, console, view["window"]),
        "counts": counts,
        "listed": view["list_version"] is not None,
        "bar": layers(said, counts["booked"], ((inside, "go"), (boarded, "done"))),
        "searched": f"{flight['number']} {to} {flight['arrival_airport']} {flight['gate'] or ''}".lower(),
    }


def _order(request: Request) -> str:
    asked = request.query_params.get("order", "")
    return asked if asked in {each for each, _ in ORDERS} else ""


def _plot(t: Texts, title: str, counts: Mapping[str, int]) -> str:
    return bars(title, [Bar(t(word), counts[name], tone) for name, word, tone in COUNTED])


def _tabs(home: str) -> tuple[tuple[str, str], ...]:
    return ((home, N_("Travellers")), (f"{home}/seats", N_("Seat map")))


def _day(text: str, console: Console) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = clock.now().astimezone(console.zone).date()
    # A year that can't be meant would only make the service's instants overflow.
    return found if _YEARS[0] <= found.year < _YEARS[1] else clock.now().astimezone(console.zone).date()

"""The first page: search, the coming hour, and the account's three sections."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, NamedTuple

from starlette.requests import Request

from gateway.session import Traveller
from gateway.web.rows import best_at, is_open, row
from gateway.web.site import Site, in_wechat
from gateway.web.texts import N_, Texts
from gateway.web.times import date_words
from gateway.web.trips import Trips
from gateway.web.visitors import Visitors
from kernel import clock

_AHEAD: Final = timedelta(hours=1)
_MOST: Final = 4


class Function(NamedTuple):
    """One function of the account's menu; without an address it is announced, not linked."""

    icon: str
    label: str
    href: str = ""
    note: str = ""


MENU: Final = (
    (
        N_("My flights"),
        (
            Function("flight", N_("Flight status"), "/flights/departures", N_("Departures and arrivals")),
            Function("check-in", N_("Check-in"), "/checkin", N_("Seats and boarding passes")),
            Function("ticket", N_("Book a ticket")),
            Function("verify", N_("Verify a ticket")),
            Function("trips", N_("My trips"), "/me/flights", N_("Flights you follow")),
        ),
    ),
    (
        N_("Airport services"),
        (
            Function("bus", N_("Airport bus"), "/bus", N_("Times, seats, tickets")),
            Function("lost", N_("Lost and found"), "/lost", N_("Report, look, fetch")),
            Function("lounge", N_("VIP lounge")),
            Function("feedback", N_("Feedback")),
            Function("notices", N_("Notices")),
        ),
    ),
    (
        N_("Enjoy the airport"),
        (
            Function("mall", N_("Mall"), "/shop", N_("Order ahead in the shops")),
            Function("coupons", N_("Coupons"), "/shop/coupons", N_("Claim, then buy for less")),
            Function("panorama", N_("720° panorama")),
            Function("guide", N_("Flying guide")),
            Function("orders", N_("My orders"), "/me/orders", N_("What you bought, with its code")),
        ),
    ),
)


class Home:
    def __init__(self, site: Site, visitors: Visitors, trips: Trips) -> None:
        self._site = site
        self._visitors = visitors
        self._trips = trips
        self._airport = site.deps.airport

    async def page(self, request: Request) -> bytes:
        """GET /."""
        return self._site.draw(request, "home.html", in_wechat=in_wechat(request), **self._shared(request))

    async def own(self, request: Request, traveller: Traveller) -> bytes:
        """GET / of one who is signed in: the flights they follow come first."""
        mine = await self._trips.home(request, traveller)
        return self._visitors.draw(request, "home_mine.html", **mine, **self._shared(request))

    def _shared(self, request: Request) -> dict[str, Any]:
        t = self._site.texts(request)
        today = clock.now().astimezone(self._airport.zoneinfo).date()
        return {
            "menu": MENU,
            "today": t(
                "%(day)s, %(date)s", day=day_words_long(t, today.weekday()), date=date_words(t, today)
            ),
            "leaving": self._coming("departure", t),
            "arriving": self._coming("arrival", t),
        }

    def _coming(self, direction: str, t: Texts) -> list[Any]:
        """The next legs of a direction within the coming hour, by their best known time."""
        now, flights = clock.now(), self._site.deps.flights
        local = now.astimezone(self._airport.zoneinfo)
        days = {local.date(), (local + _AHEAD).date(), (local - _AHEAD).date()}
        soon = [
            entry.flight
            for day in sorted(days)
            for entry in flights.board(direction, day)
            if is_open(entry.flight) and now <= best_at(entry.flight) <= now + _AHEAD
        ]
        return [row(flight, t, self._airport) for flight in sorted(soon, key=best_at)[:_MOST]]


_DAYS: Final = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


def day_words_long(t: Texts, weekday: int) -> str:
    """The day of the week in full; 0 is Monday."""
    return t(_DAYS[weekday])

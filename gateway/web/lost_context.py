"""Where a report begins: from nothing, from a flight's page or a boarding pass, or from an order of bus tickets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from gateway.calls import context_of
from gateway.session import Traveller
from gateway.web.lost_form import Context, instant_of, local_text
from gateway.web.site import Site
from gateway.web.times import date_words
from gateway.web.visitors import AWAY, Form
from kernel import clock
from kernel.errors import Kind, ServiceError
from services.flights import query
from services.lostfound.schemas.vocabulary import CATEGORIES

_BEFORE: Final = timedelta(hours=3)
"""How long before a departure people come to the airport."""
_AFTER: Final = timedelta(hours=1)
"""How long after a landing they have left it."""
_LONGEST: Final = 64
_FOUND: Final = 20


class Contexts:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._zone = site.deps.airport.zoneinfo

    async def begun(self, request: Request, traveller: Traveller | None) -> Context:
        """What the address says of flight, seat, order and kind of thing."""
        asked = {
            name: request.query_params.get(name, "")[:_LONGEST]
            for name in ("flight", "bus_order", "category")
        }
        values = {"lost_to": local_text(clock.now(), self._zone)}
        if asked["category"] in CATEGORIES:
            values["category"] = asked["category"]
        if asked["flight"]:
            found = await self.flight(request, asked["flight"].upper())
            if found is not None:
                return self._of_flight(request, found, values)
        if asked["bus_order"] and traveller is not None:
            order = await self.order(request, traveller, asked["bus_order"])
            if order is not None:
                return self._of_order(request, order, values)
        return Context("", values)

    async def named(self, request: Request, traveller: Traveller, form: Form) -> dict[str, Any]:
        """Flight, seat and bus of a form that was sent, as LossSchema has them: looked up, never taken on trust."""
        named: dict[str, Any] = {"flight_id": None, "seat": None, "bus_departure_id": None, "order_id": None}
        if form.get("flight"):
            named["flight_id"] = await self._flight_id(request, form)
            named["seat"] = form.get("seat", "").upper() or None
        if form.get("bus_order"):
            order = await self.order(request, traveller, form["bus_order"][:_LONGEST])
            if order is not None:
                named |= {"bus_departure_id": order["ride"]["departure_id"], "order_id": order["id"]}
        return named

    async def flight(self, request: Request, flight_id: str) -> dict[str, Any] | None:
        """A leg by its id; None for one that isn't known, or while nobody can say."""
        entry = self._site.deps.flights.get(flight_id)
        if entry is not None:
            return entry.flight
        found: dict[str, Any] | None = await self._try(
            request, "flights", "get_flight", {"flight_id": flight_id}
        )
        return found

    async def order(self, request: Request, traveller: Traveller, order_id: str) -> dict[str, Any] | None:
        """An order of this traveller's; another's is like none."""
        wish = {"passenger_id": traveller.passenger_id, "order_id": order_id}
        told = await self._try(request, "bus", "get_order", wish)
        return told["order"] if told else None

    async def _flight_id(self, request: Request, form: Form) -> str | None:
        """The leg that the form's number and day mean, if there is just one."""
        number, kept = form["flight"], form.get("flight_id", "")[:_LONGEST]
        if kept:
            known = await self.flight(request, kept)
            if known is not None and known["number"] == number:
                return kept
        since = instant_of(form.get("lost_from", ""), self._zone)
        understood = query.parse(number)
        if since is None or understood.empty:
            return None
        # Who lost something before midnight may fly after it; who lands after midnight left the day before.
        for away in (0, 1, -1):
            found = await self._legs(request, number, understood, since.date() + timedelta(days=away))
            if len(found) == 1:
                return found[0]
        return None

    async def _legs(self, request: Request, number: str, understood: query.Query, day: date) -> list[str]:
        """The legs of a day that a number means: from memory, or of days that no gateway remembers."""
        flights = self._site.deps.flights
        known = [
            one.id
            for one in flights.all()
            if one.day_local == day and query.matches(understood, one.keywords)
        ]
        if known or day in flights.days():
            return known
        wish = {"text": number, "day_local": day.isoformat(), "limit": _FOUND}
        told = await self._try(request, "flights", "search_flights", wish)
        return [str(one["id"]) for one in told["flights"]] if told else []

    async def _try(self, request: Request, service: str, method: str, wish: dict[str, Any]) -> Any:
        """What adds to a report must never stand in its way."""
        try:
            return await self._site.deps.rpc.call(
                service, method, wish, repeat=True, context=context_of(request)
            )
        except ServiceError as exc:
            if exc.kind in AWAY or exc.kind in {Kind.NOT_FOUND, Kind.INVALID}:
                return None
            raise

    def _of_flight(self, request: Request, flight: Mapping[str, Any], values: dict[str, str]) -> Context:
        t, here = self._site.texts(request), flight["direction"]
        at = _at(flight["departure"]) or datetime.fromisoformat(flight["board_at"])
        landed = _at(flight["arrival"]) or at
        begins = at - _BEFORE if here == "departure" else at
        now = clock.now()
        ends = min(now, landed + _AFTER) if landed > at else now
        seat = request.query_params.get("seat", "")[:4].upper()
        way = [t.name(flight[end]["airport"]["city"]) for end in ("departure", "arrival")]
        day = date_words(t, at.astimezone(self._zone).date())
        values |= {
            "lost_from": local_text(min(begins, now), self._zone),
            "lost_to": local_text(max(ends, min(begins, now)), self._zone),
            "flight": flight["number"],
            "flight_id": flight["id"],
            "seat": seat,
        }
        if seat:
            values["place-AIRCRAFT"] = "1"
        note = t("%(number)s %(origin)s → %(destination)s, %(day)s", number=flight["number"], origin=way[0],
                 destination=way[1], day=day)  # fmt: skip
        return Context(f"{flight['id']}{seat}", values, note)

    def _of_order(self, request: Request, order: Mapping[str, Any], values: dict[str, str]) -> Context:
        t, ride, now = self._site.texts(request), order["ride"], clock.now()
        departs, arrives = (datetime.fromisoformat(ride[name]) for name in ("departs_at", "arrives_at"))
        values |= {
            "lost_from": local_text(min(departs, now), self._zone),
            "lost_to": local_text(max(min(arrives + _AFTER, now), min(departs, now)), self._zone),
            "bus_order": order["id"],
            "place-BUS": "1",
        }
        local = departs.astimezone(self._zone)
        note = t("%(line)s, %(origin)s → %(destination)s, %(day)s %(time)s", line=t.name(ride["line_name"]),
                 origin=t.name(ride["from_name"]), destination=t.name(ride["to_name"]),
                 day=date_words(t, local.date()), time=f"{local:%H:%M}")  # fmt: skip
        return Context(order["id"], values, note)


def _at(end: Mapping[str, Any]) -> datetime | None:
    """The best known time of one end of a leg."""
    text = end["actual_at"] or end["estimated_at"] or end["scheduled_at"]
    return datetime.fromisoformat(text) if text else None

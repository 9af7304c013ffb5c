"""Boarding passes: shown without a network, with the gate as it is now; printed; put into a calendar."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.barcodes import aztec_svg
from gateway.passes import Both, FlightEvent, PrintedPass, flight_calendar, print_passes
from gateway.web.checkin_access import Asker, Askers, asked_for
from gateway.web.checkin_views import INSIDE, Flown, cabin, flown, plain, services
from gateway.web.notices import notice
from gateway.web.site import keeps_no_page
from gateway.web.texts import N_, Texts, texts
from gateway.web.times import when_words
from gateway.web.visitors import PRIVATE, page
from kernel import clock
from kernel.errors import ServiceError
from services.checkin.errors import NoPass, TravellerNotFound

_STAYS: Final = timedelta(hours=6)
"""How long after its departure a pass may still be shown without a network."""
_MOST: Final = 36
_FLIES: Final = timedelta(hours=2)
"""Of a flight whose arrival nobody knows."""
_NOTES: Final = (
    N_("Be at the gate when boarding begins. The gate can change: watch the screens, or your phone."),
    N_("Bring the document that you booked with. Without it nobody boards."),
    N_("Bags to check in go to the counter first; power banks stay with you in the cabin."),
)


class Passes:
    def __init__(self, askers: Askers) -> None:
        self._askers, self._site = askers, askers.site
        self._airport = self._site.deps.airport

    async def page(self, request: Request, asker: Asker) -> Response:
        """GET /checkin/passes/{booking_id}: one pass for each who is, or was, checked in. A page with good passes
        says whose it is and how long it may be kept, for the worker that shows it without a network."""
        party, passes = await self._known(request, asker)
        t = self._site.texts(request)
        flight = flown(party["flight"], t, self._site.deps)
        good = [one for one in passes if not one["void"]]
        html = self._askers.draw(
            request,
            asker,
            "checkin_passes.html",
            party=party,
            flight=flight,
            passes=[self._shown(one, t) for one in sorted(passes, key=lambda one: one["void"])],
            good=len(good),
            ids=",".join(one["traveller_id"] for one in passes),
            waiting=[one for one in party["travellers"] if one["standing"] == "booked" and not one["agent"]],
            window_open=party["window"]["state"] == "open",
            version=_version(passes),
            shown_at=when_words(t, clock.now(), self._airport.zoneinfo),
            said=notice(request),
            keeps_no_page=keeps_no_page(request),
        )
        response = page(html, t.tag)
        if good:
            left = flight.departs.at + _STAYS - clock.now()
            response.headers["X-Ticket-Of"] = self._askers.reader(request, asker)
            response.headers["X-Ticket-For-S"] = str(max(0, int(left.total_seconds())))
        return response

    async def state(self, request: Request, asker: Asker) -> Response:
        """GET …/state: what an open page asks for to see whether it is still true."""
        _, passes = await self._known(request, asker)
        return JSONResponse({"version": _version(passes)}, headers=PRIVATE)

    async def live(self, request: Request, asker: Asker) -> bytes:
        """GET …/live: gate, times and status, which change while one looks."""
        party = await self._askers.ask(request, asker, "get_party")
        t = self._site.texts(request)
        flight = flown(party["flight"], t, self._site.deps)
        return self._askers.draw(request, asker, "checkin_live.html", flight=flight)

    async def printed(self, request: Request, asker: Asker) -> Response:
        """GET …/passes.pdf: for printers, in both languages."""
        _, passes = await self._known(request, asker)
        good = [self._printed(one) for one in passes if not one["void"]]
        if not good:
            raise NoPass
        pdf = await print_passes(good, clock.now())
        return _file(pdf, "application/pdf", f"{good[0].flight}-{good[0].day}-boarding-pass.pdf")

    async def calendar(self, request: Request, asker: Asker) -> Response:
        """GET …/flight.ics: the flight for a calendar."""
        party = await self._askers.ask(request, asker, "get_party")
        t = self._site.texts(request)
        flight = flown(party["flight"], t, self._site.deps)
        arrives, zone = self._arrival(flight)
        ics = flight_calendar(
            FlightEvent(
                uid=f"{asker.booking_id}@{self._airport.iata.lower()}",
                version=max(party["version"], flight.version),
                departs_at=flight.departs.at,
                arrives_at=arrives,
                departure_zone=self._airport.zone,
                arrival_zone=zone,
                summary=f"{flight.number} {flight.origin} → {flight.destination}",
                location=self._where(flight, t),
                description=self._told(party, flight, t),
                url=f"{self._site.deps.settings.public_url}{asker.passes_href}",
                is_cancelled=flight.is_off,
            ),
            clock.now(),
        )
        return _file(ics, "text/calendar; charset=utf-8", f"{flight.number}-{flight.full_date}.ics")

    async def _known(self, request: Request, asker: Asker) -> tuple[Any, list[dict[str, Any]]]:
        """The party, and the passes of its members and of those whom an open page remembers: who was taken off the
        list is in no party any more, and still has to be told."""
        party = await self._askers.ask(request, asker, "get_party")
        ids = [*(one["id"] for one in party["travellers"]), *asked_for(request)]
        asked = [self._pass(request, asker, one) for one in list(dict.fromkeys(ids))[:_MOST]]
        found = await asyncio.gather(*asked)
        return party, [one for one in found if one is not None]

    async def _pass(self, request: Request, asker: Asker, traveller_id: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = await self._askers.ask(
                request, asker, "get_pass", traveller_id=traveller_id
            )
        except ServiceError as exc:
            if exc.code not in {NoPass.code, TravellerNotFound.code}:
                raise
            return None
        return found

    def _shown(self, one: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        name = plain(one["name"])
        label = t("Boarding pass code of %(name)s", name=name)
        return {
            **one,
            "shown": name,
            "baby": plain(one["infant"]) if one["infant"] else "",
            "cabin_word": cabin(one["cabin"], t),
            "services": services(one["specials"], t),
            "ticket_words": _ticket(one["ticket"]),
            "number": f"{one['sequence']:03d}" if one["sequence"] else "",
            "onward_words": t.listing(one["onward"]),
            "label": label,
            "code": aztec_svg(one["bcbp"], label) if one["bcbp"] else "",
            "why": t.name(one["why_void"]["reason"]) if one["why_void"] else "",
        }

    def _printed(self, one: Mapping[str, Any]) -> PrintedPass:
        zh, en = texts("zh"), texts("en")
        first, second = (flown(one["flight"], t, self._site.deps) for t in (zh, en))
        arrives, zone = self._arrival(first)
        entry = self._site.deps.flights.get(first.id)
        return PrintedPass(
            code=one["bcbp"],
            name=plain(one["name"]),
            flight=first.number,
            day=str(first.full_date),
            from_code=first.origin_code,
            from_place=Both(first.origin, second.origin),
            to_code=first.destination_code,
            to_place=Both(first.destination, second.destination),
            departs=first.departs.clock,
            boards=first.boards.clock,
            seat=one["seat"] or "",
            sequence=f"{one['sequence']:03d}",
            cabin=Both(cabin(one["cabin"], zh), cabin(one["cabin"], en)),
            gate=first.gate,
            terminal=first.terminal,
            arrives=f"{arrives.astimezone(ZoneInfo(zone)):%H:%M}" if entry else "",
            gate_closes=first.closes.clock,
            carrier=Both(first.airline, second.airline),
            pnr=one["pnr"],
            ticket=_ticket(one["ticket"]),
            infant=plain(one["infant"]) if one["infant"] else "",
            specials=" ".join(one["specials"]),
            airport=Both(self._airport.name_zh, self._airport.name_en),
            notes=tuple(Both(zh(note), en(note)) for note in _NOTES),
        )

    def _arrival(self, flight: Flown) -> tuple[datetime, str]:
        """When it arrives as expected now, and on the clocks of which zone."""
        entry = self._site.deps.flights.get(flight.id)
        there = entry.flight["arrival"] if entry else {}
        told = next((there[key] for key in ("estimated_at", "scheduled_at") if there.get(key)), None)
        zone = str(there["airport"]["zone"]) if there else self._airport.zone
        if told is None:
            return flight.departs.at + _FLIES, zone
        return max(datetime.fromisoformat(told), flight.departs.at), zone

    def _where(self, flight: Flown, t: Texts) -> str:
        name = self._airport.name_zh if t.language == "zh" else self._airport.name_en
        gate = t("gate %(gate)s", gate=flight.gate) if flight.gate else ""
        return t.listing([part for part in (name, flight.terminal, gate) if part])

    def _told(self, party: Mapping[str, Any], flight: Flown, t: Texts) -> str:
        lines = [
            t(
                "Boarding %(boards)s, gate closes %(closes)s",
                boards=flight.boards.clock,
                closes=flight.closes.clock,
            )
        ]
        lines += [
            f"{plain(one['name'])}: {one['seat'] or '–'}"
            for one in party["travellers"]
            if one["standing"] in INSIDE
        ]
        return "\n".join(lines)


def _ticket(number: str | None) -> str:
    return f"{number[:3]}-{number[3:]}" if number else ""


def _version(passes: Sequence[Mapping[str, Any]]) -> str:
    """Another one whenever a pass would look different."""
    seen = [
        [one["traveller_id"], one["void"], one["boarded"], one["seat"], one["sequence"]] for one in passes
    ]
    return hashlib.sha256(orjson.dumps(sorted(seen))).hexdigest()[:16]


def _file(body: bytes, media_type: str, name: str) -> Response:
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, 200, headers, media_type)

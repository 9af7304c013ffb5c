"""The seat map: drawn from the aircraft's configuration, a seat taken by a tap, fresh while it is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.web.checkin_access import Asker, Askers, asked_for, named, to_ask_again
from gateway.web.checkin_party import who
from gateway.web.checkin_views import cabin, flown, members, over_wing, seat_words
from gateway.web.site import link
from gateway.web.texts import N_, Texts
from gateway.web.visitors import Form, go, is_htmx, page
from kernel.errors import Kind, ServiceError
from services.checkin.errors import NoSeatMap, PartyRefused, SeatRefused, SeatTaken
from services.checkin.schemas import SeatState

STATES: Final = {
    SeatState.FREE: N_("available"),
    SeatState.MINE: N_("yours"),
    SeatState.TAKEN: N_("taken"),
    SeatState.BLOCKED: N_("not in use"),
    SeatState.NOT_FOR_YOU: N_("not for you"),
}
_SEAT: Final = 4
_AGAIN: Final = {Kind.CONFLICT: 409}


class Seats:
    def __init__(self, askers: Askers) -> None:
        self._askers, self._site = askers, askers.site

    async def page(self, request: Request, asker: Asker) -> bytes | Response:
        """GET /checkin/{booking_id}/seats?who=…&for=…&v=…: v, the map that an open page has; nothing when it is still
        the same."""
        party = await self._askers.ask(request, asker, "get_party")
        chosen = who(party, asked_for(request))
        if not chosen or not party["seat_map"] or party["window"]["state"] != "open":
            return go(request, asker.href)
        sitting = _Sitting(party, chosen, request.query_params.get("for", ""))
        drawn = await self._map(request, asker)
        if request.query_params.get("v") == str(drawn["version"]):
            return Response(status_code=204)
        return await self._draw(request, asker, sitting, drawn)

    async def choose(self, request: Request, asker: Asker, form: Form) -> Response:
        """POST /checkin/{booking_id}/seats: one seat for one of the party, at once; a seat that one of them has is
        exchanged. Whoever comes second gets the map as it is by now."""
        t = self._site.texts(request)
        party = await self._askers.ask(request, asker, "get_party")
        chosen = who(party, named(form))
        sitting = _Sitting(party, chosen, form.get("for", ""))
        seat = form.get("seat", "")[:_SEAT]
        if sitting.who is None or not seat:
            return go(request, asker.href)
        seats = sitting.exchange(seat)
        if seats is None:
            sitting.turn_to(seat)
        else:
            try:
                party = await self._take(request, asker, form, sitting, seats)
            except ServiceError as exc:
                return await self._refused(request, asker, sitting, seat, exc)
            sitting = _Sitting(party, who(party, named(form)), sitting.next_id)
            sitting.said = t("Seat %(seat)s is yours.", seat=seat)
        if not is_htmx(request):
            return go(request, link(f"{asker.href}/seats", who=sitting.ids, **{"for": sitting.active}))
        return page(await self._draw(request, asker, sitting, await self._map(request, asker)), t.tag)

    async def _take(
        self, request: Request, asker: Asker, form: Form, sitting: _Sitting, seats: list[dict[str, str]]
    ) -> Any:
        declared = [sitting.active] if form.get("declared") == "yes" else []
        return await self._askers.write(
            request, asker, form, "choose_seats", seats=seats, exit_declared=declared
        )

    async def _refused(
        self, request: Request, asker: Asker, sitting: _Sitting, seat: str, error: ServiceError
    ) -> Response:
        """The map as it is by now, with the reason."""
        if not to_ask_again(error):
            raise error
        t = self._site.texts(request)
        if error.code == SeatRefused.code and error.data.get("code") == "exit_declare":
            sitting.declare = seat
        elif error.code == SeatTaken.code:
            sitting.wrong = t(
                "Somebody was quicker: %(seat)s is taken now. The map is fresh; please choose another seat.",
                seat=t.listing([str(one) for one in error.data.get("seats", [seat])]),
            )
        elif error.code == PartyRefused.code:
            reasons = [t.name(why["reason"]) for one in error.data["travellers"] for why in one["reasons"]]
            sitting.wrong = " ".join(dict.fromkeys(reasons))
        else:
            sitting.wrong = self._askers.said(t, error)
        html = await self._draw(request, asker, sitting, await self._map(request, asker))
        return page(html, t.tag, 200 if sitting.declare else _AGAIN.get(error.kind, 400))

    async def _map(self, request: Request, asker: Asker) -> dict[str, Any]:
        """SeatMapSchema; without cabins while the airline hasn't sent any."""
        try:
            drawn: dict[str, Any] = await self._askers.ask(request, asker, "seat_map")
        except ServiceError as exc:
            if exc.code != NoSeatMap.code:
                raise
            return {"cabins": [], "version": 0, "aircraft": ""}
        return drawn

    async def _draw(
        self, request: Request, asker: Asker, sitting: _Sitting, drawn: Mapping[str, Any]
    ) -> bytes:
        """The page, or for its script the map alone."""
        t = self._site.texts(request)
        travellers = members(sitting.chosen, t)
        mine = {one["id"]: one for one in travellers}
        shown = [one for one in drawn["cabins"] if one["cabin"] in {who["cabin"] for who in travellers}]
        return self._askers.draw(
            request,
            asker,
            "checkin_map.html" if is_htmx(request) else "checkin_seats.html",
            party=sitting.party,
            flight=flown(sitting.party["flight"], t, self._site.deps),
            travellers=travellers,
            active=mine.get(sitting.active),
            who=sitting.ids,
            version=drawn["version"],
            aircraft=drawn["aircraft"],
            cabins=[_cabin(one, t, mine, one in (shown or drawn["cabins"])) for one in drawn["cabins"]],
            declare=sitting.declare,
            wrong=sitting.wrong,
            said=sitting.said,
            here=f"{asker.href}/seats",
            onward=self._onward(asker, sitting),
        )

    @staticmethod
    def _onward(asker: Asker, sitting: _Sitting) -> str:
        """Where it goes on: to the declaration, or back when they are checked in already."""
        if any(one["standing"] == "booked" for one in sitting.chosen):
            return link(f"{asker.href}/declare", who=sitting.ids)
        return asker.passes_href


class _Sitting:
    """Who chooses for whom, and what is said about it."""

    def __init__(self, party: Mapping[str, Any], chosen: Sequence[Mapping[str, Any]], wanted: str) -> None:
        self.party, self.chosen = party, chosen
        by_id = {one["id"]: one for one in chosen}
        first = next((one for one in chosen if not one["seat"]), chosen[0] if chosen else None)
        self.who = by_id.get(wanted, first)
        self.declare, self.wrong, self.said = "", "", ""

    @property
    def active(self) -> str:
        return self.who["id"] if self.who else ""

    @property
    def ids(self) -> str:
        return ",".join(one["id"] for one in self.chosen)

    @property
    def next_id(self) -> str:
        """Whose turn it is after this one: the next without a seat."""
        waiting = [one["id"] for one in self.chosen if not one["seat"] and one["id"] != self.active]
        return waiting[0] if waiting else self.active

    def exchange(self, seat: str) -> list[dict[str, str]] | None:
        """SeatChoiceSchema: who sits where when this one takes `seat`; None: it is somebody's who would have none."""
        wanted = [{"traveller_id": self.active, "seat": seat}]
        holder = next((one for one in self.chosen if one["seat"] == seat), None)
        if holder is None:
            return wanted
        if self.who is None or holder["id"] == self.active or not self.who["seat"]:
            return None
        return [*wanted, {"traveller_id": holder["id"], "seat": self.who["seat"]}]

    def turn_to(self, seat: str) -> None:
        """Choose for whoever sits there."""
        self.who = next((one for one in self.chosen if one["seat"] == seat), self.who)


def _cabin(drawn: Mapping[str, Any], t: Texts, mine: Mapping[str, Any], is_shown: bool) -> dict[str, Any]:
    wings = over_wing(drawn["rows"])
    columns = list(drawn["columns"])
    return {
        "code": drawn["cabin"],
        "name": cabin(drawn["cabin"], t),
        "columns": columns,
        "shown": is_shown,
        "first": drawn["rows"][0]["row"],
        "last": drawn["rows"][-1]["row"],
        "rows": [
            {
                "row": one["row"],
                "exit": one["exit"],
                "wing": one["row"] in wings,
                "places": _places(one, columns, t, mine),
            }
            for one in drawn["rows"]
        ],
    }


def _places(
    drawn: Mapping[str, Any], columns: Sequence[str], t: Texts, mine: Mapping[str, Any]
) -> list[dict[str, Any] | None]:
    """One for each column: a seat, {} where there is none, None for an aisle."""
    seats = {one["column"]: _seat(one, t, mine) for one in drawn["seats"]}
    return [None if column == " " else seats.get(column, {}) for column in columns]


def _seat(one: Mapping[str, Any], t: Texts, mine: Mapping[str, Any]) -> dict[str, Any]:
    holder = mine.get(one["traveller_id"])
    state = SeatState(one["state"])
    words = [t(STATES[state])]
    if holder:
        words = [holder["shown"]]
    attributes = seat_words(one["attributes"], t)
    return {
        "seat": one["seat"],
        "state": state.value,
        "holder": holder,
        "tap": state is SeatState.FREE or holder is not None,
        "legroom": "extra_legroom" in one["attributes"],
        "cot": "bassinet" in one["attributes"],
        "label": t.listing([one["seat"], *([attributes] if attributes else []), *words]),
        "why": t.name(one["why"]["reason"]) if one["why"] else "",
    }

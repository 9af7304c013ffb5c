"""One leg as its own page shows it: two ends, a picture of the way, a timeline, facts, and words when it goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from gateway.web.rows import best_moment, status_word
from gateway.web.texts import N_, Texts
from gateway.web.times import Moment, date_words, instant, moment, span_words, zone_note
from gateway.web.words import ARRIVED, AT_DESTINATION, GONE, MILESTONES
from services.airport import Airport
from services.flights.schemas import Milestone

_TYPES: Final = ("actual_at", "estimated_at", "calculated_at", "target_at")


@dataclass(frozen=True)
class End:
    """One end of the leg, on its own clocks."""

    city: str
    airport: str
    code: str
    scheduled: Moment | None
    best: Moment | None
    happened: bool
    late: bool
    day: str
    zone: str
    terminal: str


@dataclass(frozen=True)
class Step:
    """One milestone: `state` is done, next or ahead."""

    label: str
    best: Moment
    scheduled: Moment | None
    state: str
    kind: str
    there: str


@dataclass(frozen=True)
class Link:
    label: str
    number: str
    href: str


@dataclass(frozen=True)
class Leg:
    id: str
    version: int
    number: str
    airline: str
    airline_code: str
    codeshares: list[str]
    day: str
    departing: bool
    status: str
    word: str
    tone: str
    lateness: str
    is_late: bool
    origin: End
    destination: End
    travelled_pct: int
    progress: str
    duration: str
    stops: list[str]
    facts: list[tuple[str, list[tuple[str, str, str]]]]
    steps: list[Step]
    reasons: list[str]
    advice: list[str]
    links: list[Link]
    updated: Moment | None
    updated_age_s: float


def leg(flight: dict[str, Any], t: Texts, airport: Airport, now: datetime) -> Leg:
    """Everything the page of one FlightSchema document shows at `now`, in one language."""
    word = status_word(flight["status"])
    base = _base_day(flight)
    origin = _end(flight, "departure", t, airport, base)
    destination = _end(flight, "arrival", t, airport, base)
    travelled = _travelled_pct(flight, now)
    updated = instant(flight["updated_at"])
    delay = flight["delay_minutes"]
    return Leg(
        id=flight["id"],
        version=flight["version"],
        number=flight["number"],
        airline=t.name(flight["airline"]["name"]),
        airline_code=flight["airline"]["iata"],
        codeshares=list(flight["codeshares"]),
        day=date_words(t, base),
        departing=flight["direction"] == "departure",
        status=flight["status"],
        word=t(word.text),
        tone=word.tone,
        lateness=_lateness(flight, t),
        is_late=bool(delay and delay > 0),
        origin=origin,
        destination=destination,
        travelled_pct=travelled,
        progress=_progress_words(flight, travelled, origin, destination, now, t),
        duration=_duration(flight, t),
        stops=[t.name(stop["city"]) for stop in flight["route"]] if len(flight["route"]) > 2 else [],
        facts=_facts(flight, t),
        steps=_steps(flight, t, airport, base),
        reasons=[_reason(reason, t) for reason in flight["delay_reasons"]],
        advice=_advice(flight, t, airport),
        links=_links(flight, t),
        updated=moment(updated, airport.zoneinfo, now.astimezone(airport.zoneinfo).date()),
        updated_age_s=max(0.0, (now - updated).total_seconds()) if updated else 0.0,
    )


def _base_day(flight: dict[str, Any]) -> date:
    """The local day of the scheduled departure, from which day offsets count as on a ticket; else its day here."""
    left = instant(flight["departure"]["scheduled_at"])
    if left is None:
        return date.fromisoformat(flight["service_day_local"])
    return left.astimezone(ZoneInfo(flight["departure"]["airport"]["zone"])).date()


def _end(flight: dict[str, Any], side_name: str, t: Texts, airport: Airport, base: date) -> End:
    side = flight[side_name]
    place = side["airport"]
    zone = ZoneInfo(place["zone"])
    scheduled = moment(side["scheduled_at"], zone, base)
    shown = side["actual_at"] or side["estimated_at"]
    best = best_moment(side, scheduled, zone, base) if scheduled else moment(shown, zone, base)
    at = best or scheduled
    return End(
        city=t.name(place["city"]),
        airport=t.name(place["name"]),
        code=place["iata"],
        scheduled=scheduled,
        best=best,
        happened=bool(side["actual_at"]),
        late=bool(best and scheduled and best.at > scheduled.at),
        day=date_words(t, at.at.astimezone(zone).date()) if at else "",
        zone=zone_note(zone, airport.zoneinfo, at.at) if at else "",
        terminal=side["terminal"] or "",
    )


def _lateness(flight: dict[str, Any], t: Texts) -> str:
    minutes = flight["delay_minutes"]
    if minutes is None or flight["status"] == "cancelled":
        return ""
    if minutes == 0:
        return t("on time")
    words = N_("%(span)s late") if minutes > 0 else N_("%(span)s early")
    return t(words, span=span_words(t, minutes))


def _known(side: dict[str, Any]) -> datetime | None:
    return instant(side["actual_at"] or side["estimated_at"] or side["scheduled_at"])


def _travelled_pct(flight: dict[str, Any], now: datetime) -> int:
    """How much of the way is behind it, by the clock: 0 before it leaves, 100 when it is in."""
    if flight["status"] in ARRIVED or flight["arrival"]["actual_at"]:
        return 100
    if flight["status"] not in GONE | {"diverted"}:
        return 0
    left, due = _known(flight["departure"]), _known(flight["arrival"])
    if left is None or due is None or due <= left:
        return 50
    return round(100 * min(0.97, max(0.03, (now - left) / (due - left))))


def _progress_words(
    flight: dict[str, Any], pct: int, origin: End, destination: End, now: datetime, t: Texts
) -> str:
    """What the picture of the way says, for those who don't see it."""
    cities = {"origin": origin.city, "destination": destination.city}
    status = flight["status"]
    if status == "cancelled":
        return t("%(origin)s to %(destination)s: the flight does not take place.", **cities)
    if status == "diverted" and flight["diverted_to"]:
        place = t.name(flight["diverted_to"]["city"])
        return t("From %(origin)s to %(destination)s, diverted to %(place)s.", **cities, place=place)
    if pct == 100:
        return t("Arrived in %(destination)s from %(origin)s.", **cities)
    if pct == 0:
        return t("Not yet on its way from %(origin)s to %(destination)s.", **cities)
    due = _known(flight["arrival"])
    if due is None or due <= now:
        return t("On its way from %(origin)s to %(destination)s.", **cities)
    span = span_words(t, max(1, int((due - now).total_seconds() // 60)))
    return t("On its way from %(origin)s to %(destination)s, %(span)s to go.", **cities, span=span)


def _duration(flight: dict[str, Any], t: Texts) -> str:
    left, due = _known(flight["departure"]), _known(flight["arrival"])
    if left is None or due is None or due <= left:
        return ""
    return span_words(t, int((due - left).total_seconds() // 60))


def _facts(flight: dict[str, Any], t: Texts) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """What is known of each end and of the aircraft: (of what, [(key, label, value)]); our own airport comes first."""
    out, arrival, aircraft = flight["departure"], flight["arrival"], flight["aircraft"]
    departing = [
        ("terminal", N_("Terminal"), out["terminal"]),
        ("counters", N_("Check-in counters"), out["check_in_counters"]),
        ("security", N_("Security"), out["security"]),
        ("gate", N_("Gate"), out["gate"]),
        ("stand", N_("Stand"), out["stand"]),
    ]
    arriving = [
        ("terminal", N_("Terminal"), arrival["terminal"]),
        ("belt", N_("Baggage belt"), arrival["belt"]),
        ("gate", N_("Gate"), arrival["gate"]),
        ("stand", N_("Stand"), arrival["stand"]),
    ]
    craft = [
        ("type", N_("Type"), aircraft.get("type")),
        ("registration", N_("Registration"), aircraft.get("registration")),
    ]
    ends = [
        (t("Departure from %(city)s", city=t.name(out["airport"]["city"])), departing),
        (t("Arrival in %(city)s", city=t.name(arrival["airport"]["city"])), arriving),
    ]
    if flight["direction"] == "arrival":
        ends.reverse()
    groups = [*ends, (t(N_("Aircraft")), craft)]
    known = [(of, [(key, t(label), value) for key, label, value in facts if value]) for of, facts in groups]
    return [(of, facts) for of, facts in known if facts]


def _steps(flight: dict[str, Any], t: Texts, airport: Airport, base: date) -> list[Step]:
    """The milestones with a time, in the order of a normal day; the first not done is the next."""
    times = {name: dict(value) for name, value in flight["milestones"].items()}
    known = [(name, times[name]) for name in Milestone if any(times.get(name, {}).values())]
    done = max((i for i, (_, at) in enumerate(known) if at.get("actual_at")), default=-1)
    steps = []
    for i, (name, at) in enumerate(known):
        side = flight["arrival" if name in AT_DESTINATION else "departure"]["airport"]
        zone = ZoneInfo(side["zone"])
        kind = next((kind for kind in _TYPES if at.get(kind)), "scheduled_at")
        best, scheduled = moment(at[kind], zone, base), moment(at.get("scheduled_at"), zone, base)
        if best is None:
            continue
        same = scheduled is None or kind == "scheduled_at" or scheduled.clock == best.clock
        state = "done" if i <= done else "next" if i == done + 1 else "ahead"
        if flight["status"] == "cancelled" and state == "next":
            state = "ahead"
        steps.append(
            Step(
                label=t(MILESTONES[name]),
                best=best,
                scheduled=None if same else scheduled,
                state=state,
                kind=_kind_words(kind, t),
                there=zone_note(zone, airport.zoneinfo, best.at),
            )
        )
    return steps


def _kind_words(kind: str, t: Texts) -> str:
    if kind == "actual_at":
        return t(N_("actual"))
    return t(N_("scheduled")) if kind == "scheduled_at" else t(N_("estimated"))


def _reason(reason: dict[str, Any], t: Texts) -> str:
    words = t.name(reason["text"])
    words = words[:1].upper() + words[1:]
    if reason["minutes"]:
        return t("%(reason)s (%(span)s)", reason=words, span=span_words(t, reason["minutes"]))
    return words


def _advice(flight: dict[str, Any], t: Texts, airport: Airport) -> list[str]:
    """What to do when the flight doesn't run as planned."""
    airline = t.name(flight["airline"]["name"])
    ask = t("Questions? Call the airport at %(phone)s.", phone=airport.phone)
    if flight["status"] == "cancelled":
        rebook = t("This flight is cancelled. %(airline)s rebooks or refunds you.", airline=airline)
        return [rebook, t("Please don't go to the gate; ask at the airline's counter first."), ask]
    if flight["status"] == "diverted":
        place = flight["diverted_to"]
        went = (
            t("This flight goes to %(place)s instead.", place=t.name(place["city"]))
            if place
            else t("This flight goes to another airport.")
        )
        on = t("Greeters: please wait for news before you set out.")
        if flight["onward"]:
            on = t("The journey goes on as %(number)s.", number=flight["onward"]["number"])
        return [went, on, ask]
    if flight["status"] == "returned":
        back = t("This flight came back to where it started.")
        return [
            back,
            t("Please stay near the gate and listen for announcements; a new time will show here."),
            ask,
        ]
    return []


def _links(flight: dict[str, Any], t: Texts) -> list[Link]:
    found = []
    for key, label in (("inbound", N_("Incoming aircraft")), ("onward", N_("Onward flight"))):
        other = flight[key]
        if other:
            href = f"/flights/{other['flight_id']}" if other["known"] else ""
            found.append(Link(t(label), other["number"], href))
    return found

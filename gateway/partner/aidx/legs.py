"""One FlightLeg as an update: the mapping that docs/partner-api.md shows as a table.

An element that is missing says nothing; one with xsi:nil="true" takes the value back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from gateway.partner.aidx import values
from gateway.partner.aidx.tree import Node
from gateway.partner.aidx.values import BadLeg, attribute, only, required
from gateway.partner.aidx.vocabulary import AIRPORT_PLACES, MILESTONES, REINSTATED, STATUSES, TIME_TYPES
from services.flights.schemas import Status

MAX_DELAYS: Final = 8


def update_of(leg: Node, event_at: str, sequence: int) -> dict[str, Any]:
    """The update that a FlightLeg stands for, as flights' UpdateSchema loads it. Raises BadLeg.

    event_at and sequence are the message's: AIDX states them once for all its legs.
    """
    special = only(leg, "SpecialAction")
    if special is not None and special.text.strip() == "Delete":
        raise BadLeg.at("not_supported", special)
    identifier = only(leg, "LegIdentifier")
    if identifier is None:
        raise BadLeg("missing", f"{leg.path}/LegIdentifier", leg.line)
    key = _key(identifier)
    update: dict[str, Any] = {"leg": key, "event_at": event_at, "sequence": sequence}
    data = only(leg, "LegData")
    if data is None:
        return update
    update.update(_status(data, key))
    update["times"] = _times(data)
    update.update(_resources(data))
    update.update(_aircraft(data))
    update.update(_lists(data))
    update.update(_neighbours(data, key))
    return update


def _key(node: Node) -> dict[str, Any]:
    repeat = only(node, "RepeatNumber")
    number = values.text(required(node, "FlightNumber"))
    if not number.isascii():
        raise BadLeg.at("wrong_form", required(node, "FlightNumber"))
    return {
        "airline": values.airline(required(node, "Airline")),
        "number": values.number(required(node, "FlightNumber")),
        "suffix": values.suffix(only(node, "OperationalSuffix")),
        "departure_airport": values.airport(required(node, "DepartureAirport")),
        "arrival_airport": values.airport(required(node, "ArrivalAirport")),
        "origin_date": values.day(required(node, "OriginDate")),
        "repeat": 1 if repeat is None or repeat.nil else _repeat(repeat),
    }


def _repeat(node: Node) -> int:
    # some senders count repeats from 0; both 0 and 1 are the first
    return max(1, values.whole(values.text(node), 0, values.MAX_REPEAT, node.path, node.line))


def _status(data: Node, key: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in data.all("OperationalStatus"):
        if node.nil:
            continue
        code = values.text(node)
        if code == REINSTATED:
            found["reinstated"] = True
        elif code in STATUSES:
            if found.get("status", STATUSES[code]) is not STATUSES[code]:
                raise BadLeg.at("contradiction", node)
            found["status"] = STATUSES[code]
        if found.get("reinstated") and found.get("status") is Status.CANCELLED:
            raise BadLeg.at("contradiction", node)
    if found.get("status") is Status.DIVERTED:
        airports = [values.airport(node) for node in _ordered(data.all("PlannedArrivalAptHistory"))]
        if airports and airports[-1] != key["arrival_airport"]:
            found["diverted_to"] = airports[-1]
    if "status" in found:
        found["status"] = found["status"].value
    return found


def _times(data: Node) -> dict[str, dict[str, str | None]]:
    """By milestone and kind of time. A time means nothing without both its qualifier and its type."""
    times: dict[str, dict[str, str | None]] = {}
    for node in data.all("OperationTime"):
        qualifier, time_type = attribute(node, "OperationQualifier"), attribute(node, "TimeType")
        if time_type not in TIME_TYPES:
            raise BadLeg("unknown_code", f"{node.path}/@TimeType", node.line)
        milestone = MILESTONES.get(qualifier)
        if milestone is None:
            continue
        value = None if node.nil else values.instant(node)
        of_milestone = times.setdefault(milestone.value, {})
        kind = TIME_TYPES[time_type]
        if of_milestone.get(kind, value) != value:
            raise BadLeg.at("contradiction", node)
        of_milestone[kind] = value
    return times


def _resources(data: Node) -> dict[str, dict[str, str | None]]:
    """Gates, terminals, stands, belts and counters by the side of the leg; Actual counts more than Planned."""
    sides: dict[str, dict[str, str | None]] = {}
    for usage in ("Planned", "Actual"):
        for resources in data.all("AirportResources"):
            written = attribute(resources, "Usage")
            if written not in {"Planned", "Actual"}:
                raise BadLeg("unknown_code", f"{resources.path}/@Usage", resources.line)
            if written != usage:
                continue
            for resource in resources.all("Resource"):
                side = attribute(resource, "DepartureOrArrival")
                if side not in AIRPORT_PLACES:
                    raise BadLeg("unknown_code", f"{resource.path}/@DepartureOrArrival", resource.line)
                sides.setdefault(side.lower(), {}).update(_places(resource, side))
    return sides


def _places(resource: Node, side: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, field in AIRPORT_PLACES[side].items():
        nodes = _ordered(resource.all(name))
        if nodes:
            shown = [values.text(node) for node in nodes if not node.nil]
            found[field] = "/".join(dict.fromkeys(shown)) or None
    counters = _ordered(resource.all("CheckInInfo"))
    if counters and side == "Departure":
        shown = [_counters(node) for node in counters if not node.nil]
        found["check_in_counters"] = ",".join(shown) or None
    return found


def _counters(node: Node) -> str:
    first, last = values.text(required(node, "FirstPosition")), only(node, "LastPosition")
    if last is None or last.nil or values.text(last) == first:
        return first
    return f"{first}-{values.text(last)}"


def _aircraft(data: Node) -> dict[str, Any]:
    info = only(data, "AircraftInfo")
    if info is None:
        return {}
    found: dict[str, str | None] = {}
    for name in ("AircraftType", "AircraftSubType"):
        node = only(info, name)
        if node is not None:
            found["type"] = None if node.nil else values.text(node)
    registration = only(info, "Registration")
    if registration is not None:
        found["registration"] = None if registration.nil else values.text(registration)
    return {"aircraft": found}


def _lists(data: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    delays = _ordered(data.all("IrregularityDelay"))
    if len(delays) > MAX_DELAYS:
        raise BadLeg.at("too_many", delays[MAX_DELAYS])
    if delays:
        found["delays"] = [_delay(node) for node in delays if not node.nil] or None
    shares = _ordered([*data.all("CodeShareInfo"), *data.all("MarketingAirline")])
    if shares:
        found["codeshares"] = list(dict.fromkeys(_share(node) for node in shares if not node.nil)) or None
    return found


def _delay(node: Node) -> dict[str, Any]:
    duration = only(node, "Duration")
    return {
        "code": values.text(required(node, "ReasonCode")),
        "minutes": None if duration is None or duration.nil else values.minutes(duration),
    }


def _share(node: Node) -> str:
    number = values.number(required(node, "FlightNumber")).lstrip("0") or "0"
    return values.airline(required(node, "Airline")) + number + values.suffix(only(node, "OperationalSuffix"))


def _neighbours(data: Node, key: dict[str, Any]) -> dict[str, Any]:
    """The leg that brings the aircraft, and all airports of the journey."""
    found: dict[str, Any] = {}
    for node in data.all("AssociatedFlightLegAircraft"):
        if not node.nil:
            other = _key(node)
            # the element doesn't say whether it comes before or after: the airport where they meet does
            if other["arrival_airport"] == key["departure_airport"]:
                found["inbound"] = other
    hops = [
        (
            node,
            values.airport(required(node, "DepartureAirport")),
            values.airport(required(node, "ArrivalAirport")),
        )
        for node in _ordered(data.all("AssociatedFlightLegSchedule"))
        if not node.nil
    ]
    if hops:
        route = [hops[0][1]]
        for node, departure, arrival in hops:
            if departure != route[-1]:
                raise BadLeg.at("contradiction", node)
            route.append(arrival)
        found["route"] = route
    return found


def _ordered(nodes: Iterable[Node]) -> list[Node]:
    """By RepeatIndex where given, else as they came."""
    listed = list(nodes)

    def place(node: Node) -> int:
        written = node.attributes.get("RepeatIndex", "").strip()
        return values.whole(written, 0, 9999, f"{node.path}/@RepeatIndex", node.line) if written else 0

    return sorted(listed, key=place)

"""FRONT DOOR: arguments and results of every RPC of flights, and the vocabularies they use.

Instants are aware: what comes in carries an offset, what goes out is UTC with `Z`. `_local` dates are the
service day at the airport we serve. Null means "not known"; a key left out of an update means "unchanged",
null in an update means "no longer known".
Schemas are module-level instances; loading refuses unknown fields.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from marshmallow import RAISE, Schema, fields, validate

MAX_BATCH: Final = 1000
"""Items in one report_updates call."""
MAX_PAGE: Final = 500
"""Flights in one page of search_flights or list_window."""


class Status(StrEnum):
    """The airport's own words for where a leg stands, in the order of a normal day."""

    SCHEDULED = "scheduled"
    RESCHEDULED = "rescheduled"
    DELAYED = "delayed"
    CHECK_IN_OPEN = "check_in_open"
    BOARDING_SOON = "boarding_soon"
    BOARDING = "boarding"
    LAST_CALL = "last_call"
    GATE_CLOSED = "gate_closed"
    DEPARTED = "departed"  # off block
    AIRBORNE = "airborne"  # took off
    EXPECTED = "expected"  # on its way here with an estimate
    LANDED = "landed"
    BAGS_ON_BELT = "bags_on_belt"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    DIVERTED = "diverted"
    RETURNED = "returned"  # back at the stand, or back in the air to where it came from


class Milestone(StrEnum):
    """What a time is about; the AIDX operation qualifier stands beside it."""

    CHECK_IN_OPEN = "check_in_open"  # CHK
    CHECK_IN_CLOSE = "check_in_close"  # CHC
    GATE_OPEN = "gate_open"  # GTO
    BOARDING_START = "boarding_start"  # BST
    FINAL_CALL = "final_call"  # FCT
    BOARDING_END = "boarding_end"  # BEN
    GATE_CLOSE = "gate_close"  # GCL
    READY = "ready"  # RDT
    OFF_BLOCK = "off_block"  # OFB
    TAKE_OFF = "take_off"  # TKO
    TEN_MILES_OUT = "ten_miles_out"  # TEN
    TOUCH_DOWN = "touch_down"  # TDN
    ON_BLOCK = "on_block"  # ONB
    FIRST_BAG = "first_bag"  # FBG
    LAST_BAG = "last_bag"  # LBG


class TimeType(StrEnum):
    SCHEDULED = "scheduled"  # SCT
    ESTIMATED = "estimated"  # EST
    TARGET = "target"  # TAR
    CALCULATED = "calculated"  # CAL
    ACTUAL = "actual"  # ACT


class SourceKind(StrEnum):
    """Who reports; for each field a table in domain.py says whose word counts more."""

    SCHEDULE = "schedule"  # a timetable import
    HANDLER = "handler"
    AIRLINE = "airline"
    AIRPORT = "airport"  # the airport's flight desk or operational database


class Outcome(StrEnum):
    APPLIED = "applied"  # at least one field or state of the flight follows this report
    OLDER = "older"  # a repeat, or everything it says was overtaken by newer or weightier news
    REFUSED = "refused"


class _Strict(Schema):
    class Meta:
        unknown = RAISE


_IATA_AIRPORT = validate.Regexp(r"^[A-Z]{3}$")
_IATA_AIRLINE = validate.Regexp(r"^(?:[A-Z]{2}|[A-Z][0-9]|[0-9][A-Z]|[A-Z]{3})$")
_SHORT = validate.Length(min=1, max=12)


# --- what comes in: report_updates -----------------------------------------------------------------


class LegKeySchema(_Strict):
    """The identity of a leg, as AIDX has it. It never changes, whatever happens to the leg."""

    airline = fields.String(required=True, validate=_IATA_AIRLINE)
    number = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{1,4}$"))
    suffix = fields.String(load_default="", validate=validate.Regexp(r"^[A-Z]?$"))
    departure_airport = fields.String(required=True, validate=_IATA_AIRPORT)
    arrival_airport = fields.String(required=True, validate=_IATA_AIRPORT)
    origin_date = fields.Date(
        required=True, metadata={"description": "UTC date of the first leg's scheduled departure"}
    )
    repeat = fields.Integer(
        load_default=1,
        strict=True,
        validate=validate.Range(min=1, max=9),
        metadata={"description": "2… for a second leg with the same number, route and day"},
    )


class TimesSchema(_Strict):
    """One milestone: aware instants by time type; a key left out is unchanged, null takes it back."""

    scheduled_at = fields.AwareDateTime(allow_none=True)
    estimated_at = fields.AwareDateTime(allow_none=True)
    target_at = fields.AwareDateTime(allow_none=True)
    calculated_at = fields.AwareDateTime(allow_none=True)
    actual_at = fields.AwareDateTime(allow_none=True)


class DepartureResourcesSchema(_Strict):
    terminal = fields.String(allow_none=True, validate=_SHORT)
    check_in_counters = fields.String(allow_none=True, validate=validate.Length(min=1, max=24))
    security = fields.String(allow_none=True, validate=_SHORT)
    gate = fields.String(allow_none=True, validate=_SHORT)
    stand = fields.String(allow_none=True, validate=_SHORT)


class ArrivalResourcesSchema(_Strict):
    terminal = fields.String(allow_none=True, validate=_SHORT)
    gate = fields.String(allow_none=True, validate=_SHORT)
    stand = fields.String(allow_none=True, validate=_SHORT)
    belt = fields.String(allow_none=True, validate=_SHORT)


class AircraftSchema(_Strict):
    type = fields.String(allow_none=True, validate=validate.Length(min=2, max=4))
    registration = fields.String(allow_none=True, validate=validate.Regexp(r"^[A-Z0-9-]{2,10}$"))


class DelaySchema(_Strict):
    code = fields.String(
        required=True, validate=validate.Regexp(r"^[0-9]{2}[A-Z]?$"), metadata={"description": "AHM 732"}
    )
    minutes = fields.Integer(allow_none=True, strict=True, validate=validate.Range(min=0, max=5999))


class UpdateSchema(_Strict):
    """One report about one leg."""

    leg = fields.Nested(LegKeySchema, required=True)
    event_at = fields.AwareDateTime(
        required=True, metadata={"description": "when it happened or was decided"}
    )
    sequence = fields.Integer(
        load_default=0,
        strict=True,
        validate=validate.Range(min=0, max=2**31 - 1),
        metadata={"description": "orders reports of the same instant"},
    )
    status = fields.Enum(Status, by_value=True, load_default=None, allow_none=True)
    reinstated = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "takes a cancellation back (AIDX SQ)"},
    )
    times = fields.Dict(
        keys=fields.Enum(Milestone, by_value=True), values=fields.Nested(TimesSchema), load_default=dict
    )
    departure = fields.Nested(DepartureResourcesSchema, load_default=dict)
    arrival = fields.Nested(ArrivalResourcesSchema, load_default=dict)
    aircraft = fields.Nested(AircraftSchema, load_default=dict)
    delays = fields.List(fields.Nested(DelaySchema), allow_none=True, validate=validate.Length(max=8))
    codeshares = fields.List(
        fields.String(validate=validate.Regexp(r"^[A-Z0-9]{2,3}[0-9]{1,4}[A-Z]?$")),
        allow_none=True,
        validate=validate.Length(max=12),
    )
    route = fields.List(
        fields.String(validate=_IATA_AIRPORT),
        allow_none=True,
        validate=validate.Length(min=2, max=9),
        metadata={"description": "all airports of the journey this leg belongs to, in order"},
    )
    diverted_to = fields.String(allow_none=True, validate=_IATA_AIRPORT)
    inbound = fields.Nested(
        LegKeySchema, allow_none=True, metadata={"description": "the leg that brings the aircraft"}
    )
    onward = fields.Nested(
        LegKeySchema, allow_none=True, metadata={"description": "the leg that takes diverted passengers on"}
    )


class SourceSchema(_Strict):
    """Who reports: filled in by the gateway from the partner's identity, never by the partner."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=64))
    kind = fields.Enum(SourceKind, by_value=True, required=True)
    airlines = fields.List(
        fields.String(),
        load_default=list,
        metadata={"description": 'airlines it may report for; ["*"] is all'},
    )


class ReportUpdatesSchema(_Strict):
    """Items are raw: each is judged on its own, so that one bad item doesn't cost the others."""

    request_id = fields.String(required=True, validate=validate.Length(min=8, max=128))
    source = fields.Nested(SourceSchema, required=True)
    items = fields.List(fields.Raw(), required=True)


class ItemResultSchema(Schema):
    index = fields.Integer(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    flight_id = fields.String(allow_none=True)
    reason = fields.String(allow_none=True, metadata={"description": "errors.Refusal, when refused"})
    detail = fields.Dict(allow_none=True, metadata={"description": "what the reason is about, JSON"})


class ReportResultSchema(Schema):
    results = fields.List(fields.Nested(ItemResultSchema), required=True)
    applied = fields.Integer(required=True)
    older = fields.Integer(required=True)
    refused = fields.Integer(required=True)


# --- what goes out: the flight ---------------------------------------------------------------------


class NameSchema(Schema):
    zh = fields.String(required=True)
    en = fields.String(required=True)


class AirportRefSchema(Schema):
    iata = fields.String(required=True)
    icao = fields.String(allow_none=True)
    name = fields.Nested(NameSchema, required=True)
    city = fields.Nested(NameSchema, required=True)
    zone = fields.String(required=True, metadata={"description": "IANA time zone"})


class AirlineRefSchema(Schema):
    iata = fields.String(required=True)
    name = fields.Nested(NameSchema, required=True)


class MilestoneTimesSchema(Schema):
    scheduled_at = fields.AwareDateTime(allow_none=True)
    estimated_at = fields.AwareDateTime(allow_none=True)
    target_at = fields.AwareDateTime(allow_none=True)
    calculated_at = fields.AwareDateTime(allow_none=True)
    actual_at = fields.AwareDateTime(allow_none=True)


class DepartureSchema(Schema):
    airport = fields.Nested(AirportRefSchema, required=True)
    scheduled_at = fields.AwareDateTime(required=True, metadata={"description": "STD, off block"})
    estimated_at = fields.AwareDateTime(allow_none=True, metadata={"description": "ETD"})
    actual_at = fields.AwareDateTime(allow_none=True, metadata={"description": "ATD"})
    terminal = fields.String(allow_none=True)
    check_in_counters = fields.String(allow_none=True)
    security = fields.String(allow_none=True)
    gate = fields.String(allow_none=True)
    stand = fields.String(allow_none=True)


class ArrivalSchema(Schema):
    airport = fields.Nested(AirportRefSchema, required=True)
    scheduled_at = fields.AwareDateTime(allow_none=True, metadata={"description": "STA, on block"})
    estimated_at = fields.AwareDateTime(allow_none=True, metadata={"description": "ETA"})
    actual_at = fields.AwareDateTime(allow_none=True, metadata={"description": "ATA"})
    terminal = fields.String(allow_none=True)
    gate = fields.String(allow_none=True)
    stand = fields.String(allow_none=True)
    belt = fields.String(allow_none=True)


class DelayReasonSchema(Schema):
    code = fields.String(required=True)
    minutes = fields.Integer(allow_none=True)
    text = fields.Nested(NameSchema, required=True)


class LegRefSchema(Schema):
    flight_id = fields.String(required=True)
    number = fields.String(required=True)
    known = fields.Boolean(required=True, metadata={"description": "whether we have this leg"})


class FlightSchema(Schema):
    """One leg as everybody sees it."""

    id = fields.String(required=True, metadata={"example": "CZ3101-20261123-CSX-PEK"})
    version = fields.Integer(
        required=True, metadata={"description": "grows by one with every visible change"}
    )
    number = fields.String(required=True, metadata={"example": "CZ3101"})
    airline = fields.Nested(AirlineRefSchema, required=True)
    codeshares = fields.List(fields.String(), required=True)
    direction = fields.String(required=True, validate=validate.OneOf(["departure", "arrival"]))
    service_day_local = fields.Date(
        required=True, metadata={"description": "day of its scheduled time at the airport we serve"}
    )
    board_at = fields.AwareDateTime(
        required=True, metadata={"description": "its scheduled time here; what boards are sorted by"}
    )
    status = fields.Enum(Status, by_value=True, required=True)
    delay_minutes = fields.Integer(
        allow_none=True, metadata={"description": "best known minus scheduled time here; negative is early"}
    )
    departure = fields.Nested(DepartureSchema, required=True)
    arrival = fields.Nested(ArrivalSchema, required=True)
    milestones = fields.Dict(
        keys=fields.Enum(Milestone, by_value=True), values=fields.Nested(MilestoneTimesSchema), required=True
    )
    route = fields.List(fields.Nested(AirportRefSchema), required=True)
    aircraft = fields.Nested(AircraftSchema, required=True)
    delay_reasons = fields.List(fields.Nested(DelayReasonSchema), required=True)
    diverted_to = fields.Nested(AirportRefSchema, allow_none=True)
    inbound = fields.Nested(LegRefSchema, allow_none=True)
    onward = fields.Nested(LegRefSchema, allow_none=True)
    keywords = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "normalised texts it is found by; see query.py"},
    )
    updated_at = fields.AwareDateTime(
        required=True, metadata={"description": "event time of the newest news in it"}
    )


class ChangeSchema(Schema):
    """One visible change: `field` is a path such as departure.gate or milestones.off_block.estimated_at."""

    field = fields.String(required=True)
    old = fields.Raw(allow_none=True)
    new = fields.Raw(allow_none=True)
    event_at = fields.AwareDateTime(required=True, metadata={"description": "when it happened, as reported"})
    recorded_at = fields.AwareDateTime(required=True, metadata={"description": "when we learnt of it"})
    source_kind = fields.Enum(SourceKind, by_value=True, required=True)
    source_name = fields.String(
        required=True, metadata={"description": "for staff; the public API leaves it out"}
    )


# --- get_flight, get_history, search_flights, list_window ------------------------------------------


class FlightIdSchema(_Strict):
    flight_id = fields.String(required=True, validate=validate.Length(min=3, max=64))


class HistorySchema(Schema):
    flight_id = fields.String(required=True)
    changes = fields.List(
        fields.Nested(ChangeSchema), required=True, metadata={"description": "newest first"}
    )


class SearchSchema(_Strict):
    """All given conditions hold together; days and times of day are local to the airport we serve."""

    text = fields.String(
        load_default="",
        validate=validate.Length(max=64),
        metadata={"description": "anything a person types; see query.py"},
    )
    direction = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(["departure", "arrival"])
    )
    day_local = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "default: today, and tomorrow's early hours"},
    )
    from_time_local = fields.Time(load_default=None, allow_none=True, format="%H:%M")
    to_time_local = fields.Time(load_default=None, allow_none=True, format="%H:%M")
    place = fields.String(
        load_default="",
        validate=validate.Length(max=64),
        metadata={"description": "the other end: city, airport or code"},
    )
    airline = fields.String(load_default="", validate=validate.Length(max=32))
    terminal = fields.String(load_default="", validate=validate.Length(max=12))
    limit = fields.Integer(load_default=50, strict=False, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = fields.String(load_default="", validate=validate.Length(max=128))


class FlightPageSchema(Schema):
    flights = fields.List(fields.Nested(FlightSchema), required=True)
    cursor = fields.String(allow_none=True, metadata={"description": "null on the last page"})


class WindowSchema(_Strict):
    """Pages of every leg whose board_at lies in [from_at, to_at), in (board_at, id) order."""

    from_at = fields.AwareDateTime(required=True)
    to_at = fields.AwareDateTime(required=True)
    limit = fields.Integer(load_default=MAX_PAGE, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = fields.String(load_default="", validate=validate.Length(max=128))


class DigestArgumentsSchema(_Strict):
    from_at = fields.AwareDateTime(required=True)
    to_at = fields.AwareDateTime(required=True)


class DigestSchema(Schema):
    """What a cache compares itself with: equal digests mean equal windows."""

    count = fields.Integer(required=True)
    version_sum = fields.Integer(
        required=True, metadata={"description": "sum of the versions of all legs in the window"}
    )


class RefusalRecordSchema(Schema):
    recorded_at = fields.AwareDateTime(required=True)
    flight_id = fields.String(allow_none=True)
    source_name = fields.String(required=True)
    reason = fields.String(required=True)
    detail = fields.Dict(required=True)
    item = fields.Raw(required=True, metadata={"description": "the update as it came"})


class ListRefusalsSchema(_Strict):
    """For the flight desk: what was refused, newest first."""

    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = fields.String(load_default="", validate=validate.Length(max=128))


class RefusalPageSchema(Schema):
    refusals = fields.List(fields.Nested(RefusalRecordSchema), required=True)
    cursor = fields.String(allow_none=True)

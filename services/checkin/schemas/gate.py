"""The gate and the desk: what airlines' gates and the airport's staff ask, and what they are answered."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict
from services.checkin.schemas.lists import PartnerSchema
from services.checkin.schemas.results import ReasonSchema, SeatMapSchema, TripFlightSchema, WindowSchema
from services.checkin.schemas.shared import (
    flight_id,
    request_id,
    seat,
    short,
)
from services.checkin.schemas.vocabulary import MAX_SCANS, Scan, StaffAction, Standing, TravellerKind


class ScanRequestSchema(Strict):
    """A boarding pass that was held under a reader, or a sequence number that was typed.

    scan_id: the device's own; the same one again gets the same answer.
    """

    scan_id = short(64, required=True)
    scanned_at = fields.AwareDateTime(required=True)
    code = fields.String(
        load_default="",
        validate=validate.Length(max=1000),
        metadata={"description": "BCBP text as it was read"},
    )
    sequence = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=9999))

    @validates_schema
    def _one(self, data: dict[str, object], **_: object) -> None:
        if bool(data["code"]) == (data["sequence"] is not None):
            raise ValidationError("Exactly one of code and sequence.", "code")


class BoardScanSchema(ScanRequestSchema):
    partner = fields.Nested(PartnerSchema, required=True)
    flight_id = flight_id()
    device = short(64, required=True)


class SyncScansSchema(Strict):
    """What a gate let through while it had no network, in the order of its scans."""

    partner = fields.Nested(PartnerSchema, required=True)
    flight_id = flight_id()
    device = short(64, required=True)
    scans = fields.List(
        fields.Nested(ScanRequestSchema), required=True, validate=validate.Length(min=1, max=MAX_SCANS)
    )


class CountsSchema(Exact):
    """Travellers with a seat of their own; infants beside them."""

    booked = fields.Integer(required=True, metadata={"description": "on the list, whatever became of them"})
    checked_in = fields.Integer(required=True, metadata={"description": "boarded ones among them"})
    boarded = fields.Integer(required=True)
    off_loaded = fields.Integer(required=True)
    infants = fields.Integer(required=True, metadata={"description": "of those who are checked in"})
    infants_boarded = fields.Integer(required=True)


class ScanResultSchema(Exact):
    """moved: the seat isn't the one on the pass that was shown. conflict: see SyncScansSchema: the gate let
    them through without a network, and would not have with one."""

    scan_id = fields.String(required=True)
    result = fields.Enum(Scan, by_value=True, required=True)
    sequence = fields.Integer(required=True, allow_none=True)
    traveller_id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    seat = fields.String(required=True, allow_none=True)
    moved = fields.Boolean(required=True)
    specials = fields.List(fields.String(), required=True)
    infant = fields.Boolean(required=True)
    boarded_at = fields.AwareDateTime(required=True, allow_none=True)
    boarded_by = fields.String(required=True, allow_none=True, metadata={"description": "device"})
    conflict = fields.Boolean(required=True)


class ScanSchema(Exact):
    scan = fields.Nested(ScanResultSchema, required=True)
    counts = fields.Nested(CountsSchema, required=True)


class SyncedScansSchema(Exact):
    scans = fields.List(fields.Nested(ScanResultSchema), required=True)
    counts = fields.Nested(CountsSchema, required=True)


class UndoBoardingSchema(Strict):
    request_id = request_id()
    partner = fields.Nested(PartnerSchema, required=True)
    flight_id = flight_id()
    device = short(64, required=True)
    sequence = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=9999))
    reason = short(200, required=True)


class UndoneSchema(Exact):
    traveller_id = fields.String(required=True)
    counts = fields.Nested(CountsSchema, required=True)


class GateFlightSchema(Strict):
    """boarding_counts."""

    partner = fields.Nested(PartnerSchema, required=True)
    flight_id = flight_id()


class GateCountsSchema(Exact):
    flight_id = fields.String(required=True)
    version = fields.Integer(required=True)
    counts = fields.Nested(CountsSchema, required=True)


class GetBoardingListSchema(GateFlightSchema):
    """version: the list that the gate has; when nothing changed since, it isn't sent again."""

    version = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=0))


class BoardingEntrySchema(Exact):
    """Enough to answer a scan without a network."""

    traveller_id = fields.String(required=True)
    sequence = fields.Integer(required=True)
    pnr = fields.String(required=True)
    name = fields.String(required=True)
    seat = fields.String(required=True, allow_none=True)
    cabin = fields.String(required=True)
    standing = fields.Enum(Standing, by_value=True, required=True)
    specials = fields.List(fields.String(), required=True)
    infant = fields.Boolean(required=True)


class BoardingListSchema(Exact):
    """entries: everybody with a sequence number, by it; null: as of the version that was asked with.

    void: sequence numbers that were given once and are no longer good.
    """

    flight = fields.Nested(TripFlightSchema, required=True)
    version = fields.Integer(required=True)
    entries = fields.List(fields.Nested(BoardingEntrySchema), required=True, allow_none=True)
    void = fields.List(fields.Integer(), required=True)
    counts = fields.Nested(CountsSchema, required=True)


# --- staff


class ListFlightsSchema(Strict):
    """Flights with a passenger list whose departure lies in [from_at, to_at)."""

    from_at = fields.AwareDateTime(required=True)
    to_at = fields.AwareDateTime(required=True)


class DeskFlightSchema(Exact):
    flight = fields.Nested(TripFlightSchema, required=True)
    window = fields.Nested(WindowSchema, required=True)
    specials = fields.Integer(
        required=True, metadata={"description": "travellers on the list with a special service"}
    )
    list_version = fields.Integer(required=True, allow_none=True)
    aircraft = fields.String(required=True, allow_none=True)
    counts = fields.Nested(CountsSchema, required=True)


class DeskFlightsSchema(Exact):
    flights = fields.List(fields.Nested(DeskFlightSchema), required=True)


class DeskFlightIdSchema(Strict):
    flight_id = flight_id()


class DeskTravellerSchema(Exact):
    """For staff: whole names, no document numbers. agent: why they must be seen; settled: why they were, and aren't to be
    any more."""

    id = fields.String(required=True)
    pnr = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.Enum(TravellerKind, by_value=True, required=True)
    cabin = fields.String(required=True)
    standing = fields.Enum(Standing, by_value=True, required=True)
    seat = fields.String(required=True, allow_none=True)
    sequence = fields.Integer(required=True, allow_none=True)
    infant = fields.Boolean(required=True)
    specials = fields.List(fields.String(), required=True)
    agent = fields.List(fields.Nested(ReasonSchema), required=True)
    settled = fields.List(fields.Nested(ReasonSchema), required=True)


class DeskListSchema(Exact):
    """seat_map: where the seats are and which can't be given; who sits where say the travellers. null: none was sent."""

    seat_map = fields.Nested(SeatMapSchema, required=True, allow_none=True)
    desk = fields.Nested(DeskFlightSchema, required=True)
    travellers = fields.List(fields.Nested(DeskTravellerSchema), required=True)


class ActSchema(Strict):
    """A person at a desk did this; `actor` and `reason` are written down with it. seat: of SEAT and CHECK_IN."""

    request_id = request_id()
    actor = short(128, required=True)
    flight_id = flight_id()
    traveller_id = short(64, required=True)
    action = fields.Enum(StaffAction, by_value=True, required=True)
    seat = seat(load_default=None, allow_none=True)
    reason = short(200, required=True)

    @validates_schema
    def _seated(self, data: dict[str, object], **_: object) -> None:
        if data["action"] is StaffAction.SEAT and data["seat"] is None:
            raise ValidationError("Missing data for required field.", "seat")


class ActedSchema(Exact):
    traveller = fields.Nested(DeskTravellerSchema, required=True)
    counts = fields.Nested(CountsSchema, required=True)


class AuditSchema(Exact):
    """One thing that was done to a traveller's check-in: when, by whom, through which door."""

    at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    what = fields.String(required=True)
    seat = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)


class DeskTravellerIdSchema(Strict):
    flight_id = flight_id()
    traveller_id = short(64, required=True)


class TracesSchema(Exact):
    """What was done, newest first."""

    traces = fields.List(fields.Nested(AuditSchema), required=True)

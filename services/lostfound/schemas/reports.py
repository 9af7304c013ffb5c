"""Reports of losses, and what matches them.

Who asks is a traveller (`passenger_id`) or staff (`actor`), never both. What is personal travels sealed, as JSON
of the schema that is named.
"""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict, WordsSchema
from services.lostfound.schemas.claim_words import (
    Band,
    ClaimState,
    ClosedWhy,
    Filer,
    FindState,
    FoundKind,
    MatchState,
    ReportState,
)
from services.lostfound.schemas.shared import (
    LINES,
    PRINTABLE,
    SEAT,
    DocumentSchema,
    PageSchema,
    category,
    colours,
    instant,
    key,
    maybe,
    place,
    sealed,
    text,
)
from services.lostfound.schemas.vocabulary import MAX_PLACES, DocumentKind, ItemState

LANGUAGE = validate.OneOf(("zh", "en"))
PHONE = validate.Regexp(r"(?:\+?[0-9 ()-]{5,24})?\Z")


def actor(**options: Any) -> fields.String:
    """Staff, as the door verified it: see StaffSchema."""
    return fields.String(validate=[validate.Length(min=3, max=80), PRINTABLE], **options)


def request_id() -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=8, max=128))


class AskerSchema(Strict):
    """The account that asks, or the member of staff."""

    passenger_id = key(**maybe())
    actor = actor(**maybe())

    @validates_schema
    def _one_asker(self, data: dict[str, object], **_: object) -> None:
        if (data["passenger_id"] is None) == (data["actor"] is None):
            raise ValidationError("Exactly one of passenger_id and actor.", "passenger_id")


class ContactSchema(Strict):
    """Sealed: how somebody without an account is reached."""

    name = fields.String(load_default="", validate=[validate.Length(max=64), PRINTABLE])
    phone = fields.String(load_default="", validate=PHONE)
    email = fields.String(load_default="", validate=[validate.Length(max=128), PRINTABLE])


class ReportPrivateSchema(Strict):
    """Sealed. marks: what only the owner knows (scratches, contents, an engraving): the proof of a later claim.

    Of `change_report`, what is left out stays as it is.
    """

    marks = fields.String(validate=[validate.Length(max=1000), LINES])
    serial = fields.String(validate=[validate.Length(max=64), PRINTABLE])
    document = fields.Nested(DocumentSchema, allow_none=True)
    contact = fields.Nested(ContactSchema, allow_none=True)


class LossSchema(Strict):
    """What was lost, when and where. lost_from..lost_to: since when it may be missing, until when.

    places: codes of list_vocabulary.
    """

    category = category(required=True)
    colours = colours(load_default=list)
    brand = fields.String(load_default="", validate=[validate.Length(max=64), PRINTABLE])
    description = text(1000)
    lost_from = fields.AwareDateTime(required=True)
    lost_to = fields.AwareDateTime(required=True)
    places = fields.List(place(), load_default=list, validate=validate.Length(max=MAX_PLACES))
    flight_id = key(**maybe())
    seat = fields.String(validate=SEAT, **maybe())
    bus_departure_id = key(**maybe())
    order_id = key(**maybe())

    @validates_schema
    def _in_order(self, data: dict[str, object], **_: object) -> None:
        if data["lost_from"] > data["lost_to"]:  # type: ignore[operator]
            raise ValidationError("Ends before it begins.", "lost_to")


class FileReportSchema(AskerSchema):
    """Without an account a phone or an e-mail is needed (lostfound.contact_needed)."""

    request_id = request_id()
    language = fields.String(load_default="zh", validate=LANGUAGE)
    loss = fields.Nested(LossSchema, required=True)
    sealed = sealed("ReportPrivateSchema", **maybe())


class ChangeReportSchema(AskerSchema):
    """version: of the report that was seen; another one since is lostfound.changed_meanwhile.

    A change also keeps the report open for as long as a new one. loss null: nothing but `sealed`, or the date.
    """

    request_id = request_id()
    report_id = key(required=True)
    version = fields.Integer(required=True)
    loss = fields.Nested(LossSchema, **maybe())
    sealed = sealed("ReportPrivateSchema", **maybe())


class CloseReportSchema(AskerSchema):
    """Open claims of the report are withdrawn with it."""

    request_id = request_id()
    report_id = key(required=True)
    why = fields.Enum(
        ClosedWhy,
        by_value=True,
        required=True,
        validate=validate.OneOf((ClosedWhy.WITHDRAWN, ClosedWhy.FOUND_ELSEWHERE)),
    )


class GetReportSchema(AskerSchema):
    """report_id: or its number, as somebody reads it out."""

    report_id = key(required=True)


class ListMyReportsSchema(PageSchema):
    """Newest first."""

    passenger_id = key(required=True)


class LookForSchema(Strict):
    """Sealed: by one of these reports are found as well."""

    phone = fields.String(load_default="", validate=PHONE)
    document = fields.String(load_default="", validate=[validate.Length(max=32), PRINTABLE])


class SearchReportsSchema(PageSchema):
    """q: a report's number, or words of brand and description. Newest first."""

    actor = actor(required=True)
    q = fields.String(load_default="", validate=[validate.Length(max=100), PRINTABLE])
    state = fields.Enum(ReportState, by_value=True, **maybe())
    category = category(**maybe())
    flight_id = key(**maybe())
    filed_from = instant(**maybe())
    filed_to = instant(**maybe())
    sealed = sealed("LookForSchema", **maybe())


class ListHintsSchema(Strict):
    passenger_id = key(required=True)
    report_id = key(required=True)


class ListMatchesSchema(Strict):
    """Of a report, or of an item or a find. dismissed: those as well."""

    actor = actor(required=True)
    report_id = key(**maybe())
    found_id = key(**maybe())
    dismissed = fields.Boolean(load_default=False)

    @validates_schema
    def _one(self, data: dict[str, object], **_: object) -> None:
        if (data["report_id"] is None) == (data["found_id"] is None):
            raise ValidationError("Exactly one of report_id and found_id.", "report_id")


class DismissMatchSchema(AskerSchema):
    """It isn't it: by staff, or by the owner who looked at the hint. Repeated it is no error."""

    request_id = request_id()
    match_id = key(required=True)


# --- results


class MaskedDocumentSchema(Exact):
    """holder_name and number masked: `张*`, `E****1234`."""

    kind = fields.Enum(DocumentKind, by_value=True, required=True)
    holder_name = fields.String(required=True)
    number = fields.String(required=True)


class MaskedContactSchema(Exact):
    name = fields.String(required=True)
    phone = fields.String(required=True)
    email = fields.String(required=True)


class ClaimBriefSchema(Exact):
    id = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.Enum(ClaimState, by_value=True, required=True)


class ReportSchema(Exact):
    """As its owner sees it. needs_marks: hints are shown once marks, a serial number or a document are told.

    hints: how many there are to look at, 0 while marks are needed.
    """

    id = fields.String(required=True)
    number = fields.String(required=True, metadata={"example": "R-6B7K2M"})
    state = fields.Enum(ReportState, by_value=True, required=True)
    why = fields.Enum(ClosedWhy, by_value=True, required=True, allow_none=True)
    version = fields.Integer(required=True)
    filed_at = fields.AwareDateTime(required=True)
    changed_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    language = fields.String(required=True)
    category = fields.String(required=True)
    colours = fields.List(fields.String(), required=True)
    brand = fields.String(required=True)
    description = fields.String(required=True)
    lost_from = fields.AwareDateTime(required=True)
    lost_to = fields.AwareDateTime(required=True)
    places = fields.List(fields.String(), required=True)
    flight_id = fields.String(required=True, allow_none=True)
    seat = fields.String(required=True, allow_none=True)
    bus_departure_id = fields.String(required=True, allow_none=True)
    order_id = fields.String(required=True, allow_none=True)
    marks = fields.String(required=True)
    serial = fields.String(required=True)
    document = fields.Nested(MaskedDocumentSchema, required=True, allow_none=True)
    contact = fields.Nested(MaskedContactSchema, required=True, allow_none=True)
    photos = fields.List(fields.String(), required=True, metadata={"description": "get_evidence"})
    needs_marks = fields.Boolean(required=True)
    hints = fields.Integer(required=True)
    claims = fields.List(
        fields.Nested(ClaimBriefSchema), required=True, metadata={"description": "newest first"}
    )


class DeskReportSchema(ReportSchema):
    """As staff see it. hints stays 0: staff ask list_matches.

    marks_before_hints: marks, serial and document stand as they did before the owner saw a first hint: a thief who
    fishes learns from hints, and adds afterwards.
    """

    filed_by = fields.Enum(Filer, by_value=True, required=True)
    filer = fields.String(required=True, allow_none=True, metadata={"description": "staff who filed it"})
    first_hint_at = fields.AwareDateTime(required=True, allow_none=True)
    marks_before_hints = fields.Boolean(required=True)
    matches = fields.Integer(required=True)


class OneReportSchema(Exact):
    report = fields.Nested(ReportSchema, required=True)


class ReportPageSchema(Exact):
    reports = fields.List(fields.Nested(ReportSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class OneDeskReportSchema(Exact):
    report = fields.Nested(DeskReportSchema, required=True)


class DeskReportPageSchema(Exact):
    reports = fields.List(fields.Nested(DeskReportSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ReasonSchema(WordsSchema):
    code = fields.String(required=True)


class HintSchema(Exact):
    """What may be shown of something that was found, to somebody who says it is theirs.

    Neither brand nor marks nor photo nor exact place. area: public word, null when nobody knows where.
    at_desk: false is a finder's word: it can be claimed when it has come here.
    """

    match_id = fields.String(required=True)
    band = fields.Enum(Band, by_value=True, required=True)
    category = fields.String(required=True)
    month = fields.String(required=True, metadata={"example": "2026-11"})
    area = fields.Nested(WordsSchema, required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    at_desk = fields.Boolean(required=True)
    claim_id = fields.String(
        required=True, allow_none=True, metadata={"description": "of an open claim on it"}
    )


class HintsSchema(Exact):
    """needs_marks: nothing is shown before the owner has said what only an owner knows; also not whether there is any."""

    needs_marks = fields.Boolean(required=True)
    hints = fields.List(fields.Nested(HintSchema), required=True)


class MatchedItemSchema(Exact):
    id = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.Enum(ItemState, by_value=True, required=True)
    category = fields.String(required=True)
    colours = fields.List(fields.String(), required=True)
    brand = fields.String(required=True)
    description = fields.String(required=True)
    place = fields.String(required=True, allow_none=True)
    found_from = fields.AwareDateTime(required=True)
    desk_id = fields.String(required=True, allow_none=True)


class MatchedFindSchema(Exact):
    id = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.Enum(FindState, by_value=True, required=True)
    category = fields.String(required=True)
    description = fields.String(required=True)
    place = fields.String(required=True)


class MatchedReportSchema(Exact):
    id = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.Enum(ReportState, by_value=True, required=True)
    category = fields.String(required=True)
    colours = fields.List(fields.String(), required=True)
    brand = fields.String(required=True)
    description = fields.String(required=True)
    lost_from = fields.AwareDateTime(required=True)


class MatchSchema(Exact):
    """For staff: with every reason. Exactly one of item and find."""

    id = fields.String(required=True)
    kind = fields.Enum(FoundKind, by_value=True, required=True)
    state = fields.Enum(MatchState, by_value=True, required=True)
    probability = fields.Float(required=True)
    band = fields.Enum(Band, by_value=True, required=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    made_at = fields.AwareDateTime(required=True)
    told_at = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "the owner was"})
    offered_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "by a desk, by hand"}
    )
    offered_by = fields.String(required=True, allow_none=True)
    item = fields.Nested(MatchedItemSchema, required=True, allow_none=True)
    find = fields.Nested(MatchedFindSchema, required=True, allow_none=True)
    report = fields.Nested(MatchedReportSchema, required=True)


class MatchesSchema(Exact):
    """The most probable first."""

    matches = fields.List(fields.Nested(MatchSchema), required=True)


class DismissedSchema(Exact):
    match_id = fields.String(required=True)
    state = fields.Enum(MatchState, by_value=True, required=True)

"""Claims, pick-up and handover."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict, WordsSchema
from services.lostfound.schemas.claim_words import (
    ClaimState,
    Contacted,
    Decision,
    EvidenceKind,
    Filer,
    PickupWay,
    RefusalReason,
)
from services.lostfound.schemas.handover import SignatureSchema
from services.lostfound.schemas.reports import (
    AskerSchema,
    ContactSchema,
    DeskReportSchema,
    MaskedContactSchema,
    MaskedDocumentSchema,
    MatchedItemSchema,
    ReasonSchema,
    actor,
    request_id,
)
from services.lostfound.schemas.shared import (
    PRINTABLE,
    DocumentSchema,
    PageSchema,
    StaffSchema,
    airline,
    desk_id,
    key,
    maybe,
    number,
    sealed,
    short,
    text,
)
from services.lostfound.schemas.vocabulary import Size


class ProofSchema(Strict):
    """Sealed: why it is theirs. Something of it is needed; a purchase receipt follows by attach_evidence."""

    marks = text(1000)
    serial = fields.String(load_default="", validate=[validate.Length(max=64), PRINTABLE])
    words = text(1000)
    document = fields.Nested(DocumentSchema, **maybe())
    contact = fields.Nested(ContactSchema, **maybe())

    @validates_schema
    def _something(self, data: dict[str, object], **_: object) -> None:
        texts = (str(data[name]).strip() for name in ("marks", "serial", "words"))
        if not any(texts) and data["document"] is None:
            raise ValidationError("Say something that an owner knows.", "marks")


class SubmitClaimSchema(AskerSchema):
    """By a hint (match_id), or by a report and the number of an item that staff gave."""

    request_id = request_id()
    match_id = key(**maybe())
    report_id = key(**maybe())
    item_number = number(**maybe())
    sealed = sealed("ProofSchema", required=True)

    @validates_schema
    def _one(self, data: dict[str, object], **_: object) -> None:
        by_number = data["report_id"] is not None and data["item_number"] is not None
        neither = data["report_id"] is None and data["item_number"] is None
        if not (by_number and data["match_id"] is None) and not (neither and data["match_id"] is not None):
            raise ValidationError("match_id, or report_id and item_number.", "match_id")


class GetClaimSchema(AskerSchema):
    """claim_id: staff may also give its number."""

    claim_id = key(required=True)


class ListMyClaimsSchema(PageSchema):
    """Newest first."""

    passenger_id = key(required=True)


class WithdrawClaimSchema(AskerSchema):
    request_id = request_id()
    claim_id = key(required=True)


class SearchClaimsSchema(PageSchema):
    """q: number of a claim, an item or a report. The one that waits longest first, of decided ones the newest."""

    actor = actor(required=True)
    q = fields.String(load_default="", validate=[validate.Length(max=64), PRINTABLE])
    state = fields.Enum(ClaimState, by_value=True, **maybe())
    item_id = key(**maybe())
    desk_id = desk_id(**maybe())
    airline = airline(**maybe())


class DecideClaimSchema(StaffSchema):
    """version: of the claim that was looked at. note: stays with staff; reason: what the claimant reads."""

    claim_id = key(required=True)
    version = fields.Integer(required=True)
    decision = fields.Enum(Decision, by_value=True, required=True)
    reason = fields.Enum(
        RefusalReason,
        by_value=True,
        **maybe(),
        validate=validate.NoneOf((RefusalReason.RETURNED_TO_OTHER,)),
    )
    note = text(500)

    @validates_schema
    def _reason(self, data: dict[str, object], **_: object) -> None:
        if (data["decision"] is Decision.REFUSE) == (data["reason"] is None):
            raise ValidationError("A refusal has a reason, an approval has none.", "reason")


class ListWindowsSchema(AskerSchema):
    claim_id = key(required=True)


class ChoosePickupSchema(AskerSchema):
    """starts_at: of a window that list_windows offered; choosing again changes it."""

    request_id = request_id()
    claim_id = key(required=True)
    starts_at = fields.AwareDateTime(required=True)


class RenewCodeSchema(StaffSchema):
    """A new code for the claimant, and new tries; the old one is void. note: why."""

    claim_id = key(required=True)
    note = short(200, required=True)


class HandOverSchema(StaffSchema):
    """item: its id or number. desk_id: where it is handed over; it must lie there. code: "" only for a claim whose
    claimant has no account, and so no code. witness: the second person, as trails call them, for what is precious and
    leaves without an account's code or by who approved the claim; that they stood by is checked by the door."""

    item = number(required=True)
    desk_id = desk_id(**maybe())
    code = fields.String(load_default="", load_only=True, validate=[validate.Length(max=16), PRINTABLE])
    witness = fields.String(**maybe(), validate=[validate.Length(min=1, max=80), PRINTABLE])
    sealed = sealed("HandoverPrivateSchema", required=True)


class AttachEvidenceSchema(AskerSchema):
    """A photo of what was lost (report), or a receipt (claim)."""

    request_id = request_id()
    about = fields.Enum(
        EvidenceKind,
        by_value=True,
        required=True,
        validate=validate.OneOf((EvidenceKind.REPORT, EvidenceKind.CLAIM)),
    )
    about_id = key(required=True)
    sealed = sealed("PhotoSchema", required=True)


class GetEvidenceSchema(AskerSchema):
    photo_id = key(required=True)
    size = fields.Enum(Size, by_value=True, load_default=Size.FULL)


class RevealContactSchema(StaffSchema):
    """Who looks at a phone number says why; it is kept."""

    about = fields.Enum(Contacted, by_value=True, required=True)
    about_id = key(required=True)
    why = short(200, required=True)


# --- results


class WindowSchema(Exact):
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class FreeWindowSchema(WindowSchema):
    free = fields.Integer(required=True, metadata={"description": "how many more may come then"})


class WindowsSchema(Exact):
    windows = fields.List(fields.Nested(FreeWindowSchema), required=True)


class ClaimSchema(Exact):
    """As the claimant sees it. Before it is approved it shows of the item what a hint shows, and no more.

    Of an approved one also: item_number, desk_id (desks: list_vocabulary), code, fetch_by, window.
    code: null for a claim that staff made for somebody without an account. code_locked: too many wrong ones were
    said at a desk; staff renew it.
    """

    id = fields.String(required=True)
    number = fields.String(required=True, metadata={"example": "C-6B7K2M"})
    state = fields.Enum(ClaimState, by_value=True, required=True)
    version = fields.Integer(required=True)
    report_id = fields.String(required=True)
    report_number = fields.String(required=True)
    match_id = fields.String(required=True, allow_none=True)
    submitted_at = fields.AwareDateTime(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.Enum(RefusalReason, by_value=True, required=True, allow_none=True)
    category = fields.String(required=True)
    month = fields.String(required=True)
    area = fields.Nested(WordsSchema, required=True, allow_none=True)
    photos = fields.List(fields.String(), required=True)
    way = fields.Enum(PickupWay, by_value=True, required=True, allow_none=True)
    item_number = fields.String(required=True, allow_none=True)
    desk_id = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    code_locked = fields.Boolean(required=True)
    fetch_by = fields.AwareDateTime(required=True, allow_none=True)
    window = fields.Nested(WindowSchema, required=True, allow_none=True)


class OneClaimSchema(Exact):
    claim = fields.Nested(ClaimSchema, required=True)


class ClaimPageSchema(Exact):
    claims = fields.List(fields.Nested(ClaimSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ShownProofSchema(Exact):
    marks = fields.String(required=True)
    serial = fields.String(required=True)
    words = fields.String(required=True)
    document = fields.Nested(MaskedDocumentSchema, required=True, allow_none=True)


class RivalSchema(Exact):
    id = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.Enum(ClaimState, by_value=True, required=True)
    submitted_at = fields.AwareDateTime(required=True)


class HistorySchema(Exact):
    """Of the account that claims, in the time for which refused claims count."""

    claims = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    reports = fields.Integer(required=True)


class TraceSchema(Exact):
    at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    what = fields.String(required=True)
    note = fields.String(required=True)


class DeskClaimRowSchema(Exact):
    """A line of the queue."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.Enum(ClaimState, by_value=True, required=True)
    version = fields.Integer(required=True)
    submitted_at = fields.AwareDateTime(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    item_id = fields.String(required=True)
    item_number = fields.String(required=True)
    category = fields.String(required=True)
    airline = fields.String(required=True, allow_none=True)
    desk_id = fields.String(required=True, allow_none=True)
    report_id = fields.String(required=True)
    report_number = fields.String(required=True)
    probability = fields.Float(required=True, allow_none=True)
    fetch_by = fields.AwareDateTime(required=True, allow_none=True)
    window = fields.Nested(WindowSchema, required=True, allow_none=True)
    code_locked = fields.Boolean(required=True)


class DeskClaimPageSchema(Exact):
    claims = fields.List(fields.Nested(DeskClaimRowSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DeskClaimSchema(DeskClaimRowSchema):
    """All that is needed to compare; the item's own marks and photos: get_item."""

    filed_by = fields.Enum(Filer, by_value=True, required=True)
    proof = fields.Nested(ShownProofSchema, required=True)
    contact = fields.Nested(MaskedContactSchema, required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    item = fields.Nested(MatchedItemSchema, required=True)
    report = fields.Nested(DeskReportSchema, required=True)
    rivals = fields.List(
        fields.Nested(RivalSchema), required=True, metadata={"description": "on the same item"}
    )
    history = fields.Nested(HistorySchema, required=True, allow_none=True)
    photos = fields.List(fields.String(), required=True)
    reason = fields.Enum(RefusalReason, by_value=True, required=True, allow_none=True)
    note = fields.String(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    way = fields.Enum(PickupWay, by_value=True, required=True, allow_none=True)
    has_code = fields.Boolean(required=True)
    tries_left = fields.Integer(required=True, allow_none=True)
    traces = fields.List(fields.Nested(TraceSchema), required=True, metadata={"description": "oldest first"})


class OneDeskClaimSchema(Exact):
    claim = fields.Nested(DeskClaimSchema, required=True)


class DecidedSchema(Exact):
    claim_id = fields.String(required=True)
    state = fields.Enum(ClaimState, by_value=True, required=True)
    version = fields.Integer(required=True)
    fetch_by = fields.AwareDateTime(required=True, allow_none=True)


class CodeRenewedSchema(Exact):
    claim_id = fields.String(required=True)
    tries_left = fields.Integer(required=True)


class HandedOverSchema(Exact):
    claim_id = fields.String(required=True)
    item_id = fields.String(required=True)
    item_number = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class HandoverSchema(Exact):
    """What get_handover shows staff: who got it, masked, and the signature, or the number of the paper that bears it."""

    claim_id = fields.String(required=True)
    item_id = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    desk_id = fields.String(required=True, allow_none=True)
    identity = fields.Nested(MaskedDocumentSchema, required=True)
    signature = fields.Nested(SignatureSchema, required=True, allow_none=True)
    paper = fields.String(required=True, allow_none=True)
    photo_id = fields.String(required=True, allow_none=True)


class AttachedSchema(Exact):
    photo_id = fields.String(required=True)


class EvidenceSchema(Exact):
    """jpeg: base64."""

    photo_id = fields.String(required=True)
    jpeg = fields.String(required=True)


class ContactShownSchema(Exact):
    name = fields.String(required=True)
    phone = fields.String(required=True)
    email = fields.String(required=True)

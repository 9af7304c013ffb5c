"""What is due, notices, and how what nobody claimed goes: proposed by one person, confirmed by another."""

from __future__ import annotations

from marshmallow import fields, validate

from kernel.schemas import Exact, Strict
from services.lostfound.schemas.items import ItemSchema
from services.lostfound.schemas.shared import (
    PageSchema,
    StaffSchema,
    desk_id,
    item_ids,
    key,
    maybe,
    text,
)
from services.lostfound.schemas.vocabulary import MAX_ITEMS, DisposalState, Step, Way


class ListDueSchema(PageSchema):
    """within_days: also what will be due until then. Longest overdue first."""

    desk_id = desk_id(**maybe())
    step = fields.Enum(Step, by_value=True, **maybe())
    within_days = fields.Integer(load_default=0, strict=True, validate=validate.Range(min=0, max=400))


class PublishNoticesSchema(StaffSchema):
    """The notice of article 315: a year later the items are the state's. One that is published already keeps its year."""

    item_ids = item_ids(MAX_ITEMS)


class ProposeDisposalSchema(StaffSchema):
    """All or none. recipient: who gets them: a police station, a charity, an office of the state."""

    item_ids = item_ids(MAX_ITEMS)
    way = fields.Enum(Way, by_value=True, required=True)
    recipient = text(120)
    note = text(200)


class DecideDisposalSchema(StaffSchema):
    """Of confirm_disposal (another person than who proposed it) and withdraw_disposal (anybody)."""

    disposal_id = key(required=True)


class DisposalIdSchema(Strict):
    disposal_id = key(required=True)


class ListDisposalsSchema(PageSchema):
    state = fields.Enum(DisposalState, by_value=True, **maybe())
    way = fields.Enum(Way, by_value=True, **maybe())


class PublishedSchema(Exact):
    """repeated: ids of items whose notice was published before."""

    items = fields.List(fields.Nested(ItemSchema), required=True)
    repeated = fields.List(fields.String(), required=True)


class DisposalSchema(Exact):
    """decided_by: who confirmed or withdrew it."""

    id = fields.String(required=True)
    state = fields.Enum(DisposalState, by_value=True, required=True)
    way = fields.Enum(Way, by_value=True, required=True)
    recipient = fields.String(required=True)
    note = fields.String(required=True)
    proposed_at = fields.AwareDateTime(required=True)
    proposed_by = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(ItemSchema), required=True)


class DisposalResultSchema(Exact):
    disposal = fields.Nested(DisposalSchema, required=True)


class DisposalPageSchema(Exact):
    disposals = fields.List(fields.Nested(DisposalSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)

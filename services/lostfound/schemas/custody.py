"""Custody: chains and their proof, transfers between desks, stock-takes."""

from __future__ import annotations

from marshmallow import fields, validate

from kernel.schemas import Exact, Strict
from services.lostfound.schemas.items import CustodyRowSchema, ItemSchema
from services.lostfound.schemas.shared import (
    PageSchema,
    StaffSchema,
    desk_id,
    item_ids,
    key,
    maybe,
    numbers,
    shelf,
    short,
    text,
)
from services.lostfound.schemas.vocabulary import (
    MAX_ITEMS,
    MAX_SCANNED,
    Difference,
    StocktakeState,
    TransferState,
)


class ItemIdSchema(Strict):
    item_id = key(required=True)


class VerifyCustodySchema(Strict):
    """item_id null: every chain, some at a time: cursor as in PageSchema."""

    item_id = key(**maybe())
    cursor = key(**maybe())


class CustodySchema(Exact):
    custody = fields.List(fields.Nested(CustodyRowSchema), required=True)


class BrokenChainSchema(Exact):
    """why: gap (a number is missing), holder (came from another than it was with), hash (a row was altered),
    state (the item isn't where its last row says), empty (no row)."""

    item_id = fields.String(required=True)
    number = fields.String(required=True)
    seq = fields.Integer(required=True)
    why = fields.String(required=True, validate=validate.OneOf(["gap", "holder", "hash", "state", "empty"]))


class VerifiedSchema(Exact):
    items = fields.Integer(required=True)
    rows = fields.Integer(required=True)
    broken = fields.List(fields.Nested(BrokenChainSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


# --- transfers


class SendTransferSchema(StaffSchema):
    """All items leave from one desk, or from one airline; all or none. carrier: who takes them over, a word for it."""

    item_ids = item_ids(MAX_ITEMS)
    to_desk = desk_id(required=True)
    carrier = text(80)
    note = text(200)


class AcceptTransferSchema(StaffSchema):
    """numbers: what was scanned on arrival; the others stay under way."""

    transfer_id = key(required=True)
    numbers = numbers(MAX_SCANNED)
    shelf = shelf(**maybe())


class ReportMissingSchema(StaffSchema):
    """Of an item under way or on a shelf; it stays where its custody says until somebody scans it."""

    item_id = key(required=True)
    reason = short(200, required=True)


class TransferIdSchema(Strict):
    transfer_id = key(required=True)


class ListTransfersSchema(PageSchema):
    """desk_id: either end. state null: any."""

    desk_id = desk_id(**maybe())
    state = fields.Enum(TransferState, by_value=True, **maybe())


class TransferItemSchema(Exact):
    item_id = fields.String(required=True)
    number = fields.String(required=True)
    category = fields.String(required=True)
    valuable = fields.Boolean(required=True)
    arrived_at = fields.AwareDateTime(required=True, allow_none=True)
    missing_at = fields.AwareDateTime(required=True, allow_none=True)


class TransferSchema(Exact):
    """from_holder: `desk:t1` or `airline:CZ`."""

    id = fields.String(required=True)
    state = fields.Enum(TransferState, by_value=True, required=True)
    from_holder = fields.String(required=True)
    to_desk = fields.String(required=True)
    carrier = fields.String(required=True)
    note = fields.String(required=True)
    sent_at = fields.AwareDateTime(required=True)
    sent_by = fields.String(required=True)
    accepted_at = fields.AwareDateTime(required=True, allow_none=True)
    accepted_by = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(TransferItemSchema), required=True)


class TransferResultSchema(Exact):
    transfer = fields.Nested(TransferSchema, required=True)


class AcceptedSchema(Exact):
    """Numbers: arrived now; still under way; scanned but none of this transfer's."""

    transfer = fields.Nested(TransferSchema, required=True)
    accepted = fields.List(fields.String(), required=True)
    under_way = fields.List(fields.String(), required=True)
    unexpected = fields.List(fields.String(), required=True)


class TransferPageSchema(Exact):
    transfers = fields.List(fields.Nested(TransferSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


# --- stock-takes


class BeginStocktakeSchema(StaffSchema):
    """Of a whole desk; there is one at a time."""

    desk_id = desk_id(required=True)


class ScanStocktakeSchema(StaffSchema):
    """shelf: where these lie; null: it isn't looked at."""

    stocktake_id = key(required=True)
    shelf = shelf(**maybe())
    numbers = numbers(MAX_SCANNED)


class StocktakeIdSchema(Strict):
    stocktake_id = key(required=True)


class CloseStocktakeSchema(StaffSchema):
    """What nobody scanned is marked missing; what lies elsewhere is put on the shelf where it was scanned."""

    stocktake_id = key(required=True)


class ListStocktakesSchema(PageSchema):
    desk_id = desk_id(**maybe())


class StocktakeSchema(Exact):
    """expected: on the books when it began; scanned: numbers until now."""

    id = fields.String(required=True)
    desk_id = fields.String(required=True)
    state = fields.Enum(StocktakeState, by_value=True, required=True)
    begun_at = fields.AwareDateTime(required=True)
    begun_by = fields.String(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_by = fields.String(required=True, allow_none=True)
    expected = fields.Integer(required=True)
    scanned = fields.Integer(required=True)


class DifferenceSchema(Exact):
    """item: null when nothing has that number."""

    kind = fields.Enum(Difference, by_value=True, required=True)
    number = fields.String(required=True)
    shelf_expected = fields.String(required=True, allow_none=True)
    shelf_found = fields.String(required=True, allow_none=True)
    item = fields.Nested(ItemSchema, required=True, allow_none=True)


class StocktakeResultSchema(Exact):
    """differences: as they are now while it is open, as they were when it is closed."""

    stocktake = fields.Nested(StocktakeSchema, required=True)
    differences = fields.List(fields.Nested(DifferenceSchema), required=True)


class StocktakePageSchema(Exact):
    stocktakes = fields.List(fields.Nested(StocktakeSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ScannedSchema(Exact):
    """number: as it is printed, or as it was scanned when nothing has it. result: expected, misplaced, unexpected or
    unknown."""

    number = fields.String(required=True)
    result = fields.String(
        required=True, validate=validate.OneOf(["expected", "misplaced", "unexpected", "unknown"])
    )


class ScanStocktakeResultSchema(Exact):
    stocktake = fields.Nested(StocktakeSchema, required=True)
    results = fields.List(fields.Nested(ScannedSchema), required=True)

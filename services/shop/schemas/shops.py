"""Merchants and their shops: where they are and when they are open."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict, WordsSchema
from services.shop.schemas.shared import (
    LOCAL_TIME,
    PLACE,
    TERMINAL,
    AtWorkSchema,
    StaffSchema,
    category,
    day,
    key,
    line,
    maybe,
    place,
    short,
    slug,
    whole,
    words_of,
)
from services.shop.schemas.vocabulary import MAX_GATES, ShopState, Side, Zone

# --- what is asked


class ListShopsSchema(Strict):
    """Every filter may be left out. category: shops that have something of it on sale."""

    terminal = fields.String(validate=TERMINAL, **maybe())
    side = fields.Enum(Side, by_value=True, **maybe())
    category = category(**maybe())


class ShopIdSchema(Strict):
    shop_id = slug(required=True)


# --- what is answered


class TimesSchema(Exact):
    """Local times of the airport, HH:MM. closes at or before opens: of the next day; 00:00 to 00:00 is all day."""

    opens = fields.String(required=True)
    closes = fields.String(required=True)


class ExceptionSchema(Exact):
    """A day that isn't like its weekday. times null: closed."""

    day_local = fields.Date(required=True)
    times = fields.Nested(TimesSchema, required=True, allow_none=True)
    reason = fields.Nested(WordsSchema, required=True)


class HoursSchema(Exact):
    """weekly: from Monday to Sunday, null is closed. exceptions: of today and later, by day."""

    weekly = fields.List(fields.Nested(TimesSchema, allow_none=True), required=True)
    exceptions = fields.List(fields.Nested(ExceptionSchema), required=True)


class OpeningSchema(Exact):
    opens_at = fields.AwareDateTime(required=True)
    closes_at = fields.AwareDateTime(required=True)


class ShortShopSchema(Exact):
    """As it stands beside a product."""

    id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    terminal = fields.String(required=True)
    side = fields.Enum(Side, by_value=True, required=True)
    zone = fields.Enum(Zone, by_value=True, required=True)
    place = fields.String(required=True)
    state = fields.Enum(ShopState, by_value=True, required=True)


class ShopSchema(ShortShopSchema):
    """place_name: of its code. walk_m: metres to where the gates begin. picking_minutes: from paid to ready. picture: a
    photo's id. opening: when it is open in the next eight days, so that a page that was kept still knows; open_now: at
    the moment of the answer. categories: of what is on sale; products: how many."""

    about = fields.Nested(WordsSchema, required=True)
    merchant_id = fields.String(required=True)
    merchant_name = fields.String(required=True)
    place_name = fields.Nested(WordsSchema, required=True)
    near_gates = fields.List(fields.String(), required=True)
    walk_m = fields.Integer(required=True)
    picking_minutes = fields.Integer(required=True)
    hours = fields.Nested(HoursSchema, required=True)
    opening = fields.List(fields.Nested(OpeningSchema), required=True)
    open_now = fields.Boolean(required=True)
    phone = fields.String(required=True)
    picture = fields.String(required=True, allow_none=True)
    categories = fields.List(fields.String(), required=True)
    products = fields.Integer(required=True)
    version = fields.Integer(required=True)


class ShopResultSchema(Exact):
    shop = fields.Nested(ShopSchema, required=True)


class ShopsSchema(Exact):
    """By terminal, airside before landside, then name."""

    shops = fields.List(fields.Nested(ShopSchema), required=True)


class CategorySchema(Exact):
    """products: on sale, of this category or of those below it."""

    code = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)
    name = fields.Nested(WordsSchema, required=True)
    products = fields.Integer(required=True)


class CategoriesSchema(Exact):
    """As the mall shows them: every upper one before its lower ones."""

    categories = fields.List(fields.Nested(CategorySchema), required=True)


# --- staff


class SaveMerchantSchema(StaffSchema):
    """Add or change. Only for accounts of all shops. licence: the unified social credit code, 18 characters."""

    merchant_id = slug(required=True)
    name = short(120, required=True)
    licence = line(18)
    invoice_email = fields.String(load_default="", validate=[validate.Length(max=120)])
    seen_version = whole(1, 2**31 - 1, **maybe())

    @validates_schema
    def _reachable(self, data: dict[str, Any], **_: object) -> None:
        if data["invoice_email"]:
            try:
                validate.Email()(data["invoice_email"])
            except ValidationError as exc:
                raise ValidationError(exc.messages, "invoice_email") from None


class MerchantSchema(Exact):
    id = fields.String(required=True)
    name = fields.String(required=True)
    licence = fields.String(required=True)
    invoice_email = fields.String(required=True)
    version = fields.Integer(required=True)


class MerchantResultSchema(Exact):
    merchant = fields.Nested(MerchantSchema, required=True)


class MerchantsSchema(Exact):
    merchants = fields.List(fields.Nested(MerchantSchema), required=True)


class AtWorkOnlySchema(AtWorkSchema):
    """Nothing more is asked: what the account may see."""


class SaveShopSchema(StaffSchema):
    """Add or change; to add one, or to change whose it is and where, takes an account of all shops. seen_version: null to
    add. Hours: set_hours; a new shop is closed all week until they are set."""

    shop_id = slug(required=True)
    merchant_id = slug(required=True)
    name = fields.Nested(words_of(60), required=True)
    about = fields.Nested(words_of(600, needed=False), required=True)
    terminal = fields.String(required=True, validate=TERMINAL)
    side = fields.Enum(Side, by_value=True, required=True)
    zone = fields.Enum(Zone, by_value=True, required=True)
    place = place(required=True)
    near_gates = fields.List(
        fields.String(validate=PLACE), load_default=list, validate=validate.Length(max=MAX_GATES)
    )
    walk_m = whole(0, 5000, required=True)
    picking_minutes = whole(1, 240, required=True)
    phone = line(40)
    state = fields.Enum(ShopState, by_value=True, load_default=ShopState.OPEN)
    seen_version = whole(1, 2**31 - 1, **maybe())


class GivenTimesSchema(Strict):
    opens = fields.String(required=True, validate=LOCAL_TIME)
    closes = fields.String(required=True, validate=LOCAL_TIME)


class GivenExceptionSchema(Strict):
    day_local = day(required=True)
    times = fields.Nested(GivenTimesSchema, **maybe())
    reason = fields.Nested(words_of(60, needed=False), load_default=lambda: {"zh": "", "en": ""})


class SetHoursSchema(StaffSchema):
    """All of them anew; what was said of other days is gone."""

    shop_id = slug(required=True)
    weekly = fields.List(
        fields.Nested(GivenTimesSchema, allow_none=True), required=True, validate=validate.Length(equal=7)
    )
    exceptions = fields.List(
        fields.Nested(GivenExceptionSchema), load_default=list, validate=validate.Length(max=120)
    )
    seen_version = whole(1, 2**31 - 1, required=True)

    @validates_schema
    def _one_a_day(self, data: dict[str, Any], **_: object) -> None:
        days = [each["day_local"] for each in data["exceptions"]]
        if len(set(days)) < len(days):
            raise ValidationError("Each day once.", "exceptions")


class SetShopStateSchema(StaffSchema):
    """Let a shop rest, and go on."""

    shop_id = slug(required=True)
    state = fields.Enum(ShopState, by_value=True, required=True)


class StaffShopSchema(AtWorkSchema):
    shop_id = slug(required=True)


class SetShopPictureSchema(StaffSchema):
    """photo_id: of attach_photo to this shop; null takes it away."""

    shop_id = slug(required=True)
    photo_id = key(**maybe())

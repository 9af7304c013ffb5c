"""What people type into the shop desk's forms, read: money, numbers, days and hours; and the same as fields show it.

What can't be read is passed on as it is, so that the service says what is wrong with it, beside the form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final

from gateway.staff.console import Console
from gateway.staff.lost_shared import leaves
from gateway.staff.texts import N_, Texts
from kernel.errors import ServiceError
from kernel.instants import instant

_TIME: Final = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")
FIELDS: Final = {
    "name": N_("Product name"),
    "words": N_("Description"),
    "sku": N_("SKU"),
    "brand": N_("Brand"),
    "category": N_("Category"),
    "kind": N_("Kind"),
    "tags": N_("Tags"),
    "origin": N_("Origin"),
    "liquid_ml": N_("Liquid in ml"),
    "state": N_("State"),
    "photos": N_("Photos"),
    "options": N_("Options"),
    "barcode": N_("Barcode"),
    "price_fen": N_("Price"),
    "deal": N_("Deal"),
    "until_at": N_("Deal until"),
    "from_at": N_("Deal from"),
    "per_person": N_("Most per person"),
    "weight_g": N_("Weight in g"),
    "quantity": N_("Quantity"),
    "moves": N_("Quantity"),
    "on_hand": N_("In stock"),
    "weekly": N_("Opening hours"),
    "opens": N_("Opens"),
    "closes": N_("Closes"),
    "exceptions": N_("Other days"),
    "day_local": N_("Day"),
    "refund_fen": N_("Money back"),
    "number": N_("Number"),
    "title": N_("Title"),
    "terms": N_("Terms"),
    "value_fen": N_("Value"),
    "pct": N_("Percent off"),
    "cap_fen": N_("At most"),
    "threshold_fen": N_("From a sum of"),
    "stock": N_("How many"),
    "starts_at": N_("Claimed from"),
    "ends_at": N_("Claimed until"),
    "valid_from": N_("Valid from"),
    "valid_until": N_("Valid until"),
    "valid_days": N_("Days from its claim"),
    "stack_group": N_("Group"),
    "services": N_("Where it counts"),
    "shop_ids": N_("Shops"),
    "categories": N_("Categories"),
    "amount_fen": N_("Sum"),
    "receipt": N_("Receipt"),
    "code": N_("Code of the coupon"),
    "codes": N_("Code of the coupon"),
}
"""Fields of the service by what our forms call them."""


def read_yuan(text: str) -> int | str:
    """What was typed as yuan, in fen: `12.5`, `¥12.50`, `1,250`; the text itself when it is no amount."""
    plain = text.strip().lstrip("¥￥").replace(",", "").replace("，", "").removesuffix("元").strip()
    whole, point, rest = plain.partition(".")
    digits = whole.isascii() and whole.isdigit() and len(whole) <= 8
    if not digits or (point and not (rest.isascii() and rest.isdigit() and len(rest) <= 2)):
        return text
    return int(whole) * 100 + int((rest + "00")[:2])


def maybe_yuan(text: str) -> int | str | None:
    """The same for a field that may stay empty."""
    return read_yuan(text) if text.strip() else None


def read_whole(text: str) -> int | str | None:
    """A whole number, None for an empty field."""
    plain = text.strip()
    if not plain:
        return None
    return int(plain) if re.fullmatch(r"-?[0-9]{1,9}", plain) else text


def read_time(text: str) -> str:
    """`8:30` as `08:30`."""
    found = _TIME.fullmatch(text.strip())
    return f"{int(found[1]):02d}:{found[2]}" if found else text.strip()


def read_moment(text: str, zone: tzinfo) -> str | None:
    """A local moment as browsers send it, as an instant; None for an empty field."""
    plain = text.strip()
    if not plain:
        return None
    try:
        return instant(datetime.fromisoformat(plain).replace(tzinfo=zone).astimezone(UTC))
    except (ValueError, OverflowError):
        return plain


def moment_text(value: str | None, zone: tzinfo) -> str:
    """An instant as a field for local moments takes it."""
    return f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%dT%H:%M}" if value else ""


def both(form: Mapping[str, str], name: str, most: int) -> dict[str, str]:
    """A text in both languages: fields `name_zh` and `name_en`."""
    return {each: form.get(f"{name}_{each}", "").strip()[:most] for each in ("zh", "en")}


def wrong_words(console: Console, t: Texts, error: ServiceError) -> list[str]:
    """What is wrong with a form: a sentence, and one for each field that the service names."""
    words = console.deps.words
    said = [words.detail(error.code, error.kind, error.data, t.language)]
    for name, why in leaves(error.data.get("fields")):
        label = FIELDS.get(name)
        told = words.field(why, t.language)
        said.append(f"{t(label)}{'：' if t.language == 'zh' else ': '}{told}" if label else told)
    return list(dict.fromkeys(said))

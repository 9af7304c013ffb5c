"""What the schemas of campaigns, coupons and the till have in common."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from marshmallow import fields, validate

from services.shop.schemas.shared import key


def keys(most: int, **options: Any) -> fields.List[Any]:
    """Ids, or none."""
    return fields.List(key(), validate=validate.Length(max=most), **options)


def one_of(words: type[StrEnum]) -> validate.OneOf:
    return validate.OneOf([each.value for each in words])

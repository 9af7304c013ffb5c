"""Bodies of check-in's JSON: the service's schemas, less who asks and what travels sealed."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields, validate

from gateway.parameters import Strict
from services.checkin.schemas import (
    MAX_PARTY,
    FactorsSchema,
    GivenContactSchema,
    GivenPaperSchema,
    SeatChoiceSchema,
)

_ID: Final = validate.Length(min=1, max=64)
_PARTY: Final = validate.Length(min=1, max=MAX_PARTY)
_SOME: Final = validate.Length(max=MAX_PARTY)


def _exit_declared() -> Any:
    return fields.List(
        fields.String(validate=_ID),
        load_default=list,
        validate=_SOME,
        metadata={"description": "those who say that they can help at an emergency exit"},
    )


class FactorsBody(FactorsSchema):
    """The surname as it is written anywhere, and exactly one of the others."""


class CodeBody(Strict):
    code = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=16))


class SeatsBody(Strict):
    """All seats or none. Two of a party may exchange theirs."""

    seats = fields.List(fields.Nested(SeatChoiceSchema), required=True, validate=_PARTY)
    exit_declared = _exit_declared()


class TravellersBody(Strict):
    traveller_ids = fields.List(fields.String(validate=_ID), required=True, validate=_PARTY)


class CheckInBody(TravellersBody):
    """Everybody who is named, or nobody. Who has no seat gets one near the others.

    Papers and contact are needed abroad: `needs` of each traveller says which.
    """

    seats = fields.List(fields.Nested(SeatChoiceSchema), load_default=list, validate=_SOME)
    exit_declared = _exit_declared()
    dangerous_goods = fields.String(
        required=True,
        validate=validate.Length(max=16),
        metadata={"description": "`version` of the declaration that was shown and accepted"},
    )
    papers = fields.List(fields.Nested(GivenPaperSchema), load_default=list, validate=_SOME)
    contact = fields.Nested(GivenContactSchema, load_default=None)

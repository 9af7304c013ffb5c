"""A thing that a desk offers to a report by hand."""

from __future__ import annotations

from marshmallow import fields

from kernel.schemas import Exact, Strict
from services.lostfound.schemas.reports import actor, request_id
from services.lostfound.schemas.shared import key, short


class OfferHintSchema(Strict):
    """By a desk that sees what the matching doesn't. report_id: or its number. item: the number on its label."""

    request_id = request_id()
    actor = actor(required=True)
    report_id = key(required=True)
    item = short(40, required=True)


class OfferedSchema(Exact):
    """told: the owner is told now; not when they were before, or have no account (`reachable` false): staff tell them."""

    match_id = fields.String(required=True)
    told = fields.Boolean(required=True)
    reachable = fields.Boolean(required=True)

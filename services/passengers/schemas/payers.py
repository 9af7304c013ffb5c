"""Whom WeChat Pay asks for money."""

from __future__ import annotations

from marshmallow import Schema, fields


class PayerSchema(Schema):
    """The payer of a payment inside WeChat. Goes to the service that takes the money; no door shows it."""

    openid = fields.String(required=True, metadata={"description": "empty: no WeChat account is connected"})

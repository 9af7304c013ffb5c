"""Query parameters, read strictly: what isn't known is refused, not ignored."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from marshmallow import RAISE, Schema, ValidationError
from starlette.requests import Request

from gateway.errors import BadParameter, UnknownParameter

_UNKNOWN = ["Unknown field."]
REACH_DAYS = 400


class Strict(Schema):
    """Parameters of one address; a name that isn't among them is refused."""

    class Meta:
        unknown = RAISE


def read_query(request: Request, schema: Schema) -> dict[str, Any]:
    """The query as `schema` loads it. Raises UnknownParameter, BadParameter with data.fields."""
    if not schema.fields and not request.scope["query_string"]:
        return {}
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise BadParameter(fields={name: ["Given more than once."]})
        given[name] = value
    try:
        loaded: dict[str, Any] = schema.load(given)
    except ValidationError as exc:
        fields = exc.normalized_messages()
        if all(messages == _UNKNOWN for messages in fields.values()):
            raise UnknownParameter(fields=fields) from None
        raise BadParameter(fields=fields) from None
    return loaded


def within_reach(day: date, today: date, name: str = "day") -> date:
    """`day` unless it is absurdly far from `today`. Raises BadParameter."""
    low, high = today - timedelta(days=REACH_DAYS), today + timedelta(days=REACH_DAYS)
    if not low <= day <= high:
        raise BadParameter(fields={name: [f"Out of reach: {low} to {high}."]})
    return day

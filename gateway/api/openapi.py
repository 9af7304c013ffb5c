"""The OpenAPI 3.1 document, made from the marshmallow schemas that the doors themselves use.

A door takes part by exporting `describe(spec)`: it adds its paths with `spec.path(...)` and names the
common answers by `problem_responses(...)`.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from typing import Any, Final

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from gateway.problems import MEDIA_TYPE, status_of
from kernel.errors import Kind
from services.airport import Airport

VERSION: Final = "1.0.0"
_OF: Final = {
    "services.bus.": "Bus",
    "services.checkin.schemas.results": "Checkin",
    "services.checkin.schemas.travellers": "Checkin",
    "services.lostfound.": "Lost",
    "services.shop.": "Mall",
}
_PROBLEM_STATUSES: Final[dict[int, str]] = {
    400: "The request breaks a rule of form; `errors` names the fields.",
    401: "Who are you? Credentials are missing, wrong or expired.",
    403: "Your credentials don't allow this.",
    404: "There is none, or none that you may see.",
    405: "The address doesn't take this method; see the `Allow` header.",
    406: "None of the formats that `Accept` names can be given.",
    409: "True now, perhaps not later: already done, or being worked on.",
    411: "The request's Content-Length can't be read.",
    413: "More than the limit that the problem names.",
    415: "The body's media type isn't taken here.",
    429: "Too often; `Retry-After` and `RateLimit` say when again.",
    500: "Our fault; name the `call_id` when you tell us.",
    503: "A part is away; `Retry-After` says when to try again.",
    504: "No answer in time; whether it was done is unknown.",
}


class FieldProblemSchema(Schema):
    field = fields.String(required=True, metadata={"description": "dotted path; empty is the whole"})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """What every refusal looks like (RFC 9457), in Chinese or English by `Accept-Language`."""

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True, metadata={"format": "uri"})
    code = fields.String(required=True, metadata={"description": "stable; see /api/docs/problems"})
    call_id = fields.String(required=True, metadata={"description": "names this request in our logs"})
    errors = fields.List(fields.Nested(FieldProblemSchema))


def problem_responses(*statuses: int) -> dict[str, Any]:
    """References to the common problem answers, for an operation's `responses`."""
    return {str(status): f"Problem{status}" for status in statuses}


def document(doors: Sequence[str], airport: Airport, public_url: str = "") -> dict[str, Any]:
    """The whole document, with the paths of every door that describes itself."""
    spec = APISpec(
        title=f"{airport.name_en}: passenger services",
        version=VERSION,
        openapi_version="3.1.0",
        info={
            "description": "Flight information for travellers and their apps, and the door for partner airlines."
        },
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
    )
    if public_url:
        spec.options["servers"] = [{"url": public_url.rstrip("/")}]
    for status, text in _PROBLEM_STATUSES.items():
        content = {MEDIA_TYPE: {"schema": ProblemSchema}}
        spec.components.response(f"Problem{status}", {"description": text, "content": content})
    for name in doors:
        describe = getattr(importlib.import_module(name), "describe", None)
        if describe is not None:
            describe(spec)
    made: dict[str, Any] = spec.to_dict()
    _tidy(made)
    return made


def _name(schema: Any) -> str:
    """PublicFlightSchema is `Flight` to its readers; a departure of a bus isn't that of a flight, nor what is found."""
    kind = schema if isinstance(schema, type) else type(schema)
    of = next((word for module, word in _OF.items() if kind.__module__.startswith(module)), "")
    # A schema that is written inside of another one is named after both.
    name = "".join(part.removesuffix("Schema") for part in kind.__qualname__.split("."))
    return of + re.sub(r"^Public", "", name)


def _tidy(made: dict[str, Any]) -> None:
    """A query parameter is left out, never null: say so."""
    for path in made["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                schema = parameter.get("schema", {})
                if schema.get("default", "") is None:
                    del schema["default"]
                    kinds = schema.get("type", "string")
                    kinds = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
                    (schema["type"],) = kinds
                    if "enum" in schema:
                        schema["enum"] = [value for value in schema["enum"] if value is not None]


def statuses_of_kinds() -> set[int]:
    """Every status that an error may be answered with: all are described above."""
    return {status_of("", kind) for kind in Kind}


__all__ = ["ProblemSchema", "document", "problem_responses", "statuses_of_kinds"]

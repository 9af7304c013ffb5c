from __future__ import annotations

import inspect
import re
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from gateway import identity
from gateway.api.openapi import document
from gateway.partner import describe, errors, signing
from gateway.wording import Words
from kernel.config import load
from kernel.errors import ServiceError
from services.airport import Airport
from services.partners import errors as partners_errors
from tests.gateway.fakes import flight
from tests.gateway.partner.airline import update, world

DOCUMENT = document(["gateway.partner"], load(Airport, {}))
PATHS = DOCUMENT["paths"]


def validate(operation: dict[str, Any], status: int, body: bytes) -> None:
    """The body is what the document says an answer of this status is."""
    answer = operation["responses"][str(status)]
    if "$ref" in answer:
        answer = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    (content,) = [answer["content"][kind] for kind in answer["content"] if kind.endswith("json")]
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(orjson.loads(body))


def test_every_address_is_described() -> None:
    assert set(PATHS) == {
        "/partner/v1/oauth/token",
        "/partner/v1/flights",
        "/partner/v1/flights/{flight_id}",
        "/partner/v1/flights/{flight_id}/passengers",
        "/partner/v1/flights/{flight_id}/configuration",
        "/partner/v1/flights/{flight_id}/boarding-list",
        "/partner/v1/flights/{flight_id}/boarding/scans",
        "/partner/v1/flights/{flight_id}/boarding/undo",
        "/partner/v1/flights/{flight_id}/boarding/counts",
        "/partner/v1/teletype",
        "/partner/v1/lost-items",
        "/partner/v1/lost-items/{item}",
        "/partner/v1/lost-items/{item}/handed-to-desk",
        "/partner/v1/lost-claims",
        "/partner/v1/lost-codes",
        "/partner/v1/webhooks",
        "/partner/v1/webhooks/{webhook_id}",
        "/partner/v1/webhooks/{webhook_id}/deliveries",
        "/partner/v1/webhooks/{webhook_id}/replay",
    }
    assert callable(describe)


def test_every_pattern_can_be_read_by_others_than_python() -> None:
    patterns = re.findall(rb'"pattern":"(.*?)"', orjson.dumps(PATHS))
    assert patterns
    assert not [pattern for pattern in patterns if b"\\\\A" in pattern or b"\\\\Z" in pattern]


@pytest.mark.anyio
async def test_answers_are_what_the_document_says() -> None:
    async with world([flight("CZ3101")]) as at:
        token = await at.airline.log_in()
        push = await at.airline.push({"updates": [update(), update()]})
        at.flights.judge = lambda item: {
            "outcome": "refused",
            "flight_id": None,
            "reason": "invalid",
            "detail": {"fields": {"leg": ["Unknown field."]}},
        }
        refused = await at.airline.push({"updates": [update()]})
        listed = await at.airline.get()
        one = await at.airline.get(f"/partner/v1/flights/{flight('CZ3101')['id']}")
        forged = await at.airline.push({"updates": [update()]}, **{"X-Signature": "0" * 64})
        unknown = await at.http.post("/partner/v1/oauth/token", data={"grant_type": "client_credentials"})
    validate(PATHS["/partner/v1/oauth/token"]["post"], 200, token.content)
    validate(PATHS["/partner/v1/oauth/token"]["post"], 401, unknown.content)
    validate(PATHS["/partner/v1/flights"]["post"], 200, push.content)
    validate(PATHS["/partner/v1/flights"]["post"], 200, refused.content)
    validate(PATHS["/partner/v1/flights"]["post"], 401, forged.content)
    validate(PATHS["/partner/v1/flights"]["get"], 200, listed.content)
    validate(PATHS["/partner/v1/flights/{flight_id}"]["get"], 200, one.content)


def _codes(*modules: Any) -> set[str]:
    return {
        kind.code
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, ServiceError) and kind.__module__ == module.__name__
    }


def test_every_error_of_the_door_and_of_its_service_has_words() -> None:
    codes = _codes(errors, signing, identity, partners_errors)
    assert len(codes) >= 18
    assert codes <= set(Words.load().codes())

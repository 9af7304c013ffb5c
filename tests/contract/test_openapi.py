"""The OpenAPI document is well formed, complete, and true of what the gateway answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from starlette.routing import Route

from gateway.api.openapi import document
from gateway.app import DOORS, Gateway
from kernel.config import load
from services.airport import Airport
from tests.gateway.fakes import FakeFlights, FakeRpc, flight, running, settings, today

DOCUMENT = document(DOORS, load(Airport, {}))
METHODS = {"get", "put", "post", "delete", "patch"}
# Not for programs of others: pages, the document itself, streams (told in words), probes.
UNDESCRIBED = ("/", "/flights", "/static", "/live/", "/healthz", "/readyz", "/api/docs", "/api/openapi.json")
UNDESCRIBED += (
    "/wechat/",
    "/MP_verify_",
    "/sign-in",
    "/sign-out",
    "/me",
    "/erasures",
    "/bus",
    "/checkin",
    "/lost",
    "/shop",
    "/computer",
    "/staff",
)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield path, method, operation


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from nodes(value)


def resolve(reference: str) -> Any:
    found: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(
        schema | {"components": DOCUMENT["components"]}, format_checker=FormatChecker()
    )


def check(body: Any, method: str, path: str, status: int = 200) -> None:
    """The body is as the document says of that answer."""
    answer = DOCUMENT["paths"][path][method]["responses"][str(status)]
    answer = resolve(answer["$ref"]) if "$ref" in answer else answer
    media = next(iter(answer["content"].values()))
    errors = [
        f"{error.json_path}: {error.message[:200]}" for error in validator(media["schema"]).iter_errors(body)
    ]
    assert errors == []


def test_every_reference_leads_somewhere() -> None:
    references = [node["$ref"] for node in nodes(DOCUMENT) if isinstance(node.get("$ref"), str)]
    assert len(references) > 20
    for reference in references:
        assert resolve(reference), reference


def test_every_schema_is_a_schema() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert not name.startswith("Public")


def test_every_operation_has_a_name_of_its_own_and_a_summary() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names)) > 4
    assert all(operation["summary"] for _, _, operation in operations())


def test_every_parameter_of_a_path_is_described() -> None:
    for path, _, operation in operations():
        described = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
        assert described == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path


def test_no_query_parameter_can_be_null() -> None:
    for path, _, operation in operations():
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                assert "null" not in parameter["schema"].get("type", []), (path, parameter["name"])


@pytest.fixture
def signing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_SIGNING_KEY", "a signing key of more than thirty-two characters")


@pytest.mark.usefixtures("signing_key")
@pytest.mark.anyio
async def test_every_address_for_programs_is_described_and_none_is_invented() -> None:
    gateway = Gateway(settings(), load(Airport, {}), FakeRpc(flights=FakeFlights()))
    served = {
        (route.path, method.lower())
        for route in gateway.routes
        if isinstance(route, Route) and not _undescribed(route.path)
        for method in route.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations()} == served


def _undescribed(path: str) -> bool:
    return path == "/" or path.startswith(UNDESCRIBED[1:])


@pytest.mark.anyio
async def test_what_is_answered_is_as_described() -> None:
    old = flight(day=today() - timedelta(days=60))
    diverted = flight(
        "CZ3102",
        status="diverted",
        diverted_to=flight()["arrival"]["airport"],
        inbound={"flight_id": "X", "number": "CZ1", "known": False},
        delay_reasons=[{"code": "93", "minutes": 30, "text": {"zh": "晚到", "en": "late arrival"}}],
        delay_minutes=30,
        codeshares=["MU1"],
    )
    flights = FakeFlights([flight(), diverted, old])
    flights.history[flight()["id"]] = [
        {
            "field": "departure.gate",
            "old": None,
            "new": "A1",
            "event_at": "2026-11-23T01:00:00Z",
            "recorded_at": "2026-11-23T01:00:00.5Z",
            "source_kind": "airline",
            "source_name": "cz",
        }
    ]
    one, board, search = "/api/v1/flights/{flight_id}", "/api/v1/boards/{board}", "/api/v1/flights"
    async with running(FakeRpc(flights=flights)) as (_, client):
        get = client.get
        check((await get("/api/v1/boards/departures")).json(), "get", board)
        check(
            (await get(f"/api/v1/boards/departures?day={today() - timedelta(days=60)}")).json(), "get", board
        )
        check((await get("/api/v1/flights?q=cz&limit=1")).json(), "get", search)
        check((await get(f"/api/v1/flights?day={today() - timedelta(days=60)}")).json(), "get", search)
        check((await get(f"/api/v1/flights/{flight()['id']}")).json(), "get", one)
        check((await get(f"/api/v1/flights/{old['id']}")).json(), "get", one)
        check((await get(f"/api/v1/flights/{flight()['id']}/history")).json(), "get", f"{one}/history")
        check((await get("/api/v1/flights/NONE")).json(), "get", one, 404)
        check((await get("/api/v1/flights?x=1&limit=0")).json(), "get", search, 400)
        check((await client.post(search)).json(), "get", search, 405)
        check((await get(search, headers={"Accept": "a/b"})).json(), "get", search, 406)


def test_the_check_sees_a_difference() -> None:
    """Control: a flight with a wrong type is no flight."""
    with pytest.raises(AssertionError):
        check({**flight(), "version": "seven"}, "get", "/api/v1/flights/{flight_id}")

"""HTTP's own rules, told in the reader's language: paths, methods, bodies, health, the end."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.bodies import parse_json, read_json
from gateway.deps import Deps
from gateway.errors import BadJson
from gateway.problems import Problems
from gateway.wording import Words
from kernel import tracing
from kernel.errors import RemoteError
from kernel.log import JsonFormatter
from tests.gateway.fakes import FakeFlights, FakeRpc, flight, running, until

pytestmark = pytest.mark.anyio

THIS = __name__


def routes(deps: Deps) -> list[Route]:
    """A door for these tests: one address that takes JSON, one that breaks."""

    async def take(request: Request) -> Response:
        return JSONResponse({"taken": await read_json(request)})

    async def breaks(request: Request) -> Response:
        raise RuntimeError("secret of the house")

    async def waits(request: Request) -> Response:
        await asyncio.sleep(0.3)
        return JSONResponse({})

    return [
        Route("/test/take", take, methods=["POST"]),
        Route("/test/take", waits, methods=["GET"]),
        Route("/test/breaks", breaks),
    ]


def fake() -> FakeRpc:
    return FakeRpc(flights=FakeFlights([flight()]))


async def test_an_unknown_path_is_a_problem_in_the_readers_language() -> None:
    async with running(fake()) as (_, client):
        answer = await client.get("/api/nothing", headers={"Accept-Language": "en;q=0.9, zh;q=0.1"})
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Content-Language"] == "en"
        problem = answer.json()
        assert problem["title"] == "No such address"
        assert problem["code"] == "gateway.unknown_path"
        assert problem["type"] == "/api/docs/problems#gateway.unknown_path"
        assert problem["instance"] == f"urn:uuid:{uuid.UUID(problem['call_id'])}"
        assert problem["status"] == 404
        zh = await client.get("/api/nothing", headers={"Accept-Language": "zh-CN"})
        assert zh.json()["title"] == "没有这个地址"
        assert zh.json()["call_id"] != problem["call_id"]


async def test_a_wrong_method_is_told_all_that_the_path_allows() -> None:
    async with running(fake(), doors=("gateway.api", THIS)) as (_, client):
        answer = await client.delete("/test/take")
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
        options = await client.options("/test/take")
        assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")
        assert (await client.options("/nothing")).status_code == 404


async def test_our_own_fault_shows_no_trace_and_is_logged_with_its_call_id() -> None:
    lines: list[dict[str, Any]] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(orjson.loads(JsonFormatter("gateway").format(record)))

    handler = Lines()
    logging.getLogger("gateway.problems").addHandler(handler)
    async with running(fake(), doors=("gateway.api", THIS)) as (_, client):
        answer = await client.get("/test/breaks")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert answer.json()["code"] == "internal"
    logging.getLogger("gateway.problems").removeHandler(handler)
    assert [line["call_id"] for line in lines] == [answer.json()["call_id"]]
    assert (lines[0]["error"], lines[0]["route"]) == ("RuntimeError", "/test/breaks")
    assert "secret" not in str(lines)


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [(b"", 1, 1), (b'{"a": 1,\n "b": nonsense}', 2, 7), (b"[1, 2", 1, 6), (b'"\xff"', 1, 2)],
)
async def test_malformed_json_is_told_where_it_breaks_and_not_repeated(
    body: bytes, line: int, column: int
) -> None:
    async with running(fake(), doors=("gateway.api", THIS)) as (_, client):
        answer = await client.post(
            "/test/take", content=body, headers={"Content-Type": "application/json", "Accept-Language": "en"}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "gateway.bad_json")
        assert f"line {line}" in answer.json()["detail"]
        assert "nonsense" not in answer.text
    with pytest.raises(BadJson) as caught:
        parse_json(body)
    assert abs(caught.value.data["column"] - column) <= 1


async def test_another_media_type_is_refused_with_the_one_that_is_taken() -> None:
    async with running(fake(), doors=("gateway.api", THIS)) as (_, client):
        answer = await client.post("/test/take", content=b"x", headers={"Content-Type": "text/csv"})
        assert answer.status_code == 415
        assert answer.headers["Accept"] == "application/json"


async def test_a_body_over_the_limit_is_cut_while_it_streams_in() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 50_000_000:
            sent += 100_000
            yield b" " * 100_000

    async with running(fake(), doors=("gateway.api", THIS), max_body_bytes=1_000_000) as (_, client):
        answer = await client.post(
            "/test/take", content=endless(), headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "gateway.body_too_large")
        assert "1000000" in answer.json()["detail"]
        assert sent <= 1_500_000
        declared = await client.post(
            "/test/take", content=b" " * 1_000_001, headers={"Content-Type": "application/json"}
        )
        assert declared.status_code == 413
        wrong = await client.post("/test/take", headers={"Content-Length": "many"})
        assert wrong.status_code == 411


async def test_errors_that_a_service_sends_keep_their_kind_and_a_new_code_is_worded_by_it() -> None:
    problems = Problems(Words.load())
    known = problems.describe(
        RemoteError.from_document({"code": "x.y", "kind": "conflict", "data": {}}), "0" * 32, "en"
    )
    assert (known.status, known.code, known.title) == (409, "x.y", "Conflict")


async def test_fields_are_told_in_the_readers_language_without_what_was_sent() -> None:
    fields = {
        "items": {0: {"leg": {"number": ["String does not match expected pattern."]}}},
        "x": ["Evil <b>"],
    }
    problems = Problems(Words.load())
    error = RemoteError.from_document(
        {"code": "flights.bad_request", "kind": "invalid", "data": {"fields": fields}}
    )
    found = problems.describe(error, "0" * 32, "zh")
    assert found.errors == [
        {"field": "items.0.leg.number", "detail": "格式不符"},
        {"field": "x", "detail": "不符合要求"},
    ]


async def test_draining_is_seen_by_readiness_and_ends_live_streams() -> None:
    async with running(fake()) as (gateway, client):
        assert (await client.get("/readyz")).json()["ready"] is True
        gateway.begin_drain()
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["draining"]) == (503, True)
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get(f"/live/flights/{flight()['id']}")).json()["code"] == "gateway.draining"
        assert (await client.get(f"/api/v1/flights/{flight()['id']}")).status_code == 200


async def test_the_end_waits_for_open_requests_but_not_for_ever() -> None:
    async with running(fake(), doors=("gateway.api", THIS)) as (gateway, client):
        slow = asyncio.create_task(client.get("/test/take"))
        await until(lambda: gateway.drain.open_requests == 1)
        assert not await gateway.drain.wait_idle(0.05)
        assert await gateway.drain.wait_idle(2)
        assert (await slow).status_code == 200


async def test_the_callers_trace_travels_on() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    rpc = fake()
    async with running(rpc) as (_, client):
        for header in (trace, "nonsense"):
            await client.get(f"/api/v1/flights/{flight()['id']}/history", headers={"traceparent": header})
    contexts: list[Any] = [call[3] for call in rpc.calls if call[1] == "get_history"]
    assert contexts[0].traceparent == trace
    assert tracing.valid(contexts[1].traceparent), "a trace begins here"


async def test_a_reader_of_pages_gets_a_page_and_a_program_gets_json() -> None:
    class Page:
        @staticmethod
        def show(request: Request, problem: Any) -> Response:
            return Response(f"<h1>{problem.title}", problem.status, media_type="text/html")

    from gateway.problems import ProblemLayer

    async def missing(scope: Any, receive: Any, send: Any) -> None:
        from gateway.errors import UnknownPath

        raise UnknownPath

    layer = ProblemLayer(missing, Problems(Words.load()), Page.show)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(layer), base_url="http://x") as client:
        page = await client.get("/flights/x", headers={"Accept": "text/html", "Accept-Language": "en"})
        assert (page.status_code, page.text) == (404, "<h1>No such address")
        for path, accept in (("/flights/x", "*/*"), ("/api/v1/x", "text/html")):
            answer = await client.get(path, headers={"Accept": accept})
            assert answer.headers["Content-Type"] == "application/problem+json"

"""What the edge answers from memory, and what it leaves to the application."""

from __future__ import annotations

import brotli
import httpx
import pytest

from tests.gateway.fakes import FakeFlights, FakeRpc, flight, running, today

pytestmark = pytest.mark.anyio


def one_path() -> str:
    return f"/api/v1/flights/{flight()['id']}"


BOARD = "/api/v1/boards/departures"


def fake() -> FakeRpc:
    return FakeRpc(flights=FakeFlights([flight(), flight("CZ3102", clock_text="13:00")]))


async def test_one_flight_is_answered_ahead_of_the_application() -> None:
    async with running(fake()) as (gateway, client):
        answer = await client.get(one_path(), headers={"Accept-Encoding": "identity"})
        assert gateway.edge.hits == 1
        assert answer.status_code == 200
        assert answer.json()["number"] == "CZ3101"
        assert answer.headers["Content-Type"] == "application/json"
        assert int(answer.headers["Content-Length"]) == len(answer.content)
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Age"] == "0"
        assert "Content-Encoding" not in answer.headers


async def test_a_reader_who_has_it_gets_304_until_it_changes() -> None:
    rpc = fake()
    async with running(rpc) as (_, client):
        for path in (one_path(), BOARD, BOARD):
            first = await client.get(path)
            again = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["ETag"] == first.headers["ETag"]
            assert "Content-Type" not in again.headers
        rpc.flight_changed(flight(version=2, gate="B9"))
        changed = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert changed.status_code == 200
        assert changed.headers["ETag"] != first.headers["ETag"]


async def test_each_coding_has_its_own_strong_etag_and_is_told_to_caches() -> None:
    async with running(fake()) as (_, client):
        etags = set()
        for coding in ("identity", "gzip", "br"):
            answer = await client.get(BOARD, headers={"Accept-Encoding": coding})
            assert answer.headers.get("Content-Encoding", "identity") == coding
            assert len(answer.json()["flights"]) == 2
            assert not answer.headers["ETag"].startswith("W/")
            etags.add(answer.headers["ETag"])
        assert len(etags) == 3


async def test_a_board_is_the_edges_from_the_second_time_on_and_follows_changes() -> None:
    rpc = fake()
    async with running(rpc) as (gateway, client):
        paths = [BOARD, f"{BOARD}?day={today()}", f"{BOARD}?airline=CZ&terminal=T2"]
        for path in paths:
            await client.get(path)
        assert gateway.edge.hits == 0
        for path in paths:
            await client.get(path)
        assert gateway.edge.hits == 3
        rpc.flight_changed(flight(version=2, gate="B9"))
        for path in paths:
            assert (await client.get(path)).json()["flights"][0]["departure"]["gate"] == "B9"


async def test_head_tells_what_get_would_without_the_body() -> None:
    async with running(fake()) as (gateway, client):
        for path in (one_path(), BOARD, BOARD):
            get, head = await client.get(path), await client.head(path)
            assert head.status_code == 200
            assert gateway.edge.hits or path == BOARD
            differing = {"age", "date"}
            assert {k: v for k, v in head.headers.items() if k not in differing} == {
                k: v for k, v in get.headers.items() if k not in differing
            }


async def test_whoever_will_not_have_json_is_told_what_there_is() -> None:
    async with running(fake()) as (_, client):
        for path in (one_path(), BOARD, BOARD):
            answer = await client.get(path, headers={"Accept": "text/html, image/*"})
            assert answer.status_code == 406
            assert answer.json()["code"] == "gateway.not_acceptable"
            assert "application/json" in answer.json()["detail"]


async def test_an_unknown_parameter_is_refused_even_on_a_path_the_edge_knows() -> None:
    async with running(fake()) as (_, client):
        answer = await client.get(f"{one_path()}?a=1")
        assert (answer.status_code, answer.json()["code"]) == (400, "gateway.unknown_parameter")


async def test_edge_and_application_carry_the_security_headers() -> None:
    async with running(fake(), public_url="https://fly.example") as (_, client):
        for path in (one_path(), BOARD, "/api/docs", "/healthz", "/nothing"):
            headers = (await client.get(path)).headers
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["Referrer-Policy"], path
            assert headers["Strict-Transport-Security"].startswith("max-age="), path
        assert "default-src 'self'" in (await client.get("/api/docs")).headers["Content-Security-Policy"]


async def test_without_https_there_is_no_strict_transport() -> None:
    async with running(fake()) as (_, client):
        assert "Strict-Transport-Security" not in (await client.get(one_path())).headers


async def test_compressed_bytes_are_what_they_say() -> None:
    async with running(fake()) as (gateway, client):
        request = client.build_request("GET", BOARD, headers={"Accept-Encoding": "br"})
        raw = await client.send(request, stream=True)
        body = b"".join([part async for part in raw.aiter_raw()])
        assert brotli.decompress(body).startswith(b'{"as_of":')
        assert isinstance(raw, httpx.Response)
        assert gateway.flights.loaded

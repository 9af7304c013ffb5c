"""How the window keeps in step: through the application, with a fake service behind it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from gateway.cache import feeder
from kernel.errors import Unavailable
from tests.gateway.fakes import FakeFlights, FakeRpc, flight, running, today, until

pytestmark = pytest.mark.anyio


async def test_the_whole_window_is_loaded_page_by_page() -> None:
    flights = FakeFlights([flight(f"CZ{n}") for n in range(1000, 1450)])
    flights.flights["far"] = flight("MU1", day=today() + timedelta(days=9))
    rpc = FakeRpc(flights=flights)
    async with running(rpc) as (gateway, _):
        assert gateway.flights.digest() == (450, 450)
        pages = [request for _, method, request, _ in rpc.calls if method == "list_window"]
        assert [page["cursor"] for page in pages] == ["", "200", "400"]


async def test_an_event_is_seen_at_once() -> None:
    rpc = FakeRpc(flights=FakeFlights([flight()]))
    async with running(rpc) as (_, client):
        rpc.flight_changed(flight(version=2, gate="B22"))
        answer = await client.get(f"/api/v1/flights/{flight()['id']}")
        assert answer.json()["departure"]["gate"] == "B22"


async def test_a_lost_event_is_found_by_the_next_check() -> None:
    flights = FakeFlights([flight()])
    rpc = FakeRpc(flights=flights)
    async with running(rpc, digest_every_s=0.05) as (gateway, _):
        flights.flights[flight()["id"]] = flight(version=2, gate="B22")
        await until(lambda: gateway.flights.digest() == (1, 2), 8)


async def test_a_check_between_events_under_way_is_no_difference(caplog: pytest.LogCaptureFixture) -> None:
    flights = FakeFlights([flight()])
    rpc = FakeRpc(flights=flights)
    caplog.set_level(logging.INFO)
    async with running(rpc, digest_every_s=0.05) as (gateway, _):
        loads = len([call for call in rpc.calls if call[1] == "list_window"])
        # The service has moved on; its event reaches us a moment after the digest does.
        flights.flights[flight()["id"]] = flight(version=2)
        checks = len(rpc.calls)
        await until(lambda: len(rpc.calls) > checks)
        rpc.flight_changed(flight(version=2))
        await until(lambda: gateway.flights.digest() == (1, 2))
        checks = len(rpc.calls)
        await until(lambda: len(rpc.calls) > checks)
        assert len([call for call in rpc.calls if call[1] == "list_window"]) == loads


async def test_after_a_reconnect_what_was_missed_is_loaded_at_once() -> None:
    flights = FakeFlights([flight()])
    rpc = FakeRpc(flights=flights)
    async with running(rpc, digest_every_s=600) as (gateway, client):
        rpc.disconnect()
        board = await client.get("/api/v1/boards/departures")
        assert board.status_code == 200
        assert board.json()["stale"] is True
        assert board.headers["Cache-Status"] == 'flights; hit; detail="stale"'
        flights.flights[flight()["id"]] = flight(version=5, gate="B22")
        rpc.connect()
        await until(lambda: gateway.flights.digest() == (1, 5))
        board = await client.get("/api/v1/boards/departures")
        assert board.json()["stale"] is False
        assert "Cache-Status" not in board.headers


async def test_a_service_away_at_the_start_is_asked_until_it_answers() -> None:
    rpc = FakeRpc(flights=FakeFlights([flight()]))
    rpc.fails_with = Unavailable()
    async with running(rpc, wait_loaded=False) as (gateway, client):
        await until(lambda: rpc.calls)
        assert (await client.get("/readyz")).status_code == 503
        answer = await client.get("/api/v1/boards/departures")
        assert (answer.status_code, answer.json()["code"]) == (503, "gateway.no_news_yet")
        assert answer.headers["Retry-After"] == "2"
        rpc.fails_with = None
        await until(lambda: gateway.flights.loaded)
        assert (await client.get("/readyz")).status_code == 200


async def test_while_the_service_is_away_the_window_answers_and_turns_stale() -> None:
    rpc = FakeRpc(flights=FakeFlights([flight()]))
    async with running(rpc, digest_every_s=0.01, stale_after_s=0.2) as (gateway, client):
        rpc.fails_with = Unavailable()
        await until(lambda: gateway.flights.stale, 8)
        for path in (
            f"/api/v1/flights/{flight()['id']}",
            "/api/v1/boards/departures",
            "/api/v1/flights?q=cz3101",
        ):
            answer = await client.get(path)
            assert answer.status_code == 200, path
            assert "stale" in answer.headers["Cache-Status"], path
        assert (await client.get("/readyz")).status_code == 200
        rpc.fails_with = None
        await until(lambda: not gateway.flights.stale, 8)


async def test_an_event_that_cannot_be_read_is_survived_and_leads_to_a_new_load(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rpc = FakeRpc(flights=FakeFlights([flight()]))
    async with running(rpc, digest_every_s=0.05) as (gateway, _):
        loads = len([call for call in rpc.calls if call[1] == "list_window"])
        for body in (
            b"\xff not json",
            b"{}",
            b"[]",
            b'{"data":{"flight":{"id":"X","version":"1"}},"schema":1}',
        ):
            rpc.publish("flights", "flight_changed", body)
        await until(lambda: len([call for call in rpc.calls if call[1] == "list_window"]) > loads, 8)
        assert gateway.flights.digest() == (1, 1)
    assert "an event could not be read" in caplog.text


def test_the_page_size_is_one_that_the_service_takes() -> None:
    from services.flights.schemas import WindowSchema

    WindowSchema().load(
        {"from_at": "2026-11-23T00:00:00Z", "to_at": "2026-11-24T00:00:00Z", "limit": feeder._PAGE_SIZE}
    )

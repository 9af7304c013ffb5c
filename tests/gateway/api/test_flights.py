"""The travellers' JSON: from memory where the window reaches, from the service beyond it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import ServiceAway
from tests.gateway.fakes import FakeFlights, FakeRpc, flight, running, today

pytestmark = pytest.mark.anyio

LONG_AGO = today() - timedelta(days=60)
CHANGE = {
    "field": "departure.gate",
    "old": "A12",
    "new": "B7",
    "event_at": "2026-11-23T01:00:00Z",
    "recorded_at": "2026-11-23T01:00:01Z",
    "source_kind": "airline",
    "source_name": "cz-ops",
}


def fake(*more: dict[str, Any]) -> FakeRpc:
    flights = FakeFlights([flight(), flight("MU5301", "SHA", "10:00", direction="arrival"), *more])
    flights.history[flight()["id"]] = [dict(CHANGE)]
    return FakeRpc(flights=flights)


def asked(rpc: FakeRpc) -> list[str]:
    return [method for _, method, _, _ in rpc.calls if method not in {"list_window", "window_digest"}]


async def test_a_board_says_which_day_how_old_and_in_which_order() -> None:
    rpc = fake(flight("CZ3100", clock_text="06:00"))
    async with running(rpc) as (_, client):
        board = (await client.get("/api/v1/boards/departures")).json()
        assert [each["number"] for each in board["flights"]] == ["CZ3100", "CZ3101"]
        assert (board["airport"], board["day_local"], board["stale"]) == ("CSX", today().isoformat(), False)
        assert board["as_of"].endswith("Z")
        assert (await client.get("/api/v1/boards/arrivals")).json()["flights"][0]["number"] == "MU5301"
        other_day = f"/api/v1/boards/arrivals?day={today() + timedelta(days=2)}"
        assert (await client.get(other_day)).json()["flights"] == []
        assert asked(rpc) == []


async def test_a_board_beyond_the_window_is_asked_of_the_service_with_all_its_pages() -> None:
    old = [flight(f"CZ{n}", day=LONG_AGO) for n in range(3000, 3003)]
    rpc = fake(*old)
    pages = [{"flights": old[:2], "cursor": "more"}, {"flights": old[2:], "cursor": None}]
    requests: list[dict[str, Any]] = []

    def search_flights(request: dict[str, Any]) -> dict[str, Any]:
        requests.append(request)
        return pages[len(requests) - 1]

    rpc.services["flights"].search_flights = search_flights
    async with running(rpc) as (_, client):
        answer = await client.get(f"/api/v1/boards/departures?day={LONG_AGO}&terminal=T2&airline=CZ")
        board = answer.json()
        assert [each["number"] for each in board["flights"]] == ["CZ3000", "CZ3001", "CZ3002"]
        assert "keywords" not in board["flights"][0]
        assert board["day_local"] == LONG_AGO.isoformat()
        assert [request["cursor"] for request in requests] == ["", "more"]
        assert (requests[0]["terminal"], requests[0]["airline"]) == ("T2", "CZ")
        assert answer.headers["RateLimit"].startswith('"public"')


async def test_an_older_flight_comes_from_the_service_without_its_keywords() -> None:
    old = flight(day=LONG_AGO)
    rpc = fake(old)
    async with running(rpc) as (_, client):
        answer = await client.get(f"/api/v1/flights/{old['id']}")
        assert answer.json() == {key: value for key, value in old.items() if key != "keywords"}
        again = await client.get(
            f"/api/v1/flights/{old['id']}", headers={"If-None-Match": answer.headers["ETag"]}
        )
        assert again.status_code == 304
        assert asked(rpc) == ["get_flight", "get_flight"]


async def test_a_flight_that_nobody_has_is_not_found_and_an_impossible_id_is_not_asked_for() -> None:
    rpc = fake()
    async with running(rpc) as (_, client):
        answer = await client.get("/api/v1/flights/XX1-20261123-CSX-PEK")
        assert (answer.status_code, answer.json()["code"]) == (404, "flights.not_found")
        for impossible in ("x" * 65, "ab", "%00%00%00", "航班航班"):
            assert (await client.get(f"/api/v1/flights/{impossible}")).status_code == 404
        assert asked(rpc) == ["get_flight"]


async def test_history_tells_who_by_kind_and_never_by_name() -> None:
    async with running(fake()) as (_, client):
        history = (await client.get(f"/api/v1/flights/{flight()['id']}/history")).json()
        assert history["changes"] == [{k: v for k, v in CHANGE.items() if k != "source_name"}]


async def test_search_is_answered_from_memory_page_by_page() -> None:
    rpc = fake(*(flight(f"CZ{n}", "SHA", f"{n % 24:02}:00") for n in range(4000, 4007)))
    async with running(rpc) as (_, client):
        whole = (await client.get("/api/v1/flights?q=shanghai")).json()
        numbers = [each["number"] for each in whole["flights"]]
        assert len(numbers) == 8
        assert whole["cursor"] is None
        assert [each["board_at"] for each in whole["flights"]] == sorted(
            each["board_at"] for each in whole["flights"]
        )
        paged: list[str] = []
        cursor = ""
        while cursor is not None:
            page = (
                await client.get("/api/v1/flights", params={"q": "shanghai", "limit": 3, "cursor": cursor})
            ).json()
            assert len(page["flights"]) <= 3
            paged += [each["number"] for each in page["flights"]]
            cursor = page["cursor"]
        assert paged == numbers
        assert asked(rpc) == []


async def test_search_for_another_day_goes_to_the_service_in_its_own_words() -> None:
    rpc = fake(flight(day=LONG_AGO))
    async with running(rpc) as (_, client):
        answer = await client.get(
            "/api/v1/flights",
            params={
                "q": "北京",
                "day": LONG_AGO.isoformat(),
                "from": "08:00",
                "direction": "departure",
                "limit": 7,
            },
        )
        assert [each["id"] for each in answer.json()["flights"]] == [flight(day=LONG_AGO)["id"]]
        request = rpc.calls[-1][2]
        assert request == {
            "text": "北京",
            "direction": "departure",
            "day_local": LONG_AGO.isoformat(),
            "from_time_local": "08:00",
            "to_time_local": None,
            "place": "",
            "airline": "",
            "terminal": "",
            "limit": 7,
            "cursor": "",
        }


async def test_without_broker_and_service_what_is_in_memory_is_answered_and_the_rest_is_away() -> None:
    rpc = fake()
    async with running(rpc) as (_, client):
        rpc.disconnect()
        rpc.fails_with = ServiceAway(service="flights", retry_after_s=2)
        for path in (
            "/api/v1/flights?q=cz3101",
            "/api/v1/boards/departures",
            f"/api/v1/flights/{flight()['id']}",
        ):
            answer = await client.get(path)
            assert answer.status_code == 200, path
            assert "stale" in answer.headers["Cache-Status"]
        away = await client.get(f"/api/v1/flights/{flight()['id']}/history")
        assert (away.status_code, away.headers["Retry-After"]) == (503, "2")
        assert away.json()["code"] == "gateway.service_away"


@pytest.mark.parametrize(
    ("path", "code", "field"),
    [
        ("/api/v1/boards/departures?day=2026-13-01", "gateway.bad_parameter", "day"),
        ("/api/v1/boards/departures?day=9999-12-31", "gateway.bad_parameter", "day"),
        ("/api/v1/boards/departures?day=0001-01-01", "gateway.bad_parameter", "day"),
        ("/api/v1/boards/departures?airline=china-southern", "gateway.bad_parameter", "airline"),
        ("/api/v1/boards/departures?day=&x=1", "gateway.bad_parameter", "day"),
        ("/api/v1/boards/departures?gate=A1", "gateway.unknown_parameter", "gate"),
        ("/api/v1/boards/departures?terminal=T1&terminal=T2", "gateway.bad_parameter", "terminal"),
        ("/api/v1/flights?limit=0", "gateway.bad_parameter", "limit"),
        ("/api/v1/flights?limit=201", "gateway.bad_parameter", "limit"),
        ("/api/v1/flights?limit=many", "gateway.bad_parameter", "limit"),
        ("/api/v1/flights?from=25:00", "gateway.bad_parameter", "from"),
        ("/api/v1/flights?direction=up", "gateway.bad_parameter", "direction"),
        ("/api/v1/flights?cursor=nonsense", "gateway.bad_parameter", "cursor"),
        ("/api/v1/flights?cursor=%F0%9F%9B%AB", "gateway.bad_parameter", "cursor"),
        ("/api/v1/flights?q=" + "x" * 65, "gateway.bad_parameter", "q"),
        (f"/api/v1/flights/{flight()['id']}/history?x=1", "gateway.unknown_parameter", "x"),
    ],
)
async def test_a_bad_parameter_is_named_and_its_value_not_repeated(path: str, code: str, field: str) -> None:
    async with running(fake()) as (_, client):
        answer = await client.get(path, headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert field in [error["field"] for error in answer.json()["errors"]]
        for value in ("china-southern", "nonsense", "many", "x" * 65, "9999"):
            assert value not in answer.text


async def test_too_many_questions_are_turned_away_but_what_the_edge_knows_is_answered() -> None:
    async with running(fake(), public_rate="2/minute") as (_, client):
        assert (await client.get("/api/v1/flights?q=1")).headers["RateLimit"].startswith('"public";r=1;')
        await client.get("/api/v1/flights?q=2")
        refused = await client.get("/api/v1/flights?q=3")
        assert (refused.status_code, refused.json()["code"]) == (429, "gateway.too_many_requests")
        assert refused.headers["RateLimit"].startswith('"public";r=0;')
        assert refused.headers["RateLimit-Policy"] == '"public";q=2;w=60'
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert (await client.get(f"/api/v1/flights/{flight()['id']}")).status_code == 200
        assert (await client.get("/api/v1/boards/departures")).status_code == 200

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.errors import Unavailable
from services.partners.schemas import Scope
from tests.gateway.fakes import flight, today
from tests.gateway.partner.airline import Airline, world

pytestmark = pytest.mark.anyio
PATH = "/partner/v1/flights"


def day() -> list[dict[str, Any]]:
    return [
        flight("CZ3101", clock_text="12:00"),
        flight("CZ3102", clock_text="11:00", direction="arrival"),
        flight("MU5301", clock_text="10:00"),
        flight("CZ3103", clock_text="09:00", day=today() + timedelta(days=1)),
    ]


async def test_a_partner_sees_its_own_flights_of_the_day_in_order() -> None:
    async with world(day()) as at:
        answer = await at.airline.get()
    assert answer.status_code == 200
    body = answer.json()
    assert [found["number"] for found in body["flights"]] == ["CZ3102", "CZ3101"]
    assert (body["stale"], body["airport"], body["day_local"]) == (False, "CSX", today().isoformat())
    assert "keywords" not in body["flights"][0]
    assert "age" in answer.headers
    assert answer.headers["ratelimit"].startswith('"partner-read"')


async def test_a_handler_of_every_airline_sees_all() -> None:
    async with world(day()) as at:
        handler = Airline(at.http, at.partners.add("*"))
        await handler.log_in()
        assert len((await handler.get()).json()["flights"]) == 3
        only = (await handler.get(airline="MU")).json()["flights"]
    assert [found["number"] for found in only] == ["MU5301"]


async def test_day_direction_and_terminal_narrow_the_list() -> None:
    async with world(day()) as at:
        tomorrow = (today() + timedelta(days=1)).isoformat()
        assert [f["number"] for f in (await at.airline.get(day=tomorrow)).json()["flights"]] == ["CZ3103"]
        assert [f["number"] for f in (await at.airline.get(direction="arrival")).json()["flights"]] == [
            "CZ3102"
        ]
        assert (await at.airline.get(terminal="T1")).json()["flights"] == []


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"airline": "MU"}, 403, "partner.not_your_flight"),
        ({"airline": "??"}, 400, "gateway.bad_parameter"),
        ({"day": "yesterday"}, 400, "gateway.bad_parameter"),
        ({"day": "1900-01-01"}, 400, "gateway.bad_parameter"),
        ({"day": "9999-12-31"}, 400, "gateway.bad_parameter"),
        ({"colour": "red"}, 400, "gateway.unknown_parameter"),
    ],
)
async def test_what_can_not_be_asked_for_is_refused(params: dict[str, str], status: int, code: str) -> None:
    async with world(day()) as at:
        answer = await at.airline.get(**params)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_one_flight_comes_with_its_history_and_says_which_news_was_ours() -> None:
    async with world(day()) as at:
        change = {"field": "departure.gate", "old": None, "new": "A12", "source_kind": "airline"}
        mine = {**change, "source_name": at.airline.issued.client_id}
        found = at.flights.flights[flight("CZ3101")["id"]]["id"]
        at.flights.history[found] = [mine, {**change, "source_name": "somebody"}]
        answer = await at.airline.get(f"{PATH}/{found}")
    body = answer.json()
    assert body["flight"]["number"] == "CZ3101"
    assert [one["yours"] for one in body["changes"]] == [True, False]
    assert "somebody" not in answer.text
    assert "keywords" not in body["flight"]


async def test_while_flights_is_away_one_flight_comes_from_memory_without_its_history() -> None:
    async with world(day()) as at:
        await at.airline.get()
        at.rpc.fails_with = Unavailable(retry_after_s=2)
        answer = await at.airline.get(f"{PATH}/{flight('CZ3101')['id']}")
        assert answer.status_code == 200
        assert answer.json()["changes"] is None
        assert (await at.airline.get()).status_code == 200


async def test_a_flight_that_is_not_in_memory_is_asked_for() -> None:
    async with world(day()) as at:
        far = flight("CZ3999", day=today() + timedelta(days=60))
        at.flights.flights[far["id"]] = far
        assert (await at.airline.get(f"{PATH}/{far['id']}")).json()["flight"]["number"] == "CZ3999"


@pytest.mark.parametrize(
    ("flight_id", "status"),
    [("CZ9999-20300101-CSX-PEK", 404), ("x", 404), ("y" * 65, 404), ("%00%00%00", 404)],
)
async def test_a_flight_that_is_not_there_is_not_found(flight_id: str, status: int) -> None:
    async with world(day()) as at:
        assert (await at.airline.get(f"{PATH}/{flight_id}")).status_code == status


async def test_another_airlines_flight_is_not_shown() -> None:
    async with world(day()) as at:
        answer = await at.airline.get(f"{PATH}/{flight('MU5301')['id']}")
    assert (answer.status_code, answer.json()["code"]) == (403, "partner.not_your_flight")


async def test_reading_needs_its_scope() -> None:
    async with world(day()) as at:
        writer = Airline(at.http, at.partners.add("CZ", scopes=(Scope.FLIGHTS_WRITE,)))
        await writer.log_in()
        answer = await writer.get()
    assert (answer.status_code, answer.json()["code"]) == (403, "partner.missing_scope")

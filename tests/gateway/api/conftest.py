"""Programs over a gateway whose services are dictionaries: two that are signed in, and one without an account."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from kernel import clock
from tests.gateway.session.fakes import OWN
from tests.gateway.web.changsha import showcase
from tests.gateway.web.fakes import FakeFlights, reader
from tests.gateway.web.travellers import ANNA, BEN, cookie_of

JSON = {"Accept": "application/json", "Accept-Language": "en"}


@pytest.fixture
def flights() -> FakeFlights:
    return FakeFlights(list(showcase(clock.now()).values()))


@pytest.fixture
async def anna(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    async with reader(flights, **JSON, **OWN, Cookie=cookie_of(ANNA)) as client:
        yield client


@pytest.fixture
async def ben(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    async with reader(flights, **JSON, **OWN, Cookie=cookie_of(BEN)) as client:
        yield client


@pytest.fixture
async def program(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    """Without a browser, without an account."""
    async with reader(flights, **JSON) as client:
        yield client

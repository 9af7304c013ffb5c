"""A gateway over fakes with Changsha's showcase, one who is signed in, and one who isn't."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from kernel import clock
from tests.gateway.web.browsers import browser_of
from tests.gateway.web.changsha import showcase
from tests.gateway.web.fakes import FakeFlights
from tests.gateway.web.travellers import ANNA


@pytest.fixture
def flights() -> FakeFlights:
    return FakeFlights(list(showcase(clock.now()).values()))


@pytest.fixture
async def anna(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(flights, ANNA) as client:
        yield client


@pytest.fixture
async def visitor(flights: FakeFlights) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(flights, None) as client:
        yield client

"""A unit of work in memory for every test that asks."""

from __future__ import annotations

import pytest

from tests.fakes.flights_store import FakeFlightStore
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.flights.examples import NOW


@pytest.fixture
def uow() -> FakeUnitOfWork[FakeFlightStore]:
    return FakeUnitOfWork(FakeFlightStore(), NOW)

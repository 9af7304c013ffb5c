"""What this service's suite runs over; see tests/store/conftest.py."""

from __future__ import annotations

import pytest

from services.flights.store import FlightStore, metadata
from tests.fakes.flights_store import FakeFlightStore
from tests.store.suite import Suite


@pytest.fixture
def suite() -> Suite:
    return Suite("flights", FlightStore, metadata, FakeFlightStore)

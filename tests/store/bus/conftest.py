"""What this service's suite runs over; see tests/store/conftest.py."""

from __future__ import annotations

import pytest

from services.bus.store import BusStore, metadata
from tests.fakes.bus_store import FakeBusStore
from tests.store.suite import Suite


@pytest.fixture
def suite() -> Suite:
    return Suite("bus", BusStore, metadata, FakeBusStore)

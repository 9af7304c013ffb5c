"""What this service's suite runs over; see tests/store/conftest.py."""

from __future__ import annotations

import pytest

from services.passengers.store import PassengersStore, metadata
from tests.fakes.passengers_store import FakePassengersStore
from tests.store.suite import Suite


@pytest.fixture
def suite() -> Suite:
    return Suite("passengers", PassengersStore, metadata, FakePassengersStore)

"""What this service's suite runs over; see tests/store/conftest.py."""

from __future__ import annotations

import pytest

from services.checkin.store import CheckinStore, metadata
from services.checkin.usecases import SeatMaps
from tests.fakes.checkin_store import FakeCheckinStore
from tests.store.suite import Suite
from tests.unit.checkin.examples import PLACE


@pytest.fixture
def suite() -> Suite:
    return Suite("checkin", CheckinStore, metadata, FakeCheckinStore)


@pytest.fixture(autouse=True)
def _no_seat_maps_of_other_tests() -> None:
    """Every test has a database of its own: what the service kept of another's is no longer true."""
    object.__setattr__(PLACE, "maps", SeatMaps())

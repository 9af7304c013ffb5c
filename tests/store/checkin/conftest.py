"""What this service's suite runs over; see tests/store/conftest.py."""

from __future__ import annotations

import pytest

from services.checkin.store import CheckinStore, metadata
from tests.fakes.checkin_store import FakeCheckinStore
from tests.store.suite import Suite


@pytest.fixture
def suite() -> Suite:
    return Suite("checkin", CheckinStore, metadata, FakeCheckinStore)

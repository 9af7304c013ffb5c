"""What this service's suite runs over; see tests/store/conftest.py."""

from __future__ import annotations

from typing import Any

import pytest

from services.staff.store import StaffStore, metadata
from tests.fakes.staff_store import FakeStaffStore
from tests.store.staff.people import House
from tests.store.suite import Suite


@pytest.fixture
def suite() -> Suite:
    return Suite("staff", StaffStore, metadata, FakeStaffStore)


@pytest.fixture
def house(uow: Any) -> House:
    return House(uow)


@pytest.fixture
def real_house(real_uow: Any) -> House:
    return House(real_uow)

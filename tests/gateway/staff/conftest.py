"""The house in which everybody works."""

from __future__ import annotations

import pytest

from tests.gateway.staff.house import House


@pytest.fixture
def house() -> House:
    return House()

"""What this service's suite runs over; see tests/store/conftest.py."""

from __future__ import annotations

from typing import Any

import pytest

from services.lostfound.store import LostFoundStore, metadata
from tests.store.suite import Suite
from tests.unit.lostfound.examples import open_desks


def _no_fake() -> Any:
    raise AssertionError("rules that live in constraints and triggers have no fake")


@pytest.fixture
def suite() -> Suite:
    return Suite("lostfound", LostFoundStore, metadata, _no_fake)


@pytest.fixture
def desks(real_uow: Any) -> Any:
    """A database with two desks."""
    open_desks(real_uow)
    return real_uow

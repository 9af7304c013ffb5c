"""What this service's suite runs over; see tests/store/conftest.py."""

from __future__ import annotations

from typing import Any

import pytest

from services.shop.store import ShopStore, metadata
from tests.store.suite import Suite
from tests.unit.shop.mall import open_mall


def _no_fake() -> Any:
    raise AssertionError("rules that live in constraints and triggers have no fake")


@pytest.fixture
def suite() -> Suite:
    return Suite("shop", ShopStore, metadata, _no_fake)


@pytest.fixture
def mall(real_uow: Any) -> Any:
    """A database with a merchant and two shops."""
    open_mall(real_uow)
    return real_uow

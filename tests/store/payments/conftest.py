"""What this service's suite runs over; see tests/store/conftest.py."""

from __future__ import annotations

import pytest

from services.payments.store import PaymentsStore, metadata
from tests.fakes.payments_provider import FakeProvider
from tests.fakes.payments_store import FakePaymentsStore
from tests.store.suite import Suite


@pytest.fixture
def suite() -> Suite:
    return Suite("payments", PaymentsStore, metadata, FakePaymentsStore)


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()

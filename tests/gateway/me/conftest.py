from __future__ import annotations

import pytest

from tests.gateway.session.fakes import SIGNING_KEY


@pytest.fixture(autouse=True)
def signing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_SIGNING_KEY", SIGNING_KEY)

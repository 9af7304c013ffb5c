from __future__ import annotations

import pytest

KEY = "a signing key of more than thirty-two characters"


@pytest.fixture(autouse=True)
def signing_key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TOKEN_SIGNING_KEY", KEY)
    return KEY

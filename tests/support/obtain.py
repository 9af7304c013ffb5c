"""What a test needs of the machine: there, or named. In CI a missing thing fails the run, it is never skipped."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def unobtainable(what: str) -> NoReturn:
    """End the test: `what` isn't on this machine and could not be installed."""
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(f"this test needs {what}, and in CI nothing is skipped")
    pytest.skip(f"needs {what}; `make setup-test` tries to install it")

"""How much generated input a run affords: enough in `make test`, far more in `make nightly`."""

from __future__ import annotations

import os

NIGHTLY = os.environ.get("TEST_EFFORT") == "nightly"


def cases(usual: int, nightly: int) -> int:
    """The number of generated cases: `usual` in `make test`, `nightly` in `make nightly`."""
    return nightly if NIGHTLY else usual

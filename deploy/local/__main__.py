"""`python -m deploy.local [--split] [--no-demo] [--no-sandbox] [--day YYYY-MM-DD --rate N]`."""

from __future__ import annotations

import sys

from deploy.local.options import Options
from deploy.local.suite import run

if __name__ == "__main__":
    sys.exit(run(Options.read(sys.argv[1:])))

"""The folder of a replayed day: every replay begins the day anew, and never over somebody's data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from deploy.local.preflight import CannotStart

_MARK = "replay"


def begin(var: Path, day: date) -> None:
    """Clear what an earlier replay left in `var`. Raises CannotStart if its data are no replay's."""
    mark = var / _MARK
    databases = sorted(var.glob("*.sqlite3*"))
    if databases and not mark.exists():
        raise CannotStart(f"{var} holds data that no replay made; let the replay have a folder of its own.")
    for path in [*databases, var / "demo-partner.json"]:
        path.unlink(missing_ok=True)
    mark.write_text(f"{day.isoformat()}\n", encoding="utf-8")

"""What happened and why, newest last: the log panel reads it, and so do tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, Literal

from deploy.sandbox.database import Database
from deploy.sandbox.timing import Clock
from deploy.sandbox.words import Words

Level = Literal["ok", "warn", "bad"]
_KEPT: Final = 5000
_CUT_EVERY: Final = 500


class Journal:
    """`tell` is called with every new entry."""

    def __init__(self, db: Database, clock: Clock, tell: Callable[[dict[str, Any]], None]) -> None:
        self._db, self._clock, self._tell = db, clock, tell
        self._written = 0

    def write(self, kind: str, level: Level, title: str, why: Words, **detail: Any) -> None:
        """kind: api, push, oauth, js, card, pay, page or note. title: what was done, as one would type it."""
        at = self._clock.now()
        text = json.dumps(detail, ensure_ascii=False, default=str)
        entry_id = self._db.add(
            "INSERT INTO journal (at, kind, level, title, zh, en, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
            at, kind, level, title, why.zh, why.en, text,
        )  # fmt: skip
        self._written += 1
        if self._written % _CUT_EVERY == 0:
            self._db.run("DELETE FROM journal WHERE id <= ?", entry_id - _KEPT)
        self._tell(
            {
                "id": entry_id,
                "at": at,
                "kind": kind,
                "level": level,
                "title": title,
                "zh": why.zh,
                "en": why.en,
            }
            | {"detail": detail}
        )

    def read(self, after: int = 0, limit: int = 200) -> list[dict[str, Any]]:
        """The newest `limit` entries with an id above `after`, oldest first."""
        rows = self._db.all("SELECT * FROM journal WHERE id > ? ORDER BY id DESC LIMIT ?", after, limit)
        return [row | {"detail": json.loads(row["detail"])} for row in reversed(rows)]

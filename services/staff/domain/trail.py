"""The trail of who did what: each row's hash covers the row before, so that no row can be changed, taken out or put in
without every later hash changing too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

GENESIS: Final = "0" * 64


@dataclass(frozen=True)
class Entry:
    """What is noted. actor: `staff:<account id>`, `airport:<login of the operator>` or `nobody`."""

    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """An entry in its place. at: as text, so that what was hashed is what is kept, to the letter."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    detail: str
    previous: str
    hash: str


def instant(at: datetime) -> str:
    """RFC 3339, UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def next_row(entry: Entry, seq: int, previous: str, at: datetime) -> Row:
    """The row that follows the one with hash `previous`."""
    detail = json.dumps(dict(entry.detail), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    draft = Row(seq, instant(at), entry.actor, entry.action, entry.subject, detail, previous, "")
    return Row(**(vars(draft) | {"hash": hash_of(draft)}))


def hash_of(row: Row) -> str:
    """SHA-256 over all of the row and the hash before it; JSON keeps the fields apart."""
    parts = [row.seq, row.at, row.actor, row.action, row.subject, row.detail, row.previous]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def first_broken(rows: Iterable[Row], seq: int = 0, previous: str = GENESIS) -> tuple[int | None, int, str]:
    """(first row that doesn't fit or None, last good row's number, its hash), of rows that follow `seq`."""
    for row in rows:
        if row.seq != seq + 1 or row.previous != previous or row.hash != hash_of(row):
            return seq + 1, seq, previous
        seq, previous = row.seq, row.hash
    return None, seq, previous

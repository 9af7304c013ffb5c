"""Instants as texts, as they stand in results, events and messages."""

from __future__ import annotations

from datetime import UTC, datetime


def instant(at: datetime) -> str:
    """RFC 3339 in UTC with Z; a fraction only when there is one."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant_or_none(at: datetime | None) -> str | None:
    return None if at is None else instant(at)

"""The chained trail: whatever is done to a row, it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.staff.domain import Entry, Row, trail

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def chain(n: int = 6) -> list[Row]:
    rows: list[Row] = []
    for number in range(n):
        entry = Entry("staff:a", "export.taken", f"subject {number}", {"rows": number, "词": "中文"})
        previous = rows[-1].hash if rows else trail.GENESIS
        rows.append(trail.next_row(entry, number + 1, previous, NOW))
    return rows


def test_control_an_untouched_chain_is_whole() -> None:
    rows = chain()
    assert trail.first_broken(rows) == (None, 6, rows[-1].hash)
    assert trail.first_broken([]) == (None, 0, trail.GENESIS)


@pytest.mark.parametrize("field", ["at", "actor", "action", "subject", "detail", "previous", "hash"])
def test_a_changed_field_shows(field: str) -> None:
    rows = chain()
    rows[2] = replace(rows[2], **{field: getattr(rows[2], field) + " "})
    assert trail.first_broken(rows)[0] == 3


def test_a_row_taken_out_put_in_or_moved_shows() -> None:
    rows = chain()
    assert trail.first_broken([*rows[:2], *rows[3:]])[0] == 3
    assert trail.first_broken([*rows[:3], rows[2], *rows[3:]])[0] == 4
    assert trail.first_broken([rows[0], rows[2], rows[1], *rows[3:]])[0] == 2
    assert trail.first_broken(rows[1:])[0] == 1


def test_a_row_hashed_anew_breaks_the_next() -> None:
    rows = chain()
    forged = replace(rows[2], actor="staff:b")
    rows[2] = replace(forged, hash=trail.hash_of(forged))
    assert trail.first_broken(rows)[0] == 4


def test_text_can_not_wander_from_one_field_to_the_next() -> None:
    row = chain(1)[0]
    other = replace(row, action=row.action + ",", subject=row.subject[1:])
    assert trail.hash_of(row) != trail.hash_of(other)
    assert trail.hash_of(replace(row, actor="a", action="bc")) != trail.hash_of(
        replace(row, actor="ab", action="c")
    )

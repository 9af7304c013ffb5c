"""The operator's command is killed half-way and run again while the service works."""

from __future__ import annotations

from pathlib import Path

from tests.bench.rotate_keys import measure


def test_a_killed_rotation_goes_on_and_nobody_who_uses_the_service_is_refused(tmp_path: Path) -> None:
    found = measure(f"sqlite:///{tmp_path / 'passengers.sqlite3'}", rows=1500)
    assert found.during.failed == []
    assert len(found.during.took_ms) > 4, "the control: it was used meanwhile"
    assert found.rotated == 1500, "no row twice, none forgotten"

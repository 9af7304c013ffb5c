"""`airport check` on the databases that the README names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def airport(var: Path, database_url: str, *words: str) -> subprocess.CompletedProcess[str]:
    ours = {key: value for key, value in os.environ.items() if not key.startswith(("AIRPORT", "AMQP"))}
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *words],
        cwd=ROOT,
        env=ours | {"AIRPORT_VAR": str(var), "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_check_reads_a_postgresql_database_as_the_readme_writes_its_address(
    tmp_path: Path, postgres_url: str
) -> None:
    assert postgres_url.startswith("postgresql://")
    migrated = airport(tmp_path, postgres_url, "migrate", "partners")
    assert migrated.returncode == 0, migrated.stderr
    checked = airport(tmp_path, postgres_url, "check")
    assert "ok   database of partners" in checked.stdout, checked.stdout + checked.stderr
    assert "at revision" in checked.stdout


def test_check_says_that_postgresql_does_not_answer(tmp_path: Path) -> None:
    checked = airport(tmp_path, "postgresql://nobody:hidden@127.0.0.1:1/{service}", "check")
    assert checked.returncode == 1
    assert "BAD  database of partners" in checked.stdout, checked.stderr
    assert "hidden" not in checked.stdout + checked.stderr

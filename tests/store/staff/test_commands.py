"""`airport staff …` on a database of its own, without a running suite."""

from __future__ import annotations

import json
import re
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.staff_commands import staff
from kernel import migrate
from services.staff.schemas import Role

Airport = Callable[..., Result]


@pytest.fixture
def airport(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Airport:
    monkeypatch.setenv("AIRPORT_VAR", str(tmp_path))
    monkeypatch.setenv("FIELD_KEYS", f"k1:{'ab' * 32}")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    migrate.upgrade("staff", f"sqlite:///{tmp_path}/staff.sqlite3")
    return lambda *arguments: CliRunner().invoke(staff, list(arguments))


def test_somebody_is_let_in_listed_given_roles_reset_and_kept_out(airport: Airport) -> None:
    told = airport("add", "Anna.Berg", "--name", "Anna", "--role", "admin", "--role", "desk").output
    assert re.search(r"^login     anna.berg$", told, re.M)
    assert re.search(r"^password  \S{12,}$", told, re.M)
    assert (
        "there is such a login already" in airport("add", "anna.berg", "--name", "A", "--role", "shop").output
    )
    assert airport("list").output == "anna.berg  active  desk,admin  Anna  not signed in yet\n"
    assert "at least one active admin" in airport("roles", "anna.berg", "shop").output
    airport("add", "root", "--name", "Root", "--role", "admin")
    assert airport("roles", "anna.berg", "shop", "support").output == "anna.berg: shop,support\n"
    assert "password  " in airport("reset", "anna.berg").output
    assert airport("disable", "anna.berg").output == "anna.berg: disabled\n"
    assert airport("disable", "anna.berg", "--again").output == "anna.berg: active\n"
    assert "there is no such login" in airport("reset", "nobody").output
    assert airport("add", "x", "--name", "X", "--role", "pilot").exit_code == 2


def test_somebody_is_let_into_shops_and_no_others(airport: Airport) -> None:
    airport("add", "he.yu", "--name", "He", "--role", "shop", "--shop", "tea-t2", "--shop", "cables-t2")
    assert airport("list").output == "he.yu  active  shop  [cables-t2,tea-t2]  He  not signed in yet\n"
    assert airport("shops", "he.yu", "books-t1").output == "he.yu: books-t1\n"
    assert airport("shops", "he.yu", "*", "books-t1").output == "he.yu: *\n"
    assert airport("shops", "he.yu").output == "he.yu: no shop\n"
    refused = airport("shops", "he.yu", "Tea House")
    assert (refused.exit_code, "no shop's id" in refused.output) == (2, True)
    assert "there is no such login" in airport("shops", "nobody", "tea-t2").output


def test_the_trail_is_verified_exported_and_held_against_a_note(airport: Airport, tmp_path: Path) -> None:
    for login in ("anna", "ben", "cleo"):
        airport("add", login, "--name", login, "--role", "desk")
    note = re.search(r"(2:\w{64}|3:\w{64})", airport("audit", "--verify").output)
    assert note
    file = tmp_path / "trail.jsonl"
    assert airport("audit", "--export", str(file)).exit_code == 0
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["action"] for row in rows] == ["account.added"] * 3
    airport("disable", "ben")
    assert airport("audit", "--expect", note[0]).output.startswith("whole: 4 rows")
    assert airport("audit", "--expect", f"3:{'0' * 64}").exit_code == 1
    assert "account.disabled  ben" in airport("audit").output
    database = sqlite3.connect(tmp_path / "staff.sqlite3")
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        database.execute("UPDATE audit SET actor = 'nobody'")
    database.execute("DROP TRIGGER audit_no_update")
    database.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 2")
    database.commit()
    database.close()
    for option in ("--verify", "--export"):
        arguments = [option, str(file)] if option == "--export" else [option]
        told = airport("audit", *arguments)
        assert (told.exit_code, "broken at row 2" in told.output) == (1, True)


def test_a_demos_codes_come_from_its_own_file_only(airport: Airport, tmp_path: Path) -> None:
    airport("add", "anna", "--name", "Anna", "--role", "desk")
    made = airport("demo").output.splitlines()
    assert len(made) == len(Role)
    assert airport("demo").output.splitlines() == made, "again makes nothing new"
    kept = tmp_path / "demo-staff.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert re.fullmatch(r"\d{6}\n", airport("code", "demo.admin").output)
    assert airport("code", "anna").exit_code == 1
    kept.unlink()
    assert airport("code", "demo.admin").exit_code == 1, "no command reads a secret out of the database"

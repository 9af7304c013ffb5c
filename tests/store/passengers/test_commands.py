"""`airport passengers` over a real database, and that nothing personal lies in its file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from deploy.passenger_commands import passengers
from kernel import migrate
from kernel.db import Database, UnitOfWork
from services.passengers import schemas, usecases
from services.passengers.domain import HOLDERS, WeChatIdentity
from services.passengers.store import PassengersStore
from tests.unit.passengers.examples import (
    NEW_KEY,
    OLD_KEY,
    OTHER_ID,
    PASSPORT,
    RESIDENT_ID,
    VALID_MRZ,
    VAULT,
    add_companion,
    add_document,
    agree,
    request,
    sign_in,
    traveller,
)

OLD, NEW = f"k1:{OLD_KEY.hex()}", f"k2:{NEW_KEY.hex()}"


class Terminal:
    """The command over a database of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.environment = monkeypatch
        url = f"sqlite:///{folder / 'passengers.sqlite3'}"
        migrate.upgrade("passengers", url)
        monkeypatch.setenv("DATABASE_URL", url)
        self.keys(OLD)
        self.database = Database(url)
        self.uow = UnitOfWork(self.database, PassengersStore)

    def keys(self, *pairs: str) -> None:
        self.environment.setenv("FIELD_KEYS", ",".join(pairs))

    def type(self, *words: str) -> Result:
        return CliRunner().invoke(passengers, list(words))


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(tmp_path, monkeypatch)


def settled(terminal: Terminal, count: int = 3) -> None:
    for number in range(count):
        passenger_id = traveller(terminal.uow, f"o-{number}")
        agree(terminal.uow, passenger_id)
        add_document(terminal.uow, passenger_id)
        add_companion(terminal.uow, passenger_id)


def test_rotating_shows_progress_and_ends_with_the_old_key_unused(terminal: Terminal) -> None:
    settled(terminal)
    terminal.keys(NEW, OLD)
    result = terminal.type("rotate-keys", "--chunk", "1")
    assert result.exit_code == 0, result.output
    assert "0 sealed anew, 6 to go" in result.stderr
    assert re.fullmatch(r"6 rows sealed with key k2 in \d+\.\d s\n", result.stdout)
    assert terminal.type("keys").output == "k2  6  current\n"
    assert "0 rows sealed" in terminal.type("rotate-keys").stdout


def test_a_key_that_was_taken_away_too_early_is_told(terminal: Terminal) -> None:
    settled(terminal)
    terminal.keys(NEW)
    result = terminal.type("rotate-keys")
    assert result.exit_code == 1
    assert "6 rows can't be opened with any key" in result.output
    assert terminal.type("keys").output == "k1  6\n"


def test_erasures_that_wait_are_listed_and_an_overdue_one_fails_the_command(terminal: Terminal) -> None:
    asked = request(schemas.WriteSchema, passenger_id=traveller(terminal.uow))
    erasure_id = usecases.request_erasure(terminal.uow, asked, 24)["erasure_id"]
    listed = terminal.type("erasures")
    assert listed.exit_code == 0
    waits_for = ", ".join(sorted(HOLDERS))
    assert re.search(rf"{erasure_id}  open  requested .* waits for {waits_for}", listed.output)
    with terminal.database.writing() as connection:
        connection.execute(text("UPDATE erasures SET due_at = requested_at"))
    late = terminal.type("erasures")
    assert late.exit_code == 1
    assert "OVERDUE" in late.output
    for service in HOLDERS:
        event = {"id": service, "data": {"erasure_id": erasure_id, "service": service, "counts": {}}}
        usecases.note_erasure_done(terminal.uow, service, event)
    assert (terminal.type("erasures").output, terminal.type("erasures").exit_code) == ("", 0)
    assert "complete" in terminal.type("erasures", "--all").output


def test_nothing_personal_is_in_the_database_before_or_after_a_rotation(terminal: Terminal) -> None:
    token = sign_in(terminal.uow, WeChatIdentity("o-1"))["session"]["token"]
    passenger_id = traveller(terminal.uow)
    agree(terminal.uow, passenger_id)
    document = add_document(terminal.uow, passenger_id, holder_name="欧阳娜娜")
    add_document(terminal.uow, passenger_id, OTHER_ID)
    add_document(terminal.uow, passenger_id, VALID_MRZ, kind="passport")
    add_companion(terminal.uow, passenger_id, "司马相如")
    shown = request(
        schemas.UnmaskSchema, passenger_id=passenger_id, document_id=document["id"], reason="booking"
    )
    assert usecases.unmask_document(terminal.uow, VAULT, shown)["number"] == RESIDENT_ID
    usecases.request_export(terminal.uow, VAULT, {}, request(schemas.WriteSchema, passenger_id=passenger_id))
    terminal.keys(NEW, OLD)
    for _ in range(2):
        stored = b"".join(path.read_bytes() for path in terminal.folder.iterdir())
        assert passenger_id.encode() in stored, "the control: the files were read"
        assert b"1*************002X" in stored
        for secret in (
            token,
            RESIDENT_ID,
            OTHER_ID,
            PASSPORT,
            VALID_MRZ[-44:],
            "ERIKSSON",
            "欧阳娜娜",
            "司马相如",
        ):
            assert secret.encode() not in stored
        assert terminal.type("rotate-keys").exit_code == 0


def test_the_commands_need_no_nameko() -> None:
    import subprocess
    import sys

    code = "import sys, deploy.passenger_commands; sys.exit('nameko' in sys.modules or 'eventlet' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

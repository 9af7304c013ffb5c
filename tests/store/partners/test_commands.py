"""`airport partner` over a real database; what the terminal shows is what the use cases keep."""

from __future__ import annotations

import getpass
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.partner_commands import partner
from kernel import clock, migrate
from kernel.db import Database, UnitOfWork
from services.partners import usecases
from services.partners.errors import BadClient
from services.partners.store import PartnersStore


class Terminal:
    """The command over a database of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def type(self, *words: str, answer: str = "") -> Result:
        return CliRunner().invoke(partner, list(words), input=answer)

    def accepts(self, client_id: str, secret: str) -> bool:
        database = Database(self.url)
        try:
            usecases.authenticate_client(
                UnitOfWork(database, PartnersStore),
                client_id,
                secret,
                clock.real_now() + timedelta(seconds=1),
            )
        except BadClient:
            return False
        finally:
            database.close()
        return True


def shown(result: Result) -> dict[str, str]:
    assert result.exit_code == 0, result.output
    return dict(line.split(maxsplit=1) for line in result.stdout.splitlines())


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    url = f"sqlite:///{tmp_path / 'partners.sqlite3'}"
    migrate.upgrade("partners", url)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("FIELD_KEYS", f"k1:{'0' * 64}")
    return Terminal(url)


def test_add_shows_the_secret_once_and_it_works(terminal: Terminal) -> None:
    made = shown(terminal.type("add", "China Southern", "--airline", "CZ", "--client-id", "cz-main"))
    assert made["client_id"] == "cz-main"
    assert terminal.accepts("cz-main", made["client_secret"])
    listed = terminal.type("list")
    assert (
        "cz-main  airline  CZ  flights:read,flights:write,checkin:write,boarding:write,boarding:read,lostfound:write,lostfound:read  live"
        in listed.output
    )
    assert made["client_secret"] not in listed.output
    assert made["signing_key"] not in listed.output


def test_rotate_keeps_the_old_secret_for_the_overlap(terminal: Terminal) -> None:
    old = shown(terminal.type("add", "China Southern", "--airline", "CZ"))
    new = shown(terminal.type("rotate", old["client_id"], "--overlap-hours", "2"))
    assert terminal.accepts(old["client_id"], old["client_secret"])
    assert terminal.accepts(old["client_id"], new["client_secret"])
    assert "old secret until" in terminal.type("list").output
    shown(terminal.type("rotate", old["client_id"], "--overlap-hours", "0"))
    assert not terminal.accepts(old["client_id"], new["client_secret"])


def test_revoke_asks_first_and_then_ends_it(terminal: Terminal) -> None:
    made = shown(terminal.type("add", "China Southern", "--airline", "CZ"))
    assert terminal.type("revoke", made["client_id"], answer="n\n").exit_code == 1
    assert terminal.accepts(made["client_id"], made["client_secret"])
    assert terminal.type("revoke", made["client_id"], "--yes").exit_code == 0
    assert not terminal.accepts(made["client_id"], made["client_secret"])
    assert "revoked" in terminal.type("list").output


def test_the_audit_says_who_did_it_and_through_which_door(terminal: Terminal) -> None:
    made = shown(terminal.type("add", "China Southern", "--airline", "CZ"))
    database = Database(terminal.url)
    with UnitOfWork(database, PartnersStore).read() as tx:
        ((action, actor, detail),) = tx.store.audits(made["client_id"])
    database.close()
    assert (action, actor) == ("added", f"airport:{getpass.getuser()}")
    assert made["client_secret"] not in repr(detail)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "X", "--airline", "cz"), "airlines"),
        (("add", "X", "--airline", "CZ", "--client-id", "NO"), "client_id"),
        (("rotate", "nobody"), "no partner nobody"),
        (("revoke", "nobody", "--yes"), "no partner nobody"),
        (("rotate", "nobody", "--overlap-hours", "-1"), "overlap-hours"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(terminal: Terminal, words: tuple[str, ...], said: str) -> None:
    result = terminal.type(*words)
    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_client_id_that_is_taken_is_said_so(terminal: Terminal) -> None:
    for expected in (0, 1):
        result = terminal.type("add", "X", "--airline", "CZ", "--client-id", "cz-main")
        assert result.exit_code == expected
    assert "there is a partner cz-main already" in result.output


def test_the_commands_need_no_nameko() -> None:
    import subprocess

    code = (
        "import sys, deploy.partner_commands; sys.exit('nameko' in sys.modules or 'eventlet' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_webhook_is_added_listed_and_removed(terminal: Terminal) -> None:
    """To an address of the world: those at home are refused here as at the door."""
    assert terminal.type("add", "CZ", "--airline", "CZ", "--client-id", "cz-ops").exit_code == 0
    added = terminal.type("add-webhook", "cz-ops", "https://ops.cz.example/csx", "--event", "boarded")
    assert added.exit_code == 0, added.output
    webhook_id = added.stdout.strip()
    listed = terminal.type("webhooks", "cz-ops").stdout
    assert listed.split()[:4] == [webhook_id, "https://ops.cz.example/csx", "*", "boarded"]
    for words, said in (
        (("cz-ops", "http://ops.cz.example/"), "https"),
        (("cz-ops", "https://192.0.2.1/", "--airline", "MU"), "airline"),
        (("mu-ops", "https://ops.mu.example/"), "no partner mu-ops"),
    ):
        refused = terminal.type("add-webhook", *words)
        assert (refused.exit_code, said in refused.output) == (1, True), refused.output
    assert terminal.type("remove-webhook", "cz-ops", webhook_id).exit_code == 0
    assert terminal.type("webhooks", "cz-ops").stdout == ""
    # Who says nothing of events gets those that the partner may hear.
    found = ("add", "CZ found", "--airline", "CZ", "--client-id", "cz-found", "--scope", "lostfound:read")
    assert terminal.type(*found).exit_code == 0
    assert terminal.type("add-webhook", "cz-found", "https://found.cz.example/").exit_code == 0
    heard = terminal.type("webhooks", "cz-found").stdout
    assert "item_returned" in heard
    assert "boarded" not in heard

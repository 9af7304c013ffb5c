"""A change of keys reaches the sealed fields of check-in: afterwards the old key may go."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from deploy.key_commands import rotate_keys
from kernel.crypto import FieldCipher, NotOurs
from kernel.resealing import count_left, reseal
from services.checkin import usecases
from services.checkin.settings import CheckinSettings
from services.checkin.store.sealed import SEALED
from services.checkin.vault import Vault
from tests.unit.checkin.examples import ANN, NOW, VAULT, ZONE, booking, bound, person, push_list

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
ROWS = 1000
"""Half of them bookings, half of them travellers."""


@pytest.fixture
def listed(real_uow: Any) -> Any:
    push_list(
        real_uow,
        *(
            booking(f"P{n:05}", person(papers=[{"kind": "passport", "number": f"E{n:08}"}]))
            for n in range(ROWS // 2)
        ),
    )
    return real_uow


def names(uow: Any, vault: Vault) -> set[str]:
    with uow.read() as tx:
        party = tx.store.by_paper(vault.candidates("E00000007", "paper"))
        return {vault.open(each.name_sealed, each.id)["surname"] for each in party}


def test_a_thousand_rows_are_sealed_anew_and_found_without_the_old_key(listed: Any) -> None:
    both, new = FieldCipher({"k2": NEW, "k1": OLD}), Vault({"k2": NEW})
    mine = bound(listed, "P00007")
    assert names(listed, new) == set(), "the control: the new key alone finds nothing"
    run = reseal(listed.database, both, "k2", SEALED, 100)
    assert [next(run).left, next(run).done, next(run).done] == [ROWS, 100, 200]
    run.close()
    last = list(reseal(listed.database, both, "k2", SEALED, 100))[-1]
    assert (last.done, last.left, last.unreadable) == (ROWS - 200, 0, 0), "it went on where it was cut off"
    assert names(listed, new) == {"ZHANG"}
    at = usecases.Place(ZONE, CheckinSettings(), new)
    asked = {"booking_id": mine["booking_id"], "passenger_id": ANN, "grant": None}
    assert usecases.get_party(listed, at, {"access": asked}, NOW)["contact"] == "+86*****34"
    with pytest.raises(NotOurs), listed.read() as tx:
        VAULT.open(tx.store.party(mine["booking_id"])[0].name_sealed, mine["travellers"][0]["id"])


def test_rows_that_nothing_opens_are_told_and_left_as_they_are(listed: Any) -> None:
    other = FieldCipher({"k2": NEW})
    last = list(reseal(listed.database, other, "k2", SEALED, 5000))[-1]
    assert (last.done, last.left, last.unreadable) == (0, ROWS, ROWS)
    assert names(listed, VAULT) == {"ZHANG"}


def test_the_operators_command_says_what_it_did(listed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url = listed.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("FIELD_KEYS", f"k2:{NEW.hex()}")
    refused = CliRunner().invoke(rotate_keys, ["checkin"])
    assert refused.exit_code == 1
    assert "put back the key" in refused.output
    monkeypatch.setenv("FIELD_KEYS", f"k2:{NEW.hex()},k1:{OLD.hex()}")
    told = CliRunner().invoke(rotate_keys, ["checkin", "--chunk", "500"])
    assert (told.exit_code, told.output.startswith(f"checkin: {ROWS} rows")) == (0, True), told.output
    assert count_left(listed.database, "k2", SEALED) == 0

"""One suite over the fake, SQLite and PostgreSQL; and the race for a nonce, with its control."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from kernel import migrate
from kernel.crypto import FieldCipher
from kernel.db import Database, UnitOfWork
from services.partners import domain, usecases
from services.partners.domain import Credential, Partner, SignedRequest
from services.partners.errors import BadClient, ReplayedRequest
from services.partners.schemas import PartnerKind, Scope
from services.partners.store import NONCES, PartnersStore
from services.partners.usecases import NewPartner
from tests.fakes.partners import FakePartnersStore
from tests.fakes.uow import FakeUnitOfWork
from tests.support.databases import Postgres

NOW = datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PARTNER = Partner(
    "cz-1",
    "南航 China Southern",
    PartnerKind.AIRLINE,
    ("CZ", "MF"),
    (Scope.FLIGHTS_READ, Scope.FLIGHTS_WRITE),
    NOW,
)
NEW = NewPartner("China Southern", PartnerKind.AIRLINE, ("CZ",), (Scope.FLIGHTS_WRITE,))
CIPHER = FieldCipher({"k1": bytes(32)})


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'partners.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = _sqlite(tmp_path)
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database("partners")
    migrate.upgrade("partners", url)
    made = Database(url)
    yield made
    made.close()


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def uow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "fake":
        yield FakeUnitOfWork(FakePartnersStore())
        return
    if request.param == "sqlite":
        url = _sqlite(tmp_path)
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database("partners")
    migrate.upgrade("partners", url)
    made = Database(url)
    yield UnitOfWork(made, PartnersStore)
    made.close()


def credential(number: int, minutes: int = 0, expires_at: datetime | None = None) -> Credential:
    return Credential(f"c{number}", "cz-1", "0" * 64, "sealed", NOW + minutes * MINUTE, expires_at)


def test_a_partner_comes_back_as_it_was_saved(uow: Any) -> None:
    with uow.write() as tx:
        assert tx.store.add_partner(PARTNER)
    with uow.read() as tx:
        assert tx.store.partner("cz-1") == PARTNER
        assert tx.store.partner("cz-2") is None
        assert tx.store.partners() == [PARTNER]


def test_a_client_id_is_given_once(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.add_partner(PARTNER)
    with uow.write() as tx:
        assert not tx.store.add_partner(Partner("cz-1", "Other", PartnerKind.HANDLER, ("*",), (), NOW))
    with uow.read() as tx:
        assert tx.store.partner("cz-1") == PARTNER


def test_end_and_version_of_a_partner_are_kept(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.add_partner(PARTNER)
        held = tx.store.lock_partner("cz-1")
        assert held == PARTNER
        tx.store.save_partner(
            Partner("cz-1", "x", PartnerKind.AIRLINE, (), (), NOW, revoked_at=NOW + MINUTE, version=2)
        )
    with uow.read() as tx:
        kept = tx.store.partner("cz-1")
    assert (kept.revoked_at, kept.version, kept.name) == (NOW + MINUTE, 2, PARTNER.name)


def test_credentials_come_the_newest_first_and_keep_their_end(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.add_partner(PARTNER)
        tx.store.add_credential(credential(1))
        tx.store.add_credential(credential(2, minutes=1))
        tx.store.end_credential("c1", NOW + MINUTE)
    with uow.read() as tx:
        assert tx.store.credentials("cz-1") == [credential(2, 1), credential(1, 0, NOW + MINUTE)]
        assert tx.store.credentials("cz-2") == []


def test_a_nonce_is_taken_once_by_one_request_of_one_client(uow: Any) -> None:
    with uow.write() as tx:
        assert tx.store.take_nonce("cz-1", "n" * 16, "request-1", NOW)
    for request_id, taken in (("request-1", True), ("request-2", False)):
        with uow.write() as tx:
            assert tx.store.take_nonce("cz-1", "n" * 16, request_id, NOW) is taken
    with uow.write() as tx:
        assert tx.store.take_nonce("cz-2", "n" * 16, "request-2", NOW)


def test_a_nonce_that_was_rolled_back_is_free(uow: Any) -> None:
    def take_and_fail() -> None:
        with uow.write() as tx:
            tx.store.take_nonce("cz-1", "n" * 16, "request-1", NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take_and_fail()
    with uow.write() as tx:
        assert tx.store.take_nonce("cz-1", "n" * 16, "request-2", NOW)


def test_wrong_secrets_are_counted_by_subject_and_window(uow: Any) -> None:
    with uow.write() as tx:
        for _ in range(3):
            tx.store.count_failed_attempt("a" * 64, 60)
        tx.store.count_failed_attempt("a" * 64, 120)
    with uow.read() as tx:
        assert tx.store.failed_attempts("a" * 64, 60) == 3
        assert tx.store.failed_attempts("a" * 64, 120) == 1
        assert tx.store.failed_attempts("b" * 64, 60) == 0


def test_audit_rows_come_in_the_order_of_what_was_done(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.audit("cz-1", "added", "chen", {"kind": "airline"}, NOW)
        tx.store.audit("cz-1", "revoked", "li", {}, NOW)
        tx.store.audit("cz-2", "added", "li", {}, NOW)
    with uow.read() as tx:
        assert tx.store.audits("cz-1") == [("added", "chen", {"kind": "airline"}), ("revoked", "li", {})]


def test_purge_takes_what_is_over_and_leaves_the_rest(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.add_partner(PARTNER)
        tx.store.add_credential(credential(1, expires_at=NOW))
        tx.store.add_credential(credential(2, expires_at=NOW + MINUTE))
        tx.store.add_credential(credential(3))
        tx.store.take_nonce("cz-1", "over", "r", NOW)
        tx.store.take_nonce("cz-1", "not yet", "r", NOW + timedelta(microseconds=1))
        tx.store.count_failed_attempt("a" * 64, domain.attempt_window(NOW) - 7200)
        tx.store.count_failed_attempt("a" * 64, domain.attempt_window(NOW))
    with uow.write() as tx:
        assert tx.store.purge(NOW, 1000) == 3
    with uow.write() as tx:
        assert {kept.id for kept in tx.store.credentials("cz-1")} == {"c2", "c3"}
        assert tx.store.take_nonce("cz-1", "over", "other", NOW)
        assert not tx.store.take_nonce("cz-1", "not yet", "other", NOW)
        assert tx.store.failed_attempts("a" * 64, domain.attempt_window(NOW)) == 1


def test_purge_takes_no_more_nonces_at_once_than_it_is_told(uow: Any) -> None:
    with uow.write() as tx:
        for number in range(7):
            tx.store.take_nonce("cz-1", f"nonce {number}", "r", NOW)
    counts = []
    for _ in range(4):
        with uow.write() as tx:
            counts.append(tx.store.purge(NOW, 3))
    assert counts == [3, 3, 1, 0]


def test_the_life_of_a_partner(uow: Any) -> None:
    issued = usecases.add_partner(uow, CIPHER, NEW, "chen", NOW)
    usecases.authenticate_client(uow, issued.client_id, issued.client_secret, NOW)
    usecases.verify_request(uow, CIPHER, _signed(issued.client_id, issued.signing_key), NOW)
    second = usecases.rotate_credential(uow, CIPHER, issued.client_id, MINUTE, "chen", NOW)
    usecases.revoke_partner(uow, issued.client_id, "chen", NOW)
    for one in (issued, second):
        with pytest.raises(BadClient):
            usecases.authenticate_client(uow, one.client_id, one.client_secret, NOW)
    assert usecases.list_partners(uow, NOW)[0].ends == ()


def test_nothing_secret_is_in_the_database(tmp_path: Path) -> None:
    url = _sqlite(tmp_path)
    migrate.upgrade("partners", url)
    database = Database(url)
    issued = usecases.add_partner(UnitOfWork(database, PartnersStore), CIPHER, NEW, "chen", NOW)
    database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert issued.client_id.encode() in stored, "the control: the file was read"
    assert issued.client_secret.encode() not in stored
    assert issued.signing_key.encode() not in stored


def test_the_migration_makes_the_model(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    assert migrate.differences("partners", url) == []


# --- the race: one nonce, many requests at once ------------------------------------------------------


def _signed(client_id: str, key: str, request_id: str = "request-1") -> SignedRequest:
    timestamp, nonce = int(NOW.timestamp()), "n" * 16
    text = f"POST\n/partner/v1/flights\n\n{'0' * 64}\n{timestamp}\n{nonce}"
    return SignedRequest(client_id, timestamp, nonce, domain.sign(key, text), text, request_id)


def _at_once(count: int, work: Callable[[int], None]) -> list[str]:
    """Run `work` in threads that start together; what each came to."""
    start, outcomes = threading.Barrier(count), []

    def run(number: int) -> None:
        start.wait()
        try:
            work(number)
            outcomes.append("accepted")
        except ReplayedRequest:
            outcomes.append("replayed")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_many_requests_with_one_nonce_exactly_one_is_accepted(database: Database) -> None:
    """Half of the threads use another Database object, as another copy of the service would."""
    other = Database(database.url.render_as_string(hide_password=False))
    units = [UnitOfWork(database, PartnersStore), UnitOfWork(other, PartnersStore)]
    issued = usecases.add_partner(units[0], CIPHER, NEW, "chen", NOW)
    for round_number in range(5):
        nonce_signed = _signed(issued.client_id, issued.signing_key)
        with units[0].write() as tx:
            tx.store.purge(NOW + timedelta(hours=1), 100)

        def verify(number: int, of_round: int = round_number, signed: SignedRequest = nonce_signed) -> None:
            mine = SignedRequest(**{**vars(signed), "request_id": f"request-{of_round}-{number}"})
            usecases.verify_request(units[number % 2], CIPHER, mine, NOW)

        assert _at_once(6, verify) == ["accepted"] + ["replayed"] * 5
    other.close()


class LooksFirst(PartnersStore):
    """The control: looks whether the nonce is there, and writes afterwards, without a key that forbids two."""

    pause = threading.Barrier(2)

    def take_nonce(self, client_id: str, nonce: str, request_id: str, expires_at: datetime) -> bool:
        held = self._connection.execute(
            select(NONCES.c.nonce).where(NONCES.c.client_id == client_id, NONCES.c.nonce.startswith(nonce))
        ).first()
        if held is not None:
            return False
        self.pause.wait(timeout=5)
        self._connection.execute(
            insert(NONCES).values(
                client_id=client_id,
                nonce=nonce + request_id[-1],
                request_id=request_id,
                expires_at=expires_at,
            )
        )
        return True


def test_a_store_that_looks_first_accepts_two(postgres: Postgres) -> None:
    """The control on PostgreSQL: SQLite lets one writer in at a time, so the race can't be shown there."""
    url = postgres.new_database("partners")
    migrate.upgrade("partners", url)
    database = Database(url)
    issued = usecases.add_partner(UnitOfWork(database, PartnersStore), CIPHER, NEW, "chen", NOW)
    unit = UnitOfWork(database, LooksFirst)

    def verify(number: int) -> None:
        signed = _signed(issued.client_id, issued.signing_key, f"request-{number}")
        usecases.verify_request(unit, CIPHER, signed, NOW)

    try:
        assert _at_once(2, verify) == ["accepted", "accepted"]
    finally:
        database.close()

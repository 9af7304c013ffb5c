"""`airport payments …` over a real database: what the terminal shows is what the books hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.payment_commands import payments, yuan
from kernel import clock, migrate
from kernel.db import Database, UnitOfWork
from services.payments import usecases
from services.payments.domain import RefundStatus
from services.payments.store import PaymentsStore
from tests.fakes.payments_provider import FakeProvider
from tests.store.payments.desk import all_is_due, notice, paid, refunding


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UnitOfWork[PaymentsStore]]:
    url = f"sqlite:///{tmp_path / 'payments.sqlite3'}"
    migrate.upgrade("payments", url)
    monkeypatch.setenv("DATABASE_URL", url)
    database = Database(url)
    yield UnitOfWork(database, PaymentsStore)
    database.close()


def test_trace_shows_every_posting_and_that_they_balance(
    books: UnitOfWork[PaymentsStore], provider: FakeProvider
) -> None:
    number = paid(books, provider)
    usecases.refund(books, provider, refunding(number, 1050))
    shown = CliRunner().invoke(payments, ["trace", "B1"])
    assert shown.exit_code == 0, shown.output
    assert f"{number}  paid  ¥40.00  native" in shown.output
    assert (
        f"order:bus → wechat  ¥40.00  payment:{provider.trades[number].transaction_id}  not billed yet"
        in shown.output
    )
    assert "refund B1-r1  accepted  ¥10.50" in shown.output
    assert "balance  order:bus -¥29.50  refunds -¥10.50  wechat ¥40.00" in shown.output
    whole = json.loads(CliRunner().invoke(payments, ["trace", "B1", "--json"]).output)
    assert sum(whole["balances"].values()) == 0


def test_an_order_that_never_asked_for_money_is_said_so(books: UnitOfWork[PaymentsStore]) -> None:
    shown = CliRunner().invoke(payments, ["trace", "B9", "--service", "shop"])
    assert shown.exit_code == 1
    assert "order B9 of shop never asked for money" in shown.output


def test_abnormal_is_silent_while_all_is_well_and_fails_when_it_is_not(
    books: UnitOfWork[PaymentsStore], provider: FakeProvider
) -> None:
    number = paid(books, provider)
    assert CliRunner().invoke(payments, ["abnormal"]).output == ""
    usecases.refund(books, provider, refunding(number, 1000))
    provider.refund_ends("B1-r1", RefundStatus.ABNORMAL, clock.real_now())
    all_is_due(books)
    usecases.look_after_refunds(books, provider)
    usecases.record_notification(books, provider, notice("stranger1"))
    shown = CliRunner().invoke(payments, ["abnormal"])
    assert shown.exit_code == 1
    assert f"refund B1-r1  abnormal  ¥10.00  of {number}" in shown.output
    assert "other_order  of stranger1" in shown.output


@pytest.mark.parametrize(("fen", "shown"), [(0, "¥0.00"), (5, "¥0.05"), (-105, "-¥1.05"), (None, "–")])
def test_fen_are_shown_as_yuan(fen: int | None, shown: str) -> None:
    assert yuan(fen) == shown

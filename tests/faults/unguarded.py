"""Services without one of their guards, for controls: `UNGUARDED=believes python -m tests.faults.unguarded bus payments`.

believes    payments books what a notification says, without comparing it and without asking WeChat Pay
forgets     what is told of a commit is told at once and kept nowhere, and nobody asks what became of an order
"""

from __future__ import annotations

import deploy.serve  # isort: skip

import os
import sys
from typing import Any

from kernel import clock, outbox
from kernel.saga.run import Saga
from services.payments.domain import Trade, TradeState, Verdict
from services.payments.usecases import notices
from services.payments.usecases.booking import book_trade
from tests.faults.dying import hurry

NAME = "UNGUARDED"


def believe() -> None:
    """Every word is true."""

    def as_told(uow: Any, provider: Any, out_trade_no: str) -> Verdict:
        with uow.write() as tx:
            intent = tx.store.intents.lock(out_trade_no)
            trade = Trade(
                merchant=provider.merchant,
                out_trade_no=out_trade_no,
                state=TradeState.SUCCESS,
                transaction_id=f"T{out_trade_no}"[:32],
                amount_fen=intent.amount_fen,
                currency=intent.currency,
                paid_at=clock.real_now(),
            )
            return book_trade(tx, provider.merchant, out_trade_no, trade)

    notices._contradiction = lambda *_: ""
    notices.settle = as_told


def forget() -> None:
    """Whoever doesn't listen at that moment never hears of it: the broker is away in this test."""

    def nowhere(self: outbox.Outbox) -> None:
        self._waiting.clear()

    outbox.Outbox.flush = nowhere  # type: ignore[method-assign]
    Saga.sweep = lambda self: 0  # type: ignore[method-assign]


if __name__ == "__main__":
    hurry()
    {"believes": believe, "forgets": forget}[os.environ[NAME]]()
    sys.exit(deploy.serve.main(sys.argv[1:]))

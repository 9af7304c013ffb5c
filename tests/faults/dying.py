"""Services in a process that kills itself at one boundary: `python -m tests.faults.dying bus payments`.

A boundary is where a crash can part what belongs together: each write and commit of a database, each message that leaves or is
acknowledged, each call of the world outside. They are counted from the moment that the file named by DYING_ORDERS
is there; it holds the number or the name of the one at which the process dies by SIGKILL, 0 for never, and a word that
makes each order another. What was passed is told in `<that file>.passed`, one name a line.

Clocks run faster here than in production: what the services do every ten seconds they do twice a second, so that what is
stuck is resumed while a test waits. Production knows nothing of this.
"""

from __future__ import annotations

import deploy.serve  # isort: skip

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect

from kernel.ids import new_id
from kernel.saga import run, steps
from kernel.saga.states import Refund, RefundState
from kernel.wire import consumer, entrypoints, events, publish, replies
from services.payments import domain as payments_domain
from services.payments.till import PaymentsTill
from services.payments.usecases import paying, refunding

ORDERS = "DYING_ORDERS"
CARELESS = "DYING_CARELESS"
TICK_S = 0.5
SOON_S = 10.0
SHORT = timedelta(seconds=1)
_WRITES = ("INSERT", "UPDATE", "DELETE")


class Boundaries:
    """Counts what is passed, and dies at the ordered one."""

    def __init__(self, orders: Path) -> None:
        self._orders = orders
        self._passed = orders.with_suffix(".passed")
        self._order = ""
        self._count = 0
        self._written: set[int] = set()

    def written(self, connection: Any) -> None:
        """Something was written on this connection, so that its commit is a boundary."""
        self._written.add(id(connection))

    def commits(self, connection: Any) -> bool:
        mine = id(connection) in self._written
        self._written.discard(id(connection))
        return mine

    def passed(self, name: str) -> None:
        try:
            order = self._orders.read_text(encoding="ascii")
        except FileNotFoundError:
            return
        if order != self._order:
            self._order, self._count = order, 0
        fatal, _, _ = order.partition("\n")
        self._count += 1
        with self._passed.open("a", encoding="ascii") as told:
            told.write(f"{name}\n")
        if fatal in (str(self._count), name):
            self._orders.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, method: str, name: str) -> None:
        """Two boundaries: before the method and after it."""
        inner: Callable[..., Any] = getattr(owner, method)

        def outer(*args: Any, **kwargs: Any) -> Any:
            self.passed(f"before {name}")
            result = inner(*args, **kwargs)
            self.passed(f"after {name}")
            return result

        setattr(owner, method, outer)


def watch(boundaries: Boundaries) -> None:
    """Put boundaries everywhere that a crash matters."""

    def on_statement(connection: Connection, _: Any, statement: str, *__: Any) -> None:
        # The leases of timers that find nothing to do would drown what is counted.
        if statement.startswith(_WRITES) and "leases" not in statement:
            boundaries.written(connection.connection.dbapi_connection)
            boundaries.passed(f"before {' '.join(statement.split()[:3])}")

    event.listen(Engine, "before_cursor_execute", on_statement)
    commit = DefaultDialect.do_commit

    def committed(self: Any, connection: Any) -> None:
        counts = boundaries.commits(getattr(connection, "dbapi_connection", connection))
        if counts:
            boundaries.passed("before commit")
        commit(self, connection)
        if counts:
            boundaries.passed("after commit")

    DefaultDialect.do_commit = committed  # type: ignore[method-assign]
    boundaries.around(replies, "send_call", "call")
    boundaries.around(consumer, "send_answer", "answer")
    boundaries.around(publish.GroupPublisher, "publish", "publish")
    boundaries.around(requests.Session, "request", "request of the provider")
    acknowledge = events.EventHandler.handle_result

    def handled(self: Any, *args: Any) -> Any:
        boundaries.passed("before ack")
        return acknowledge(self, *args)

    events.EventHandler.handle_result = handled  # type: ignore[method-assign]


def hurry() -> None:
    """Let timers and second looks come soon."""
    init = entrypoints.Timer.__init__

    def quick(self: Any, every_s: float, *args: Any, **kwargs: Any) -> None:
        init(self, TICK_S if every_s <= SOON_S else every_s, *args, **kwargs)

    entrypoints.Timer.__init__ = quick  # type: ignore[method-assign]
    for module, name in ((steps, "LOOK_S"), (steps, "_PUSH_AGAIN"), (steps, "_FIRST"), (run, "UNHEARD")):
        assert hasattr(module, name)
        setattr(module, name, SHORT)
    assert hasattr(paying, "domain")
    payments_domain.next_look_at = lambda intent, now: now + SHORT  # type: ignore[assignment]
    payments_domain.next_try_at = lambda attempts, now: now + SHORT  # type: ignore[assignment]
    payments_domain.FIRST_LOOK = SHORT  # type: ignore[misc]
    assert refunding.domain is payments_domain


def be_careless() -> None:
    """The control's fault: a refund gets another number each time that it is asked for."""
    ask = PaymentsTill.refund

    def anew(self: PaymentsTill, out_trade_no: str, refund: Refund) -> RefundState:
        return ask(self, out_trade_no, replace(refund, out_refund_no=new_id()))

    PaymentsTill.refund = anew  # type: ignore[method-assign]


def main(names: list[str]) -> int:
    watch(Boundaries(Path(os.environ[ORDERS])))
    hurry()
    if os.environ.get(CARELESS):
        be_careless()
    return deploy.serve.main(names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

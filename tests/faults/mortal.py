"""Services that are killed at a boundary and started again: what the crash tests of every service that sells share.

with Mortal(stack, "bus", "payments") as services:
    services.die_at(7)
    … drive one sale by services.call(…), which repeats itself until it is answered …
    assert services.deaths == 1
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any, Self

from pika.exceptions import AMQPError

from deploy.processes import Process
from kernel.errors import Kind
from kernel.ids import new_id
from tests.messaging.calls.harness import Wire, eventually
from tests.support.stack import Stack

PATIENCE_S = 90.0
TRY_S = 1.0
_AGAIN = {Kind.UNAVAILABLE.value, Kind.DEADLINE.value}


class Mortal:
    """deaths: how often the process has died. It is started again by whoever waits for something."""

    def __init__(self, stack: Stack, *names: str, **environ: str) -> None:
        self.stack = stack
        self._environ = environ
        self.deaths = 0
        self._names = names
        self._orders = Path(stack.var) / "die.at"
        self._passed = self._orders.with_suffix(".passed")
        self._process: Process | None = None

    def __enter__(self) -> Self:
        self._start()
        try:
            eventually(lambda: '"ready"' in self.stack.log("services") or self._dead(), PATIENCE_S)
            assert not self._dead(), self.stack.log("services")
            self.wire = Wire(self.stack.amqp_url)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # While another test used the services, nobody answered the broker's heartbeats here.
        with contextlib.suppress(AMQPError):
            self.wire.close()
        self._stop()

    def die_at(self, boundary: int | str) -> None:
        """Die at that boundary from now on, or at the first of that name, once; 0: count only."""
        self._passed.unlink(missing_ok=True)
        draft = self._orders.with_suffix(".draft")
        draft.write_text(f"{boundary}\n{new_id()}", encoding="ascii")
        draft.replace(self._orders)

    def live(self) -> list[str]:
        """Die no more; the boundaries that were passed since `die_at`."""
        self._orders.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            return self._passed.read_text(encoding="ascii").splitlines()
        return []

    def call(self, service: str, method: str, **request: Any) -> Any:
        """The answer to a request, asked again until there is one. AssertionError with the error when it is no."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            self.keep_alive()
            answer = self.wire.try_call(service, method, request, seconds=TRY_S)
            if answer is None:
                continue
            if answer.error is None:
                return answer.result
            error = answer.document
            if error["kind"] not in _AGAIN and error["code"] != "request.in_flight":
                raise AssertionError(f"{service}.{method}: {error}")
            time.sleep(0.1)
        raise AssertionError(f"{service}.{method} was never answered")

    def pause(self) -> None:
        """End the process; `keep_alive` starts it again."""
        self._stop()

    def keep_alive(self) -> None:
        """Start the process again if it died."""
        if self._dead():
            self.deaths += 1
            self._start()

    def _dead(self) -> bool:
        return self._process is not None and self._process.returncode is not None

    def _start(self) -> None:
        arguments = ("-m", "tests.faults.dying", *self._names)
        self._process = self.stack.run(
            "services", *arguments, DYING_ORDERS=str(self._orders), **self._environ
        )

    def _stop(self) -> None:
        if self._process is not None:
            self._process.stop()

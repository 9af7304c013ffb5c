"""An outage of half a minute, seen by a service of ours and by plain ones, on a broker of its own."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass

from deploy.broker import private_broker
from deploy.ports import free_port
from tests.messaging.calls.harness import Wire, get, new_name, running
from tests.support.folders import temporary_folder

AWAY_S = 33.0
PATIENCE_S = 30.0


@dataclass
class Report:
    ours_survived: bool = False
    first_answer_s: float | None = None
    unready_during: bool | None = None
    ours_log: str = ""
    plain_exit_status: int | None = None
    plain_log: str = ""


class Outage:
    """Runs once, in a thread; `report()` waits for its end."""

    def __init__(self) -> None:
        self._report = Report()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def report(self) -> Report:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._report

    def _run(self) -> None:
        try:
            with temporary_folder("airport-outage-") as folder, private_broker(folder) as broker:
                self._observe(broker)
        except BaseException as exc:
            self._error = exc

    def _observe(self, broker) -> None:  # type: ignore[no-untyped-def]
        desk, plain, port = new_name("desk"), new_name("plain"), free_port()
        with (
            running("ours", f"Desk={desk}", AMQP_URL=broker.url, SERVICES_OPS_PORT=str(port)) as ours,
            running("stock", f"Plain={plain}", AMQP_URL=broker.url) as stock,
        ):
            wire = Wire(broker.url)
            wire.call(desk, "echo")
            wire.call(plain, "echo")
            wire.send(desk, "work", {"path": "/dev/null", "work_s": 1})
            wire.send(plain, "work", {"path": "/dev/null", "work_s": 2})
            wire.listen(0.3)
            broker.kill()
            back_at = time.monotonic() + AWAY_S
            with contextlib.suppress(Exception):
                wire.close()
            time.sleep(5.0)
            self._report.unready_during = get(port, "/readyz")[0] == 503 and get(port, "/healthz")[0] == 200
            time.sleep(max(0.0, back_at - time.monotonic()))
            broker.start()
            self._report.first_answer_s = self._first_answer(broker.url, desk)
            # It has given up long ago, and ends when it has been given the chance to say goodbye.
            self._report.plain_exit_status = stock.wait(PATIENCE_S)
            self._report.ours_survived = ours.alive
            self._report.ours_log, self._report.plain_log = ours.log, stock.log

    def _first_answer(self, url: str, desk: str) -> float | None:
        began_at = time.monotonic()
        wire = Wire(url)
        try:
            while time.monotonic() - began_at < PATIENCE_S:
                if wire.try_call(desk, "echo", seconds=0.25) is not None:
                    return time.monotonic() - began_at
        finally:
            wire.close()
        return None

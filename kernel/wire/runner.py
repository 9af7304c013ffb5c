"""Several services in one process: start, tell that they are ready, notice a death, drain.

Starts containers itself: the `nameko` command needs `pkg_resources`, which newer setuptools lack (fact 21).
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
from collections.abc import Iterable, Sequence
from typing import Any, Final

import eventlet
import kombu.pools
from eventlet.event import Event

from kernel import clock, health, tracing
from kernel.wire.container import ServiceContainer
from kernel.wire.settings import WireSettings

log = logging.getLogger(__name__)

DRAIN_S: Final = 10.0
PING_S: Final = 1.0
POOL_MARGIN: Final = 10


class ServiceRunner:
    """Runs services until a signal comes or one of them dies.

    classes: service classes, as decorated by `kernel.wire`.
    """

    def __init__(self, classes: Iterable[type[Any]], settings: WireSettings) -> None:
        self._settings = settings
        self._began_at = clock.monotonic()
        config = settings.nameko_config()
        self.containers: Sequence[ServiceContainer] = [ServiceContainer(each, config) for each in classes]
        # kombu's pool of ten starves the workers above the tenth when each wants to publish (fact 17).
        kombu.pools.set_limit(settings.max_workers * len(self.containers) + POOL_MARGIN)
        self._end = Event()
        self._ready = False

    def run(self) -> int:
        """Serve until told to stop; the process's exit status: 0 after a drain, 1 after a death."""
        self._watch_signals()
        checks = health.Checks(ready=self.not_ready)
        listener = health.listen(self._settings.ops_host, self._settings.ops_port, checks)
        for container in self.containers:
            eventlet.spawn(self._serve, container)
        eventlet.spawn(self._announce)
        reason: str = self._end.wait()
        status = 0 if reason.startswith("SIG") else 1
        log.info("stopping", extra={"reason": reason})
        self._drain(status)
        if listener is not None:
            listener.kill()
        tracing.shutdown()
        log.info("stopped", extra={"exit_code": status})
        return status

    def not_ready(self) -> list[str]:
        """The services that don't answer a call of their own through the broker; empty when all do."""
        if self._end.ready():
            return [container.service_name for container in self.containers]
        return [each.service_name for each in self.containers if not self._answers(each)]

    def _answers(self, container: ServiceContainer) -> bool:
        if not (container.alive and container.queue_consumer.attached):
            return False
        try:
            answer = container.reply_listener.call(container.service_name, "ping", {}, PING_S)
        except Exception:  # noqa: BLE001 - whatever it is, the service isn't ready
            return False
        return bool(answer.get("pong"))

    def _serve(self, container: ServiceContainer) -> None:
        """Start a container and wait for its end; an end that nobody asked for ends the process."""
        try:
            container.start()
            container.wait()
        except BaseException:
            log.critical("a service died", exc_info=True, extra={"service": container.service_name})
        self._finish(f"{container.service_name} died")

    def _announce(self) -> None:
        while self.not_ready():
            if self._end.ready():
                return
            eventlet.sleep(0.02)
        self._ready = True
        duration_ms = round((clock.monotonic() - self._began_at) * 1000)
        services = ",".join(each.service_name for each in self.containers)
        log.info("ready", extra={"service": services, "duration_ms": duration_ms, "pid": os.getpid()})
        # What lives as long as the process need not be looked through again: a whole collection costs some 50 ms.
        gc.collect()
        gc.freeze()

    def _finish(self, reason: str) -> None:
        if not self._end.ready():
            self._end.send(reason)

    def _watch_signals(self) -> None:
        """Turn SIGTERM and SIGINT into the end of `run`.

        A handler alone isn't noticed while the hub sleeps in its poll; the wake-up descriptor is.
        """
        reading, writing = socket.socketpair()
        reading.setblocking(True)
        writing.setblocking(False)
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        self._wakeup = (reading, writing)
        eventlet.spawn(self._wait_for_signal, reading)

    def _wait_for_signal(self, reading: socket.socket) -> None:
        while not self._end.ready():
            for number in reading.recv(16):
                if number in (signal.SIGTERM, signal.SIGINT):
                    self._finish(signal.Signals(number).name)

    def _drain(self, status: int) -> None:
        """Let what is under way finish, for at most ten seconds."""
        pool = eventlet.GreenPool()
        for container in self.containers:
            pool.spawn(container.drain)
        with eventlet.Timeout(DRAIN_S, False):
            pool.waitall()
            return
        log.error("not everything finished in time; it is delivered again", extra={"exit_code": status})

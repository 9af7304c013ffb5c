"""The courier of webhooks as a Nameko dependency: it sends until the service stops."""

from __future__ import annotations

import logging
from typing import Any, Final

from eventlet import GreenPool, Timeout, patcher, tpool
from eventlet.event import Event
from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel.config import load
from kernel.crypto import field_cipher
from kernel.db import UnitOfWork, database_for
from services.partners.clients import CONNECT_S, Receivers
from services.partners.settings import WebhookSettings
from services.partners.store import PartnersStore
from services.partners.usecases import Claimed, Courier

log = logging.getLogger(__name__)

IDLE_S: Final = 0.25
_PAUSE_AFTER_ERROR_S: Final = 1.0
_UNDER_WAY: Final = 256
_socket: Any = patcher.original("socket")


def _look_up(host: str, port: int) -> list[str]:
    """In a thread: a name server that doesn't answer would stop everybody. Raises OSError, TimeoutError."""

    def asked() -> list[str]:
        found = _socket.getaddrinfo(host, port, type=_socket.SOCK_STREAM)
        return list(dict.fromkeys(str(each[4][0]) for each in found))

    with Timeout(CONNECT_S, TimeoutError("name server")):
        addresses: list[str] = tpool.execute(asked)
    return addresses


class Webhooks(DependencyProvider):
    """Gives methods the settings, and runs the courier. `self.webhooks.wake()`: there may be something to send."""

    def setup(self) -> None:
        self.settings = load(WebhookSettings)
        uow = UnitOfWork(database_for(self.container.service_name), PartnersStore)
        receivers = Receivers(allow_private=self.settings.allow_private, look_up=_look_up)
        self._courier = Courier(uow, field_cipher(), receivers)
        self._pool = GreenPool(_UNDER_WAY)
        self._stopping = False
        self._woken = Event()

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._run, identifier="partners_courier")

    def stop(self) -> None:
        """Called when the last worker is through; what is under way is finished or waits."""
        self._stopping = True
        self.wake()
        self._thread.wait()

    def kill(self) -> None:
        self._stopping = True

    def get_dependency(self, worker_ctx: WorkerContext) -> Webhooks:
        return self

    def wake(self) -> None:
        """Let the courier look now."""
        if not self._woken.ready():
            self._woken.send()

    def _run(self) -> None:
        while not self._stopping:
            try:
                for claimed in self._courier.claim(self._pool.free()):
                    self._pool.spawn_n(self._deliver, claimed)
            except Exception:
                log.exception("the courier of webhooks stumbled")
                self._rest(_PAUSE_AFTER_ERROR_S)
                continue
            self._rest(IDLE_S)
        self._leave()

    def _deliver(self, claimed: Claimed) -> None:
        try:
            self._courier.deliver(claimed)
        except Exception:
            log.exception("a webhook could not be settled", extra={"delivery": claimed.delivery.id})
        finally:
            self.wake()

    def _rest(self, seconds: float) -> None:
        with Timeout(seconds, False):
            self._woken.wait()
        if self._woken.ready():
            self._woken = Event()

    def _leave(self) -> None:
        try:
            self._pool.waitall()
            self._courier.leave()
        except Exception:  # noqa: BLE001 - the lease runs out by itself
            log.warning("the courier of webhooks could not give its lease back")

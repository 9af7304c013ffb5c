"""The courier as a Nameko dependency: releases what waited, and sends, until the service stops."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Final

from eventlet import GreenPool, Timeout
from eventlet.event import Event
from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel import clock
from kernel.config import load
from kernel.crypto import field_cipher
from kernel.db import UnitOfWork, database_for
from services.airport import Airport
from services.notify import usecases
from services.notify.clients import WeChat
from services.notify.domain import Shown
from services.notify.settings import NotifySettings, WeChatSettings
from services.notify.store import Claimed, NotifyStore
from services.notify.usecases import Courier, Sent, Tokens, View

log = logging.getLogger(__name__)

IDLE_S: Final = 0.25
"""How long news decided by another copy may lie before this one looks."""
_PAUSE_AFTER_ERROR_S: Final = 1.0
_BURST_S: Final = 0.25


class Pace:
    """How many messages may go out now: `rate` a second, and no more than a quarter of a second's at once."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._burst = max(1.0, rate * _BURST_S)
        self._left = self._burst
        self._at = clock.monotonic()

    def most(self) -> int:
        now = clock.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        return int(self._left)

    def spend(self, count: int) -> None:
        self._left -= count

    def wait_s(self) -> float:
        """Until a handful may go out, so that a round's transactions carry more than one message."""
        wanted = min(self._burst, max(1.0, self._rate * 0.05))
        return max(0.0, (wanted - self._left) / self._rate)


class Desk(DependencyProvider):
    """Gives methods what they need to speak with WeChat, and runs the courier.

    `self.desk.wake()` after a commit that may have made news: it goes out at once.
    """

    def setup(self) -> None:
        uow = UnitOfWork(database_for(self.container.service_name), NotifyStore)
        settings = load(NotifySettings)
        self.wechat = WeChat(load(WeChatSettings))
        airport = load(Airport)
        self.view = View(airport.zoneinfo, settings)
        self.tokens = Tokens(uow, self.wechat, field_cipher())
        self.public_url = settings.public_url.rstrip("/")
        logo_url = settings.card_logo_url or f"{self.public_url}/static/icon.svg"
        self.shown = Shown(f"{airport.short_zh}商城", logo_url, f"{self.public_url}/me/coupons")
        self._uow = uow
        self._pool = GreenPool(usecases.BATCH)
        self._courier = Courier(uow, self.wechat, self.tokens, self.public_url, self._each)
        self._pace = Pace(settings.rate_per_s)
        self._stopping = False
        self._woken = Event()

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._run, identifier="notify_courier")

    def stop(self) -> None:
        """Called when the last worker is through; the batch that is under way is finished."""
        self._stopping = True
        self.wake()
        self._thread.wait()

    def kill(self) -> None:
        self._stopping = True

    def get_dependency(self, worker_ctx: WorkerContext) -> Desk:
        return self

    def wake(self) -> None:
        """Let the courier look now."""
        if not self._woken.ready():
            self._woken.send()

    def _each(self, send: Callable[[Claimed], Sent], messages: Iterable[Claimed]) -> Iterable[Sent]:
        results: Iterable[Sent] = self._pool.imap(send, messages)
        return results

    def _run(self) -> None:
        while not self._stopping:
            try:
                busy = self._round()
            except Exception:
                log.exception("the courier stumbled")
                self._rest(_PAUSE_AFTER_ERROR_S)
                continue
            if not busy:
                self._rest(IDLE_S)
        self._leave()

    def _round(self) -> bool:
        """One look; whether there may be more to do at once."""
        usecases.release_due(self._uow, self.view, clock.now())
        most = self._pace.most()
        if most < 1:
            self._rest(self._pace.wait_s())
            return True
        tried = self._courier.round(most)
        if tried > 0:
            self._pace.spend(tried)
            self._rest(self._pace.wait_s())
        return tried != 0

    def _rest(self, seconds: float) -> None:
        """Wait, or until somebody wakes the courier."""
        if seconds <= 0:
            return
        with Timeout(seconds, False):
            self._woken.wait()
        if self._woken.ready():
            self._woken = Event()

    def _leave(self) -> None:
        try:
            self._courier.leave()
        except Exception:  # noqa: BLE001 - the lease runs out by itself
            log.warning("the courier could not give its lease back")

"""The account's access token, page ticket and ticket of cards: one of each for all processes, kept in a row.

WeChat hands out few; a process that fetched one for itself could end the one that others use. Whoever needs a
new one takes a lease, fetches it outside of any transaction and saves it; the others wait for the row.
Source: standards.md, "stable_token"; docs/decisions/0031-one-token-holder.md.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from kernel import clock
from kernel.leases import new_owner
from services.notify import domain
from services.notify.clients import NoAnswer, WeChat
from services.notify.domain import Meaning
from services.notify.errors import QuotaSpent, WeChatAway, WeChatNotConnected, WeChatRefuses
from services.notify.usecases.shared import Work

log = logging.getLogger(__name__)

ACCESS: Final = "access_token"
TICKET: Final = "jsapi_ticket"
CARD_TICKET: Final = "card_ticket"
_TYPES: Final = {TICKET: "jsapi", CARD_TICKET: "wx_card"}
MARGIN: Final = timedelta(minutes=5)
"""In its last five minutes WeChat gives a new token and honours both: nobody's call falls into the gap."""
LEASE_S: Final = 10.0
WAIT_S: Final = 8.0
_LOOK_AGAIN_S: Final = 0.1


class Cipher(Protocol):
    """What keeps tokens from whoever reads the database; `kernel.crypto.FieldCipher` is the real one."""

    def encrypt(self, plain: str, context: str) -> str: ...
    def decrypt(self, sealed: str, context: str) -> str: ...
    def index(self, plain: str, column: str) -> str: ...


class Tokens:
    """The tokens of the account, whichever process fetched them."""

    def __init__(self, uow: Work, wechat: WeChat, cipher: Cipher) -> None:
        self._uow = uow
        self._wechat = wechat
        self.cipher = cipher
        self._owner = new_owner()

    def access(self) -> str:
        """A token that is good for a while. Raises WeChatAway, WeChatRefuses, WeChatNotConnected, QuotaSpent."""
        return self._kept(ACCESS, "") or self._fetched(ACCESS, "", self._fetch_access)

    def ticket(self) -> str:
        """The ticket that pages are signed with. Raises as `access`."""
        return self._ticket(TICKET)

    def card_ticket(self) -> str:
        """The ticket that cards are signed with. Raises as `access`."""
        return self._ticket(CARD_TICKET)

    def instead_of(self, bad: str) -> str:
        """Another token than the one WeChat just refused: whoever comes first renews it, once for all.

        Raises as `access`.
        """
        return self._kept(ACCESS, bad) or self._fetched(ACCESS, bad, self._fetch_access)

    def _ticket(self, name: str) -> str:
        return self._kept(name, "") or self._fetched(name, "", lambda _: self._fetch_ticket(_TYPES[name]))

    def _kept(self, name: str, bad: str) -> str | None:
        with self._uow.read() as tx:
            kept = tx.store.account.token(name)
            now = tx.now()
        if kept is None or kept[1] - MARGIN <= now:
            return None
        value = self.cipher.decrypt(kept[0], context=f"{self._wechat.settings.appid}:{name}")
        return None if value == bad else value

    def _fetched(self, name: str, bad: str, fetch: Callable[[str], dict[str, Any]]) -> str:
        """Fetch and save it, or wait for whoever is at it."""
        if not self._wechat.connected:
            raise WeChatNotConnected
        expires_at = clock.monotonic() + WAIT_S
        while clock.monotonic() < expires_at:
            with self._uow.write() as tx:
                mine = tx.leases.take(f"notify.{name}", self._owner, LEASE_S)
            if mine:
                try:
                    # Somebody may have been through with it just before.
                    return self._kept(name, bad) or self._save(name, fetch(bad))
                finally:
                    self._give_back(name)
            time.sleep(_LOOK_AGAIN_S)
            kept = self._kept(name, bad)
            if kept is not None:
                return kept
        raise WeChatAway(retry_after_s=5)

    def _give_back(self, name: str) -> None:
        with self._uow.write() as tx:
            tx.leases.take(f"notify.{name}", self._owner, 0)

    def _save(self, name: str, answer: dict[str, Any]) -> str:
        value = str(answer["access_token" if name == ACCESS else "ticket"])
        sealed = self.cipher.encrypt(value, context=f"{self._wechat.settings.appid}:{name}")
        with self._uow.write() as tx:
            expires_at = tx.now() + timedelta(seconds=int(answer["expires_in"]))
            tx.store.account.save_token(name, sealed, expires_at)
        return value

    def _fetch_access(self, bad: str) -> dict[str, Any]:
        answer = self._checked(lambda: self._wechat.stable_token(forced=False))
        if bad and answer.get("access_token") == bad:
            # WeChat refused a token that it still takes for the current one: only force makes another.
            log.warning("forcing a new access token")
            answer = self._checked(lambda: self._wechat.stable_token(forced=True))
        return answer

    def _fetch_ticket(self, kind: str) -> dict[str, Any]:
        token = self.access()
        answer = self._asked_ticket(token, kind)
        if domain.meaning(int(answer.get("errcode") or 0)) is Meaning.STALE_ACCESS:
            answer = self._asked_ticket(self.instead_of(token), kind)
        return self._checked(lambda: answer)

    def _asked_ticket(self, token: str, kind: str) -> dict[str, Any]:
        try:
            return self._wechat.get("/cgi-bin/ticket/getticket", token, type=kind)
        except NoAnswer as exc:
            raise WeChatAway(retry_after_s=5) from exc

    def _checked(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            answer = ask()
        except NoAnswer as exc:
            raise WeChatAway(retry_after_s=5) from exc
        raise_for(int(answer.get("errcode") or 0), clock.real_now())
        return answer


def raise_for(errcode: int, now: datetime) -> None:
    """Raise what a failed call that isn't about a message is to its caller; nothing for success."""
    match domain.meaning(errcode):
        case Meaning.SENT:
            return
        case Meaning.BUSY:
            raise WeChatAway(retry_after_s=5)
        case Meaning.DAY_SPENT | Meaning.TOO_FAST as meant:
            until = domain.pause(meant, now) or now
            raise QuotaSpent(retry_after_s=max(1, int((until - now).total_seconds())))
        case _:
            log.error("WeChat refuses the account", extra={"errcode": errcode})
            raise WeChatRefuses(errcode=errcode)

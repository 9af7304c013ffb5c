"""Sending: one courier at a time, whatever the number of copies, so that the rate is the account's and not a copy's.

A round: take the lease and the next messages in one transaction; send them, outside of any; save what became of
them in another. Who dies in between leaves messages that are `sending` and whose lease runs out: the next courier
sends them again with the same client_msg_id, which WeChat drops for ten minutes, and after nine it doesn't try.
Source: docs/decisions/0030-what-is-told-when.md.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from kernel import clock
from kernel.errors import ServiceError
from kernel.leases import new_owner
from services.notify import domain, templates
from services.notify.clients import NoAnswer, WeChat
from services.notify.domain import Meaning, Verdict
from services.notify.schemas import FlightConsent, NoticeKind
from services.notify.store import AccountState, Claimed, Settled
from services.notify.usecases.news import fan_out
from services.notify.usecases.notices import CODE_CONTEXT
from services.notify.usecases.shared import NO_CONSENT, Work, present
from services.notify.usecases.tokens import Tokens

log = logging.getLogger(__name__)

LEASE: Final = "notify.courier"
LEASE_S: Final = 10.0
BATCH: Final = 64
"""Sent at the same time. With WeChat silent a batch takes 7 s, which the lease must outlive."""
_WOKEN: Final = 500
_TOKEN_PAUSE: Final = timedelta(seconds=10)
_PATH: Final = "/cgi-bin/message/template/send"

Each = Callable[[Callable[[Claimed], "Sent"], Iterable[Claimed]], Iterable["Sent"]]
"""Runs a function over messages side by side; results in any order."""


@dataclass(frozen=True)
class Sent:
    """What became of one message, and what else follows from it."""

    message: Claimed
    verdict: Verdict
    meant: Meaning | None = None
    errcode: int = 0
    template: str = ""
    at: datetime = field(default_factory=clock.real_now)


class Courier:
    """Sends what is queued. each: how a batch is sent side by side (green threads in the service)."""

    def __init__(self, uow: Work, wechat: WeChat, tokens: Tokens, public_url: str, each: Each) -> None:
        self._uow = uow
        self._wechat = wechat
        self._tokens = tokens
        self._public_url = public_url
        self._each = each
        self._template_ids = wechat.settings.template_ids()
        self._token = ""
        self.owner = new_owner()

    def round(self, most: int) -> int:
        """Send at most `most` messages; how many were tried. -1: none, but there is more to do at once."""
        now = clock.real_now()
        if not self._wechat.connected or not self._may_send(now):
            return 0
        # Urgent news is written before anything is taken from the queue: it makes some of that pointless.
        written = fan_out(self._uow, now, urgent_only=True) if self._leads(now) else 0
        claimed = self._claim(now, min(most, BATCH))
        if claimed is None:
            return 0
        if len(claimed) < most and not written:
            written = fan_out(self._uow, now)
        if claimed:
            self._settle(list(self._each(self._send, claimed)))
        return len(claimed) or (-1 if written else 0)

    def leave(self) -> None:
        """Give the lease back, so that the next courier needn't wait for its end."""
        with self._uow.write() as tx:
            tx.leases.take(LEASE, self.owner, 0)

    def _may_send(self, now: datetime) -> bool:
        with self._uow.read() as tx:
            state = tx.store.account.state(self._wechat.settings.appid)
            if state.paused_until is not None and state.paused_until > now:
                return False
            if not tx.store.messages.has_work(now):
                return False
        try:
            self._token = self._tokens.access()
        except ServiceError as exc:
            alert = exc.code if exc.code == "notify.wechat_refuses" else state.alert
            if alert:
                log.error("no access token", extra={"code": exc.code})
            self._save_state(AccountState(now + _TOKEN_PAUSE, exc.code, alert))
            return False
        return True

    def _leads(self, now: datetime) -> bool:
        """Whether there is urgent news, and this courier may write it."""
        with self._uow.read() as tx:
            news = tx.store.news.next_open(now)
        if news is None or news.rank:
            return False
        with self._uow.write() as tx:
            return bool(tx.leases.take(LEASE, self.owner, LEASE_S))

    def _claim(self, now: datetime, most: int) -> list[Claimed] | None:
        """The next messages; None while another courier is at work."""
        with self._uow.write() as tx:
            if not tx.leases.take(LEASE, self.owner, LEASE_S):
                return None
            orphans = tx.store.messages.orphans(self.owner, _WOKEN)
            tx.store.messages.adopt([_adopted(one, now) for one in orphans])
            tx.store.messages.wake(now, _WOKEN)
            claimed: list[Claimed] = tx.store.messages.claim(self.owner, now, most)
        return claimed

    def _send(self, message: Claimed) -> Sent:
        """Send one message, unless it isn't to be sent any more."""
        refused = _not_worth_sending(message)
        if refused is not None:
            return Sent(message, refused)
        said = message.said
        if message.kind == NoticeKind.CODE:
            said = domain.with_code(said, self._tokens.cipher.decrypt(said["sealed"], CODE_CONTEXT))
        template, data = templates.wording().fill(message.kind, message.language, message.role, said)
        template_id = self._template_ids.get(template.key)
        if template_id is None:
            log.error("WECHAT_TEMPLATES lacks a template", extra={"template": template.key})
            return Sent(message, Verdict("failed", "no_template"))
        payload = {
            "touser": message.openid,
            "template_id": template_id,
            "url": f"{self._public_url}{message.path}",
            "client_msg_id": client_msg_id(message),
            "data": {place: {"value": value} for place, value in data.items()},
        }
        try:
            return self._judged(message, self._posted(payload), template.key)
        except NoAnswer as exc:
            return Sent(message, _unanswered(message, exc))
        except ServiceError as exc:
            # No other token is to be had now: the message wasn't sent.
            wait = clock.real_now() + _TOKEN_PAUSE
            return Sent(message, Verdict("deferred", exc.code, wait))

    def _posted(self, payload: dict[str, Any]) -> dict[str, Any]:
        """WeChat's answer; a token that it refuses is renewed once."""
        token = self._token
        answer = self._wechat.post(_PATH, token, payload)
        if domain.meaning(int(answer.get("errcode") or 0)) is Meaning.STALE_ACCESS:
            self._token = self._tokens.instead_of(token)
            answer = self._wechat.post(_PATH, self._token, payload)
        return answer

    def _judged(self, message: Claimed, answer: dict[str, Any], template: str) -> Sent:
        errcode, now = int(answer.get("errcode") or 0), clock.real_now()
        meant = domain.meaning(errcode)
        msgid = None if answer.get("msgid") is None else str(answer["msgid"])
        verdict = domain.verdict(meant, errcode, msgid, message.attempts, now)
        if verdict.state == "failed":
            log.error("WeChat refuses a message", extra={"errcode": errcode, "template": template})
        return Sent(message, verdict, meant, errcode, template, now)

    def _settle(self, results: list[Sent]) -> None:
        """Save what became of a batch, and what follows from it for receivers and for the account."""
        with self._uow.write() as tx:
            tx.store.people.hold_merges()
            tx.store.messages.settle(self.owner, [_settled(one) for one in results])
            told = (Meaning.NOT_FOLLOWING, Meaning.REFUSED_KIND)
            for one in (one for one in results if one.meant in told):
                passenger_id = present(tx.store, one.message.passenger_id)
                if tx.store.people.gone(passenger_id)[0]:
                    continue
                if one.meant is Meaning.NOT_FOLLOWING:
                    tx.store.people.block(passenger_id, one.at)
                    tx.store.messages.stop_all(passenger_id, "not_following")
                else:
                    tx.store.people.refuse(passenger_id, one.template, one.at)
            self._note_account(tx, results)

    def _note_account(self, tx: Any, results: list[Sent]) -> None:
        appid = self._wechat.settings.appid
        state = tx.store.account.state(appid)
        pauses = [
            (until, one)
            for one in results
            if one.meant is not None and (until := domain.pause(one.meant, one.at)) is not None
        ]
        if pauses:
            until, one = max(pauses, key=lambda pair: pair[0])
            alert = f"wechat_{one.errcode}" if one.meant is Meaning.ACCOUNT else state.alert
            if one.meant is Meaning.ACCOUNT:
                log.error("WeChat refuses the account; sending pauses", extra={"errcode": one.errcode})
            tx.store.account.save_state(appid, AccountState(until, f"wechat_{one.errcode}", alert))
        elif state != AccountState() and any(one.meant is Meaning.SENT for one in results):
            tx.store.account.save_state(appid, AccountState())

    def _save_state(self, state: AccountState) -> None:
        with self._uow.write() as tx:
            tx.store.account.save_state(self._wechat.settings.appid, state)


def client_msg_id(message: Claimed) -> str:
    """What WeChat knows a repeat of this message by: the same for every attempt, no other message's."""
    return f"n{message.news_id}-m{message.id}"


def _not_worth_sending(message: Claimed) -> Verdict | None:
    now = clock.real_now()
    if message.unsure_since is not None and now - message.unsure_since > domain.SAFE_AGAIN:
        return Verdict("unknown", "no_answer", unsure=True)
    if message.expires_at <= now:
        state = "expired" if message.unsure_since is None else "unknown"
        return Verdict(state, "too_late", unsure=message.unsure_since is not None)
    if not message.reachable:
        return Verdict("refused", "not_following")
    if message.flight_id and message.consent != FlightConsent.GIVEN:
        return Verdict("refused", NO_CONSENT)
    return None


def _unanswered(message: Claimed, exc: NoAnswer) -> Verdict:
    now = clock.real_now()
    unsure_since = message.unsure_since or (message.claimed_at if exc.arrived else None)
    if unsure_since is not None:
        return domain.lost(message.attempts, unsure_since, now)
    return Verdict("deferred", "no_connection", domain.lost(message.attempts, now, now).not_before_at)


def _settled(one: Sent) -> Settled:
    message, verdict = one.message, one.verdict
    open_ = verdict.state in ("queued", "deferred", "unknown")
    # An answer to a later attempt doesn't tell whether an earlier one, whose answer was lost, arrived.
    unsure = message.unsure_since or (message.claimed_at if verdict.unsure else None)
    return Settled(
        id=message.id,
        state=verdict.state,
        reason=verdict.reason,
        not_before_at=verdict.not_before_at,
        unsure_since=unsure if open_ else None,
        wechat_msgid=verdict.msgid,
        sent_at=one.at if verdict.state == "sent" else None,
    )


def _adopted(message: Claimed, now: datetime) -> Settled:
    """What a new courier makes of a message that another left behind in the middle of sending it."""
    since = message.unsure_since or message.claimed_at
    safe = now - since <= domain.SAFE_AGAIN
    base = Settled(message.id, "queued", "taken_over", None, since, None, None)
    return base if safe else replace(base, state="unknown", reason="no_answer")

"""Notifications: believed when signed, kept before they are answered, booked from what the provider says when asked."""

from __future__ import annotations

import json
import logging
from typing import Any, Final

from kernel import clock
from services.payments import domain
from services.payments.clients import NotGenuine
from services.payments.domain import Notice, Verdict
from services.payments.errors import BadNotification, ProviderAway, ProviderRefuses
from services.payments.store import NoticeState, Received
from services.payments.usecases.booking import book_refund
from services.payments.usecases.paying import settle
from services.payments.usecases.shared import Provider, Work, asked

log = logging.getLogger(__name__)

BATCH: Final = 50
_PAYMENT: Final = "TRANSACTION."
_REFUND: Final = "REFUND."


def record_notification(uow: Work, provider: Provider, request: dict[str, Any]) -> dict[str, Any]:
    """Keep a notification and act on it; {"id", "state"}.

    Once it is kept it may be answered with success: what the provider's being away leaves undone, the timer does.
    What isn't genuine leaves no row, or strangers could fill the database. The id makes it one, so no
    request_id is kept.
    Raises BadNotification for a bad signature, a probe, or a time more than five minutes away; NotConnected.
    """
    try:
        notice = provider.opened(request["headers"], request["body"], clock.real_now())
    except NotGenuine as exc:
        log.warning("a notification isn't genuine", extra={"reason": exc.reason})
        raise BadNotification(reason=exc.reason) from exc
    with uow.write() as tx:
        now = tx.now()
        received = Received(
            id=notice.id,
            event_type=notice.event_type,
            out_trade_no=notice.out_trade_no,
            out_refund_no=notice.out_refund_no,
            headers=json.dumps(request["headers"]),
            body=request["body"],
            received_at=now,
        )
        is_new = tx.store.notifications.keep(received, try_at=domain.next_try_at(0, now))
    if is_new:
        reason = _contradiction(uow, provider, notice)
        if reason:
            _settled(uow, notice.id, NoticeState.REFUSED, reason)
        else:
            _tried(uow, provider, received)
    with uow.read() as tx:
        kept = tx.store.notifications.find(notice.id)
    assert kept is not None
    return {"id": kept.id, "state": kept.state.value}


def look_after_notices(uow: Work, provider: Provider) -> int:
    """Act on notifications that could only be kept; how many."""
    if not provider.connected:
        return 0
    with uow.write() as tx:
        now = tx.now()
        due = tx.store.notifications.due(now, BATCH)
        for received in due:
            tx.store.notifications.try_again(received.id, domain.next_try_at(received.attempts + 1, now))
    for received in due:
        _tried(uow, provider, received)
    return len(due)


def _contradiction(uow: Work, provider: Provider, notice: Notice) -> str:
    """Why nothing may be booked from it, by its own words: another merchant, another amount. Empty: nothing."""
    if notice.mchid != provider.merchant.mchid:
        return Verdict.OTHER_MERCHANT.value
    with uow.read() as tx:
        intent = tx.store.intents.find(notice.out_trade_no)
        refund = tx.store.refunds.find(notice.out_refund_no) if notice.out_refund_no else None
    if intent is None or (notice.event_type.startswith(_REFUND) and refund is None):
        return Verdict.OTHER_ORDER.value
    if notice.event_type.startswith(_REFUND):
        return ""
    if notice.trade is None:
        return "unknown_event"
    verdict = domain.judge(intent, notice.trade, provider.merchant)
    return verdict.value if verdict.wrong else ""


def _tried(uow: Work, provider: Provider, received: Received) -> None:
    try:
        if received.event_type.startswith(_REFUND):
            _book_refund(uow, provider, received)
        else:
            _book_payment(uow, provider, received)
    except (ProviderAway, ProviderRefuses) as exc:
        log.warning("a notification waits for WeChat Pay's word", extra={"code": exc.code})


def _book_payment(uow: Work, provider: Provider, received: Received) -> None:
    verdict = settle(uow, provider, received.out_trade_no)
    if verdict.wrong:
        _settled(uow, received.id, NoticeState.REFUSED, verdict.value)
    elif verdict is not Verdict.WAIT:
        _settled(uow, received.id, NoticeState.APPLIED, "")


def _book_refund(uow: Work, provider: Provider, received: Received) -> None:
    answer = asked(lambda: provider.query_refund(received.out_refund_no))
    if answer is None:
        return
    with uow.write() as tx:
        booked = book_refund(tx, answer)
        if booked is not None:
            tx.store.notifications.settle(received.id, NoticeState.APPLIED, "")


def _settled(uow: Work, notice_id: str, state: NoticeState, reason: str) -> None:
    with uow.write() as tx:
        tx.store.notifications.settle(notice_id, state, reason)

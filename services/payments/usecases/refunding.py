"""Giving money back, in whole or in parts, with one number for one refund however often it is sent."""

from __future__ import annotations

import logging
from typing import Any, Final

from kernel.inbox import answer_once
from services.payments import domain
from services.payments.clients import NoAnswer, Refused
from services.payments.domain import AskedRefund, Intent, Refund, RefundAnswer, RefundStatus
from services.payments.errors import IntentNotFound, NotPaid, ProviderAway, RefundReused, RefundTooMuch
from services.payments.schemas import RefundState
from services.payments.usecases.booking import book_refund, promise
from services.payments.usecases.shared import RETRY_AFTER_S, Provider, Tx, Work, refund_document

log = logging.getLogger(__name__)

BATCH: Final = 50
_PAYER_CANT_TAKE_IT: Final = "USER_ACCOUNT_ABNORMAL"


def refund(uow: Work, provider: Provider, request: dict[str, Any]) -> dict[str, Any]:
    """Promise a refund and send it; schemas.RefundResultSchema.

    The promise counts from the commit: the provider's being away only delays it, and the timer sends it again
    with the same out_refund_no. Accepted is not done: `refund_done` says that.
    Raises IntentNotFound, NotPaid, RefundTooMuch, RefundReused.
    """
    kept = answer_once(uow, request["request_id"], "refund", request, lambda tx: _promised(tx, request))
    with uow.read() as tx:
        found = tx.store.refunds.find(kept["out_refund_no"])
    assert found is not None
    if found.state is RefundState.REQUESTED and provider.connected:
        try:
            push(uow, provider, found.out_refund_no)
        except ProviderAway:
            log.info("a refund waits for WeChat Pay")
        with uow.read() as tx:
            found = tx.store.refunds.find(found.out_refund_no) or found
    return refund_document(found)


def push(uow: Work, provider: Provider, out_refund_no: str) -> None:
    """Send a refund, or ask what became of it, and book the answer. Raises ProviderAway."""
    with uow.read() as tx:
        waiting = tx.store.refunds.find(out_refund_no)
        intent = None if waiting is None else tx.store.intents.find(waiting.out_trade_no)
    if waiting is None or intent is None:
        return
    try:
        answer = _answer(provider, intent, waiting)
    except NoAnswer as exc:
        _note(uow, waiting, waiting.provider_code)
        raise ProviderAway(retry_after_s=RETRY_AFTER_S) from exc
    except Refused as exc:
        if exc.code != _PAYER_CANT_TAKE_IT:
            # Above all NOT_ENOUGH, which a day's takings cure. It is tried for ever, and people see it meanwhile.
            log.warning("WeChat Pay refuses a refund", extra={"code": exc.code})
            _note(uow, waiting, exc.code[:64])
            return
        answer = RefundAnswer(
            waiting.out_refund_no, waiting.out_trade_no, RefundStatus.ABNORMAL, "", waiting.amount_fen
        )
    with uow.write() as tx:
        book_refund(tx, answer)


def look_after_refunds(uow: Work, provider: Provider) -> int:
    """Send again what isn't accepted, ask about what isn't done; how many."""
    if not provider.connected:
        return 0
    with uow.read() as tx:
        due = tx.store.refunds.due(tx.now(), BATCH)
    for done, waiting in enumerate(due):
        try:
            push(uow, provider, waiting.out_refund_no)
        except ProviderAway:
            return done
    return len(due)


def _promised(tx: Tx, request: dict[str, Any]) -> dict[str, Any]:
    intent = tx.store.intents.lock(request["out_trade_no"])
    if intent is None:
        raise IntentNotFound
    wanted = Refund(
        request["out_refund_no"], intent.out_trade_no, request["amount_fen"], request["reason"], tx.now()
    )
    before = tx.store.refunds.find(wanted.out_refund_no)
    if before is not None:
        if (before.out_trade_no, before.amount_fen) != (wanted.out_trade_no, wanted.amount_fen):
            raise RefundReused
        return {"out_refund_no": before.out_refund_no}
    if intent.transaction_id is None:
        raise NotPaid(state=intent.state.value)
    left_fen = intent.amount_fen - intent.promised_fen
    if wanted.amount_fen > left_fen:
        raise RefundTooMuch(left_fen=left_fen)
    promise(tx, intent, wanted)
    return {"out_refund_no": wanted.out_refund_no}


def _answer(provider: Provider, intent: Intent, waiting: Refund) -> RefundAnswer:
    known = None if waiting.state is RefundState.REQUESTED else provider.query_refund(waiting.out_refund_no)
    if known is not None:
        return known
    return provider.refund(
        AskedRefund(
            intent.out_trade_no,
            waiting.out_refund_no,
            waiting.amount_fen,
            intent.amount_fen,
            waiting.reason,
        )
    )


def _note(uow: Work, waiting: Refund, code: str | None) -> None:
    with uow.write() as tx:
        tx.store.refunds.try_again(waiting, domain.next_try_at(waiting.attempts + 1, tx.now()), code)

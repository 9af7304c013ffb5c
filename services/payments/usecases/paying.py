"""Asking for money, and no longer asking for it. The provider is never called inside a transaction."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Final

from kernel import clock
from kernel.ids import new_id
from kernel.inbox import answer_once
from services.payments import domain
from services.payments.clients import NoAnswer, Refused
from services.payments.domain import Asked, Intent, Verdict
from services.payments.errors import (
    AlreadyPaid,
    IntentNotFound,
    NotConnected,
    NotPayable,
    OpenidNeeded,
    OrderHasIntent,
    ProviderAway,
    ProviderRefuses,
)
from services.payments.schemas import Channel, IntentState
from services.payments.usecases.booking import book_closed, book_trade
from services.payments.usecases.shared import RETRY_AFTER_S, Provider, Tx, Work, asked, intent_document

log = logging.getLogger(__name__)

LOOK_BATCH: Final = 50
_PAID_ALREADY: Final = frozenset({"ORDERPAID", "ORDER_PAID"})
_OVER_ALREADY: Final = frozenset({"ORDERCLOSED", "ORDER_CLOSED", "ORDERNOTEXIST", "ORDER_NOT_EXIST"})


def create_intent(uow: Work, provider: Provider, request: dict[str, Any]) -> dict[str, Any]:
    """Ask a traveller for an order's money; schemas.CreatedIntentSchema.

    Whoever asks again, with the same request_id or for the same order, gets the same payment: at most one of an
    order can be open or paid. `pay` is empty once it can't be paid any more. The intent ends at `expires_at`, or
    after the 110 minutes that the provider keeps it payable.
    Raises OpenidNeeded, OrderHasIntent, NotPayable, ProviderAway, ProviderRefuses, NotConnected.
    """
    if not provider.connected:
        raise NotConnected
    if request["channel"] is Channel.JSAPI and not request["openid"]:
        raise OpenidNeeded
    opened: list[Intent] = []

    def work(tx: Tx) -> dict[str, Any]:
        opened.append(_opened(tx, request))
        return {"out_trade_no": opened[0].out_trade_no}

    kept = answer_once(uow, request["request_id"], "create_intent", request, work)
    intent = opened[0] if opened else _found(uow, kept["out_trade_no"])
    if intent.state is IntentState.CREATED:
        intent = _prepaid(uow, provider, intent, request["openid"])
    return {
        "out_trade_no": intent.out_trade_no,
        "state": intent.state.value,
        "pay": _pay(provider, intent) if intent.state is IntentState.PREPAID else {},
    }


def get_intent(uow: Work, out_trade_no: str) -> dict[str, Any]:
    """schemas.IntentSchema. Raises IntentNotFound."""
    with uow.look_up() as store:
        intent = store.intents.find(out_trade_no)
    if intent is None:
        raise IntentNotFound
    return intent_document(intent)


def close_intent(uow: Work, provider: Provider, out_trade_no: str) -> dict[str, Any]:
    """See to it that nobody can pay it any more; schemas.IntentSchema.

    Doing it twice is doing it once, so no request_id is kept.
    Raises IntentNotFound, AlreadyPaid (ask for a refund instead), ProviderAway, ProviderRefuses.
    """
    with uow.read() as tx:
        intent = tx.store.intents.find(out_trade_no)
    if intent is None:
        raise IntentNotFound
    if intent.state in domain.OPEN:
        end(uow, provider, out_trade_no)
    document = get_intent(uow, out_trade_no)
    if document["state"] not in (IntentState.CLOSED, IntentState.LATE):
        raise AlreadyPaid
    return document


def settle(uow: Work, provider: Provider, out_trade_no: str) -> Verdict:
    """Ask the provider what became of a payment and book it. Raises ProviderAway, ProviderRefuses."""
    trade = asked(lambda: provider.query(out_trade_no))
    if trade is None:
        return Verdict.WAIT
    with uow.write() as tx:
        return book_trade(tx, provider.merchant, out_trade_no, trade)


def end(uow: Work, provider: Provider, out_trade_no: str) -> None:
    """Close a payment that is open, unless it turns out to be paid. Raises ProviderAway, ProviderRefuses."""
    if settle(uow, provider, out_trade_no) is not Verdict.WAIT:
        return
    try:
        provider.close(out_trade_no)
    except NoAnswer as exc:
        raise ProviderAway(retry_after_s=RETRY_AFTER_S) from exc
    except Refused as exc:
        if exc.code in _PAID_ALREADY:
            settle(uow, provider, out_trade_no)
            return
        if exc.code not in _OVER_ALREADY:
            raise ProviderRefuses(provider_code=exc.code) from exc
    with uow.write() as tx:
        intent = tx.store.intents.lock(out_trade_no)
        if intent is not None and intent.state in domain.OPEN:
            book_closed(tx, intent)


def look_after_unpaid(uow: Work, provider: Provider) -> int:
    """Ask about unpaid intents whose notification may be lost, and close those past their end; how many.

    The next look is set before this one, so that one intent that makes trouble can't keep the others waiting.
    """
    if not provider.connected:
        return 0
    with uow.write() as tx:
        now = tx.now()
        due = tx.store.intents.due(now, LOOK_BATCH)
        for intent in due:
            tx.store.intents.look_again(intent.out_trade_no, domain.next_look_at(intent, now))
    for done, intent in enumerate(due):
        try:
            if intent.expires_at <= now:
                end(uow, provider, intent.out_trade_no)
            else:
                settle(uow, provider, intent.out_trade_no)
        except ProviderAway:
            return done  # the others would wait as long and hear as little
        except ProviderRefuses as exc:
            log.warning("WeChat Pay refuses to tell of a payment", extra={"code": exc.data["provider_code"]})
    return len(due)


def _opened(tx: Tx, request: dict[str, Any]) -> Intent:
    tx.store.intents.hold_merges()
    now = tx.now()
    wanted = _intent(request, now)
    # Nearly every order asks once: whether another is there already, the index says.
    if wanted.expires_at > now and tx.store.intents.add(wanted, look_at=now + domain.FIRST_LOOK):
        return wanted
    before = tx.store.intents.current(wanted.order_service, wanted.order_id)
    if before is None:
        raise NotPayable(state=IntentState.CLOSED.value)
    if before.state not in domain.OPEN or not before.same_question(wanted):
        raise OrderHasIntent(out_trade_no=before.out_trade_no, state=before.state.value)
    return before


def _found(uow: Work, out_trade_no: str) -> Intent:
    with uow.look_up() as store:
        intent = store.intents.find(out_trade_no)
    assert intent is not None, "an intent is never deleted"
    return intent


def _intent(request: dict[str, Any], now: datetime) -> Intent:
    return Intent(
        out_trade_no=new_id(),
        order_service=request["order_service"],
        order_id=request["order_id"],
        passenger_id=request["passenger_id"],
        channel=request["channel"],
        amount_fen=request["amount_fen"],
        description=request["description"],
        created_at=now,
        expires_at=min(request["expires_at"], now + domain.PREPAY_LIVES),
    )


def _prepaid(uow: Work, provider: Provider, intent: Intent, openid: str) -> Intent:
    """The intent with the provider's word that it may be paid, whoever got it first."""
    question = Asked(
        intent.out_trade_no, intent.channel, intent.amount_fen, intent.description, intent.expires_at, openid
    )
    prepay = asked(lambda: provider.prepay(question))
    # By our own clock: nothing is judged by it, and the database's would be asked for it alone.
    prepaid_at = clock.real_now()
    with uow.write() as tx:
        current = tx.store.intents.lock(intent.out_trade_no)
        assert current is not None
        if current.state is IntentState.CREATED:
            return tx.store.intents.step(current, IntentState.PREPAID, prepay=prepay, prepaid_at=prepaid_at)
    if current.state is IntentState.CLOSED:
        # It was closed while the provider made it payable: it must not stay so.
        asked(lambda: provider.close(intent.out_trade_no))
    return current


def _pay(provider: Provider, intent: Intent) -> dict[str, str]:
    if intent.channel is Channel.NATIVE:
        return {"code_url": intent.prepay}
    return provider.page_parameters(intent.prepay)

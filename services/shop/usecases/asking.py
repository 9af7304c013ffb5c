"""What buyers answer to their shops, and what becomes of it when they don't."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.ids import new_id
from kernel.saga import steps
from kernel.saga.protocols import Till
from services.shop import errors, events
from services.shop.domain.parcels import Ask, Line, Parcel
from services.shop.schemas.order_words import AskKind, Choice, ParcelState
from services.shop.schemas.vocabulary import MoveKind
from services.shop.store.parcels import Who
from services.shop.store.stock import Reason
from services.shop.usecases import stocking
from services.shop.usecases.goods import pieces_of
from services.shop.usecases.ordering import mine, push, view_of
from services.shop.usecases.paying_back import MISSING, Back, end_when_nothing_is_left, pay_back
from services.shop.usecases.picking import cancel
from services.shop.usecases.promising import collect_instead, keep_promise
from services.shop.usecases.shared import Place, Tx, Work, once
from services.shop.usecases.telling import tell_parcel

log = logging.getLogger(__name__)
_BATCH: Final = 200
_NO_ANSWER: Final = {
    "zh": "未在时限内答复，已按规则退款",
    "en": "Not answered in time: the money goes back",
}
_OWN_WISH: Final = {"zh": "您选择了退款", "en": "You chose the money back"}
_UNCOLLECTED: Final = {"zh": "逾期未取，已退款", "en": "Nobody fetched it in time: the money goes back"}


def answer_ask(
    uow: Work, place: Place, till: Till, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """OrderResultSchema: the buyer's word. now: the airport's time, by which it may be too late.

    Raises AskNotFound, AskOver, NotOffered, RequestReused, RequestInFlight.
    """

    def work(tx: Tx) -> dict[str, Any]:
        asked = tx.store.ask(request["ask_id"])
        parcel = None if asked is None else tx.store.parcel(asked.parcel_id)
        if asked is None or parcel is None:
            raise errors.AskNotFound
        sale = tx.store.sales.find(parcel.order_id)
        if sale is None or sale.buyer_id != request["passenger_id"]:
            raise errors.AskNotFound
        if request["choice"] not in asked.choices:
            raise errors.NotOffered
        steps.locked_alone(tx, parcel.order_id)
        if now >= asked.until or not _settle(
            tx, place, asked, (request["choice"], Who(steps.BUYER, "answered", now))
        ):
            raise errors.AskOver
        return {"order_id": parcel.order_id}

    order_id = once(uow, request, "answer_ask", work)["order_id"]
    push(uow, place, till, order_id, now)
    return view_of(uow, place, request["passenger_id"], order_id)


def cancel_parcel(
    uow: Work, place: Place, till: Till, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """OrderResultSchema: the buyer doesn't want it, before anybody picks. Raises OrderNotFound, ParcelNotFound,
    WrongParcel."""

    def work(tx: Tx) -> dict[str, Any]:
        mine(tx, request)
        steps.locked_alone(tx, request["order_id"])
        parcel = tx.store.parcel(request["parcel_id"])
        if parcel is None or parcel.order_id != request["order_id"]:
            raise errors.ParcelNotFound
        if parcel.state is not ParcelState.PLACED:
            raise errors.WrongParcel(state=parcel.state.value)
        cancel(tx, place, parcel, Who(steps.BUYER, "given up by its buyer", now), _OWN_WISH)
        return {}

    once(uow, request, "cancel_parcel", work)
    push(uow, place, till, request["order_id"], now)
    return view_of(uow, place, request["passenger_id"], request["order_id"])


def settle_overdue(uow: Work, place: Place, till: Till, now: datetime) -> int:
    """Pay back what nobody answered in time, and what nobody fetched; how many parcels. now: the airport's time."""
    with uow.read() as tx:
        asks = tx.store.overdue_asks(now, _BATCH)
        before = now - timedelta(hours=place.settings.uncollected_h)
        left = tx.store.uncollected(before, _BATCH)
    done = 0
    for order_id, ask_id in asks:
        with uow.write() as tx:
            steps.locked_alone(tx, order_id)
            asked = tx.store.ask(ask_id)
            assert asked is not None
            done += _settle(tx, place, asked, (Choice.REFUND, Who(steps.SWEEPER, "not answered", now)))
        push(uow, place, till, order_id, now)
    for order_id, parcel_id in left:
        with uow.write() as tx:
            steps.locked_alone(tx, order_id)
            parcel = tx.store.parcel(parcel_id)
            if parcel is not None and parcel.state in _FETCHED:
                cancel(tx, place, parcel, Who(steps.SWEEPER, "nobody fetched it", now), _UNCOLLECTED)
                done += 1
        push(uow, place, till, order_id, now)
    return done


_FETCHED: Final = frozenset({ParcelState.PLACED, ParcelState.PICKING, ParcelState.READY})


def close_ask(tx: Tx, parcel: Parcel, who: Who) -> None:
    """The parcel ends, and with it what is asked about it: what was offered instead is anybody's again."""
    asked = tx.store.open_asks([parcel.id]).get(parcel.id)
    if asked is None or not tx.store.answer_ask(asked, Choice.REFUND, who) or asked.offer is None:
        return
    offered = {(parcel.shop_id, asked.offer["variant_id"]): asked.quantity}
    # Its own pieces are freed next: all of these rows are taken in order, as everywhere.
    for key in sorted({*pieces_of([parcel]), *offered}):
        tx.store.stock.lock(*key)
    stocking.free(tx, offered)


def _settle(tx: Tx, place: Place, asked: Ask, word: tuple[Choice, Who]) -> bool:
    """Do what was answered, its order locked; False when it was answered before."""
    choice, who = word
    parcel = tx.store.parcel(asked.parcel_id)
    if parcel is None or parcel.state is not ParcelState.ASKING:
        return False
    if not tx.store.answer_ask(asked, choice, who):
        return False
    if asked.kind is AskKind.MISSING:
        _settle_missing(tx, place, (parcel, asked), choice, who)
    elif choice is Choice.COLLECT:
        after = ParcelState.READY if asked.after is ParcelState.ON_THE_WAY else asked.after
        changes = collect_instead(tx, place, parcel, who.at)
        tx.store.step_parcel(parcel, after, who, why=None, **changes)
    else:
        cancel(tx, place, parcel, who, _OWN_WISH if who.actor == steps.BUYER else _NO_ANSWER)
    return True


def _settle_missing(tx: Tx, place: Place, what: tuple[Parcel, Ask], choice: Choice, who: Who) -> None:
    parcel, asked = what
    assert asked.line_id is not None
    line = next(each for each in parcel.lines if each.id == asked.line_id)
    kept_fen = 0
    if asked.offer is not None and choice is Choice.REPLACE:
        added = _instead(parcel, line, asked)
        kept_fen = added.paid_fen
        tx.store.add_line(added)
    # What isn't on the shelf leaves the count. Both rows are taken in order, as everywhere.
    gone = {(parcel.shop_id, line.variant_id): asked.quantity}
    freed = {}
    if asked.offer is not None and choice is not Choice.REPLACE:
        freed = {(parcel.shop_id, asked.offer["variant_id"]): asked.quantity}
    for key in sorted({*gone, *freed}):
        tx.store.stock.lock(*key)
    reason = Reason(MoveKind.CORRECTED, who.actor, tx.now(), parcel.order_id, parcel.number)
    stocking.sell(tx, gone, reason)
    if freed:
        stocking.free(tx, freed)
    fen = pay_back(tx, place, parcel, Back({line.id: asked.quantity}, MISSING, kept_fen=kept_fen), who.at)
    after = tx.store.parcel(parcel.id)
    assert after is not None
    if any(each.left for each in after.lines):
        after = tx.store.step_parcel(after, asked.after, who, why=None)
        if fen:
            words = {"zh": "缺货退款", "en": "For what wasn't there"}
            tell_parcel(tx, events.PIECES_REFUNDED, after.order_id, after, refund_fen=fen, why=words)
        keep_promise(tx, place, after, tx.store.flight_of(after.order_id), who.at)
        return
    after = tx.store.step_parcel(after, ParcelState.CANCELLED, who, why=_NOTHING_THERE)
    tell_parcel(tx, events.PARCEL_CANCELLED, after.order_id, after, refund_fen=fen, why=_NOTHING_THERE)
    end_when_nothing_is_left(tx, after.order_id, who.actor, "missing")


_NOTHING_THERE: Final = {"zh": "商品缺货", "en": "The shop didn't have it"}


def _instead(parcel: Parcel, line: Line, asked: Ask) -> Line:
    """The line that comes in place of missing pieces: never for more than was paid for these."""
    offer = asked.offer
    assert offer is not None
    worth = line.worth_fen(asked.quantity)
    price = asked.quantity * offer["unit_fen"]
    return replace(
        line,
        id=new_id(),
        number=max(each.number for each in parcel.lines) + 1,
        variant_id=offer["variant_id"],
        product_id=offer["product_id"],
        quantity=asked.quantity,
        unit_fen=offer["unit_fen"],
        discount_fen=max(0, price - worth),
        duty_free=offer["duty_free"],
        kind=offer["kind"],
        category=offer["category"],
        perishable=offer["perishable"],
        words={name: offer[name] for name in ("name", "options", "picture", "sku")},
        missing=0,
        returned=0,
        refund_fen=0,
        replaces=line.id,
    )

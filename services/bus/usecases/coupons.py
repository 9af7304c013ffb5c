"""Coupons of the mall on bus tickets: locked before seats are held, and shop is told what became of the order.

Shop is never asked in a transaction. Before each question, and after each change that it must hear of, a row says so
(`domain.coupons.Errand`); the sweeper comes back to the row until shop was told. What it is told follows from the
order as it is then, so telling it twice, late, or after a crash tells it the same.
Source: docs/decisions/0088-coupons-elsewhere.md.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from kernel.errors import Kind, RemoteError, RequestInFlight, RequestReused, ServiceError
from kernel.ids import new_id
from kernel.saga.states import OPEN, State
from services.bus.clients import Keep, MallCoupons
from services.bus.domain import seats_of
from services.bus.domain.coupons import LOCK_OUTLASTS, UNSURE, Errand, ErrandState, Locked, next_try
from services.bus.errors import CouponsAway
from services.bus.schemas import TicketState
from services.bus.usecases.holding import Counter, hold_seats
from services.bus.usecases.searching import asked_ride
from services.bus.usecases.shared import Timetables, Work
from services.shop.errors import CouponNotUsable

SWEEP_BATCH: Final = 50
_AWAY: Final = frozenset({Kind.UNAVAILABLE, Kind.DEADLINE})
log = logging.getLogger(__name__)


def hold_with_coupons(
    uow: Work, timetables: Timetables, counter: Counter, mall: MallCoupons, request: Mapping[str, Any]
) -> dict[str, Any]:
    """OrderResultSchema: hold_seats at what the traveller's coupons leave to pay.

    Raises what hold_seats raises, CouponsAway, and shop's CouponNotUsable as a RemoteError.
    """
    errand, fares = _begin(uow, timetables, counter, request)
    locked = Locked(errand.order_id, fares, {})
    if errand.state is ErrandState.LOCKING:
        locked = Locked(errand.order_id, fares, _lock(uow, mall, errand, (request, counter, fares)))
    try:
        return hold_seats(uow, timetables, counter, request, locked)
    except RequestInFlight:
        raise  # the other one holds with the same lock
    except ServiceError:
        _give_up(uow, mall, errand.order_id)
        raise


def look_after_coupons(uow: Work, mall: MallCoupons) -> int:
    """Tell shop what it wasn't told; how many orders it was told of.

    The next try is set before this one, so that one that makes trouble can't keep the others waiting.
    """
    with uow.write() as tx:
        now = tx.now()
        due = tx.store.errands_due(now, SWEEP_BATCH)
        for errand in due:
            if errand.state is ErrandState.LOCKING:
                # Whoever locked is gone, or so slow that it must not hold seats any more.
                tx.store.give_up_errand(errand.order_id, next_try(0, now))
            else:
                tx.store.try_errand_at(errand, next_try(errand.attempts, now))
    for done, errand in enumerate(due):
        if not _tell(uow, mall, errand.order_id):
            return done
    return len(due)


def _begin(
    uow: Work, timetables: Timetables, counter: Counter, request: Mapping[str, Any]
) -> tuple[Errand, tuple[int, ...]]:
    """The errand of this hold, and the fares of its seats. Raises RequestReused, and what a search raises."""
    with uow.read() as reading:
        ride = asked_ride(timetables.current(reading.store), request)
    riders = tuple(passenger["kind"] for passenger in request["passengers"])
    fares = tuple(seat.price_fen for seat in seats_of(riders, ride.adult_fen))
    chosen = tuple(dict.fromkeys(request["coupon_ids"]))
    with uow.write() as tx:
        # The same request at the same time finds the same errand.
        tx.store.sales.lock_buyer(request["passenger_id"])
        known = tx.store.errand_of(request["request_id"])
        if known is None:
            now = tx.now()
            known = Errand(
                new_id(), request["request_id"], chosen, ErrandState.LOCKING, now + UNSURE, made_at=now
            )
            tx.store.add_errand(known)
    if known.coupon_ids != chosen:
        raise RequestReused
    return known, fares


def _lock(
    uow: Work, mall: MallCoupons, errand: Errand, about: tuple[Mapping[str, Any], Counter, tuple[int, ...]]
) -> Mapping[int, int]:
    request, counter, fares = about
    until = errand.made_at + UNSURE + counter.here.settings.hold + LOCK_OUTLASTS
    try:
        return mall.lock(Keep(errand.order_id, request["passenger_id"], errand.coupon_ids, fares, until))
    except RemoteError as exc:
        if exc.code != CouponNotUsable.code:
            raise CouponsAway from exc
        with uow.write() as tx:
            # A lock that was asked for before and not heard of may still be there.
            tx.store.give_up_errand(errand.order_id, tx.now() + UNSURE)
        raise
    except ServiceError as exc:
        # Whether shop did it is unknown, and it may still come to it: the sweeper releases it when that is over.
        raise CouponsAway from exc


def _give_up(uow: Work, mall: MallCoupons, order_id: str) -> None:
    with uow.write() as tx:
        given_up = tx.store.give_up_errand(order_id, tx.now())
    if given_up:
        _tell(uow, mall, order_id)


def _tell(uow: Work, mall: MallCoupons, order_id: str) -> bool:
    """False when shop can't be heard."""
    with uow.read() as tx:
        # Before the order: what changes after this makes another version of it.
        errand = tx.store.errand(order_id)
        order = tx.store.order(order_id)
        tickets = tx.store.tickets_of([order_id])
    if errand is None or errand.look_at is None:
        return True
    try:
        if order is None or (order.sale.state not in {*OPEN, State.PAID} and not tickets):
            mall.release(order_id)
        elif tickets:
            back = {each.number for each in tickets if each.state is TicketState.RETURNED}
            _redeem(mall, order_id, back)
    except ServiceError as exc:
        level = logging.INFO if exc.kind in _AWAY else logging.ERROR
        log.log(level, "shop is told again later", extra={"code": exc.code, "order_id": order_id})
        return exc.kind not in _AWAY
    with uow.write() as tx:
        tx.store.errand_done(errand)
    return True


def _redeem(mall: MallCoupons, order_id: str, back: set[int]) -> None:
    """Its tickets were issued: the coupons are spent, and come back with what was given back."""
    try:
        mall.redeem(order_id)
    except RemoteError as exc:
        if exc.code != CouponNotUsable.code:
            raise
        # Nobody told shop for a day, and a coupon was used elsewhere: who rides, rides. The airport bears it.
        log.error("a coupon was spent twice", extra={"order_id": order_id, **exc.data})
        mall.release(order_id)
        return
    if back:
        mall.give_back(order_id, back)

"""Tickets given back: what the terms pay for them, and the seats free again at once.

Source: docs/sources/bus-fares.md, "Returns".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kernel.inbox import answer_once
from kernel.saga import steps
from kernel.saga.protocols import Till
from kernel.saga.run import Saga
from kernel.saga.states import State
from services.bus.domain import BusTicket, Order, Term, refund_fen, return_term
from services.bus.domain.boarding import revoked
from services.bus.errors import NotReturnable, OrderNotFound, QuoteChanged, TicketNotValid
from services.bus.events import TICKETS_RETURNED
from services.bus.schemas import TicketState
from services.bus.usecases.orders import mine, shown
from services.bus.usecases.selling import Seats, note_coupons, tell
from services.bus.usecases.shared import Storage, Tx, Work
from services.bus.usecases.views import RETURNABLE, Shown, order_view

REASON: Final = "旅客退票"
GIVEN_BACK: Final = "given back by its traveller"
GONE: Final = (TicketState.RETURNED, TicketState.CHANGED)


@dataclass(frozen=True)
class Quote:
    """What one ticket pays back now."""

    ticket: BusTicket
    term: Term

    @property
    def refund_fen(self) -> int:
        return refund_fen(self.ticket.price_fen, self.term)


def quote_return(uow: Work, seats: Seats, request: Mapping[str, Any]) -> dict[str, Any]:
    """QuoteSchema: what these tickets pay back if they are given back now.

    Raises OrderNotFound, TicketNotValid, NotReturnable.
    """
    with uow.read() as tx:
        quotes = _quotes(shown(tx, mine(tx, request), seats.now), request["ticket_ids"])
    return {
        "tickets": [_quote_view(quote) for quote in quotes],
        "refund_fen": sum(quote.refund_fen for quote in quotes),
    }


def return_tickets(uow: Work, seats: Seats, till: Till, request: Mapping[str, Any]) -> dict[str, Any]:
    """OrderResultSchema: give tickets back for what was quoted; the seats are free at once, the money is on its way.

    refund_fen: as quote_return said, so that nobody gets less than they agreed to.
    Raises OrderNotFound, TicketNotValid, NotReturnable, QuoteChanged, RequestReused, RequestInFlight.
    """

    def work(tx: Tx) -> dict[str, Any]:
        order = mine(tx, request)
        lock_rides(tx, order)
        sale = steps.locked(tx, seats, order.id)
        # An inspector ticks without the order: whoever has the ticket first, has it.
        tx.store.lock_tickets(request["ticket_ids"])
        now_ = shown(tx, mine(tx, request), seats.now)
        quotes = _quotes(now_, request["ticket_ids"])
        total_fen = sum(quote.refund_fen for quote in quotes)
        if total_fen != request["refund_fen"]:
            raise QuoteChanged(refund_fen=total_fen)
        give_back(tx, Given(now_, tuple(quotes), REASON, steps.BUYER, sale.state))
        return {"order": order_view(shown(tx, mine(tx, request), seats.now))}

    answer = answer_once(uow, request["request_id"], "return_tickets", request, work)
    saga: Saga[Storage] = Saga(uow, seats, till)
    saga.push(request["order_id"])
    return answer


@dataclass(frozen=True)
class Given:
    """Tickets of one locked order that go back. reason: what the payer reads, at most 80 characters."""

    shown: Shown
    quotes: tuple[Quote, ...]
    reason: str
    actor: str
    state: State


def give_back(tx: Tx, given: Given) -> None:
    """End the tickets, free their seats, promise the money, and tell. They are locked, and their order and departures."""
    order, now = given.shown.order, tx.now()
    for quote in given.quotes:
        ended = tx.store.end_ticket(quote.ticket, TicketState.RETURNED, now, quote.refund_fen)
        assert ended, "it is locked"
        tx.store.move_seats(quote.ticket.ride.departure_id, sold=-1)
    note_coupons(tx, order)
    total_fen = sum(quote.refund_fen for quote in given.quotes)
    sale = steps.promise(tx, order.sale, total_fen, given.reason)
    left = [each for each in tx.store.tickets_of([order.id]) if each.state not in GONE]
    if not left and sale.state is State.ISSUED:
        sale = steps.take_back(tx, sale, given.actor, GIVEN_BACK)
    first = given.quotes[0].ticket
    why = given.shown.why(first).value
    after = Order(sale, order.ride, order.seats, order.flight_id, order.flight_departs_at)
    tell(tx, TICKETS_RETURNED, after, first.ride, len(given.quotes), refund_fen=total_fen, why=why)
    tx.store.note_marks([revoked(quote.ticket) for quote in given.quotes])


def lock_rides(tx: Tx, order: Order) -> None:
    """Lock every departure that a ticket of the order is for, in the order of ids that everybody keeps."""
    tickets = tx.store.tickets_of([order.id])
    for departure_id in sorted({order.ride.departure_id, *(each.ride.departure_id for each in tickets)}):
        tx.store.lock_departure(departure_id)


def _quotes(shown_: Shown, ticket_ids: Sequence[str]) -> list[Quote]:
    known = {ticket.id: ticket for ticket in shown_.tickets}
    quotes = []
    for ticket_id in dict.fromkeys(ticket_ids):
        ticket = known.get(ticket_id)
        if ticket is None:
            raise OrderNotFound
        if ticket.state not in RETURNABLE:
            raise TicketNotValid(ticket_id=ticket.id, state=ticket.state.value)
        term = return_term(ticket.ride.departs_at, shown_.local_now, shown_.why(ticket))
        if term.fee_pct is None:
            raise NotReturnable(ticket_id=ticket.id, term=term.code)
        quotes.append(Quote(ticket, term))
    return quotes


def _quote_view(quote: Quote) -> dict[str, Any]:
    term = quote.term
    return {
        "id": quote.ticket.id,
        "paid_fen": quote.ticket.price_fen,
        "fee_fen": quote.ticket.price_fen - quote.refund_fen,
        "refund_fen": quote.refund_fen,
        "term": {
            "code": term.code,
            "reason": {"zh": term.reason_zh, "en": term.reason_en},
            "fee_pct": term.fee_pct,
        },
    }

"""What bus sells, as the saga of orders sees it: seats become tickets, or the money goes back.

Order of locks: departures by id, then orders (docs/decisions/0045-seats-of-a-bus.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from kernel.ids import new_id
from kernel.outbox import Event
from kernel.saga.protocols import Delivery
from kernel.saga.states import Sale, State
from kernel.saga.steps import GONE, LATE, SWEEPER, end_hold
from services.bus.domain import BookedRide, BusTicket, Order, Seat
from services.bus.domain.boarding import fresh_ticket_id, short_code
from services.bus.domain.coupons import DELIVERED_WITHIN
from services.bus.events import BUS_CANCELLED, ORDER_REFUNDED, SCHEMA_VERSION, TICKETS_ISSUED
from services.bus.settings import BusSettings
from services.bus.ticketing import Ticket, TicketSigner
from services.bus.usecases.shared import Tx
from services.bus.usecases.views import booked_view

_WHY = {GONE: "sold_out", LATE: "late"}


@dataclass(frozen=True)
class Issuing:
    """Tickets being made for one departure. now: the database's time. taken: short codes; each new one is added."""

    now: datetime
    taken: set[str]


@dataclass(frozen=True)
class Seats:
    """The goods of bus. now: the airport's time."""

    settings: BusSettings
    signer: TicketSigner
    now: datetime

    @property
    def gone_reason(self) -> str:
        return "付款到账时座位已售完，全额退款"

    def lock(self, tx: Tx, order_id: str) -> None:
        departure_id = tx.store.departure_of(order_id)
        if departure_id is not None:
            tx.store.lock_departure(departure_id)

    def free(self, tx: Tx, sale: Sale) -> None:
        order = _order(tx, sale)
        tx.store.move_seats(order.ride.departure_id, held=-len(order.seats))
        note_coupons(tx, order)

    def deliver(self, tx: Tx, sale: Sale, *, held: bool) -> Delivery:
        """Sell the seats and sign their tickets. A bus that was cancelled or has left delivers nothing, nor does an order
        whose coupons may be somebody's again."""
        order = _order(tx, sale)
        departure_id, seats = order.ride.departure_id, len(order.seats)
        note_coupons(tx, order)
        if held:
            tx.store.move_seats(departure_id, held=-seats)
        # A hold that lasted is served even at the last minute; seats are not got again for a bus that has left.
        left = not held and order.ride.departs_at <= self.now
        if left or _coupons_may_be_free(tx, order, held=held) or not tx.store.sell(departure_id, seats):
            return Delivery.GONE
        issuing = self.issuing(tx, departure_id)
        tickets = [
            self.ticket(order.id, n, seat, order.ride, issuing) for n, seat in enumerate(order.seats, 1)
        ]
        tx.store.add_tickets(tickets)
        return Delivery.DONE

    def tell(self, tx: Tx, sale: Sale, why: str) -> None:
        order = replace(_order(tx, sale), sale=sale)
        if sale.state is State.ISSUED:
            tell(tx, TICKETS_ISSUED, order, order.ride)
        elif why in _WHY:
            tell(tx, ORDER_REFUNDED, order, order.ride, refund_fen=sale.amount_fen, why=_WHY[why])

    def issuing(self, tx: Tx, departure_id: str) -> Issuing:
        """What new tickets of a locked departure must differ from."""
        return Issuing(tx.now(), {short_code(each.id) for each in tx.store.tickets_on(departure_id)})

    def ticket(self, order_id: str, number: int, seat: Seat, ride: BookedRide, issuing: Issuing) -> BusTicket:
        """A new ticket of this ride, signed."""
        ticket_id = fresh_ticket_id(issuing.taken, new_id)
        issuing.taken.add(short_code(ticket_id))
        return BusTicket(
            id=ticket_id,
            order_id=order_id,
            number=number,
            rider=seat.rider,
            price_fen=seat.price_fen,
            discount_fen=seat.discount_fen,
            ride=ride,
            code=self.code(ticket_id, seat, ride),
            issued_at=issuing.now,
        )

    def code(self, ticket_id: str, seat: Seat, ride: BookedRide) -> str:
        """The text that proves the ticket without a network."""
        return self.signer.sign(
            Ticket(ticket_id, ride.departure_id, ride.from_stop, ride.to_stop, seat.rider, ride.departs_at)
        )

    def any_over_hold(self, tx: Tx, departure_id: str) -> bool:
        """Whether `end_over_holds` would end any now; asked without a lock."""
        now = tx.now()
        return bool(tx.store.seemingly_over(departure_id, now, now - self.settings.unheard))

    def end_over_holds(self, tx: Tx, departure_id: str) -> int:
        """End the holds of a locked departure that are over; returns how many seats came free.

        A hold that is being paid for is over only when its payment wasn't heard of for long after its end: money
        that was paid in time may still be on its way to us.
        """
        now, freed = tx.now(), 0
        for sale, seats in tx.store.over_holds(departure_id, now, now - self.settings.unheard):
            end_hold(tx, self, sale, State.LAPSED, SWEEPER, "nobody paid in time")
            freed += seats
        return freed


def tell(tx: Tx, name: str, order: Order, ride: BookedRide, seats: int = 0, **more: object) -> None:
    """Publish an event about an order as it is now. seats: how many it is about; 0: all."""
    data = {
        "order_id": order.id,
        "passenger_id": order.sale.buyer_id,
        "ride": booked_view(ride, cancelled=name == BUS_CANCELLED),
        "seats": seats or len(order.seats),
    }
    tx.outbox.add(Event(name, order.id, order.sale.version, data | more, SCHEMA_VERSION))


def note_coupons(tx: Tx, order: Order) -> None:
    """There is something to tell shop of a locked order's coupons; once this is committed, it is told."""
    if order.discount_fen:
        tx.store.note_errand(order.id, tx.now())


def _coupons_may_be_free(tx: Tx, order: Order, *, held: bool) -> bool:
    """An order's coupons are released when its hold ends; while it lasts they are locked for it."""
    over = not held or tx.now() >= order.sale.expires_at + DELIVERED_WITHIN
    return order.discount_fen > 0 and over


def _order(tx: Tx, sale: Sale) -> Order:
    order = tx.store.order(sale.id)
    assert order is not None, "an order that is locked is there"
    return order

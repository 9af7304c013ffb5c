"""FRONT DOOR: errors that callers of bus may see.

ServiceError
├── NotFound
│   ├── NoTimetable           bus.no_timetable          no feed was imported yet
│   ├── StopNotFound          bus.stop_not_found        data.stop_id
│   ├── DepartureNotFound     bus.departure_not_found   no such trip, or it doesn't run on that day
│   ├── OrderNotFound         bus.order_not_found       also when it is another traveller's
│   └── TicketNotFound        bus.ticket_not_found      staff named a ticket that there isn't
├── Conflict
│   ├── SoldOut               bus.sold_out              data.free: seats that are left, fewer than wanted
│   ├── SalesClosed           bus.sales_closed          the bus leaves the stop within minutes, has left or is cancelled
│   ├── TooManyHolds          bus.too_many_holds        data.most: unpaid orders that one traveller may have
│   ├── CouponsAway           bus.coupons_away          the chosen coupons can't be set aside now; without them it is sold
│   ├── HoldOver              bus.hold_over             the seats aren't kept any more, and can't be paid for
│   ├── NotReturnable         bus.not_returnable        the terms don't allow it any more: data.ticket_id, data.term
│   ├── QuoteChanged          bus.quote_changed         data.refund_fen: what would be paid back now
│   ├── TicketNotValid        bus.ticket_not_valid      returned, changed or used before: data.ticket_id, data.state
│   ├── NotChangeable         bus.not_changeable        not valid any more, or tickets of different rides
│   ├── ChangedBefore         bus.changed_before        by one's own wish a ticket is changed once
│   ├── ChangeTooLate         bus.change_too_late       the bus has left, or the other one leaves too late for a roll
│   ├── OtherFare             bus.other_fare            by one's own wish only to a ride of the same fare
│   ├── SameDeparture         bus.same_departure        it is the bus that they are for already
│   ├── TicketNotBoarded      bus.ticket_not_boarded    there is no tick to take back
│   ├── DepartureCancelled    bus.departure_cancelled   cancelled before
│   └── DepartureOver         bus.departure_over        long gone, or nobody can be moved to it any more
└── Invalid
    ├── BadRequest            bus.bad_request           data.fields
    ├── BadSearch             bus.bad_search            data.field, data.reason
    └── NotServed             bus.not_served            this bus takes nobody from this stop to that one
"""

from __future__ import annotations

from kernel.errors import Conflict, Invalid, NotFound


class NoTimetable(NotFound):
    code = "bus.no_timetable"


class StopNotFound(NotFound):
    code = "bus.stop_not_found"


class DepartureNotFound(NotFound):
    code = "bus.departure_not_found"


class OrderNotFound(NotFound):
    code = "bus.order_not_found"


class SoldOut(Conflict):
    code = "bus.sold_out"


class SalesClosed(Conflict):
    code = "bus.sales_closed"


class TooManyHolds(Conflict):
    code = "bus.too_many_holds"


class CouponsAway(Conflict):
    code = "bus.coupons_away"


class HoldOver(Conflict):
    code = "bus.hold_over"


class NotReturnable(Conflict):
    code = "bus.not_returnable"


class QuoteChanged(Conflict):
    code = "bus.quote_changed"


class TicketNotValid(Conflict):
    code = "bus.ticket_not_valid"


class TicketNotFound(NotFound):
    code = "bus.ticket_not_found"


class NotChangeable(Conflict):
    code = "bus.not_changeable"


class ChangedBefore(Conflict):
    code = "bus.changed_before"


class ChangeTooLate(Conflict):
    code = "bus.change_too_late"


class OtherFare(Conflict):
    code = "bus.other_fare"


class SameDeparture(Conflict):
    code = "bus.same_departure"


class TicketNotBoarded(Conflict):
    code = "bus.ticket_not_boarded"


class DepartureCancelled(Conflict):
    code = "bus.departure_cancelled"


class DepartureOver(Conflict):
    code = "bus.departure_over"


class BadRequest(Invalid):
    code = "bus.bad_request"


class BadSearch(Invalid):
    code = "bus.bad_search"


class NotServed(Invalid):
    code = "bus.not_served"

"""Entrypoints of bus: validate, call the use case. Results are JSON-ready as schemas says."""

from __future__ import annotations

from typing import Any, ClassVar

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel import clock
from kernel.config import load
from kernel.saga.states import RefundState
from kernel.wire import OutboxRelay, Replies, Storage, handle_event, rpc, timer
from services.airport import Airport
from services.bus import schemas, usecases
from services.bus.settings import BusSettings, TicketKeys
from services.bus.store import BusStore
from services.bus.ticketing import TicketSigner
from services.payments.till import PaymentsTill


class Timetables(DependencyProvider):
    """The timetable that holds, shared by all calls of this process."""

    timetables: usecases.Timetables

    def setup(self) -> None:
        self.timetables = usecases.Timetables()

    def get_dependency(self, worker_ctx: WorkerContext) -> usecases.Timetables:
        return self.timetables


class Signer(DependencyProvider):
    """Signs tickets; its key is read when the service starts."""

    signer: TicketSigner

    def setup(self) -> None:
        keys = load(TicketKeys)
        self.signer = TicketSigner(keys.key_id, keys.seed_bytes())

    def get_dependency(self, worker_ctx: WorkerContext) -> TicketSigner:
        return self.signer


class BusService:
    """Which bus goes when, and who has a seat on it."""

    name = "bus"
    replies = Replies()
    storage = Storage(BusStore)
    relay = OutboxRelay()
    timetables = Timetables()
    signer = Signer()
    here: ClassVar[usecases.Here] = usecases.Here(load(Airport).iata, load(BusSettings))

    @rpc(arguments=schemas.NoArgumentsSchema())
    def list_lines(self, request: dict[str, Any]) -> dict[str, Any]:
        """LinesSchema. Errors: bus.no_timetable."""
        return usecases.list_lines(self.storage, self.timetables)

    @rpc(arguments=schemas.ListStopsSchema())
    def list_stops(self, request: dict[str, Any]) -> dict[str, Any]:
        """StopsSchema. Errors: bus.no_timetable, .bad_search."""
        return usecases.list_stops(self.storage, self.timetables, request)

    @rpc(arguments=schemas.SearchSchema())
    def search_departures(self, request: dict[str, Any]) -> dict[str, Any]:
        """DeparturesSchema. Errors: bus.no_timetable, .stop_not_found, .bad_search."""
        return usecases.search_departures(self.storage, self.timetables, self.here, request, clock.now())

    @rpc(arguments=schemas.RideKeySchema())
    def get_departure(self, request: dict[str, Any]) -> dict[str, Any]:
        """DepartureSchema. Errors: bus.no_timetable, .departure_not_found, .stop_not_found, .not_served."""
        return usecases.get_departure(self.storage, self.timetables, self.here, request, clock.now())

    @rpc(arguments=schemas.HoldSeatsSchema())
    def hold_seats(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: those of get_departure, bus.sales_closed, .sold_out, .too_many_holds."""
        counter = usecases.Counter(self.here, self._seats())
        return usecases.hold_seats(self.storage, self.timetables, counter, request)

    @rpc(arguments=schemas.ReleaseSeatsSchema())
    def release_seats(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: bus.order_not_found; those of payments.close_intent while it is being paid for."""
        return usecases.release_seats(self.storage, self._seats(), self._till(), request)

    @rpc(arguments=schemas.PayOrderSchema())
    def pay_order(self, request: dict[str, Any]) -> dict[str, Any]:
        """PayResultSchema. Errors: bus.order_not_found, .hold_over; those of payments.create_intent."""
        return usecases.pay_order(self.storage, self._seats(), self._till(), request)

    @rpc(arguments=schemas.OrderIdSchema())
    def get_order(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: bus.order_not_found."""
        return usecases.get_order(self.storage, request, clock.now())

    @rpc(arguments=schemas.ListOrdersSchema())
    def list_orders(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrdersSchema. Errors: bus.order_not_found for a cursor that isn't the traveller's."""
        return usecases.list_orders(self.storage, request, clock.now())

    @rpc(arguments=schemas.QuoteReturnSchema())
    def quote_return(self, request: dict[str, Any]) -> dict[str, Any]:
        """QuoteSchema. Errors: bus.order_not_found, .ticket_not_valid, .not_returnable."""
        return usecases.quote_return(self.storage, self._seats(), request)

    @rpc(arguments=schemas.ReturnTicketsSchema())
    def return_tickets(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: those of quote_return, bus.quote_changed."""
        return usecases.return_tickets(self.storage, self._seats(), self._till(), request)

    @handle_event("payments", "payment_succeeded")
    def on_payment_succeeded(self, event: dict[str, Any]) -> None:
        """Tickets, or the money back."""
        usecases.on_payment_succeeded(self.storage, self._seats(), self._till(), event)

    @handle_event("payments", "payment_closed")
    def on_payment_closed(self, event: dict[str, Any]) -> None:
        """Nobody can pay it any more."""
        usecases.on_payment_closed(self.storage, self._seats(), event)

    @handle_event("payments", "payment_late")
    def on_payment_late(self, event: dict[str, Any]) -> None:
        """Paid after its end: payments gives it back."""
        usecases.on_payment_late(self.storage, self._seats(), event)

    @handle_event("payments", "refund_done")
    def on_refund_done(self, event: dict[str, Any]) -> None:
        """The money is back."""
        usecases.on_refund(self.storage, event, RefundState.DONE)

    @handle_event("payments", "refund_abnormal")
    def on_refund_abnormal(self, event: dict[str, Any]) -> None:
        """It can't go back by itself: payments' staff see to it."""
        usecases.on_refund(self.storage, event, RefundState.ABNORMAL)

    @handle_event("payments", "refund_closed")
    def on_refund_closed(self, event: dict[str, Any]) -> None:
        """It was given up, and is asked for anew."""
        usecases.on_refund(self.storage, event, RefundState.CLOSED)

    @timer(every_s=10, lease="bus.orders")
    def look_after_orders(self) -> None:
        """Resume what is stuck and free what is over, whatever the number of copies."""
        usecases.look_after_orders(self.storage, self._seats(), self._till())

    @rpc(arguments=schemas.PassengerIdSchema())
    def export_passenger(self, request: dict[str, Any]) -> dict[str, Any]:
        """ExportSchema: everything that is held about a traveller."""
        return usecases.export_passenger(self.storage, request["passenger_id"], clock.now())

    @handle_event("passengers", "passengers_merged")
    def on_passengers_merged(self, event: dict[str, Any]) -> None:
        """Give one traveller's orders to another."""
        usecases.note_merge(self.storage, event)

    @handle_event("passengers", "erasure_requested")
    def on_erasure_requested(self, event: dict[str, Any]) -> None:
        """Cut a traveller off from their orders."""
        usecases.erase(self.storage, event)

    @timer(every_s=3600, lease="bus.purge")
    def purge(self) -> None:
        """Forget what was sold long ago, once an hour whatever the number of copies."""
        usecases.purge(self.storage, self.here.settings.keep)

    def _seats(self) -> usecases.Seats:
        return usecases.Seats(self.here.settings, self.signer, clock.now())

    def _till(self) -> PaymentsTill:
        return PaymentsTill(self.replies, self.name)

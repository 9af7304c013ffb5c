"""Entrypoints of bus: validate, call the use case. Results are JSON-ready as schemas says."""

from __future__ import annotations

from typing import Any, ClassVar

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel import clock
from kernel.config import load
from kernel.saga.states import RefundState
from kernel.wire import Glance, OutboxRelay, Replies, Storage, handle_event, rpc, timer
from services.airport import Airport
from services.bus import schemas, usecases
from services.bus.clients import MallCoupons
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


class TicketReaderKeys(DependencyProvider):
    """The public keys that tickets are read with: that of the signer, and those that it had before."""

    gate: usecases.Gate

    def setup(self) -> None:
        keys = load(TicketKeys)
        signer = TicketSigner(keys.key_id, keys.seed_bytes())
        self.gate = usecases.Gate({**keys.older_keys(), signer.key_id: signer.public_key})

    def get_dependency(self, worker_ctx: WorkerContext) -> usecases.Gate:
        return self.gate


class BusService:
    """Which bus goes when, and who has a seat on it."""

    name = "bus"
    replies = Replies()
    storage = Storage(BusStore)
    relay = OutboxRelay()
    timetables = Timetables()
    signer = Signer()
    bound = Glance(BusStore, usecases.concerns, BusStore.bound_among)
    gate = TicketReaderKeys()
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
        """OrderResultSchema. Errors: those of get_departure, bus.sales_closed, .sold_out, .too_many_holds; with coupons
        bus.coupons_away and shop.coupon_not_usable."""
        counter = self._counter()
        if request["coupon_ids"]:
            mall = MallCoupons(self.replies)
            return usecases.hold_with_coupons(self.storage, self.timetables, counter, mall, request)
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

    @rpc(arguments=schemas.ListChangesSchema())
    def list_changes(self, request: dict[str, Any]) -> dict[str, Any]:
        """ChangesSchema. Errors: bus.order_not_found, .not_changeable, .changed_before, .change_too_late, .no_timetable."""
        return usecases.list_changes(self.storage, self.timetables, self._counter(), request)

    @rpc(arguments=schemas.ChangeTicketsSchema())
    def change_tickets(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: those of list_changes, bus.departure_not_found, .not_served, .same_departure,
        .other_fare, .sales_closed, .sold_out."""
        counter = self._counter()
        return usecases.change_tickets(self.storage, self.timetables, counter, self._till(), request)

    @rpc(arguments=schemas.NoArgumentsSchema())
    def ticket_keys(self, request: dict[str, Any]) -> dict[str, Any]:
        """TicketKeysSchema."""
        return usecases.ticket_keys(self.gate)

    @rpc(arguments=schemas.ListDaySchema())
    def list_day(self, request: dict[str, Any]) -> dict[str, Any]:
        """DaySchema. Errors: bus.no_timetable."""
        return usecases.list_day(self.storage, self.timetables, self.here, request)

    @rpc(arguments=schemas.DepartureIdSchema())
    def get_manifest(self, request: dict[str, Any]) -> dict[str, Any]:
        """ManifestSchema. Errors: bus.no_timetable, .departure_not_found."""
        return usecases.get_manifest(self.storage, self.timetables, self.here, request)

    @rpc(arguments=schemas.ListRevocationsSchema())
    def list_revocations(self, request: dict[str, Any]) -> dict[str, Any]:
        """RevocationsSchema."""
        return usecases.list_revocations(self.storage, request, clock.now())

    @rpc(arguments=schemas.BoardTicketsSchema())
    def board_tickets(self, request: dict[str, Any]) -> dict[str, Any]:
        """BoardedSchema. Errors: bus.no_timetable, .departure_not_found, request.reused, .in_flight."""
        return usecases.board_tickets(self.storage, self.timetables, self.here, self.gate, request)

    @rpc(arguments=schemas.UnboardTicketSchema())
    def unboard_ticket(self, request: dict[str, Any]) -> dict[str, Any]:
        """UnboardedSchema. Errors: bus.ticket_not_found, .ticket_not_boarded, request.reused, .in_flight."""
        return usecases.unboard_ticket(self.storage, request)

    @rpc(arguments=schemas.ListCopiesSchema())
    def list_copies(self, request: dict[str, Any]) -> dict[str, Any]:
        """CopiesSchema."""
        return usecases.list_copies(self.storage, request)

    @rpc(arguments=schemas.PreviewCancellationSchema())
    def preview_cancellation(self, request: dict[str, Any]) -> dict[str, Any]:
        """CancellationPreviewSchema. Errors: those of cancel_departure, but for seats."""
        return usecases.preview_cancellation(self.storage, self.timetables, self._counter(), request)

    @rpc(arguments=schemas.CancelDepartureSchema())
    def cancel_departure(self, request: dict[str, Any]) -> dict[str, Any]:
        """CancelledSchema. Errors: bus.no_timetable, .departure_not_found, .departure_cancelled, .departure_over,
        .same_departure, .not_served, .sold_out, .sales_closed."""
        return usecases.cancel_departure(self.storage, self.timetables, self._counter(), request)

    @handle_event("flights", "flight_changed", glance="bound")
    def on_flight_changed(self, event: dict[str, Any]) -> None:
        """Offer another bus to those whose flight is late."""
        flight = event["data"]["flight"]
        usecases.hear_flight(self.storage, self.timetables, self.here, flight, clock.now())

    @timer(every_s=30, lease="bus.reminders")
    def remind_of_departures(self) -> None:
        """Tell those whose bus leaves within the hour."""
        usecases.remind_of_departures(self.storage, self.here, clock.now())

    @timer(every_s=3600, lease="bus.forget")
    def forget_after(self) -> None:
        """Forget scans, marks and audit rows that are old."""
        usecases.forget_after(self.storage, self.here, clock.now())

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

    @timer(every_s=10, lease="bus.coupons")
    def look_after_coupons(self) -> None:
        """Tell shop what became of orders with coupons, until it was told."""
        usecases.look_after_coupons(self.storage, MallCoupons(self.replies))

    def _counter(self) -> usecases.Counter:
        return usecases.Counter(self.here, self._seats())

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

"""Entrypoints of bus: validate, call the use case. Results are JSON-ready as schemas says."""

from __future__ import annotations

from typing import Any, ClassVar

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel import clock
from kernel.config import load
from kernel.wire import OutboxRelay, Replies, Storage, rpc, timer
from services.airport import Airport
from services.bus import schemas, usecases
from services.bus.settings import BusSettings
from services.bus.store import BusStore


class Timetables(DependencyProvider):
    """The timetable that holds, shared by all calls of this process."""

    timetables: usecases.Timetables

    def setup(self) -> None:
        self.timetables = usecases.Timetables()

    def get_dependency(self, worker_ctx: WorkerContext) -> usecases.Timetables:
        return self.timetables


class BusService:
    """Which bus goes when, and who has a seat on it."""

    name = "bus"
    replies = Replies()
    storage = Storage(BusStore)
    relay = OutboxRelay()
    timetables = Timetables()
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
        """OrderResultSchema. Errors: those of get_departure, bus.sales_closed, .sold_out."""
        return usecases.hold_seats(self.storage, self.timetables, self.here, request, clock.now())

    @rpc(arguments=schemas.ReleaseSeatsSchema())
    def release_seats(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: bus.order_not_found."""
        return usecases.release_seats(self.storage, request)

    @rpc(arguments=schemas.OrderIdSchema())
    def get_order(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: bus.order_not_found."""
        return usecases.get_order(self.storage, request)

    @timer(every_s=10, lease="bus.release")
    def release_lapsed_holds(self) -> None:
        """Free the seats of holds that are over, whatever the number of copies."""
        usecases.release_lapsed_holds(self.storage)

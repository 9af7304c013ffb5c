"""Entrypoints of flights: validate, call the use case. Results are JSON-ready: hot reads send stored bytes."""

from __future__ import annotations

from typing import Any

from kernel import clock
from kernel.config import load
from kernel.wire import OutboxRelay, Replies, Storage, rpc, timer
from services.airport import Airport
from services.flights import schemas, usecases
from services.flights.settings import FlightsSettings
from services.flights.store import FlightStore


class FlightsService:
    """The airport's legs: what is reported becomes one truth, and everybody may look it up."""

    name = "flights"
    replies = Replies()
    storage = Storage(FlightStore)
    relay = OutboxRelay(together=100)
    view = usecases.viewpoint(load(Airport))
    settings = load(FlightsSettings)

    @rpc(arguments=schemas.ReportUpdatesSchema())
    def report_updates(self, request: dict[str, Any]) -> dict[str, Any]:
        """ReportResultSchema. Errors: flights.batch_too_large, request.reused, request.in_flight."""
        return usecases.report_updates(self.storage, self.view, request, clock.now())

    @rpc(arguments=schemas.FlightIdSchema())
    def get_flight(self, request: dict[str, Any]) -> Any:
        """FlightSchema. Errors: flights.not_found."""
        return usecases.get_flight(self.storage, request["flight_id"])

    @rpc(arguments=schemas.FlightIdSchema())
    def get_history(self, request: dict[str, Any]) -> dict[str, Any]:
        """HistorySchema. Errors: flights.not_found."""
        return usecases.get_history(self.storage, request["flight_id"])

    @rpc(arguments=schemas.SearchSchema())
    def search_flights(self, request: dict[str, Any]) -> dict[str, Any]:
        """FlightPageSchema. Errors: flights.bad_search."""
        return usecases.search_flights(self.storage, self.view, request, clock.now())

    @rpc(arguments=schemas.WindowSchema())
    def list_window(self, request: dict[str, Any]) -> dict[str, Any]:
        """FlightPageSchema. Errors: flights.bad_request, flights.bad_search."""
        return usecases.list_window(self.storage, request)

    @rpc(arguments=schemas.DigestArgumentsSchema())
    def window_digest(self, request: dict[str, Any]) -> dict[str, Any]:
        """DigestSchema. Errors: flights.bad_request."""
        return usecases.window_digest(self.storage, request)

    @rpc(arguments=schemas.ListRefusalsSchema())
    def list_refusals(self, request: dict[str, Any]) -> dict[str, Any]:
        """RefusalPageSchema. Errors: flights.bad_search."""
        return usecases.list_refusals(self.storage, request)

    @timer(every_s=3600, lease="flights.purge")
    def purge_old(self) -> None:
        """Forget old flights and refusals, once an hour whatever the number of copies."""
        keep = self.settings
        usecases.purge_old(self.storage, clock.now(), keep.keep_days, keep.keep_refusals_days)

"""Entrypoints of checkin: validate, call the use case. Results are JSON-ready as schemas says."""

from __future__ import annotations

from typing import Any

import eventlet
from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel import clock
from kernel.config import load
from kernel.errors import ServiceError
from kernel.wire import Glance, OutboxRelay, Replies, Storage, handle_event, rpc, timer
from services.airport import Airport
from services.checkin import schemas, usecases
from services.checkin.settings import CheckinSettings
from services.checkin.store import CheckinStore
from services.checkin.turns import OF_ALL
from services.checkin.vault import Vault


class Here(DependencyProvider):
    """What use cases know of where they are; keys are read when the service starts, not when this is imported."""

    place: usecases.Place

    def setup(self) -> None:
        self.place = usecases.Place(load(Airport).zoneinfo, load(CheckinSettings), Vault.from_environment())

    def get_dependency(self, worker_ctx: WorkerContext) -> usecases.Place:
        return self.place


class CheckinService:
    """Who is on which flight, where they sit, who holds a pass, and who went through the gate."""

    name = "checkin"
    waiting_places = OF_ALL
    replies = Replies()
    storage = Storage(CheckinStore)
    relay = OutboxRelay()
    place = Here()
    listed = Glance(CheckinStore, usecases.concerns, CheckinStore.listed_among)

    @rpc(arguments=schemas.NoArgumentsSchema())
    def get_sealing_key(self, request: dict[str, Any]) -> dict[str, Any]:
        """SealingKeySchema."""
        return {"key": self.place.vault.sealing_key()}

    # --- airlines

    @rpc(arguments=schemas.ApplyListSchema())
    def apply_list(self, request: dict[str, Any]) -> dict[str, Any]:
        """ListReportSchema. Errors: checkin.flight_not_found, .not_your_flight, .bad_seal."""
        return usecases.apply_list(self.storage, self.replies, self.place, request, clock.now())

    @rpc(arguments=schemas.ApplyChangesSchema())
    def apply_changes(self, request: dict[str, Any]) -> dict[str, Any]:
        """ListReportSchema. Errors: those of apply_list, checkin.list_gap."""
        return usecases.apply_changes(self.storage, self.replies, self.place, request, clock.now())

    @rpc(arguments=schemas.ApplyTeletypeSchema())
    def apply_teletype(self, request: dict[str, Any]) -> dict[str, Any]:
        """TeletypeReportSchema. Errors: those of apply_list, checkin.too_many_parts."""
        return usecases.apply_teletype(self.storage, self.replies, self.place, request, clock.now())

    @rpc(arguments=schemas.ApplyConfigurationSchema())
    def apply_configuration(self, request: dict[str, Any]) -> dict[str, Any]:
        """ConfigurationReportSchema. Errors: checkin.flight_not_found, .not_your_flight."""
        return usecases.apply_configuration(self.storage, self.replies, self.place, request)

    # --- travellers

    @rpc(arguments=schemas.FindBookingSchema())
    def find_booking(self, request: dict[str, Any]) -> dict[str, Any]:
        """FoundSchema. Errors: checkin.booking_not_found, .too_many_guesses, .bad_seal.

        Whatever comes of it takes the same time: how long a search took says nothing about what there is.
        """
        started = clock.monotonic()
        try:
            return usecases.find_booking(self.storage, self.place, request, clock.now())
        except ServiceError:
            self._even(started)
            raise

    @rpc(arguments=schemas.SendCodeSchema())
    def send_code(self, request: dict[str, Any]) -> dict[str, Any]:
        """CodeSentSchema. Errors: checkin.no_code, .too_many_guesses, those of notify.send_code."""
        return usecases.send_code(self.storage, self.replies, self.place, request)

    @rpc(arguments=schemas.ConfirmCodeSchema())
    def confirm_code(self, request: dict[str, Any]) -> dict[str, Any]:
        """ConfirmedSchema. Errors: checkin.code_refused, .too_many_guesses."""
        started = clock.monotonic()
        try:
            return usecases.confirm_code(self.storage, self.place, request)
        except ServiceError:
            self._even(started)
            raise

    @rpc(arguments=schemas.PassengerIdSchema())
    def list_my_trips(self, request: dict[str, Any]) -> dict[str, Any]:
        """TripsSchema."""
        return usecases.list_my_trips(self.storage, self.place, request["passenger_id"], clock.now())

    @rpc(arguments=schemas.AskSchema())
    def get_party(self, request: dict[str, Any]) -> dict[str, Any]:
        """PartySchema. Errors: checkin.access_needed."""
        return usecases.get_party(self.storage, self.place, request, clock.now())

    @rpc(arguments=schemas.AskSchema())
    def seat_map(self, request: dict[str, Any]) -> dict[str, Any]:
        """SeatMapSchema. Errors: checkin.access_needed, .no_seat_map."""
        return usecases.seat_map(self.storage, self.place, request)

    @rpc(arguments=schemas.ChooseSeatsSchema())
    def choose_seats(self, request: dict[str, Any]) -> dict[str, Any]:
        """PartySchema. Errors: checkin.access_needed, .not_open, .seat_taken, .seat_refused, .party_refused."""
        return usecases.choose_seats(self.storage, self.place, request, clock.now())

    @rpc(arguments=schemas.CheckInSchema())
    def check_in(self, request: dict[str, Any]) -> dict[str, Any]:
        """PartySchema. Errors: those of choose_seats, checkin.declaration_needed, .details_needed, .no_seats."""
        return usecases.check_in(self.storage, self.place, request, clock.now())

    @rpc(arguments=schemas.CancelCheckInSchema())
    def cancel_check_in(self, request: dict[str, Any]) -> dict[str, Any]:
        """PartySchema. Errors: checkin.access_needed, .not_open, .wrong_standing."""
        return usecases.cancel_check_in(self.storage, self.place, request, clock.now())

    @rpc(arguments=schemas.GetPassSchema())
    def get_pass(self, request: dict[str, Any]) -> dict[str, Any]:
        """PassSchema. Errors: checkin.access_needed, .traveller_not_found, .no_pass."""
        return usecases.get_pass(self.storage, self.place, request)

    @rpc(arguments=schemas.PassengerIdSchema())
    def export_passenger(self, request: dict[str, Any]) -> dict[str, Any]:
        """ExportSchema."""
        return usecases.export_passenger(self.storage, self.place, request["passenger_id"])

    # --- gates

    @rpc(arguments=schemas.BoardScanSchema())
    def board_scan(self, request: dict[str, Any]) -> dict[str, Any]:
        """ScanSchema. Errors: checkin.flight_not_found, .not_your_flight."""
        return usecases.board_scan(self.storage, self.place, request, clock.now())

    @rpc(arguments=schemas.SyncScansSchema())
    def sync_scans(self, request: dict[str, Any]) -> dict[str, Any]:
        """SyncedScansSchema. Errors: checkin.flight_not_found, .not_your_flight."""
        return usecases.sync_scans(self.storage, self.place, request)

    @rpc(arguments=schemas.UndoBoardingSchema())
    def undo_boarding(self, request: dict[str, Any]) -> dict[str, Any]:
        """UndoneSchema. Errors: checkin.flight_not_found, .not_your_flight, .traveller_not_found, .wrong_standing."""
        return usecases.undo_boarding(self.storage, self.place, request)

    @rpc(arguments=schemas.GateFlightSchema())
    def boarding_counts(self, request: dict[str, Any]) -> dict[str, Any]:
        """GateCountsSchema. Errors: checkin.flight_not_found, .not_your_flight."""
        return usecases.boarding_counts(self.storage, self.place, request)

    @rpc(arguments=schemas.GetBoardingListSchema())
    def get_boarding_list(self, request: dict[str, Any]) -> dict[str, Any]:
        """BoardingListSchema. Errors: checkin.flight_not_found, .not_your_flight."""
        return usecases.get_boarding_list(self.storage, self.place, request)

    # --- staff

    @rpc(arguments=schemas.ListFlightsSchema())
    def list_flights(self, request: dict[str, Any]) -> dict[str, Any]:
        """DeskFlightsSchema."""
        return usecases.list_flights(self.storage, self.place, request, clock.now())

    @rpc(arguments=schemas.DeskFlightIdSchema())
    def list_flight(self, request: dict[str, Any]) -> dict[str, Any]:
        """DeskListSchema. Errors: checkin.flight_not_found."""
        return usecases.list_flight(self.storage, self.place, request["flight_id"], clock.now())

    @rpc(arguments=schemas.ActSchema())
    def act(self, request: dict[str, Any]) -> dict[str, Any]:
        """ActedSchema. Errors: checkin.traveller_not_found, .not_open, .wrong_standing, .seat_taken, .seat_refused, .no_seats."""
        return usecases.act(self.storage, self.place, request, clock.now())

    @rpc(arguments=schemas.DeskTravellerIdSchema())
    def list_traces(self, request: dict[str, Any]) -> dict[str, Any]:
        """TracesSchema. Errors: checkin.traveller_not_found."""
        return usecases.list_traces(self.storage, request)

    # --- what others say

    @handle_event("flights", "flight_changed", glance="listed")
    def on_flight_changed(self, event: dict[str, Any]) -> None:
        """Keep the flight; its version says whether this was heard before."""
        usecases.hear(self.storage, self.place, event["data"]["flight"])

    @handle_event("passengers", "passengers_merged")
    def on_passengers_merged(self, event: dict[str, Any]) -> None:
        """Give one account's bookings to another."""
        usecases.note_merge(self.storage, event["id"], event["data"]["from"], event["data"]["into"])

    @handle_event("passengers", "erasure_requested")
    def on_erasure_requested(self, event: dict[str, Any]) -> None:
        """Forget an account."""
        usecases.erase(self.storage, event["id"], event["data"])

    @timer(every_s=3600, lease="checkin.purge")
    def purge(self) -> None:
        """Forget old flights, once an hour whatever the number of copies."""
        usecases.purge(self.storage, self.place, clock.now())

    def _even(self, started: float) -> None:
        """Wait until a search that found nothing has taken as long as every other."""
        left = self.place.settings.answer_ms / 1000 - (clock.monotonic() - started)
        if left > 0:
            eventlet.sleep(left)

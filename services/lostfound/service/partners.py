"""Entrypoints for airlines: what they found on board, and who misses something on their flights."""

from __future__ import annotations

from typing import Any

from kernel.schemas import NoArgumentsSchema
from kernel.wire import rpc
from services.lostfound.schemas import partners as schemas
from services.lostfound.service.place import Rooms
from services.lostfound.usecases import partners


class PartnerEntrypoints(Rooms):
    """Each acts for the airlines that the door says the caller speaks for."""

    @rpc(arguments=schemas.RegisterFoundSchema())
    def register_found(self, request: dict[str, Any]) -> dict[str, Any]:
        """FoundReportSchema. Errors: lostfound.bad_seal."""
        return partners.register_found(self.storage, self.place, request)

    @rpc(arguments=schemas.ListFoundSchema())
    def list_found(self, request: dict[str, Any]) -> dict[str, Any]:
        """FoundPageSchema."""
        return partners.list_found(self.storage, request)

    @rpc(arguments=schemas.GetFoundSchema())
    def get_found(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneFoundSchema. Errors: lostfound.item_not_found."""
        return partners.get_found(self.storage, self.place, request)

    @rpc(arguments=schemas.HandToDeskSchema())
    def hand_to_desk(self, request: dict[str, Any]) -> dict[str, Any]:
        """HandedToDeskSchema. Errors: lostfound.item_not_found, .not_here, .desk_not_found, .wrong_state, .item_missing,
        .not_counted."""
        return partners.hand_to_desk(self.storage, self.place, request)

    @rpc(arguments=schemas.ListFlightClaimsSchema())
    def list_flight_claims(self, request: dict[str, Any]) -> dict[str, Any]:
        """FlightClaimsSchema."""
        return partners.list_flight_claims(self.storage, request)

    @rpc(arguments=NoArgumentsSchema())
    def list_codes(self, request: dict[str, Any]) -> dict[str, Any]:
        """PartnerWordsSchema."""
        return partners.list_codes(self.storage)

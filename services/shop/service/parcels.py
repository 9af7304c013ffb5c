"""Entrypoints of shops' staff about parcels, and of flights that parcels are promised for."""

from __future__ import annotations

from typing import Any

from kernel import clock
from kernel.wire import Glance, handle_event, rpc
from services.payments.till import PaymentsTill
from services.shop.events import PUBLISHER
from services.shop.schemas import parcels
from services.shop.service.place import Rooms
from services.shop.store import ShopStore
from services.shop.usecases import following, picking


class ParcelEntrypoints(Rooms):
    """From the shelf to the gate."""

    followed = Glance(ShopStore, following.concerns, ShopStore.followed_among)

    @rpc(arguments=parcels.ListParcelsSchema())
    def list_parcels(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffParcelsSchema. Errors: shop.not_your_shop, .bad_cursor."""
        return picking.list_parcels(self.storage, self.place, request, clock.now())

    @rpc(arguments=parcels.GetParcelSchema())
    def get_parcel(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffParcelResultSchema. Errors: shop.parcel_not_found."""
        return picking.get_parcel(self.storage, self.place, request, clock.now())

    @rpc(arguments=parcels.ParcelActSchema())
    def start_picking(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffParcelResultSchema. Errors: shop.parcel_not_found, .wrong_parcel."""
        return picking.start_picking(self.storage, self.place, request, clock.now())

    @rpc(arguments=parcels.ReportMissingSchema())
    def report_missing(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffParcelResultSchema. Errors: shop.parcel_not_found, .wrong_parcel, .line_not_found, .variant_not_found,
        .not_enough_stock."""
        return picking.report_missing(self.storage, self.place, request, clock.now())

    @rpc(arguments=parcels.ParcelActSchema())
    def parcel_ready(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffParcelResultSchema. Errors: shop.parcel_not_found, .wrong_parcel."""
        return picking.parcel_ready(self.storage, self.place, request, clock.now())

    @rpc(arguments=parcels.ParcelActSchema())
    def send_to_gate(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffParcelResultSchema. Errors: shop.parcel_not_found, .wrong_parcel."""
        return picking.send_to_gate(self.storage, self.place, request, clock.now())

    @rpc(arguments=parcels.HandOverSchema())
    def hand_over(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffParcelResultSchema. Errors: shop.wrong_code, .wrong_parcel, .pass_not_checked."""
        return picking.hand_over(self.storage, self.place, request, clock.now())

    @rpc(arguments=parcels.WithdrawParcelSchema())
    def withdraw_parcel(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffParcelResultSchema. Errors: shop.parcel_not_found, .wrong_parcel."""
        till = PaymentsTill(self.replies, PUBLISHER)
        return picking.withdraw_parcel(self.storage, self.place, till, request, clock.now())

    @handle_event("flights", "flight_changed", glance="followed")
    def on_flight_changed(self, event: dict[str, Any]) -> None:
        """Keep, renew or give up what was promised for a flight."""
        till = PaymentsTill(self.replies, PUBLISHER)
        following.hear_flight(self.storage, self.place, till, event["data"]["flight"], clock.now())

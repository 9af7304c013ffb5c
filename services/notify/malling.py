"""Entrypoints of notify about orders of the mall, and coupons."""

from __future__ import annotations

from typing import Any

from kernel import clock
from kernel.wire import Storage, handle_event
from services.notify import usecases
from services.notify.worker import Desk


class Malling:
    """Part of NotifyService. What else is to be done about a coupon's card is in `carding`."""

    storage: Storage
    desk: Desk

    @handle_event("shop", "order_paid")
    def on_order_paid(self, event: dict[str, Any]) -> None:
        """Its shops begin."""
        self._tell_of_mall(event)

    @handle_event("shop", "order_refunded")
    def on_mall_order_refunded(self, event: dict[str, Any]) -> None:
        """Told when what was paid for had gone; parcels that don't come say so themselves."""
        self._tell_of_mall(event)

    @handle_event("shop", "parcel_ready")
    def on_parcel_ready(self, event: dict[str, Any]) -> None:
        """Told when it is to be collected."""
        self._tell_of_mall(event)

    @handle_event("shop", "parcel_on_the_way")
    def on_parcel_on_the_way(self, event: dict[str, Any]) -> None:
        """To the gate."""
        self._tell_of_mall(event)

    @handle_event("shop", "parcel_repromised")
    def on_parcel_repromised(self, event: dict[str, Any]) -> None:
        """At another gate, or at another time."""
        self._tell_of_mall(event)

    @handle_event("shop", "parcel_asks")
    def on_parcel_asks(self, event: dict[str, Any]) -> None:
        """Their word is waited for."""
        self._tell_of_mall(event)

    @handle_event("shop", "parcel_missed")
    def on_parcel_missed(self, event: dict[str, Any]) -> None:
        """The flight left without it."""
        self._tell_of_mall(event)

    @handle_event("shop", "parcel_handed_over")
    def on_parcel_handed_over(self, event: dict[str, Any]) -> None:
        """Somebody had its code."""
        self._tell_of_mall(event)

    @handle_event("shop", "parcel_cancelled")
    def on_parcel_cancelled(self, event: dict[str, Any]) -> None:
        """It doesn't come, and is paid back."""
        self._tell_of_mall(event)

    @handle_event("shop", "pieces_refunded")
    def on_pieces_refunded(self, event: dict[str, Any]) -> None:
        """Some of it doesn't come."""
        self._tell_of_mall(event)

    @handle_event("shop", "case_decided")
    def on_case_decided(self, event: dict[str, Any]) -> None:
        """Granted, or not."""
        self._tell_of_mall(event)

    @handle_event("shop", "invoice_issued")
    def on_invoice_issued(self, event: dict[str, Any]) -> None:
        """The merchant has sent it."""
        self._tell_of_mall(event)

    @handle_event("shop", "coupon_ends_soon")
    def on_coupon_ends_soon(self, event: dict[str, Any]) -> None:
        """One that they hold: once."""
        self._tell_of_mall(event)

    def _tell_of_mall(self, event: dict[str, Any]) -> None:
        usecases.note_mall(self.storage, self.desk.view, event, clock.now())
        self.desk.wake()

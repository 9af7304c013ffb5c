"""Entrypoints of the courier way: what claimants order and pay, what payments tells of it, and what the desk sends."""

from __future__ import annotations

from typing import Any

from kernel import clock
from kernel.saga.states import RefundState
from kernel.wire import handle_event, rpc, timer
from services.lostfound.events import PUBLISHER
from services.lostfound.schemas import courier as schemas
from services.lostfound.service.place import Rooms
from services.lostfound.usecases import dispatching, sending
from services.payments.till import PaymentsTill


class CourierEntrypoints(Rooms):
    """Things that go to their owners."""

    # --- claimants

    @rpc(arguments=schemas.QuoteCourierSchema())
    def quote_courier(self, request: dict[str, Any]) -> dict[str, Any]:
        """CourierQuoteSchema. Errors: lostfound.claim_not_found, .wrong_claim_state."""
        return sending.quote_courier(self.storage, request)

    @rpc(arguments=schemas.OrderCourierSchema())
    def order_courier(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneCourierOrderSchema. Errors: those of quote_courier, lostfound.bad_seal, .courier_ordered, .not_sendable,
        .fee_changed."""
        return sending.order_courier(self.storage, self.place, request)

    @rpc(arguments=schemas.PayCourierSchema())
    def pay_courier(self, request: dict[str, Any]) -> dict[str, Any]:
        """PayingCourierSchema. Errors: lostfound.courier_not_found, .courier_over; those of payments.create_intent."""
        return sending.pay_courier(self.storage, self.place, self._till(), request)

    @rpc(arguments=schemas.ReleaseCourierSchema())
    def release_courier(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneCourierOrderSchema. Errors: lostfound.courier_not_found, .wrong_parcel; those of payments.close_intent while
        it is being paid for."""
        return sending.release_courier(self.storage, self.place, self._till(), request, clock.now())

    @rpc(arguments=schemas.CourierClaimSchema())
    def get_courier_order(self, request: dict[str, Any]) -> dict[str, Any]:
        """MaybeCourierOrderSchema. Errors: lostfound.claim_not_found."""
        return sending.get_courier_order(self.storage, request)

    # --- desks

    @rpc(arguments=schemas.ListCourierOrdersSchema())
    def list_courier_orders(self, request: dict[str, Any]) -> dict[str, Any]:
        """DeskCourierOrdersSchema."""
        return dispatching.list_courier_orders(self.storage, request)

    @rpc(arguments=schemas.CourierSlipSchema())
    def get_courier_slip(self, request: dict[str, Any]) -> dict[str, Any]:
        """SlipSchema. Errors: lostfound.courier_not_found, .wrong_parcel."""
        return dispatching.get_courier_slip(self.storage, self.place, request)

    @rpc(arguments=schemas.ClearForCourierSchema())
    def clear_for_courier(self, request: dict[str, Any]) -> dict[str, Any]:
        """ClearedSchema. Errors: lostfound.claim_not_found, .wrong_claim_state."""
        return dispatching.clear_for_courier(self.storage, self.place, request)

    @rpc(arguments=schemas.HandToCourierSchema())
    def hand_to_courier(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneDeskCourierOrderSchema. Errors: lostfound.courier_not_found, .wrong_parcel, .witness_needed, .same_person,
        .tracking_taken, .item_missing, .not_counted."""
        return dispatching.hand_to_courier(self.storage, self.place, request)

    @rpc(arguments=schemas.CourierDeliveredSchema())
    def courier_delivered(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneDeskCourierOrderSchema. Errors: lostfound.courier_not_found, .wrong_parcel."""
        return dispatching.courier_delivered(self.storage, self.place, request)

    @rpc(arguments=schemas.CourierCameBackSchema())
    def courier_came_back(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneDeskCourierOrderSchema. Errors: lostfound.courier_not_found, .wrong_parcel, .desk_not_found,
        .unknown_shelf."""
        return dispatching.courier_came_back(self.storage, self.place, request, clock.now())

    @rpc(arguments=schemas.RefuseCourierSchema())
    def refuse_courier(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneDeskCourierOrderSchema. Errors: lostfound.courier_not_found, .wrong_parcel."""
        return dispatching.refuse_courier(self.storage, self.place, self._till(), request, clock.now())

    # --- money

    @handle_event("payments", "payment_succeeded")
    def on_payment_succeeded(self, event: dict[str, Any]) -> None:
        """It waits for the courier, or the money goes back."""
        sending.on_payment_succeeded(self.storage, self._till(), event)

    @handle_event("payments", "payment_closed")
    def on_payment_closed(self, event: dict[str, Any]) -> None:
        """Nobody can pay it any more."""
        sending.on_payment_closed(self.storage, event)

    @handle_event("payments", "payment_late")
    def on_payment_late(self, event: dict[str, Any]) -> None:
        """Paid after its end: payments gives it back."""
        sending.on_payment_late(self.storage, event)

    @handle_event("payments", "refund_done")
    def on_refund_done(self, event: dict[str, Any]) -> None:
        """The money is back."""
        sending.on_refund(self.storage, event, RefundState.DONE)

    @handle_event("payments", "refund_abnormal")
    def on_refund_abnormal(self, event: dict[str, Any]) -> None:
        """It can't go back by itself: payments' staff see to it."""
        sending.on_refund(self.storage, event, RefundState.ABNORMAL)

    @handle_event("payments", "refund_closed")
    def on_refund_closed(self, event: dict[str, Any]) -> None:
        """It was given up, and is asked for anew."""
        sending.on_refund(self.storage, event, RefundState.CLOSED)

    @timer(every_s=10, lease="lostfound.orders")
    def look_after_orders(self) -> None:
        """Resume what is stuck and end what is over, whatever the number of copies."""
        sending.look_after_orders(self.storage, self._till())

    @timer(every_s=3600, lease="lostfound.addresses")
    def forget_addresses(self) -> None:
        """Let addresses go that nothing is sent to any more, and orders that the law lets go."""
        sending.forget_orders(self.storage, self.place)

    def _till(self) -> PaymentsTill:
        return PaymentsTill(self.replies, PUBLISHER)

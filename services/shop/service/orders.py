"""Entrypoints of baskets, orders and what travellers do with their parcels; and what payments tells."""

from __future__ import annotations

from typing import Any

from kernel import clock
from kernel.saga.states import RefundState
from kernel.wire import handle_event, rpc, timer
from services.payments.till import PaymentsTill
from services.shop.events import PUBLISHER
from services.shop.schemas import baskets, orders, parcels
from services.shop.service.place import Rooms
from services.shop.usecases import asking, hearing, ordering
from services.shop.usecases import baskets as thinking


class OrderEntrypoints(Rooms):
    """From the basket to the money."""

    @rpc(arguments=baskets.BasketOwnerSchema())
    def get_basket(self, request: dict[str, Any]) -> dict[str, Any]:
        """BasketResultSchema."""
        return thinking.get_basket(self.storage, self.place, request, clock.now())

    @rpc(arguments=baskets.PutLineSchema())
    def put_line(self, request: dict[str, Any]) -> dict[str, Any]:
        """BasketResultSchema. Errors: shop.variant_not_found, .basket_full."""
        return thinking.put_line(self.storage, self.place, request, clock.now())

    @rpc(arguments=baskets.MergeBasketSchema())
    def merge_basket(self, request: dict[str, Any]) -> dict[str, Any]:
        """BasketResultSchema."""
        return thinking.merge_basket(self.storage, self.place, request, clock.now())

    @rpc(arguments=orders.QuoteOrderSchema())
    def quote_order(self, request: dict[str, Any]) -> dict[str, Any]:
        """QuoteResultSchema."""
        return ordering.quote_order(self.storage, self.place, self.replies, request, clock.now())

    @rpc(arguments=orders.PlaceOrderSchema())
    def place_order(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: shop.basket_empty, .product_not_found, .bad_flight, .sold_out, .shop_closed,
        .not_eligible, .too_late, .coupon_not_usable, .quote_changed, .too_many_holds, .too_many_lapsed."""
        return ordering.place_order(self.storage, self.place, self.replies, request, clock.now())

    @rpc(arguments=orders.PayOrderSchema())
    def pay_order(self, request: dict[str, Any]) -> dict[str, Any]:
        """PayResultSchema. Errors: shop.order_not_found, .hold_over; those of payments.create_intent."""
        return ordering.pay_order(self.storage, self.place, self._till(), request, clock.now())

    @rpc(arguments=orders.CancelOrderSchema())
    def cancel_order(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: shop.order_not_found; those of payments.close_intent while it is being paid for."""
        return ordering.cancel_order(self.storage, self.place, self._till(), request, clock.now())

    @rpc(arguments=orders.OrderIdSchema())
    def get_order(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: shop.order_not_found."""
        return ordering.get_order(self.storage, self.place, request)

    @rpc(arguments=orders.ListOrdersSchema())
    def list_orders(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrdersSchema. Errors: shop.order_not_found for a cursor that isn't the traveller's."""
        return ordering.list_orders(self.storage, self.place, request)

    @rpc(arguments=parcels.AnswerAskSchema())
    def answer_ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: shop.ask_not_found, .ask_over, .not_offered."""
        return asking.answer_ask(self.storage, self.place, self._till(), request, clock.now())

    @rpc(arguments=parcels.CancelParcelSchema())
    def cancel_parcel(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: shop.order_not_found, .parcel_not_found, .wrong_parcel."""
        return asking.cancel_parcel(self.storage, self.place, self._till(), request, clock.now())

    # --- money

    @handle_event("payments", "payment_succeeded")
    def on_payment_succeeded(self, event: dict[str, Any]) -> None:
        """The shops begin, or the money goes back."""
        hearing.ask_for_flight(self.storage, self.replies, event)
        hearing.on_payment_succeeded(self.storage, self.place, self._till(), event, clock.now())

    @handle_event("payments", "payment_closed")
    def on_payment_closed(self, event: dict[str, Any]) -> None:
        """Nobody can pay it any more."""
        hearing.on_payment_ended(self.storage, self.place, event, clock.now())

    @handle_event("payments", "payment_late")
    def on_payment_late(self, event: dict[str, Any]) -> None:
        """Paid after its end: payments gives it back."""
        hearing.on_payment_ended(self.storage, self.place, event, clock.now())

    @handle_event("payments", "refund_done")
    def on_refund_done(self, event: dict[str, Any]) -> None:
        """The money is back."""
        hearing.on_refund(self.storage, event, RefundState.DONE)

    @handle_event("payments", "refund_abnormal")
    def on_refund_abnormal(self, event: dict[str, Any]) -> None:
        """It can't go back by itself: payments' staff see to it."""
        hearing.on_refund(self.storage, event, RefundState.ABNORMAL)

    @handle_event("payments", "refund_closed")
    def on_refund_closed(self, event: dict[str, Any]) -> None:
        """It was given up, and is asked for anew."""
        hearing.on_refund(self.storage, event, RefundState.CLOSED)

    @timer(every_s=10, lease="shop.orders")
    def look_after_orders(self) -> None:
        """Resume what is stuck, free what is over, and settle what nobody answered."""
        hearing.look_after_orders(self.storage, self.place, self._till(), clock.now())
        asking.settle_overdue(self.storage, self.place, self._till(), clock.now())

    @timer(every_s=3600, lease="shop.baskets")
    def forget_baskets(self) -> None:
        """Let go of baskets that nobody touched for long."""
        thinking.forget_baskets(self.storage, self.place)

    def _till(self) -> PaymentsTill:
        return PaymentsTill(self.replies, PUBLISHER)

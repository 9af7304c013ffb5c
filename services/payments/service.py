"""Entrypoints of payments: validate, call the use case. Results are JSON-ready as schemas.py says."""

from __future__ import annotations

from typing import Any

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel import clock
from kernel.config import load
from kernel.wire import OutboxRelay, Replies, Storage, handle_event, rpc, timer
from services.payments import schemas, usecases
from services.payments.clients import WeChatPay
from services.payments.settings import WeChatPaySettings
from services.payments.store import PaymentsStore


class Merchant(DependencyProvider):
    """WeChat Pay over one pool of connections; its keys are read when the service starts."""

    provider: WeChatPay

    def setup(self) -> None:
        self.provider = WeChatPay(load(WeChatPaySettings))

    def get_dependency(self, worker_ctx: WorkerContext) -> WeChatPay:
        return self.provider


class PaymentsService:
    """What travellers are asked for, what they paid, what went back."""

    name = "payments"
    replies = Replies()
    storage = Storage(PaymentsStore)
    relay = OutboxRelay()
    provider = Merchant()

    @rpc(arguments=schemas.CreateIntentSchema())
    def create_intent(self, request: dict[str, Any]) -> dict[str, Any]:
        """CreatedIntentSchema. Errors: payments.openid_needed, .order_has_intent, .not_payable, .provider_away,
        .provider_refuses, .not_connected."""
        return usecases.create_intent(self.storage, self.provider, request)

    @rpc(arguments=schemas.OutTradeNoSchema())
    def get_intent(self, request: dict[str, Any]) -> dict[str, Any]:
        """IntentSchema. Errors: payments.not_found."""
        return usecases.get_intent(self.storage, request["out_trade_no"])

    @rpc(arguments=schemas.CloseIntentSchema())
    def close_intent(self, request: dict[str, Any]) -> dict[str, Any]:
        """IntentSchema. Errors: payments.not_found, .already_paid, .provider_away, .provider_refuses."""
        return usecases.close_intent(self.storage, self.provider, request["out_trade_no"])

    @rpc(arguments=schemas.RefundSchema())
    def refund(self, request: dict[str, Any]) -> dict[str, Any]:
        """RefundResultSchema. Errors: payments.not_found, .not_paid, .refund_too_much, .refund_reused."""
        return usecases.refund(self.storage, self.provider, request)

    @rpc(arguments=schemas.RecordNotificationSchema())
    def record_notification(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"id", "state"}. Errors: payments.bad_notification, .not_connected."""
        return usecases.record_notification(self.storage, self.provider, request)

    @rpc(arguments=schemas.OrderSchema())
    def list_intents(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"intents": [IntentSchema]}: all of an order's, the oldest first."""
        return usecases.list_intents(self.storage, request["order_service"], request["order_id"])

    @rpc(arguments=schemas.OrderSchema())
    def trace(self, request: dict[str, Any]) -> dict[str, Any]:
        """Every fen of an order: usecases.trace."""
        return usecases.trace(self.storage, request["order_service"], request["order_id"])

    @rpc(arguments=schemas.ListAbnormalSchema())
    def list_abnormal(self, request: dict[str, Any]) -> dict[str, Any]:
        """What staff must look at: usecases.list_abnormal."""
        return usecases.list_abnormal(self.storage, request["limit"])

    @rpc(arguments=schemas.ReconcileSchema())
    def reconcile(self, request: dict[str, Any]) -> dict[str, Any]:
        """usecases.reconcile. Errors: payments.bill_not_ready, .provider_away, .provider_refuses."""
        return usecases.reconcile(self.storage, self.provider, request["day"], clock.real_now())

    @rpc(arguments=schemas.PassengerIdSchema())
    def export_passenger(self, request: dict[str, Any]) -> dict[str, Any]:
        """{"payments": [IntentSchema with "refunds"]}: everything that is held about a traveller."""
        return usecases.export_passenger(self.storage, request["passenger_id"])

    @handle_event("passengers", "passengers_merged")
    def on_passengers_merged(self, event: dict[str, Any]) -> None:
        """Give one traveller's payments to another."""
        usecases.note_merge(self.storage, event)

    @handle_event("passengers", "erasure_requested")
    def on_erasure_requested(self, event: dict[str, Any]) -> None:
        """Cut a traveller off from the books."""
        usecases.erase(self.storage, event)

    @timer(every_s=10, lease="payments.unpaid")
    def look_after_unpaid(self) -> None:
        """Find payments whose notification was lost; close what nobody paid."""
        usecases.look_after_notices(self.storage, self.provider)
        usecases.look_after_unpaid(self.storage, self.provider)

    @timer(every_s=10, lease="payments.refunds")
    def look_after_refunds(self) -> None:
        """Send refunds again with their own numbers until they are done."""
        usecases.look_after_refunds(self.storage, self.provider)

    @timer(every_s=600, lease="payments.bill")
    def reconcile_yesterday(self) -> None:
        """Fetch yesterday's bill as soon as there is one."""
        usecases.reconcile_yesterday(self.storage, self.provider, clock.real_now())

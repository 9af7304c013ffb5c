"""Entrypoints of partners: validate, call the use case, dump."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel import clock
from kernel.crypto import FieldCipher, field_cipher
from kernel.wire import OutboxRelay, Replies, Storage, handle_event, rpc, timer
from services.partners import schemas, usecases
from services.partners.domain import SignedRequest
from services.partners.store import PartnersStore
from services.partners.usecases import NewWebhook
from services.partners.worker import Webhooks


class Cipher(DependencyProvider):
    """The cipher of signing keys; its keys are read when the service starts, not when this is imported."""

    cipher: FieldCipher

    def setup(self) -> None:
        self.cipher = field_cipher()

    def get_dependency(self, worker_ctx: WorkerContext) -> FieldCipher:
        return self.cipher


class PartnersService:
    """Who our partners are, and whether it is really they who speak."""

    name = "partners"
    replies = Replies()
    storage = Storage(PartnersStore)
    relay = OutboxRelay()
    cipher = Cipher()
    webhooks = Webhooks()

    @rpc(arguments=schemas.AuthenticateClientSchema())
    def authenticate_client(self, request: dict[str, Any]) -> dict[str, Any]:
        """The partner whose secret this is. Errors: partners.bad_client, partners.too_many_attempts."""
        return usecases.authenticate_client(
            self.storage, request["client_id"], request["client_secret"], clock.real_now()
        )

    @rpc(arguments=schemas.VerifyRequestSchema())
    def verify_request(self, request: dict[str, Any]) -> dict[str, Any]:
        """The partner that signed this, for the first time. Errors: partners.stale, .bad_signature, .replayed."""
        return usecases.verify_request(self.storage, self.cipher, SignedRequest(**request), clock.real_now())

    @rpc(arguments=schemas.ClientIdSchema())
    def get_partner(self, request: dict[str, Any]) -> dict[str, Any]:
        """A partner that isn't revoked. Errors: partners.not_found."""
        return usecases.get_partner(self.storage, request["client_id"], clock.real_now())

    # --- webhooks

    @rpc(arguments=schemas.CreateWebhookSchema())
    def create_webhook(self, request: dict[str, Any]) -> dict[str, Any]:
        """WebhookResultSchema. Errors: partners.not_found, .bad_webhook, .too_many_webhooks."""
        new = NewWebhook(request["client_id"], request["url"], tuple(request["events"]), request["airline"])
        allow_private = self.webhooks.settings.allow_private
        return usecases.create_webhook(
            self.storage, request["request_id"], new, clock.real_now(), allow_private=allow_private
        )

    @rpc(arguments=schemas.ClientIdSchema())
    def list_webhooks(self, request: dict[str, Any]) -> dict[str, Any]:
        """WebhooksSchema."""
        return usecases.list_webhooks(self.storage, request["client_id"])

    @rpc(arguments=schemas.WebhookIdSchema())
    def remove_webhook(self, request: dict[str, Any]) -> dict[str, Any]:
        """WebhookResultSchema. Errors: partners.webhook_not_found."""
        return usecases.remove_webhook(
            self.storage, request["client_id"], request["webhook_id"], clock.real_now()
        )

    @rpc(arguments=schemas.ListDeliveriesSchema())
    def list_deliveries(self, request: dict[str, Any]) -> dict[str, Any]:
        """DeliveriesSchema. Errors: partners.webhook_not_found."""
        return usecases.list_deliveries(self.storage, request)

    @rpc(arguments=schemas.ReplayDeliveriesSchema())
    def replay_deliveries(self, request: dict[str, Any]) -> dict[str, Any]:
        """ReplayedSchema. Errors: partners.webhook_not_found."""
        replayed = usecases.replay_deliveries(self.storage, request, clock.real_now())
        self.webhooks.wake()
        return replayed

    @handle_event("checkin", "checked_in")
    def on_checked_in(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("checkin", "seat_changed")
    def on_seat_changed(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("checkin", "cancelled")
    def on_cancelled(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("checkin", "off_loaded")
    def on_off_loaded(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("checkin", "reinstated")
    def on_reinstated(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("checkin", "reseated")
    def on_reseated(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("checkin", "boarded")
    def on_boarded(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("checkin", "unboarded")
    def on_unboarded(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("lostfound", "item_registered")
    def on_item_registered(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("lostfound", "item_changed")
    def on_item_changed(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("lostfound", "claim_submitted")
    def on_claim_submitted(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("lostfound", "claim_decided")
    def on_claim_decided(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @handle_event("lostfound", "item_returned")
    def on_item_returned(self, event: dict[str, Any]) -> None:
        """Tell those who asked."""
        self._note(event)

    @timer(every_s=60, lease="partners.purge")
    def purge(self) -> None:
        """Forget what can't matter any more, once a minute whatever the number of copies."""
        keep = timedelta(days=self.webhooks.settings.keep_days)
        usecases.purge(self.storage, clock.real_now(), keep)

    def _note(self, event: dict[str, Any]) -> None:
        usecases.note_event(self.storage, event, clock.real_now())

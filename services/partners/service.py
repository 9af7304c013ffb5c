"""Entrypoints of partners: validate, call the use case, dump."""

from __future__ import annotations

from typing import Any

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel import clock
from kernel.crypto import FieldCipher, field_cipher
from kernel.wire import OutboxRelay, Replies, Storage, rpc, timer
from services.partners import schemas, usecases
from services.partners.domain import SignedRequest
from services.partners.store import PartnersStore


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

    @timer(every_s=60, lease="partners.purge")
    def purge(self) -> None:
        """Forget what can't matter any more, once a minute whatever the number of copies."""
        usecases.purge(self.storage, clock.real_now())

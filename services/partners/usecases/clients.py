"""What partners can be asked and told: load, decide, save, commit.

`now` is the world's time (`clock.real_now()`), handed in by whoever calls: signatures and tokens know no played day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from kernel.db import Transaction, UnitOfWorkLike
from kernel.ids import new_id, new_secret
from kernel.outbox import Event
from services.partners import domain
from services.partners.domain import Credential, Partner, SignedRequest
from services.partners.domain.webhooks import Delivery, Subscription
from services.partners.errors import (
    BadClient,
    BadSignature,
    ClientExists,
    ClientNotFound,
    ReplayedRequest,
    StaleRequest,
    TooManyAttempts,
)
from services.partners.events import PARTNER_CHANGED, SCHEMA_VERSION
from services.partners.schemas import ALLOWED_SKEW_S, DeliveryState, PartnerKind, Scope

SECRET_BYTES: Final = 32
PURGE_BATCH: Final = 5000
KEEP_DELIVERIES: Final = timedelta(days=14)


class Storage(Protocol):
    """What the use cases need of a store; `store.PartnersStore` is the real one."""

    def partner(self, client_id: str) -> Partner | None: ...
    def lock_partner(self, client_id: str) -> Partner | None: ...
    def partners(self) -> list[Partner]: ...
    def credentials(self, client_id: str) -> list[Credential]: ...
    def add_partner(self, partner: Partner) -> bool: ...
    def save_partner(self, partner: Partner) -> None: ...
    def add_credential(self, credential: Credential) -> None: ...
    def end_credential(self, credential_id: str, expires_at: datetime) -> None: ...
    def take_nonce(self, client_id: str, nonce: str, request_id: str, expires_at: datetime) -> bool: ...
    def failed_attempts(self, subject: str, window: int) -> int: ...
    def count_failed_attempt(self, subject: str, window: int) -> None: ...
    def audit(
        self, client_id: str, action: str, actor: str, detail: dict[str, Any], at: datetime
    ) -> None: ...
    def purge(self, now: datetime, limit: int) -> int: ...
    def webhook(self, webhook_id: str) -> Subscription | None: ...
    def webhooks(self, client_id: str | None = None) -> list[Subscription]: ...
    def add_webhook(self, webhook: Subscription) -> None: ...
    def remove_webhook(self, webhook_id: str) -> None: ...
    def add_deliveries(self, deliveries: Iterable[Delivery]) -> None: ...
    def due_webhooks(self, now: datetime) -> list[str]: ...
    def due_heads(self, webhook_id: str, now: datetime, limit: int) -> list[Delivery]: ...
    def settle(self, delivery: Delivery) -> None: ...
    def deliveries(
        self, webhook_id: str, state: DeliveryState | None, before: int | None, limit: int
    ) -> list[Delivery]: ...
    def replay(self, webhook_id: str, which: str | datetime, now: datetime, give_up_at: datetime) -> int: ...
    def forget_deliveries(self, before: datetime, limit: int) -> int: ...


class Cipher(Protocol):
    """What keeps signing keys from whoever reads the database; `kernel.crypto.FieldCipher` is the real one."""

    def encrypt(self, plain: str, context: str) -> str: ...
    def decrypt(self, sealed: str, context: str) -> str: ...


Work = UnitOfWorkLike[Storage]
Tx = Transaction[Storage]


@dataclass(frozen=True)
class NewPartner:
    """What staff say when they add one; an empty client_id is made up from the first airline."""

    name: str
    kind: PartnerKind
    airlines: tuple[str, ...]
    scopes: tuple[Scope, ...]
    client_id: str = ""


@dataclass(frozen=True)
class Issued:
    """Shown once and kept nowhere in this form."""

    client_id: str
    client_secret: str
    signing_key: str
    credential_id: str

    def __repr__(self) -> str:
        return f"Issued({self.client_id!r}, secrets not shown)"


@dataclass(frozen=True)
class Listed:
    """A partner with when its live credentials end (None: no end set)."""

    partner: Partner
    ends: tuple[datetime | None, ...]


def authenticate_client(uow: Work, client_id: str, client_secret: str, now: datetime) -> dict[str, Any]:
    """The partner whose secret this is, as schemas.PartnerResultSchema says.

    Raises BadClient, the same after the same work for an unknown client, a wrong secret and a revoked client;
    TooManyAttempts instead once ten wrong secrets came within a minute. The right secret always gets in, so
    that nobody can lock a partner out by guessing.
    """
    subject, window = domain.attempt_subject(client_id), domain.attempt_window(now)
    with uow.read() as tx:
        partner = tx.store.partner(client_id)
        credentials = tx.store.credentials(client_id)
        failures = tx.store.failed_attempts(subject, window)
    found = domain.credential_of_secret(client_id, client_secret, credentials, now)
    if partner is not None and found is not None and partner.revoked_at is None:
        return _result(partner, credentials, found, now)
    if failures >= domain.ATTEMPTS_PER_WINDOW:
        raise TooManyAttempts(retry_after_s=domain.retry_after_s(now))
    with uow.write() as tx:
        tx.store.count_failed_attempt(subject, window)
    raise BadClient


def verify_request(uow: Work, cipher: Cipher, request: SignedRequest, now: datetime) -> dict[str, Any]:
    """The partner that signed this request, for the first time.

    Raises StaleRequest beyond ±300 s, BadSignature, ReplayedRequest. The nonce is taken only after the signature
    held, so a stranger can't use up nonces; the same `request_id` again is our own message delivered twice.
    """
    if not domain.is_fresh(request.timestamp, now):
        raise StaleRequest(server_time=int(now.timestamp()), allowed_s=ALLOWED_SKEW_S)
    with uow.read() as tx:
        partner = tx.store.partner(request.client_id)
        credentials = tx.store.credentials(request.client_id)
    live = [credential for credential in credentials if credential.live(now)]
    if partner is None or partner.revoked_at is not None:
        live = []
    keys = [cipher.decrypt(credential.sealed_key, context=credential.id) for credential in live]
    index = domain.signed_with(keys, request)
    if index is None or partner is None:
        raise BadSignature
    with uow.write() as tx:
        expires_at = domain.nonce_expires_at(request.timestamp)
        if not tx.store.take_nonce(request.client_id, request.nonce, request.request_id, expires_at):
            raise ReplayedRequest
    return _result(partner, credentials, live[index], now)


def get_partner(uow: Work, client_id: str, now: datetime) -> dict[str, Any]:
    """A partner that isn't revoked. Raises ClientNotFound."""
    with uow.read() as tx:
        partner = tx.store.partner(client_id)
        credentials = tx.store.credentials(client_id)
    if partner is None or partner.revoked_at is not None:
        raise ClientNotFound
    return _result(partner, credentials, None, now)


def add_partner(uow: Work, cipher: Cipher, new: NewPartner, actor: str, now: datetime) -> Issued:
    """A new partner with its first secret and signing key. Raises BadPartner, ClientExists."""
    client_id = new.client_id or _client_id(new)
    partner = Partner(client_id, new.name.strip(), new.kind, new.airlines, new.scopes, created_at=now)
    domain.check_partner(partner)
    credential, issued = _issue(cipher, client_id, now)
    with uow.write() as tx:
        if not tx.store.add_partner(partner):
            raise ClientExists(client_id=client_id)
        tx.store.add_credential(credential)
        detail = {"kind": new.kind.value, "airlines": list(new.airlines), "credential": credential.id}
        tx.store.audit(client_id, "added", actor, detail, now)
        tx.outbox.add(_changed(partner))
    return issued


def rotate_credential(
    uow: Work, cipher: Cipher, client_id: str, overlap: timedelta, actor: str, now: datetime
) -> Issued:
    """A second secret and key; what was valid stays so for `overlap`, nothing for longer than before.

    An overlap of zero ends the old ones, and the tokens that were given for them, at once.
    Raises ClientNotFound (also for a revoked partner), BadPartner for an impossible overlap.
    """
    credential, issued = _issue(cipher, client_id, now)
    with uow.write() as tx:
        partner = _live_partner(tx.store, client_id)
        for old in tx.store.credentials(client_id):
            tx.store.end_credential(old.id, domain.overlap_ends_at(old.expires_at, now, overlap))
        tx.store.add_credential(credential)
        partner = replace(partner, version=partner.version + 1)
        tx.store.save_partner(partner)
        detail = {"overlap_s": int(overlap.total_seconds()), "credential": credential.id}
        tx.store.audit(client_id, "rotated", actor, detail, now)
        tx.outbox.add(_changed(partner))
    return issued


def revoke_partner(uow: Work, client_id: str, actor: str, now: datetime) -> None:
    """End a partner and all its credentials at once, for good. Raises ClientNotFound when it is over already."""
    with uow.write() as tx:
        partner = _live_partner(tx.store, client_id)
        for old in tx.store.credentials(client_id):
            tx.store.end_credential(old.id, domain.overlap_ends_at(old.expires_at, now, timedelta(0)))
        partner = replace(partner, revoked_at=now, version=partner.version + 1)
        tx.store.save_partner(partner)
        tx.store.audit(client_id, "revoked", actor, {}, now)
        tx.outbox.add(_changed(partner))


def list_partners(uow: Work, now: datetime) -> list[Listed]:
    """Every partner there ever was, by client id, with the ends of its live credentials."""
    with uow.read() as tx:
        partners = tx.store.partners()
        credentials = {partner.client_id: tx.store.credentials(partner.client_id) for partner in partners}
    return [
        Listed(partner, tuple(c.expires_at for c in credentials[partner.client_id] if c.live(now)))
        for partner in partners
    ]


def purge(uow: Work, now: datetime, keep: timedelta = KEEP_DELIVERIES) -> int:
    """Forget nonces that can't be replayed any more, counts of past windows, ended credentials and
    deliveries older than `keep`.

    Returns how many rows went, at most PURGE_BATCH of each kind, so that the write lock is held briefly.
    """
    with uow.write() as tx:
        return tx.store.purge(now, PURGE_BATCH) + tx.store.forget_deliveries(now - keep, PURGE_BATCH)


def _live_partner(store: Storage, client_id: str) -> Partner:
    partner = store.lock_partner(client_id)
    if partner is None or partner.revoked_at is not None:
        raise ClientNotFound(client_id=client_id)
    return partner


def _issue(cipher: Cipher, client_id: str, now: datetime) -> tuple[Credential, Issued]:
    credential_id, secret, key = new_id(), new_secret(SECRET_BYTES), new_secret(SECRET_BYTES)
    credential = Credential(
        id=credential_id,
        client_id=client_id,
        secret_hash=domain.hash_secret(client_id, secret),
        sealed_key=cipher.encrypt(key, context=credential_id),
        created_at=now,
    )
    return credential, Issued(client_id, secret, key, credential_id)


def _client_id(new: NewPartner) -> str:
    first = new.airlines[0].lower() if new.airlines else ""
    stem = first if first.isalnum() and first.isascii() else new.kind.value
    return f"{stem}-{new_id()[-8:]}"


def _changed(partner: Partner) -> Event:
    return Event(
        name=PARTNER_CHANGED,
        aggregate=partner.client_id,
        aggregate_version=partner.version,
        data={"client_id": partner.client_id},
        schema=SCHEMA_VERSION,
    )


def _result(
    partner: Partner, credentials: list[Credential], shown: Credential | None, now: datetime
) -> dict[str, Any]:
    return {
        "partner": {
            "client_id": partner.client_id,
            "name": partner.name,
            "kind": partner.kind.value,
            "airlines": list(partner.airlines),
            "scopes": [scope.value for scope in partner.scopes],
            "credentials": [credential.id for credential in credentials if credential.live(now)],
        },
        "credential": None if shown is None else shown.id,
    }

"""The rules of partners: what a secret is worth, which credential counts, when a signed request is fresh.

Pure: no I/O, no clock, no chance.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from services.partners.errors import BadPartner
from services.partners.schemas import ALLOWED_SKEW_S, EVERY_AIRLINE, PartnerKind, Scope

NONCE_MARGIN_S: Final = 120
"""Nonces outlive their request's window by this much: copies of the service may disagree about the time."""
ATTEMPT_WINDOW_S: Final = 60
ATTEMPTS_PER_WINDOW: Final = 10
MAX_OVERLAP: Final = timedelta(days=30)
_LIVE_SLOTS: Final = 4
_NO_HASH: Final = "0" * 64
_NO_KEY: Final = "no such client"
_AIRLINE = re.compile(r"(?:[A-Z]{2}|[A-Z][0-9]|[0-9][A-Z]|[A-Z]{3})\Z")
_CLIENT_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,46}[a-z0-9])\Z")
"""At most 48: other services keep `partner:<client id>/<employee's number>` in 80 characters."""


@dataclass(frozen=True)
class Partner:
    """Who may push and read; revoked for good once `revoked_at` is set."""

    client_id: str
    name: str
    kind: PartnerKind
    airlines: tuple[str, ...]
    scopes: tuple[Scope, ...]
    created_at: datetime
    revoked_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True)
class Credential:
    """A secret (hashed) and a signing key (sealed) that came together and end together."""

    id: str
    client_id: str
    secret_hash: str
    sealed_key: str
    created_at: datetime
    expires_at: datetime | None = None

    def live(self, now: datetime) -> bool:
        """Whether it counts at `now`: an end that is reached ends it."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True)
class SignedRequest:
    """What a partner signed and how; `request_id` is the gateway's own, one for each HTTP request."""

    client_id: str
    timestamp: int
    nonce: str
    signature: str
    signed_text: str
    request_id: str


def hash_secret(client_id: str, secret: str) -> str:
    """The secret as it is stored: SHA-256 over client id and secret, hex.

    Secrets are 256 random bits made by us, so no dictionary exists that a slow hash could slow down;
    a slow one would hand every stranger a way to burn our time and would stop the service's hub.
    Source: docs/decisions/0002-partners-are-a-service.md.
    """
    return hashlib.sha256(f"{client_id}\n{secret}".encode()).hexdigest()


def credential_of_secret(
    client_id: str, secret: str, credentials: Sequence[Credential], now: datetime
) -> Credential | None:
    """The live credential whose secret this is.

    Does the same work for no credential, a wrong one and the right one, so that time tells nothing.
    """
    shown = hash_secret(client_id, secret)
    found: Credential | None = None
    hashes = [(credential.secret_hash, credential) for credential in credentials]
    padding = [(_NO_HASH, None)] * max(0, _LIVE_SLOTS - len(hashes))
    for stored, credential in [*hashes, *padding]:
        if hmac.compare_digest(stored, shown) and credential is not None and credential.live(now):
            found = credential
    return found


def sign(key: str, text: str) -> str:
    """HMAC-SHA256 of `text` under the partner's signing key (the key's characters as UTF-8), lower-case hex."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def signed_with(keys: Sequence[str], request: SignedRequest) -> int | None:
    """Index of the key that made this signature, or None; as much work without keys as with one.

    The text must end in the timestamp and nonce that were judged for freshness and replay, or a caller's
    mistake could have one judged and another signed.
    """
    ends_right = request.signed_text.endswith(f"\n{request.timestamp}\n{request.nonce}")
    found: int | None = None
    for index, key in enumerate(keys or (_NO_KEY,)):
        same = hmac.compare_digest(sign(key, request.signed_text), request.signature)
        if same and ends_right and keys:
            found = index
    return found


def is_fresh(timestamp: int, now: datetime) -> bool:
    """Whether a request signed at `timestamp` (Unix seconds) may still be taken at `now`."""
    return abs(now.timestamp() - timestamp) <= ALLOWED_SKEW_S


def nonce_expires_at(timestamp: int) -> datetime:
    """Until when the nonce of a request signed at `timestamp` must be remembered.

    The request would pass as fresh until timestamp + ALLOWED_SKEW_S; before that the nonce may not be forgotten.
    """
    return datetime.fromtimestamp(timestamp, UTC) + timedelta(seconds=ALLOWED_SKEW_S + NONCE_MARGIN_S)


def attempt_window(now: datetime) -> int:
    """The window that a wrong secret at `now` is counted in: Unix seconds of its start."""
    return int(now.timestamp()) // ATTEMPT_WINDOW_S * ATTEMPT_WINDOW_S


def retry_after_s(now: datetime) -> int:
    """Whole seconds until the next window for wrong secrets starts, at least 1."""
    return max(1, attempt_window(now) + ATTEMPT_WINDOW_S - int(now.timestamp()))


def attempt_subject(client_id: str) -> str:
    """What wrong secrets are counted under: a digest, as strangers may send any text as client id."""
    return hashlib.sha256(client_id.encode()).hexdigest()


def overlap_ends_at(current: datetime | None, now: datetime, overlap: timedelta) -> datetime:
    """When a credential ends after a rotation at `now`: after the overlap, but never later than it would have.

    Raises BadPartner if the overlap is negative or longer than 30 days.
    """
    if not timedelta(0) <= overlap <= MAX_OVERLAP:
        raise BadPartner(field="overlap", reason="0 hours to 30 days")
    wanted = now + overlap
    return wanted if current is None else min(current, wanted)


def check_partner(partner: Partner) -> None:
    """Raises BadPartner, naming the field, if this can't be a partner."""
    if not _CLIENT_ID.match(partner.client_id):
        raise BadPartner(field="client_id", reason="3 to 64 of a-z, 0-9 and -")
    if not 1 <= len(partner.name.strip()) <= 100:
        raise BadPartner(field="name", reason="1 to 100 characters")
    if not partner.airlines:
        raise BadPartner(field="airlines", reason="at least one")
    if EVERY_AIRLINE in partner.airlines and len(partner.airlines) > 1:
        raise BadPartner(field="airlines", reason="* stands alone")
    for airline in partner.airlines:
        if airline != EVERY_AIRLINE and not _AIRLINE.match(airline):
            raise BadPartner(field="airlines", reason="airline codes such as CZ or 3U, or *")
    if not partner.scopes:
        raise BadPartner(field="scopes", reason="at least one")

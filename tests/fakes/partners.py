"""The store of partners in memory, and a cipher that shows whether it was used."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.partners import domain
from services.partners.domain import Credential, Partner


class FakePartnersStore:
    """What `services.partners.store.PartnersStore` does, without a database."""

    def __init__(self) -> None:
        self.clients: dict[str, Partner] = {}
        self.kept: dict[str, Credential] = {}
        self.nonces: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.attempts: dict[tuple[str, int], int] = {}
        self.log: list[tuple[str, str, str, dict[str, Any]]] = []

    def partner(self, client_id: str) -> Partner | None:
        return self.clients.get(client_id)

    def lock_partner(self, client_id: str) -> Partner | None:
        return self.clients.get(client_id)

    def partners(self) -> list[Partner]:
        return [self.clients[client_id] for client_id in sorted(self.clients)]

    def credentials(self, client_id: str) -> list[Credential]:
        mine = [credential for credential in self.kept.values() if credential.client_id == client_id]
        return sorted(mine, key=lambda credential: (credential.created_at, credential.id), reverse=True)

    def add_partner(self, partner: Partner) -> bool:
        if partner.client_id in self.clients:
            return False
        self.clients[partner.client_id] = partner
        return True

    def save_partner(self, partner: Partner) -> None:
        self.clients[partner.client_id] = replace(
            self.clients[partner.client_id], revoked_at=partner.revoked_at, version=partner.version
        )

    def add_credential(self, credential: Credential) -> None:
        self.kept[credential.id] = credential

    def end_credential(self, credential_id: str, expires_at: datetime) -> None:
        self.kept[credential_id] = replace(self.kept[credential_id], expires_at=expires_at)

    def take_nonce(self, client_id: str, nonce: str, request_id: str, expires_at: datetime) -> bool:
        holder = self.nonces.setdefault((client_id, nonce), (request_id, expires_at))
        return holder[0] == request_id

    def failed_attempts(self, subject: str, window: int) -> int:
        return self.attempts.get((subject, window), 0)

    def count_failed_attempt(self, subject: str, window: int) -> None:
        self.attempts[subject, window] = self.attempts.get((subject, window), 0) + 1

    def audit(self, client_id: str, action: str, actor: str, detail: dict[str, Any], at: datetime) -> None:
        self.log.append((client_id, action, actor, detail))

    def audits(self, client_id: str) -> list[tuple[str, str, dict[str, Any]]]:
        return [entry[1:] for entry in self.log if entry[0] == client_id]

    def purge(self, now: datetime, limit: int) -> int:
        nonces = [key for key, (_, expires_at) in self.nonces.items() if expires_at <= now][:limit]
        past = [key for key in self.attempts if key[1] < domain.attempt_window(now) - 3600]
        ended = [key for key, kept in self.kept.items() if kept.expires_at and kept.expires_at <= now]
        for nonce in nonces:
            del self.nonces[nonce]
        for attempt in past:
            del self.attempts[attempt]
        for credential in ended:
            del self.kept[credential]
        return len(nonces) + len(past) + len(ended)


class FakeCipher:
    """Seals by reversing; refuses to open under another context, as the real one does."""

    def encrypt(self, plain: str, context: str) -> str:
        return f"sealed:{context}:{plain[::-1]}"

    def decrypt(self, sealed: str, context: str) -> str:
        head = f"sealed:{context}:"
        assert sealed.startswith(head), "opened under another context"
        return sealed.removeprefix(head)[::-1]

    def index(self, plain: str, column: str) -> str:
        return f"index:{column}:{hash(plain)}"

"""Partners, their credentials, the nonces they used, wrong secrets counted, and who did what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from kernel.tables import Instant, RowNumber, kernel_tables
from services.partners import domain
from services.partners.domain import Credential, Partner
from services.partners.schemas import PartnerKind, Scope

metadata = MetaData()
kernel_tables(metadata)

CLIENTS: Final = Table(
    "clients",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("airlines", String, nullable=False),
    Column("scopes", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("version", Integer, nullable=False),
)

CREDENTIALS: Final = Table(
    "credentials",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("client_id", String(64), ForeignKey("clients.client_id"), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("sealed_key", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Index("ix_credentials_client_id", "client_id"),
    Index("ix_credentials_expires_at", "expires_at"),
)

# request_id tells a replay from our own message that the broker delivered twice.
NONCES: Final = Table(
    "nonces",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("nonce", String(64), primary_key=True),
    Column("request_id", String(128), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_nonces_expires_at", "expires_at"),
)

FAILED_ATTEMPTS: Final = Table(
    "failed_attempts",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("window_start", BigInteger, primary_key=True),
    Column("count", Integer, nullable=False),
    Index("ix_failed_attempts_window_start", "window_start"),
)

AUDIT: Final = Table(
    "audit",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("client_id", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("detail", String, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_audit_client_id", "client_id"),
)

_PAST_WINDOWS_KEPT: Final = timedelta(hours=1)


class ClientRows:
    """Partners, their credentials, nonces and audit rows, in one transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # both dialects spell INSERT … ON CONFLICT alike, but SQLAlchemy has one construct for each
        self._upsert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert

    def partner(self, client_id: str) -> Partner | None:
        """The partner, revoked or not; None when there never was one."""
        row = self._connection.execute(select(CLIENTS).where(CLIENTS.c.client_id == client_id)).first()
        return None if row is None else _partner(row)

    def lock_partner(self, client_id: str) -> Partner | None:
        """The partner, held against other writers until the transaction ends."""
        query = select(CLIENTS).where(CLIENTS.c.client_id == client_id).with_for_update()
        row = self._connection.execute(query).first()
        return None if row is None else _partner(row)

    def partners(self) -> list[Partner]:
        """All of them by client id."""
        return [
            _partner(row) for row in self._connection.execute(select(CLIENTS).order_by(CLIENTS.c.client_id))
        ]

    def credentials(self, client_id: str) -> list[Credential]:
        """All kept credentials of a client, the newest first."""
        query = (
            select(CREDENTIALS)
            .where(CREDENTIALS.c.client_id == client_id)
            .order_by(CREDENTIALS.c.created_at.desc(), CREDENTIALS.c.id.desc())
        )
        return [
            Credential(row.id, row.client_id, row.secret_hash, row.sealed_key, row.created_at, row.expires_at)
            for row in self._connection.execute(query)
        ]

    def add_partner(self, partner: Partner) -> bool:
        """False, and nothing changed, when the client id is taken."""
        values = {
            "client_id": partner.client_id,
            "name": partner.name,
            "kind": partner.kind.value,
            "airlines": json.dumps(partner.airlines),
            "scopes": json.dumps(partner.scopes),
            "created_at": partner.created_at,
            "revoked_at": partner.revoked_at,
            "version": partner.version,
        }
        statement = self._upsert(CLIENTS).values(values).on_conflict_do_nothing()
        return self._connection.execute(statement).rowcount == 1

    def save_partner(self, partner: Partner) -> None:
        """Write what may change in a partner's life: its end and its version."""
        self._connection.execute(
            update(CLIENTS)
            .where(CLIENTS.c.client_id == partner.client_id)
            .values(revoked_at=partner.revoked_at, version=partner.version)
        )

    def add_credential(self, credential: Credential) -> None:
        self._connection.execute(
            insert(CREDENTIALS).values(
                id=credential.id,
                client_id=credential.client_id,
                secret_hash=credential.secret_hash,
                sealed_key=credential.sealed_key,
                created_at=credential.created_at,
                expires_at=credential.expires_at,
            )
        )

    def end_credential(self, credential_id: str, expires_at: datetime) -> None:
        self._connection.execute(
            update(CREDENTIALS).where(CREDENTIALS.c.id == credential_id).values(expires_at=expires_at)
        )

    def take_nonce(self, client_id: str, nonce: str, request_id: str, expires_at: datetime) -> bool:
        """Whether this request is the one that holds the nonce: the first to come, or itself again.

        One INSERT decides, so two requests at the same instant can't both be first.
        """
        values = {"client_id": client_id, "nonce": nonce, "request_id": request_id, "expires_at": expires_at}
        statement = self._upsert(NONCES).values(values).on_conflict_do_nothing()
        if self._connection.execute(statement).rowcount == 1:
            return True
        holder = self._connection.execute(
            select(NONCES.c.request_id).where(NONCES.c.client_id == client_id, NONCES.c.nonce == nonce)
        ).scalar_one_or_none()
        return holder == request_id

    def failed_attempts(self, subject: str, window: int) -> int:
        """Wrong secrets counted under `subject` in the window that starts at `window`."""
        count = self._connection.execute(
            select(FAILED_ATTEMPTS.c.count).where(
                FAILED_ATTEMPTS.c.subject == subject, FAILED_ATTEMPTS.c.window_start == window
            )
        ).scalar_one_or_none()
        return count or 0

    def count_failed_attempt(self, subject: str, window: int) -> None:
        statement = self._upsert(FAILED_ATTEMPTS).values(subject=subject, window_start=window, count=1)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["subject", "window_start"], set_={"count": FAILED_ATTEMPTS.c.count + 1}
            )
        )

    def audit(self, client_id: str, action: str, actor: str, detail: dict[str, Any], at: datetime) -> None:
        self._connection.execute(
            insert(AUDIT).values(
                client_id=client_id, action=action, actor=actor, detail=json.dumps(detail), at=at
            )
        )

    def audits(self, client_id: str) -> list[tuple[str, str, dict[str, Any]]]:
        """(action, actor, detail) of everything done to a partner, oldest first."""
        query = select(AUDIT).where(AUDIT.c.client_id == client_id).order_by(AUDIT.c.id)
        return [(row.action, row.actor, json.loads(row.detail)) for row in self._connection.execute(query)]

    def purge(self, now: datetime, limit: int) -> int:
        """Delete up to `limit` rows of each kind that can't matter any more; returns how many went."""
        key = (NONCES.c.client_id, NONCES.c.nonce)
        over = select(*key).where(NONCES.c.expires_at <= now).limit(limit)
        gone = self._connection.execute(delete(NONCES).where(tuple_(*key).in_(over))).rowcount
        before = domain.attempt_window(now - _PAST_WINDOWS_KEPT)
        gone += self._connection.execute(
            delete(FAILED_ATTEMPTS).where(FAILED_ATTEMPTS.c.window_start < before)
        ).rowcount
        gone += self._connection.execute(delete(CREDENTIALS).where(CREDENTIALS.c.expires_at <= now)).rowcount
        return gone


def _partner(row: Any) -> Partner:
    airlines: Sequence[str] = json.loads(row.airlines)
    scopes: Sequence[str] = json.loads(row.scopes)
    return Partner(
        client_id=row.client_id,
        name=row.name,
        kind=PartnerKind(row.kind),
        airlines=tuple(airlines),
        scopes=tuple(Scope(scope) for scope in scopes),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        version=row.version,
    )

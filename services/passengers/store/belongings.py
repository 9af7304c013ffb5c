"""Companions, documents and consents."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from services.passengers.domain import Companion, ConsentEntry, Document
from services.passengers.schemas import Checked, CompanionKind, ConsentKind, DocumentKind
from services.passengers.store.tables import COMPANIONS, CONSENTS, DOCUMENTS


class Belongings:
    """The part of the store that says what is somebody's. What is another's is not found."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- companions

    def companions(self, passenger_id: str) -> list[Companion]:
        """In the order they were added."""
        query = (
            select(COMPANIONS)
            .where(COMPANIONS.c.passenger_id == passenger_id)
            .order_by(COMPANIONS.c.created_at, COMPANIONS.c.id)
        )
        return [_companion(row) for row in self._connection.execute(query)]

    def companion(self, passenger_id: str, companion_id: str) -> Companion | None:
        query = select(COMPANIONS).where(
            COMPANIONS.c.id == companion_id, COMPANIONS.c.passenger_id == passenger_id
        )
        row = self._connection.execute(query).first()
        return None if row is None else _companion(row)

    def add_companion(self, companion: Companion, key_id: str) -> None:
        self._connection.execute(insert(COMPANIONS).values(**vars(companion), key_id=key_id))

    def save_companion(self, companion: Companion, key_id: str) -> None:
        self._connection.execute(
            update(COMPANIONS)
            .where(COMPANIONS.c.id == companion.id)
            .values(name_sealed=companion.name_sealed, kind=companion.kind, key_id=key_id)
        )

    def remove_companion(self, passenger_id: str, companion_id: str) -> bool:
        """With the documents that are the companion's. Whether there was one."""
        mine = (COMPANIONS.c.id == companion_id) & (COMPANIONS.c.passenger_id == passenger_id)
        self._connection.execute(
            delete(DOCUMENTS).where(DOCUMENTS.c.companion_id.in_(select(COMPANIONS.c.id).where(mine)))
        )
        return self._connection.execute(delete(COMPANIONS).where(mine)).rowcount == 1

    # --- documents

    def documents(self, passenger_id: str) -> list[Document]:
        """In the order they were added."""
        query = (
            select(DOCUMENTS)
            .where(DOCUMENTS.c.passenger_id == passenger_id)
            .order_by(DOCUMENTS.c.created_at, DOCUMENTS.c.id)
        )
        return [_document(row) for row in self._connection.execute(query)]

    def document(self, passenger_id: str, document_id: str) -> Document | None:
        query = select(DOCUMENTS).where(
            DOCUMENTS.c.id == document_id, DOCUMENTS.c.passenger_id == passenger_id
        )
        row = self._connection.execute(query).first()
        return None if row is None else _document(row)

    def add_document(self, document: Document, key_id: str) -> None:
        self._connection.execute(insert(DOCUMENTS).values(**vars(document), key_id=key_id))

    def remove_document(self, passenger_id: str, document_id: str) -> bool:
        """Whether there was one."""
        mine = (DOCUMENTS.c.id == document_id) & (DOCUMENTS.c.passenger_id == passenger_id)
        return self._connection.execute(delete(DOCUMENTS).where(mine)).rowcount == 1

    def remove_documents(self, passenger_id: str) -> int:
        mine = DOCUMENTS.c.passenger_id == passenger_id
        return self._connection.execute(delete(DOCUMENTS).where(mine)).rowcount

    def find_documents(self, indexes: Collection[str], limit: int) -> list[Document]:
        """Whoever keeps a number of one of these indexes, oldest first."""
        query = (
            select(DOCUMENTS)
            .where(DOCUMENTS.c.number_index.in_(indexes))
            .order_by(DOCUMENTS.c.created_at, DOCUMENTS.c.id)
            .limit(limit)
        )
        return [_document(row) for row in self._connection.execute(query)]

    def purge_documents(self, expired_before: date, limit: int) -> int:
        some = select(DOCUMENTS.c.id).where(DOCUMENTS.c.expires_on < expired_before).limit(limit)
        return self._connection.execute(delete(DOCUMENTS).where(DOCUMENTS.c.id.in_(some))).rowcount

    # --- consents

    def consents(self, passenger_id: str) -> list[ConsentEntry]:
        """Oldest first; of two at one instant the one written later counts as later."""
        query = (
            select(CONSENTS)
            .where(CONSENTS.c.passenger_id == passenger_id)
            .order_by(CONSENTS.c.at, CONSENTS.c.id)
        )
        return [
            ConsentEntry(ConsentKind(row.kind), row.version, row.granted, row.at)
            for row in self._connection.execute(query)
        ]

    def add_consent(self, passenger_id: str, entry: ConsentEntry) -> None:
        self._connection.execute(insert(CONSENTS).values(passenger_id=passenger_id, **vars(entry)))


def _companion(row: Any) -> Companion:
    return Companion(row.id, row.passenger_id, row.name_sealed, CompanionKind(row.kind), row.created_at)


def _document(row: Any) -> Document:
    values = {name: value for name, value in row._mapping.items() if name != "key_id"}
    return Document(**{**values, "kind": DocumentKind(row.kind), "checked": Checked(row.checked)})

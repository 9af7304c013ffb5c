"""Accounts: those that merge or go, what they leave behind, and what is too old to keep."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from services.lostfound.domain.claims import OPEN
from services.lostfound.schemas.claim_words import FindState, ReportState
from services.lostfound.store.claim_tables import (
    CLAIMS,
    EVIDENCE,
    FINDS,
    GONE,
    HANDOVERS,
    MATCHES,
    REPORTS,
    TRIES,
)

_FORGOTTEN: Final[dict[str, Any]] = {
    "passenger_id": None,
    "brand": "",
    "description": "",
    "marks_sealed": None,
    "document_sealed": None,
    "contact_sealed": None,
    "phone_index": None,
    "document_index": None,
    "order_id": None,
    "seat": None,
}
"""What a report that is nobody's any more looks like: still counted, of nobody."""
_FORGOTTEN_FIND: Final[dict[str, Any]] = {
    "passenger_id": None,
    "description": "",
    "place": "",
    "document_sealed": None,
    "contact_sealed": None,
}


class PeopleRows:
    """What belongs to whom."""

    _connection: Connection

    def lock_account(self, passenger_id: str) -> None:
        """What an account may do so many times is judged one after the other, so that ten at once aren't all the first."""
        if self._connection.dialect.name == "postgresql":
            digest = hashlib.blake2b(f"lostfound {passenger_id}".encode(), digest_size=8).digest()
            key = int.from_bytes(digest, "big", signed=True)
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    def lock_windows(self, desk_id: str | None) -> None:
        """Windows of a desk are given one after the other, so that the last place isn't given twice."""
        self.lock_account(f"windows {desk_id}")

    def merge(self, from_id: str, into_id: str) -> None:
        """What one account has belongs to another."""
        # Claims are held before reports, here as everywhere.
        for table in (CLAIMS, REPORTS, FINDS):
            mine = update(table).where(table.c.passenger_id == from_id)
            self._connection.execute(mine.values(passenger_id=into_id))
        self._connection.execute(update(GONE).where(GONE.c.into == from_id).values(into=into_id))

    def note_gone(self, passenger_id: str, into: str | None, now: datetime) -> None:
        row = {"passenger_id": passenger_id, "into": into, "gone_at": now}
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        self._connection.execute(build(GONE).values(row).on_conflict_do_nothing())

    def note_erased(self, passenger_ids: Collection[str], now: datetime) -> None:
        """Whoever had become one of these is nobody any more, too."""
        self._connection.execute(update(GONE).where(GONE.c.passenger_id.in_(passenger_ids)).values(into=None))
        for each in passenger_ids:
            self.note_gone(each, None, now)

    def merged_into(self, passenger_id: str) -> list[str]:
        query = select(GONE.c.passenger_id).where(GONE.c.into == passenger_id)
        return list(self._connection.execute(query).scalars())

    def present(self, passenger_id: str) -> str | None:
        """Who this account is now; None: erased."""
        row = self._connection.execute(select(GONE.c.into).where(GONE.c.passenger_id == passenger_id)).first()
        return passenger_id if row is None else row[0]

    def report_ids_of(self, passenger_ids: Collection[str]) -> list[str]:
        query = select(REPORTS.c.id).where(REPORTS.c.passenger_id.in_(passenger_ids)).order_by(REPORTS.c.id)
        return list(self._connection.execute(query).scalars())

    def keep_report(self, report_id: str, until: datetime) -> None:
        """Let a report stay open for longer, although nobody changed it."""
        self._connection.execute(update(REPORTS).where(REPORTS.c.id == report_id).values(expires_at=until))

    def forget_people(self, passenger_ids: Collection[str]) -> dict[str, int]:
        """What reports, claims and finds say of these accounts goes; how many of each there were.

        Who was handed what stays with the handover until nobody can sue any more.
        """
        reports = self.report_ids_of(passenger_ids)
        claims = select(CLAIMS.c.id).where(CLAIMS.c.report_id.in_(reports))
        claim_ids = list(self._connection.execute(claims).scalars())
        self._drop_evidence([*reports, *claim_ids])
        self._forget_told(reports)
        self._connection.execute(
            update(CLAIMS).where(CLAIMS.c.id.in_(claim_ids)).values(passenger_id=None, proof_sealed=None)
        )
        finds = update(FINDS).where(FINDS.c.passenger_id.in_(passenger_ids))
        found = self._connection.execute(finds.values(_FORGOTTEN_FIND))
        return {"reports": len(reports), "claims": len(claim_ids), "finds": found.rowcount}

    def old_reports(self, before: datetime, limit: int) -> list[str]:
        """Closed before, and not forgotten yet."""
        query = (
            select(REPORTS.c.id)
            .where(
                REPORTS.c.state == ReportState.CLOSED.value,
                REPORTS.c.closed_at < before,
                or_(
                    REPORTS.c.passenger_id.is_not(None),
                    REPORTS.c.description != "",
                    REPORTS.c.marks_sealed.is_not(None),
                    REPORTS.c.document_sealed.is_not(None),
                    REPORTS.c.contact_sealed.is_not(None),
                ),
                REPORTS.c.id.not_in(
                    select(CLAIMS.c.report_id).where(CLAIMS.c.state.in_([each.value for each in OPEN]))
                ),
            )
            .order_by(REPORTS.c.closed_at)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def forget_reports(self, report_ids: Collection[str]) -> None:
        """Nothing personal of them stays, nor of their claims."""
        claims = select(CLAIMS.c.id).where(CLAIMS.c.report_id.in_(report_ids))
        claim_ids = list(self._connection.execute(claims).scalars())
        self._drop_evidence([*report_ids, *claim_ids])
        self._forget_told(report_ids)
        self._connection.execute(
            update(CLAIMS).where(CLAIMS.c.id.in_(claim_ids)).values(passenger_id=None, proof_sealed=None)
        )

    def forget_find_rows(self, find_ids: Collection[str]) -> None:
        """What finders told of these."""
        self._connection.execute(update(FINDS).where(FINDS.c.id.in_(find_ids)).values(_FORGOTTEN_FIND))

    def forget_finds(self, before: datetime) -> int:
        """What finders told of finds that were over before."""
        over = update(FINDS).where(
            FINDS.c.state != FindState.ANNOUNCED.value,
            FINDS.c.closed_at < before,
            FINDS.c.contact_sealed.is_not(None),
        )
        return self._connection.execute(over.values(_FORGOTTEN_FIND)).rowcount

    def forget_identities(self, before: datetime) -> int:
        """Of handovers before: who it was, and what they signed."""
        photos = select(HANDOVERS.c.photo_id).where(HANDOVERS.c.at < before)
        self._connection.execute(delete(EVIDENCE).where(EVIDENCE.c.id.in_(photos)))
        old = update(HANDOVERS).where(HANDOVERS.c.at < before, HANDOVERS.c.identity_sealed.is_not(None))
        return self._connection.execute(old.values(identity_sealed=None, signature_sealed=None)).rowcount

    def forget_tries(self, before: datetime) -> None:
        self._connection.execute(delete(TRIES).where(TRIES.c.at < before))

    def _forget_told(self, report_ids: Collection[str]) -> None:
        """What these reports said, and the words that what was found had in common with them."""
        self._connection.execute(update(REPORTS).where(REPORTS.c.id.in_(report_ids)).values(_FORGOTTEN))
        self._connection.execute(
            update(MATCHES).where(MATCHES.c.report_id.in_(report_ids)).values(reasons="[]")
        )

    def _drop_evidence(self, about_ids: Collection[str]) -> None:
        if about_ids:
            self._connection.execute(delete(EVIDENCE).where(EVIDENCE.c.about_id.in_(list(about_ids))))

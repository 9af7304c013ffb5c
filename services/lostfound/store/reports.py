"""Reports, finds, and what is counted about those who make them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, insert, or_, select, update

from services.lostfound.domain.reports import Find, Report
from services.lostfound.errors import ChangedMeanwhile
from services.lostfound.schemas.claim_words import FindState, ReportState
from services.lostfound.store.claim_rows import find_of, report_of, values_of
from services.lostfound.store.claim_tables import FINDS, REPORTS, TRIES


@dataclass(frozen=True)
class ReportQuery:
    """What staff look for; None: whatever. words: each stands somewhere; indexes: under every key."""

    state: ReportState | None = None
    category: str | None = None
    flight_id: str | None = None
    number: str | None = None
    words: tuple[str, ...] = ()
    phones: tuple[str, ...] | None = None
    documents: tuple[str, ...] | None = None
    filed_from: datetime | None = None
    filed_to: datetime | None = None


class ReportRows:
    """Reports and finds, the newest first where there are many."""

    _connection: Connection

    def add_report(self, report: Report) -> None:
        self._connection.execute(insert(REPORTS).values(values_of(report)))

    def save_report(self, report: Report, seen: int) -> None:
        """seen: the version it was read with. Raises ChangedMeanwhile."""
        statement = update(REPORTS).where(REPORTS.c.id == report.id, REPORTS.c.version == seen)
        if self._connection.execute(statement.values(values_of(report))).rowcount != 1:
            raise ChangedMeanwhile

    def report(self, report_id: str) -> Report | None:
        """report_id: or its number."""
        row = self._connection.execute(
            select(REPORTS).where(or_(REPORTS.c.id == report_id, REPORTS.c.number == report_id))
        ).first()
        return None if row is None else report_of(row)

    def lock_report(self, report_id: str) -> Report | None:
        """Held against other writers, but not against matches that are written of it. Items and claims are locked before."""
        row = self._connection.execute(
            select(REPORTS).where(REPORTS.c.id == report_id).with_for_update(key_share=True)
        ).first()
        return None if row is None else report_of(row)

    def reports(self, report_ids: Collection[str]) -> dict[str, Report]:
        query = select(REPORTS).where(REPORTS.c.id.in_(report_ids))
        return {row.id: report_of(row) for row in self._connection.execute(query)}

    def reports_of(self, passenger_id: str, cursor: str | None, limit: int) -> list[Report]:
        query = select(REPORTS).where(REPORTS.c.passenger_id == passenger_id)
        return self._page(query, cursor, limit)

    def find_reports(self, asked: ReportQuery, cursor: str | None, limit: int) -> list[Report]:
        return self._page(select(REPORTS).where(*_conditions(asked)), cursor, limit)

    def count_reports(self, passenger_id: str, since: datetime) -> tuple[int, int]:
        """How many of an account's are open, and how many were filed since."""
        query = select(
            func.coalesce(func.sum(_one(REPORTS.c.state == ReportState.OPEN.value)), 0),
            func.coalesce(func.sum(_one(REPORTS.c.filed_at > since)), 0),
        ).where(REPORTS.c.passenger_id == passenger_id)
        row = self._connection.execute(query).one()
        return int(row[0]), int(row[1])

    def expired_reports(self, now: datetime, limit: int) -> list[str]:
        query = (
            select(REPORTS.c.id)
            .where(REPORTS.c.state == ReportState.OPEN.value, REPORTS.c.expires_at <= now)
            .order_by(REPORTS.c.expires_at)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def note_first_hint(self, report_id: str, at: datetime) -> None:
        """The owner is shown something: from now on, what they add may come from there."""
        self._connection.execute(
            update(REPORTS)
            .where(REPORTS.c.id == report_id, REPORTS.c.first_hint_at.is_(None))
            .values(first_hint_at=at)
        )

    def _page(self, query: Select[Any], cursor: str | None, limit: int) -> list[Report]:
        # Ids sort by the time of their making.
        if cursor is not None:
            query = query.where(REPORTS.c.id < cursor)
        rows = self._connection.execute(query.order_by(REPORTS.c.id.desc()).limit(limit))
        return [report_of(row) for row in rows]

    # --- finds

    def add_find(self, find: Find) -> None:
        self._connection.execute(insert(FINDS).values(values_of(find)))

    def save_find(self, find: Find, seen: int) -> None:
        """Raises ChangedMeanwhile."""
        statement = update(FINDS).where(FINDS.c.id == find.id, FINDS.c.version == seen)
        if self._connection.execute(statement.values(values_of(find))).rowcount != 1:
            raise ChangedMeanwhile

    def find(self, find_id: str) -> Find | None:
        """find_id: or its number."""
        row = self._connection.execute(
            select(FINDS).where(or_(FINDS.c.id == find_id, FINDS.c.number == find_id))
        ).first()
        return None if row is None else find_of(row)

    def lock_find(self, find_id: str) -> Find | None:
        """Held against other writers."""
        row = self._connection.execute(select(FINDS).where(FINDS.c.id == find_id).with_for_update()).first()
        return None if row is None else find_of(row)

    def finds(self, find_ids: Collection[str]) -> dict[str, Find]:
        query = select(FINDS).where(FINDS.c.id.in_(find_ids))
        return {row.id: find_of(row) for row in self._connection.execute(query)}

    def list_finds(self, state: FindState | None, cursor: str | None, limit: int) -> list[Find]:
        query = select(FINDS)
        if state is not None:
            query = query.where(FINDS.c.state == state.value)
        if cursor is not None:
            query = query.where(FINDS.c.id < cursor)
        rows = self._connection.execute(query.order_by(FINDS.c.id.desc()).limit(limit))
        return [find_of(row) for row in rows]

    def old_finds(self, before: datetime, limit: int) -> list[str]:
        """Announced before, and nobody brought it."""
        query = (
            select(FINDS.c.id)
            .where(FINDS.c.state == FindState.ANNOUNCED.value, FINDS.c.announced_at < before)
            .order_by(FINDS.c.announced_at)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def finds_of(self, passenger_ids: Collection[str]) -> list[Find]:
        query = select(FINDS).where(FINDS.c.passenger_id.in_(passenger_ids)).order_by(FINDS.c.id)
        return [find_of(row) for row in self._connection.execute(query)]

    # --- what is counted

    def add_try(self, what: str, who: str, at: datetime) -> None:
        self._connection.execute(insert(TRIES).values(what=what, who=who, at=at))

    def count_tries(self, what: str, whos: Sequence[str] | None, since: datetime) -> int:
        """whos: under every key; None: of everybody."""
        query = select(func.count()).select_from(TRIES).where(TRIES.c.what == what, TRIES.c.at > since)
        if whos is not None:
            query = query.where(TRIES.c.who.in_(whos))
        return int(self._connection.execute(query).scalar_one())


def _conditions(asked: ReportQuery) -> list[ColumnElement[bool]]:
    columns = REPORTS.c
    found: list[ColumnElement[bool]] = []
    if asked.state is not None:
        found.append(columns.state == asked.state.value)
    for name in ("category", "flight_id", "number"):
        if getattr(asked, name) is not None:
            found.append(columns[name] == getattr(asked, name))
    if asked.phones is not None:
        found.append(columns.phone_index.in_(asked.phones))
    if asked.documents is not None:
        found.append(columns.document_index.in_(asked.documents))
    if asked.filed_from is not None:
        found.append(columns.filed_at >= asked.filed_from)
    if asked.filed_to is not None:
        found.append(columns.filed_at <= asked.filed_to)
    for word in asked.words:
        places = (columns.description, columns.brand)
        found.append(or_(*(each.icontains(word, autoescape=True) for each in places)))
    return found


def _one(condition: Any) -> Any:
    return case((condition, 1), else_=0)

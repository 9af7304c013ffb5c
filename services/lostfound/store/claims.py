"""Claims, handovers, evidence and traces."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, case, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from services.lostfound.domain.claims import COUNTED, Claim, Handover, Record
from services.lostfound.errors import AlreadyClaimed, AlreadyHandedOver, ChangedMeanwhile, ItemPromised
from services.lostfound.schemas.claim_words import ClaimState, EvidenceKind
from services.lostfound.schemas.vocabulary import Size
from services.lostfound.store.claim_rows import claim_of, handover_of, values_of
from services.lostfound.store.claim_tables import CLAIMS, EVIDENCE, HANDOVERS, REPORTS, TRACES
from services.lostfound.store.tables import ITEMS

_OPEN: Final = (ClaimState.SUBMITTED.value, ClaimState.APPROVED.value)


@dataclass(frozen=True)
class ClaimQuery:
    """What staff look for; None: whatever. numbers: of a claim, a report or an item, one of them; none: whatever."""

    state: ClaimState | None = None
    item_id: str | None = None
    desk_id: str | None = None
    airline: str | None = None
    flight_id: str | None = None
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace:
    about_id: str
    at: datetime
    actor: str
    what: str
    note: str = ""


class ClaimRows:
    """Items are locked first, then claims, then reports."""

    _connection: Connection

    def add_claim(self, claim: Claim) -> None:
        """Raises AlreadyClaimed."""
        try:
            self._connection.execute(insert(CLAIMS).values(values_of(claim)))
        except IntegrityError as exc:
            if "uq_claims_open" not in str(exc.orig) and "claims.item_id" not in str(exc.orig):
                raise
            raise AlreadyClaimed from None

    def save_claim(self, claim: Claim, seen: int) -> None:
        """seen: the version it was read with. Raises ChangedMeanwhile, ItemPromised."""
        statement = update(CLAIMS).where(CLAIMS.c.id == claim.id, CLAIMS.c.version == seen)
        try:
            saved = self._connection.execute(statement.values(values_of(claim))).rowcount
        except IntegrityError as exc:
            if "uq_claims_promised" not in str(exc.orig) and "claims.item_id" not in str(exc.orig):
                raise
            raise ItemPromised from None
        if saved != 1:
            raise ChangedMeanwhile

    def claim(self, claim_id: str) -> Claim | None:
        """claim_id: or its number."""
        row = self._connection.execute(
            select(CLAIMS).where(or_(CLAIMS.c.id == claim_id, CLAIMS.c.number == claim_id))
        ).first()
        return None if row is None else claim_of(row)

    def lock_claim(self, claim_id: str) -> Claim | None:
        """Held against other writers."""
        row = self._connection.execute(
            select(CLAIMS).where(CLAIMS.c.id == claim_id).with_for_update()
        ).first()
        return None if row is None else claim_of(row)

    def claims_of_item(self, item_id: str) -> list[Claim]:
        query = select(CLAIMS).where(CLAIMS.c.item_id == item_id).order_by(CLAIMS.c.id)
        return [claim_of(row) for row in self._connection.execute(query)]

    def open_claims_of_item(self, item_id: str) -> list[Claim]:
        return [each for each in self.claims_of_item(item_id) if each.open]

    def claims_of_reports(self, report_ids: Collection[str]) -> dict[str, list[Claim]]:
        """By report, the newest first."""
        found: dict[str, list[Claim]] = {each: [] for each in report_ids}
        query = select(CLAIMS).where(CLAIMS.c.report_id.in_(report_ids)).order_by(CLAIMS.c.id.desc())
        for row in self._connection.execute(query):
            found[row.report_id].append(claim_of(row))
        return found

    def claims_of(self, passenger_id: str, cursor: str | None, limit: int) -> list[Claim]:
        query = select(CLAIMS).where(CLAIMS.c.passenger_id == passenger_id)
        if cursor is not None:
            query = query.where(CLAIMS.c.id < cursor)
        rows = self._connection.execute(query.order_by(CLAIMS.c.id.desc()).limit(limit))
        return [claim_of(row) for row in rows]

    def find_claims(self, asked: ClaimQuery, cursor: str | None, limit: int) -> list[Claim]:
        """Waiting ones in the order of their coming, others the newest first."""
        query: Select[Any] = select(CLAIMS).join(ITEMS, ITEMS.c.id == CLAIMS.c.item_id)
        if asked.state is not None:
            query = query.where(CLAIMS.c.state == asked.state.value)
        if asked.item_id is not None:
            query = query.where(CLAIMS.c.item_id == asked.item_id)
        if asked.desk_id is not None:
            query = query.where(ITEMS.c.desk_id == asked.desk_id)
        if asked.airline is not None:
            query = query.where(ITEMS.c.airline == asked.airline)
        if asked.flight_id is not None:
            query = query.where(ITEMS.c.flight_id == asked.flight_id)
        if asked.numbers:
            reports = select(REPORTS.c.id).where(REPORTS.c.number.in_(asked.numbers))
            query = query.where(
                or_(
                    CLAIMS.c.number.in_(asked.numbers),
                    ITEMS.c.number.in_(asked.numbers),
                    CLAIMS.c.report_id.in_(reports),
                )
            )
        waiting = asked.state in (ClaimState.SUBMITTED, ClaimState.APPROVED)
        if cursor is not None:
            query = query.where(CLAIMS.c.id > cursor if waiting else CLAIMS.c.id < cursor)
        order = CLAIMS.c.id if waiting else CLAIMS.c.id.desc()
        return [claim_of(row) for row in self._connection.execute(query.order_by(order).limit(limit))]

    def record_of(self, passenger_id: str, since: datetime) -> Record:
        """What an account claimed since; open ones whenever they were."""
        wrong = and_(
            CLAIMS.c.state == ClaimState.REFUSED.value,
            CLAIMS.c.reason.in_([each.value for each in COUNTED]),
            CLAIMS.c.ended_at > since,
        )
        recent = CLAIMS.c.submitted_at > since
        query = select(
            _count(recent),
            _count(CLAIMS.c.state.in_(_OPEN)),
            _count(wrong),
            _count(and_(recent, CLAIMS.c.state == ClaimState.HANDED_OVER.value)),
        ).where(CLAIMS.c.passenger_id == passenger_id)
        claims, open_, refused, returned = self._connection.execute(query).one()
        filed = select(func.count()).where(REPORTS.c.passenger_id == passenger_id, REPORTS.c.filed_at > since)
        reports = self._connection.execute(filed).scalar_one()
        return Record(int(claims), int(open_), int(refused), int(returned), int(reports))

    def overdue_claims(self, now: datetime, limit: int) -> list[str]:
        """Approved, to be fetched, and not fetched in time."""
        query = (
            select(CLAIMS.c.id)
            .where(
                CLAIMS.c.state == ClaimState.APPROVED.value,
                CLAIMS.c.way == "pickup",
                CLAIMS.c.fetch_by <= now,
            )
            .order_by(CLAIMS.c.fetch_by)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def forgotten_claims(
        self, fetch_before: datetime, decided_before: datetime, trace: str, limit: int
    ) -> list[str]:
        """Approved, to be fetched before then, decided before then, and without a trace of this name."""
        told = select(TRACES.c.id).where(TRACES.c.about_id == CLAIMS.c.id, TRACES.c.what == trace)
        query = (
            select(CLAIMS.c.id)
            .where(
                CLAIMS.c.state == ClaimState.APPROVED.value,
                CLAIMS.c.way == "pickup",
                CLAIMS.c.fetch_by <= fetch_before,
                CLAIMS.c.decided_at <= decided_before,
                ~told.exists(),
            )
            .order_by(CLAIMS.c.fetch_by)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def windows_taken(self, desk_id: str | None, since: datetime) -> dict[datetime, int]:
        """How many come to a desk in each window that begins after."""
        query = (
            select(CLAIMS.c.window_from, func.count())
            .join(ITEMS, ITEMS.c.id == CLAIMS.c.item_id)
            .where(
                CLAIMS.c.state == ClaimState.APPROVED.value,
                CLAIMS.c.window_from >= since,
                ITEMS.c.desk_id == desk_id,
            )
            .group_by(CLAIMS.c.window_from)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    # --- handovers

    def add_handover(self, handover: Handover) -> None:
        """Raises AlreadyHandedOver: an item goes to one owner once, whatever the code does."""
        try:
            self._connection.execute(insert(HANDOVERS).values(values_of(handover)))
        except IntegrityError:
            raise AlreadyHandedOver from None

    def handover(self, claim_id: str) -> Handover | None:
        row = self._connection.execute(select(HANDOVERS).where(HANDOVERS.c.claim_id == claim_id)).first()
        return None if row is None else handover_of(row)

    # --- evidence

    def add_evidence(
        self, photo_id: str, about: tuple[EvidenceKind, str], sealed: tuple[str, str], at: datetime
    ) -> None:
        """sealed: photo and thumbnail."""
        row = {"id": photo_id, "about": about[0].value, "about_id": about[1], "at": at}
        self._connection.execute(
            insert(EVIDENCE).values(**row, jpeg_sealed=sealed[0], thumbnail_sealed=sealed[1])
        )

    def evidence_ids(self, about_ids: Sequence[str]) -> dict[str, list[str]]:
        """By what they are about, the oldest first."""
        found: dict[str, list[str]] = {each: [] for each in about_ids}
        query = select(EVIDENCE.c.id, EVIDENCE.c.about_id).where(EVIDENCE.c.about_id.in_(about_ids))
        for row in self._connection.execute(query.order_by(EVIDENCE.c.id)):
            found[row.about_id].append(row.id)
        return found

    def evidence(self, photo_id: str, size: Size) -> tuple[EvidenceKind, str, str] | None:
        """What a photo is about, its id, and the sealed photo."""
        column = EVIDENCE.c.jpeg_sealed if size is Size.FULL else EVIDENCE.c.thumbnail_sealed
        query = select(EVIDENCE.c.about, EVIDENCE.c.about_id, column).where(EVIDENCE.c.id == photo_id)
        row = self._connection.execute(query).first()
        return None if row is None else (EvidenceKind(row[0]), row[1], row[2])

    # --- traces

    def add_trace(self, trace: Trace) -> None:
        self._connection.execute(insert(TRACES).values(vars(trace)))

    def traces(self, about_id: str) -> list[Trace]:
        query = select(TRACES).where(TRACES.c.about_id == about_id).order_by(TRACES.c.id)
        return [
            Trace(row.about_id, row.at, row.actor, row.what, row.note)
            for row in self._connection.execute(query)
        ]


def _count(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

"""Cards of campaigns, codes in people's wallets, and what is to be done about them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.notify.store.card_tables import CARD_CODES, CARD_ERRANDS, CARDS


@dataclass(frozen=True)
class CardRow:
    """card_id: None until WeChat made it. said: as WeChat was told it last, as JSON."""

    campaign_id: str
    card_id: str | None
    version: int
    said: str


@dataclass(frozen=True)
class CodeRow:
    """code: sealed. state: domain.CodeState's value."""

    code_index: str
    code: str
    card_id: str
    campaign_id: str
    passenger_id: str
    coupon_id: str | None
    state: str
    signed_at: datetime


@dataclass(frozen=True)
class Errand:
    """kind: domain.ErrandKind's value. subject: a campaign's id, or a code's index."""

    id: int
    kind: str
    subject: str
    state: str
    attempts: int
    not_before_at: datetime
    reason: str | None
    created_at: datetime


class Cards:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._upsert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert

    def card(self, campaign_id: str) -> CardRow | None:
        row = self._connection.execute(select(CARDS).where(CARDS.c.campaign_id == campaign_id)).first()
        return None if row is None else CardRow(**row._mapping)

    def is_ours(self, card_id: str) -> bool:
        """Whether this card is one of ours: the account may have others."""
        return bool(self._connection.execute(select(exists().where(CARDS.c.card_id == card_id))).scalar())

    def note_campaign(self, campaign_id: str, version: int) -> bool:
        """False, and nothing changed, when this or a later version was heard before."""
        values = {"campaign_id": campaign_id, "card_id": None, "version": version, "said": ""}
        noted = self._connection.execute(
            self._upsert(CARDS)
            .values(values)
            .on_conflict_do_update(
                index_elements=["campaign_id"], set_={"version": version}, where=CARDS.c.version < version
            )
        )
        return noted.rowcount == 1

    def save_card(self, campaign_id: str, card_id: str, said: str) -> None:
        self._connection.execute(
            update(CARDS).where(CARDS.c.campaign_id == campaign_id).values(card_id=card_id, said=said)
        )

    def add_code(self, code: CodeRow) -> None:
        """One more; one that is there already stays as it is."""
        self._connection.execute(self._upsert(CARD_CODES).values(asdict(code)).on_conflict_do_nothing())

    def code(self, code_index: str) -> CodeRow | None:
        row = self._connection.execute(
            select(CARD_CODES).where(CARD_CODES.c.code_index == code_index)
        ).first()
        return None if row is None else CodeRow(**row._mapping)

    def codes_of(self, coupon_id: str) -> list[CodeRow]:
        """Every code that was signed for this coupon or became its."""
        rows = self._connection.execute(
            select(CARD_CODES).where(CARD_CODES.c.coupon_id == coupon_id).order_by(CARD_CODES.c.signed_at)
        )
        return [CodeRow(**row._mapping) for row in rows]

    def codes_held(self, passenger_ids: Collection[str]) -> list[CodeRow]:
        """Every code that was signed for these travellers."""
        query = select(CARD_CODES).where(CARD_CODES.c.passenger_id.in_(passenger_ids))
        rows = self._connection.execute(query.order_by(CARD_CODES.c.signed_at))
        return [CodeRow(**row._mapping) for row in rows]

    def set_code(
        self, code_index: str, before: Collection[str], state: str, coupon_id: str | None = None
    ) -> bool:
        """Whether it was in one of the states `before`, and is in `state` now. coupon_id: None keeps it."""
        values: dict[str, str] = {"state": state}
        if coupon_id is not None:
            values["coupon_id"] = coupon_id
        changed = self._connection.execute(
            update(CARD_CODES)
            .where(CARD_CODES.c.code_index == code_index, CARD_CODES.c.state.in_(before))
            .values(values)
        )
        return changed.rowcount == 1

    # --- errands -------------------------------------------------------------------------------------------

    def add_errand(self, kind: str, subject: str, not_before_at: datetime, now: datetime) -> None:
        """Let it be done, or done once more if it was before."""
        values = {"kind": kind, "subject": subject, "created_at": now}
        again = {"state": "open", "attempts": 0, "not_before_at": not_before_at, "reason": None}
        self._connection.execute(
            self._upsert(CARD_ERRANDS)
            .values(values | again)
            .on_conflict_do_update(index_elements=["kind", "subject"], set_=again)
        )

    def errand(self, kind: str, subject: str) -> Errand | None:
        row = self._connection.execute(
            select(CARD_ERRANDS).where(CARD_ERRANDS.c.kind == kind, CARD_ERRANDS.c.subject == subject)
        ).first()
        return None if row is None else Errand(**row._mapping)

    def is_due(self, now: datetime) -> bool:
        """Whether any errand waits to be done now."""
        waits = exists().where(CARD_ERRANDS.c.state == "open", CARD_ERRANDS.c.not_before_at <= now)
        return bool(self._connection.execute(select(waits)).scalar())

    def begin_errands(self, now: datetime, until: datetime, limit: int) -> list[Errand]:
        """Those that are due; nobody else gets them before `until`, by when they are settled or begun anew."""
        due = (
            select(CARD_ERRANDS.c.id)
            .where(CARD_ERRANDS.c.state == "open", CARD_ERRANDS.c.not_before_at <= now)
            .order_by(CARD_ERRANDS.c.not_before_at, CARD_ERRANDS.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = self._connection.execute(
            update(CARD_ERRANDS)
            .where(CARD_ERRANDS.c.id.in_(due))
            .values(not_before_at=until, attempts=CARD_ERRANDS.c.attempts + 1)
            .returning(*CARD_ERRANDS.c)
        )
        return sorted((Errand(**row._mapping) for row in rows), key=lambda errand: errand.id)

    def settle_errand(self, errand: Errand, state: str, reason: str | None, not_before_at: datetime) -> bool:
        """False, and nothing changed, when it was asked for anew meanwhile."""
        settled = self._connection.execute(
            update(CARD_ERRANDS)
            .where(CARD_ERRANDS.c.id == errand.id, CARD_ERRANDS.c.attempts == errand.attempts)
            .values(state=state, reason=reason, not_before_at=not_before_at)
        )
        return settled.rowcount == 1

    def errands(self, state: str, limit: int, campaign_id: str | None = None) -> list[Errand]:
        """Of a state, and of a campaign if it is named; the oldest first."""
        wanted = select(CARD_ERRANDS).where(CARD_ERRANDS.c.state == state)
        if campaign_id is not None:
            its_code = exists().where(
                CARD_CODES.c.code_index == CARD_ERRANDS.c.subject, CARD_CODES.c.campaign_id == campaign_id
            )
            wanted = wanted.where(or_(CARD_ERRANDS.c.subject == campaign_id, its_code))
        rows = self._connection.execute(wanted.order_by(CARD_ERRANDS.c.id).limit(limit))
        return [Errand(**row._mapping) for row in rows]

    def reopen(self, errand_ids: Collection[int], now: datetime) -> int:
        """Let those that are stuck be tried again; how many were."""
        reopened = self._connection.execute(
            update(CARD_ERRANDS)
            .where(CARD_ERRANDS.c.id.in_(errand_ids), CARD_ERRANDS.c.state == "stuck")
            .values(state="open", attempts=0, not_before_at=now, reason=None)
        )
        return reopened.rowcount

    # --- travellers ----------------------------------------------------------------------------------------

    def merge(self, from_id: str, into_id: str) -> None:
        """Give what one traveller has to another."""
        self._connection.execute(
            update(CARD_CODES).where(CARD_CODES.c.passenger_id == from_id).values(passenger_id=into_id)
        )

    def erase(self, passenger_ids: Collection[str]) -> list[str]:
        """Forget whose codes these travellers' were; the indexes of those that WeChat holds as good ones."""
        theirs = CARD_CODES.c.passenger_id.in_(passenger_ids)
        held = list(
            self._connection.execute(
                select(CARD_CODES.c.code_index).where(theirs, CARD_CODES.c.state.in_(("taken", "bound")))
            ).scalars()
        )
        self._connection.execute(
            update(CARD_CODES).where(theirs).values(passenger_id="", coupon_id=None, campaign_id="")
        )
        return held

    def purge(self, before: datetime) -> None:
        """Forget what is over: codes that were signed, and errands that were done, before then."""
        over = ("used", "void", "deleted", "refused", "lapsed")
        self._connection.execute(
            delete(CARD_CODES).where(CARD_CODES.c.signed_at < before, CARD_CODES.c.state.in_(over))
        )
        self._connection.execute(
            delete(CARD_ERRANDS).where(CARD_ERRANDS.c.created_at < before, CARD_ERRANDS.c.state == "done")
        )

"""After-sales cases, invoices, and what a shop took in a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from kernel.saga.rows import WrongStep
from services.shop.domain.cases import Case, CaseLine
from services.shop.domain.invoices import Invoice
from services.shop.domain.parcels import Line
from services.shop.schemas.order_words import CaseReason, CaseState, InvoiceKind, InvoiceState
from services.shop.store.case_tables import CASE_LINES, CASE_PHOTOS, CASE_STEPS, CASES, INVOICES
from services.shop.store.order_tables import LINE_REFUNDS, PARCEL_LINES, PARCELS
from services.shop.store.parcels import line_of

_CASE: Final = tuple(each.name for each in fields(Case) if each.name != "lines")
_INVOICE: Final = tuple(
    each.name for each in fields(Invoice) if each.name not in ("amount_fen", "changed_fen", "parcels")
)
_NEW: Final = "new"


@dataclass(frozen=True)
class CaseQuery:
    """shop_ids None: all. after: (opened_at, id) of the last one seen."""

    shop_ids: tuple[str, ...] | None
    states: tuple[CaseState, ...]
    after: tuple[datetime, str] | None
    limit: int


@dataclass(frozen=True)
class InvoiceQuery:
    """merchant_ids None: all. after: (asked_at, id) of the last one seen."""

    merchant_ids: tuple[str, ...] | None
    states: tuple[InvoiceState, ...]
    after: tuple[datetime, str] | None
    limit: int


class CaseRows:
    """Whoever changes a case has locked its order."""

    _connection: Connection

    def add_case(self, case: Case, photos: list[dict[str, str]], actor: str) -> None:
        """The database refuses a second open one of a parcel."""
        self._connection.execute(insert(CASES).values(_case_row(case)))
        rows = [
            {"case_id": case.id, "line_id": e.line_id, "quantity": e.quantity, "paid_fen": e.paid_fen}
            for e in case.lines
        ]
        self._connection.execute(insert(CASE_LINES), rows)
        if photos:
            self._connection.execute(insert(CASE_PHOTOS), [{**each, "case_id": case.id} for each in photos])
        self._trace(case, _NEW, case.opened_at, actor)

    def case(self, case_id: str) -> Case | None:
        found = self._cases(select(CASES).where(CASES.c.id == case_id))
        return found[0] if found else None

    def cases_of(self, order_ids: Collection[str]) -> list[Case]:
        """The newest first."""
        query = select(CASES).where(CASES.c.order_id.in_(list(order_ids)))
        return self._cases(query.order_by(CASES.c.opened_at.desc(), CASES.c.id))

    def list_cases(self, asked: CaseQuery) -> list[Case]:
        """The oldest first."""
        query = select(CASES).where(CASES.c.state.in_([each.value for each in asked.states]))
        if asked.shop_ids is not None:
            query = query.where(CASES.c.shop_id.in_(asked.shop_ids))
        if asked.after is not None:
            at, id_ = asked.after
            later = (CASES.c.opened_at == at) & (CASES.c.id > id_)
            query = query.where((CASES.c.opened_at > at) | later)
        return self._cases(query.order_by(CASES.c.opened_at, CASES.c.id).limit(asked.limit))

    def step_case(self, case: Case, to: CaseState, at: datetime, actor: str, **changes: Any) -> Case:
        """In its next state, with the audit's row. Raises WrongStep when it changed since it was read."""
        after = replace(case, state=to, version=case.version + 1, **changes)
        saved = self._connection.execute(
            update(CASES)
            .where(CASES.c.id == case.id, CASES.c.version == case.version)
            .values(_case_row(after))
        )
        if saved.rowcount != 1:
            raise WrongStep("the case changed meanwhile")
        self._trace(after, case.state.value, at, actor)
        return after

    def cases_refunded(self, order_id: str, now: datetime) -> None:
        """All money of a locked order is back: so is that of its accepted cases."""
        query = select(CASES).where(CASES.c.order_id == order_id, CASES.c.state == CaseState.ACCEPTED.value)
        for case in self._cases(query):
            self.step_case(case, CaseState.REFUNDED, now, "till")

    def case_photos(self, case_ids: Collection[str]) -> dict[str, list[str]]:
        """Ids by case."""
        found: dict[str, list[str]] = {each: [] for each in case_ids}
        query = select(CASE_PHOTOS.c.case_id, CASE_PHOTOS.c.id).where(CASE_PHOTOS.c.case_id.in_(list(found)))
        for row in self._connection.execute(query.order_by(CASE_PHOTOS.c.id)):
            found[row.case_id].append(row.id)
        return found

    def case_photo(self, photo_id: str) -> tuple[str, str, str] | None:
        """(case_id, thumbnail, jpeg), both sealed."""
        row = self._connection.execute(select(CASE_PHOTOS).where(CASE_PHOTOS.c.id == photo_id)).first()
        return None if row is None else (row.case_id, row.thumbnail_sealed, row.jpeg_sealed)

    # --- invoices

    def add_invoice(self, row: dict[str, Any]) -> None:
        self._connection.execute(insert(INVOICES).values(row))

    def invoice(self, invoice_id: str) -> Invoice | None:
        found = self._invoices(select(INVOICES).where(INVOICES.c.id == invoice_id))
        return found[0] if found else None

    def invoices_of(self, order_ids: Collection[str]) -> list[Invoice]:
        if not order_ids:
            return []
        query = select(INVOICES).where(INVOICES.c.order_id.in_(list(order_ids)))
        return self._invoices(query.order_by(INVOICES.c.order_id, INVOICES.c.merchant_id))

    def list_invoices(self, asked: InvoiceQuery) -> list[Invoice]:
        """The oldest first."""
        query = select(INVOICES).where(INVOICES.c.state.in_([each.value for each in asked.states]))
        if asked.merchant_ids is not None:
            query = query.where(INVOICES.c.merchant_id.in_(asked.merchant_ids))
        if asked.after is not None:
            at, id_ = asked.after
            later = (INVOICES.c.asked_at == at) & (INVOICES.c.id > id_)
            query = query.where((INVOICES.c.asked_at > at) | later)
        return self._invoices(query.order_by(INVOICES.c.asked_at, INVOICES.c.id).limit(asked.limit))

    def answer_invoice(self, invoice: Invoice, to: InvoiceState, **changes: Any) -> bool:
        """False, and nothing changed, when somebody answered before."""
        done = self._connection.execute(
            update(INVOICES)
            .where(INVOICES.c.id == invoice.id, INVOICES.c.state == InvoiceState.ASKED.value)
            .values(state=to.value, **changes)
        )
        return done.rowcount == 1

    # --- takings

    def paid_parcels(self, shop_id: str, since: datetime, until: datetime) -> list[Any]:
        """Rows of a shop's parcels paid in between: id, order_id, placed_at, goods_fen, discount_fen."""
        names = ("id", "order_id", "placed_at", "goods_fen", "discount_fen")
        query = select(*(PARCELS.c[name] for name in names)).where(
            PARCELS.c.shop_id == shop_id, PARCELS.c.placed_at >= since, PARCELS.c.placed_at < until
        )
        return list(self._connection.execute(query.order_by(PARCELS.c.placed_at)))

    def paid_back(self, shop_id: str, since: datetime, until: datetime) -> list[Any]:
        """Rows of what a shop promised back in between: at, pieces, amount_fen, order_id, line_id, variant_id."""
        names = ("at", "pieces", "amount_fen", "order_id", "line_id")
        query = (
            select(*(LINE_REFUNDS.c[name] for name in names), PARCEL_LINES.c.variant_id)
            .join_from(LINE_REFUNDS, PARCEL_LINES)
            .where(LINE_REFUNDS.c.shop_id == shop_id, LINE_REFUNDS.c.at >= since, LINE_REFUNDS.c.at < until)
        )
        return list(self._connection.execute(query.order_by(LINE_REFUNDS.c.at)))

    def sold_lines(self, parcel_ids: Collection[str]) -> list[Line]:
        """What these parcels were paid for; not what came in place of missing pieces."""
        query = select(PARCEL_LINES).where(
            PARCEL_LINES.c.parcel_id.in_(list(parcel_ids)), PARCEL_LINES.c.replaces.is_(None)
        )
        return [line_of(row) for row in self._connection.execute(query)]

    # --- inside

    def _trace(self, case: Case, before: str, at: datetime, actor: str) -> None:
        row = {
            "case_id": case.id,
            "number": case.version,
            "before": before,
            "after": case.state.value,
            "at": at,
            "actor": actor,
        }
        self._connection.execute(insert(CASE_STEPS).values(row))

    def _cases(self, query: Any) -> list[Case]:
        rows = self._connection.execute(query).all()
        lines: dict[str, list[CaseLine]] = {row.id: [] for row in rows}
        if lines:
            asked = select(CASE_LINES).where(CASE_LINES.c.case_id.in_(list(lines)))
            for each in self._connection.execute(asked.order_by(CASE_LINES.c.line_id)):
                lines[each.case_id].append(CaseLine(each.line_id, each.quantity, each.paid_fen))
        return [_case(row, tuple(lines[row.id])) for row in rows]

    def _backs(self, order_ids: Collection[str]) -> list[Any]:
        """Rows of what was promised back of orders: order_id, merchant_id, at, amount_fen."""
        query = (
            select(
                LINE_REFUNDS.c.order_id, PARCELS.c.merchant_id, LINE_REFUNDS.c.at, LINE_REFUNDS.c.amount_fen
            )
            .join_from(LINE_REFUNDS, PARCEL_LINES)
            .join(PARCELS, PARCELS.c.id == PARCEL_LINES.c.parcel_id)
            .where(LINE_REFUNDS.c.order_id.in_(sorted(order_ids)))
        )
        return list(self._connection.execute(query))

    def _invoices(self, query: Any) -> list[Invoice]:
        rows = self._connection.execute(query).all()
        orders = {row.order_id for row in rows}
        refunds = (
            select(PARCEL_LINES.c.parcel_id, func.sum(PARCEL_LINES.c.refund_fen).label("fen"))
            .group_by(PARCEL_LINES.c.parcel_id)
            .subquery()
        )
        asked = (
            select(
                PARCELS.c.order_id,
                PARCELS.c.merchant_id,
                PARCELS.c.number,
                (PARCELS.c.goods_fen - PARCELS.c.discount_fen - refunds.c.fen).label("left_fen"),
            )
            .join_from(PARCELS, refunds, refunds.c.parcel_id == PARCELS.c.id)
            .where(PARCELS.c.order_id.in_(sorted(orders)))
            .order_by(PARCELS.c.number)
        )
        parcels = self._connection.execute(asked).all() if rows else []
        backs = self._backs(orders) if rows else []
        return [
            _invoice(
                row,
                _since(row, backs),
                [
                    each
                    for each in parcels
                    if (each.order_id, each.merchant_id) == (row.order_id, row.merchant_id)
                ],
            )
            for row in rows
        ]


def _since(row: Row[Any], backs: list[Any]) -> int:
    """What went back of a merchant's part of an order since its invoice was answered, or else asked for."""
    since = row.answered_at or row.asked_at
    mine = (each for each in backs if (each.order_id, each.merchant_id) == (row.order_id, row.merchant_id))
    return sum(each.amount_fen for each in mine if each.at > since)


def _case_row(case: Case) -> dict[str, Any]:
    values = {name: getattr(case, name) for name in _CASE}
    return values | {"state": case.state.value, "reason": case.reason.value}


def _case(row: Row[Any], lines: tuple[CaseLine, ...]) -> Case:
    values = {name: row._mapping[name] for name in _CASE}
    return Case(**values | {"state": CaseState(row.state), "reason": CaseReason(row.reason)}, lines=lines)


def _invoice(row: Row[Any], changed_fen: int, parcels: list[Any]) -> Invoice:
    values = {name: row._mapping[name] for name in _INVOICE} | {
        "kind": InvoiceKind(row.kind),
        "state": InvoiceState(row.state),
    }
    left = int(sum(each.left_fen for each in parcels))
    amount_fen = left if row.answered_at is None else left + changed_fen
    numbers = tuple(each.number for each in parcels)
    return Invoice(**values, amount_fen=amount_fen, changed_fen=changed_fen, parcels=numbers)

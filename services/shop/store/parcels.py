"""Parcels, their lines and steps, what buyers are asked, and what went back for which line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, bindparam, insert, literal_column, select, update

from kernel.db import Whether
from kernel.ids import new_id
from kernel.postgres import together
from kernel.saga.rows import WrongStep
from services.shop.domain.parcels import NEW, OPEN, Ask, Line, Parcel, Step
from services.shop.schemas.order_words import AskKind, Choice, ParcelState, Way
from services.shop.store.order_tables import ASKS, AWAITED, LINE_REFUNDS, PARCEL_LINES, PARCEL_STEPS, PARCELS

_PARCEL: Final = tuple(each.name for each in fields(Parcel) if each.name != "lines")
_LINE: Final = tuple(each.name for each in fields(Line))
_AT_THE_SHOP: Final = (ParcelState.PLACED, ParcelState.PICKING, ParcelState.READY)
_ASK: Final = tuple(each.name for each in fields(Ask))
# Made once: making a statement costs as much as executing it.
_ADD: Final = insert(PARCELS)
_ADD_LINE: Final = insert(PARCEL_LINES)
_APPEND: Final = insert(PARCEL_STEPS)
_OF_ORDERS: Final = (
    select(PARCELS)
    .where(PARCELS.c.order_id.in_(bindparam("orders", expanding=True)))
    .order_by(PARCELS.c.order_id, PARCELS.c.number)
)
_LINES_OF: Final = (
    select(PARCEL_LINES)
    .where(PARCEL_LINES.c.parcel_id.in_(bindparam("parcels", expanding=True)))
    .order_by(PARCEL_LINES.c.number)
)
# The states as the index has them: SQLite knows only then that it may use it.
_FOLLOWED: Final = Whether(PARCELS.c.flight_id, literal_column(f"({AWAITED})"))


@dataclass(frozen=True)
class Who:
    """Who takes a step, and why. at: the airport's time."""

    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class ParcelQuery:
    """shop_ids None: all. after: (promised_until, id) of the last one seen."""

    shop_ids: tuple[str, ...] | None
    states: tuple[ParcelState, ...]
    after: tuple[datetime, str] | None
    limit: int


class ParcelRows:
    """Whoever changes one has locked its order."""

    _connection: Connection

    def add_parcel(self, parcel: Parcel, flight_id: str | None, who: Who) -> None:
        """A new one, with its lines and its first step."""
        row = _parcel_row(parcel) | {"flight_id": flight_id}
        with together(self._connection):
            self._append(parcel, NEW, who)
            self._connection.execute(_ADD, row)
            for each in parcel.lines:
                self._connection.execute(_ADD_LINE, _line_row(each))

    def parcels_of(self, order_ids: Collection[str]) -> list[Parcel]:
        """With their lines, by number."""
        if not order_ids:
            return []
        return self._with_lines(self._connection.execute(_OF_ORDERS, {"orders": list(order_ids)}).all())

    def parcel(self, parcel_id: str) -> Parcel | None:
        return self._one(select(PARCELS).where(PARCELS.c.id == parcel_id))

    def parcel_numbered(self, number: str) -> Parcel | None:
        return self._one(select(PARCELS).where(PARCELS.c.number == number))

    def parcel_coded(self, candidates: Collection[str]) -> Parcel | None:
        """The one whose code has this keyed index, under any of our keys."""
        return self._one(select(PARCELS).where(PARCELS.c.code_index.in_(list(candidates))))

    def list_parcels(self, asked: ParcelQuery) -> list[Parcel]:
        """The most urgent first."""
        query = select(PARCELS).where(PARCELS.c.state.in_([each.value for each in asked.states]))
        if asked.shop_ids is not None:
            query = query.where(PARCELS.c.shop_id.in_(asked.shop_ids))
        if asked.after is not None:
            at, id_ = asked.after
            later = (PARCELS.c.promised_until == at) & (PARCELS.c.id > id_)
            query = query.where((PARCELS.c.promised_until > at) | later)
        return self._parcels(query.order_by(PARCELS.c.promised_until, PARCELS.c.id).limit(asked.limit))

    def is_followed(self, flight_id: str) -> bool:
        """Whether somebody waits for a parcel and this flight, or may still pay for one."""
        return _FOLLOWED.found(self._connection, flight_id)

    def followed_among(self, flight_ids: Collection[str]) -> set[str]:
        """Those of these flights that somebody waits for with a parcel."""
        return _FOLLOWED.among(self._connection, flight_ids)

    def orders_on(self, flight_id: str) -> list[str]:
        """Orders with open parcels for a flight."""
        query = select(PARCELS.c.order_id).where(PARCELS.c.flight_id == flight_id, _open()).distinct()
        return list(self._connection.execute(query.order_by(PARCELS.c.order_id)).scalars())

    def uncollected(self, before: datetime, limit: int) -> list[tuple[str, str]]:
        """(order_id, parcel_id) of what should have been fetched long ago. What somebody walked off with is for people to
        find out about."""
        waits = PARCELS.c.state.in_([each.value for each in _AT_THE_SHOP])
        query = select(PARCELS.c.order_id, PARCELS.c.id).where(waits, PARCELS.c.promised_until < before)
        return [(row[0], row[1]) for row in self._connection.execute(query.limit(limit))]

    def step_parcel(self, parcel: Parcel, to: ParcelState, who: Who, **changes: Any) -> Parcel:
        """In its next state, saved with the audit's row. Raises WrongStep when it changed since it was read; the database
        refuses a step that isn't legal."""
        over = None if to in OPEN or to is ParcelState.HELD else who.at
        ended: dict[str, Any] = {"ended_at": over}
        if over is not None:
            ended["code_sealed"] = None
        after = replace(
            parcel, state=to, steps=parcel.steps + 1, version=parcel.version + 1, **ended | changes
        )
        self._append(after, parcel.state.value, who)
        return self._save(parcel, after)

    def change_parcel(self, parcel: Parcel, **changes: Any) -> Parcel:
        """With other values, and in the same state."""
        return self._save(parcel, replace(parcel, version=parcel.version + 1, **changes))

    def parcel_steps(self, parcel_id: str) -> list[Step]:
        query = select(PARCEL_STEPS).where(PARCEL_STEPS.c.parcel_id == parcel_id)
        return [
            Step(row.parcel_id, row.number, row.before, ParcelState(row.after), row.at, row.actor, row.reason)
            for row in self._connection.execute(query.order_by(PARCEL_STEPS.c.number))
        ]

    # --- lines

    def add_line(self, line: Line) -> None:
        self._connection.execute(insert(PARCEL_LINES).values(_line_row(line)))

    def save_line(self, before: Line, after: Line) -> None:
        """What came back of it. before: as it was read, its order locked."""
        saved = self._connection.execute(
            update(PARCEL_LINES)
            .where(
                PARCEL_LINES.c.id == before.id,
                PARCEL_LINES.c.missing == before.missing,
                PARCEL_LINES.c.returned == before.returned,
            )
            .values(missing=after.missing, returned=after.returned, refund_fen=after.refund_fen)
        )
        if saved.rowcount != 1:
            raise WrongStep("the line changed meanwhile")

    def line(self, line_id: str) -> Line | None:
        row = self._connection.execute(select(PARCEL_LINES).where(PARCEL_LINES.c.id == line_id)).first()
        return None if row is None else line_of(row)

    def note_refund(self, line: Line, parcel: Parcel, what: tuple[int, int, str], at: datetime) -> None:
        """what: pieces, fen, why."""
        pieces, amount_fen, why = what
        row = {
            "id": new_id(),
            "line_id": line.id,
            "order_id": parcel.order_id,
            "shop_id": parcel.shop_id,
            "pieces": pieces,
            "amount_fen": amount_fen,
            "why": why,
            "at": at,
        }
        self._connection.execute(insert(LINE_REFUNDS).values(row))

    # --- asks

    def add_ask(self, ask: Ask) -> None:
        """The database refuses a second open one of a parcel."""
        row = asdict(ask) | {
            "kind": ask.kind.value,
            "choices": orjson.dumps([each.value for each in ask.choices]).decode(),
            "after": ask.after.value,
            "words": orjson.dumps(dict(ask.words)).decode(),
            "offer": None if ask.offer is None else orjson.dumps(dict(ask.offer)).decode(),
            "answer": ask.answer and ask.answer.value,
        }
        self._connection.execute(insert(ASKS).values(row))

    def ask(self, ask_id: str) -> Ask | None:
        row = self._connection.execute(select(ASKS).where(ASKS.c.id == ask_id)).first()
        return None if row is None else _ask(row)

    def open_asks(self, parcel_ids: Collection[str]) -> dict[str, Ask]:
        """By parcel."""
        if not parcel_ids:
            return {}
        query = select(ASKS).where(ASKS.c.parcel_id.in_(list(parcel_ids)), ASKS.c.answer.is_(None))
        return {row.parcel_id: _ask(row) for row in self._connection.execute(query)}

    def was_asked(self, parcel_id: str, kind: AskKind) -> bool:
        query = select(ASKS.c.id).where(ASKS.c.parcel_id == parcel_id, ASKS.c.kind == kind.value)
        return self._connection.execute(query.limit(1)).first() is not None

    def overdue_asks(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        """(order_id, ask_id) of what nobody answered in time."""
        query = (
            select(PARCELS.c.order_id, ASKS.c.id)
            .join_from(ASKS, PARCELS)
            .where(ASKS.c.answer.is_(None), ASKS.c.until <= now)
            .order_by(ASKS.c.until)
            .limit(limit)
        )
        return [(row[0], row[1]) for row in self._connection.execute(query)]

    def answer_ask(self, ask: Ask, answer: Choice, who: Who) -> bool:
        """False, and nothing changed, when it was answered before."""
        done = self._connection.execute(
            update(ASKS)
            .where(ASKS.c.id == ask.id, ASKS.c.answer.is_(None))
            .values(answer=answer.value, answered_at=who.at, answered_by=who.actor)
        )
        return done.rowcount == 1

    # --- inside

    def _append(self, parcel: Parcel, before: str, who: Who) -> None:
        row = {
            "parcel_id": parcel.id,
            "number": parcel.steps,
            "previous": parcel.steps - 1 or None,
            "before": before,
            "after": parcel.state.value,
            "at": who.at,
            "actor": who.actor,
            "reason": who.reason,
        }
        self._connection.execute(_APPEND, row)

    def _save(self, before: Parcel, after: Parcel) -> Parcel:
        was = _parcel_row(before)
        changed = {name: value for name, value in _parcel_row(after).items() if value != was[name]}
        saved = self._connection.execute(
            update(PARCELS)
            .where(PARCELS.c.id == before.id, PARCELS.c.version == before.version)
            .values(changed)
        )
        if saved.rowcount != 1:
            raise WrongStep("the parcel changed meanwhile")
        return after

    def _one(self, query: Any) -> Parcel | None:
        found = self._parcels(query)
        return found[0] if found else None

    def _parcels(self, query: Any) -> list[Parcel]:
        return self._with_lines(self._connection.execute(query).all())

    def _with_lines(self, rows: Sequence[Row[Any]]) -> list[Parcel]:
        lines: dict[str, list[Line]] = {row.id: [] for row in rows}
        if lines:
            for each in self._connection.execute(_LINES_OF, {"parcels": list(lines)}):
                lines[each.parcel_id].append(line_of(each))
        return [_parcel(row, tuple(lines[row.id])) for row in rows]


def _open() -> Any:
    return PARCELS.c.state.in_([each.value for each in sorted(OPEN)])


def _parcel_row(parcel: Parcel) -> dict[str, Any]:
    row = {name: getattr(parcel, name) for name in _PARCEL}
    return row | {
        "state": parcel.state.value,
        "way": parcel.way.value,
        "shop": orjson.dumps(dict(parcel.shop)).decode(),
        "why": None if parcel.why is None else orjson.dumps(dict(parcel.why)).decode(),
    }


def _parcel(row: Row[Any], lines: tuple[Line, ...]) -> Parcel:
    values = {name: row._mapping[name] for name in _PARCEL} | {
        "state": ParcelState(row.state),
        "way": Way(row.way),
        "shop": orjson.loads(row.shop),
        "why": row.why and orjson.loads(row.why),
    }
    return Parcel(**values, lines=lines)


def _line_row(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _LINE} | {"words": orjson.dumps(dict(line.words)).decode()}


def line_of(row: Row[Any]) -> Line:
    return Line(**{name: row._mapping[name] for name in _LINE} | {"words": orjson.loads(row.words)})


def _ask(row: Row[Any]) -> Ask:
    values = {name: row._mapping[name] for name in _ASK} | {
        "kind": AskKind(row.kind),
        "choices": tuple(Choice(each) for each in orjson.loads(row.choices)),
        "after": ParcelState(row.after),
        "words": orjson.loads(row.words),
        "offer": row.offer and orjson.loads(row.offer),
        "answer": row.answer and Choice(row.answer),
    }
    return Ask(**values)

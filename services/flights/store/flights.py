"""Legs, their histories and what was refused, in SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import (
    BindParameter,
    Connection,
    Table,
    TextClause,
    Update,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)

from services.flights.domain import Change
from services.flights.store.searching import search
from services.flights.store.shapes import Asked, Kept, LegRow, Listed, Place, RefusalRow
from services.flights.store.tables import CHANGES, FLIGHTS, REFUSALS, TERMS

_CREATION_LOCK: Final = 0x666C6967687473
"""PostgreSQL's advisory lock of those who make legs."""

_IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)
_KNOWN = select(FLIGHTS.c.id).where(FLIGHTS.c.id.in_(_IDS))
_LOCK = (
    select(FLIGHTS.c.id, FLIGHTS.c.version, FLIGHTS.c.board_us, FLIGHTS.c.terms, FLIGHTS.c.state)
    .where(FLIGHTS.c.id.in_(_IDS))
    .order_by(FLIGHTS.c.id)
    .with_for_update()
)
_REFERRERS = select(TERMS.c.flight_id).where(TERMS.c.term.in_(_IDS))
_DOCUMENT = select(FLIGHTS.c.document).where(FLIGHTS.c.id == bindparam("id"))
_DOCUMENTS = select(FLIGHTS.c.id, FLIGHTS.c.document).where(FLIGHTS.c.id.in_(_IDS))
_IN_WINDOW = (FLIGHTS.c.board_us >= bindparam("from_us")) & (FLIGHTS.c.board_us < bindparam("to_us"))
_WINDOW = (
    select(FLIGHTS.c.board_us, FLIGHTS.c.id, FLIGHTS.c.document)
    .where(_IN_WINDOW)
    .order_by(FLIGHTS.c.board_us, FLIGHTS.c.id)
    .limit(bindparam("most"))
)
_WINDOW_AFTER = _WINDOW.where(
    tuple_(FLIGHTS.c.board_us, FLIGHTS.c.id) > tuple_(bindparam("after_us"), bindparam("after_id"))
)
_DIGEST = select(func.count(), func.coalesce(func.sum(FLIGHTS.c.version), 0)).where(_IN_WINDOW)
_HISTORY = (
    select(CHANGES)
    .where(CHANGES.c.flight_id == bindparam("flight_id"))
    .order_by(CHANGES.c.id.desc())
    .limit(bindparam("most"))
)
_REFUSALS = select(REFUSALS).order_by(REFUSALS.c.id.desc()).limit(bindparam("most"))
_TERM_GONE = delete(TERMS).where(
    TERMS.c.term == bindparam("term"),
    TERMS.c.board_us == bindparam("board_us"),
    TERMS.c.flight_id == bindparam("flight_id"),
)
_TERMS_GONE_POSTGRESQL = text(
    "DELETE FROM flight_terms USING"
    " unnest(CAST(:terms AS text[]), CAST(:us AS bigint[]), CAST(:ids AS text[])) AS gone(term, us, id)"
    " WHERE flight_terms.term = gone.term AND board_us = gone.us AND flight_id = gone.id"
)
_OVERWRITTEN: Final = {
    "version": "integer",
    "terminal": "text",
    "board_us": "bigint",
    "terms": "text",
    "document": "text",
    "state": "text",
}


class FlightStore:
    """The store of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postgresql = connection.dialect.name == "postgresql"

    # -- writing

    def known(self, flight_ids: Collection[str]) -> set[str]:
        if not flight_ids:
            return set()
        return set(self._connection.execute(_KNOWN, {"ids": list(flight_ids)}).scalars())

    def lock_creation(self) -> None:
        # SQLite's write lock is held already.
        if self._postgresql:
            self._connection.execute(select(func.pg_advisory_xact_lock(_CREATION_LOCK)))

    def lock(self, flight_ids: Collection[str]) -> dict[str, Kept]:
        if not flight_ids:
            return {}
        rows = self._connection.execute(_LOCK, {"ids": sorted(flight_ids)})
        return {
            flight_id: Kept(version, board_us, frozenset(terms.splitlines()), state)
            for flight_id, version, board_us, terms, state in rows
        }

    def referrers(self, flight_ids: Collection[str]) -> set[str]:
        if not flight_ids:
            return set()
        terms = [f"r:{flight_id}" for flight_id in flight_ids]
        return set(self._connection.execute(_REFERRERS, {"ids": terms}).scalars())

    def save(self, rows: Sequence[LegRow], before: dict[str, Kept]) -> None:
        if not rows:
            return
        values = [_flight_values(row) for row in rows]
        made = [each for each in values if each["id"] not in before]
        if made:
            self._connection.execute(insert(FLIGHTS), made)
        self._overwrite([each for each in values if each["id"] in before], tuple(_OVERWRITTEN))
        gone, new = [], []
        for row in rows:
            kept = before.get(row.flight_id)
            old = {(term, kept.board_us, row.flight_id) for term in kept.terms} if kept else set()
            now = {(term, row.board_us, row.flight_id) for term in row.terms}
            gone += sorted(old - now)
            new += sorted(now - old)
        self._remove_terms(gone)
        if new:
            self._append(TERMS, [_term_values(*term) for term in new])

    def _append(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert many small rows."""
        if not self._postgresql:
            self._connection.execute(insert(table), rows)
            return
        arrays = {name: [row[name] for row in rows] for name in rows[0]}
        self._connection.execute(_appending_postgresql(table.name, tuple(arrays)), arrays)

    def _remove_terms(self, gone: Sequence[tuple[str, int, str]]) -> None:
        if not gone:
            return
        if not self._postgresql:
            # One prepared statement row by row: SQLite has no index for a list of rows.
            self._connection.execute(_TERM_GONE, [_term_values(*term) for term in gone])
            return
        columns = zip(*gone, strict=True)
        arrays = {name: list(column) for name, column in zip(("terms", "us", "ids"), columns, strict=True)}
        self._connection.execute(_TERMS_GONE_POSTGRESQL, arrays)

    def save_states(self, states: dict[str, str]) -> None:
        self._overwrite(
            [{"id": flight_id, "state": state} for flight_id, state in states.items()], ("state",)
        )

    def _overwrite(self, rows: Sequence[dict[str, Any]], columns: tuple[str, ...]) -> None:
        if not rows:
            return
        if not self._postgresql:
            given = [{"id_": row["id"], **{f"new_{name}": row[name] for name in columns}} for row in rows]
            self._connection.execute(_overwriting_sqlite(columns), given)
            return
        arrays = {name: [row[name] for row in rows] for name in ("id", *columns)}
        self._connection.execute(_overwriting_postgresql(columns), arrays)

    def add_changes(self, changes: Sequence[tuple[str, int, Change]], recorded_us: int) -> None:
        if not changes:
            return
        rows = [
            {
                "flight_id": flight_id,
                "version": version,
                "field": change.field,
                "old": orjson.dumps(change.old).decode(),
                "new": orjson.dumps(change.new).decode(),
                "event_us": change.event_us,
                "recorded_us": recorded_us,
                "source_kind": change.kind,
                "source_name": change.source,
            }
            for flight_id, version, change in changes
        ]
        self._append(CHANGES, rows)

    def add_refusals(self, rows: Sequence[RefusalRow]) -> None:
        if rows:
            self._connection.execute(insert(REFUSALS), [row._asdict() for row in rows])

    def purge_flights(self, before_us: int, limit: int) -> int:
        old = self._connection.execute(
            select(FLIGHTS.c.id, FLIGHTS.c.board_us, FLIGHTS.c.terms)
            .where(FLIGHTS.c.board_us < before_us)
            .order_by(FLIGHTS.c.board_us, FLIGHTS.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        if not old:
            return 0
        self._remove_terms([(term, row.board_us, row.id) for row in old for term in row.terms.splitlines()])
        ids = [row.id for row in old]
        self._connection.execute(delete(CHANGES).where(CHANGES.c.flight_id.in_(ids)))
        self._connection.execute(delete(FLIGHTS).where(FLIGHTS.c.id.in_(ids)))
        return len(ids)

    def purge_refusals(self, before_us: int) -> int:
        return self._connection.execute(delete(REFUSALS).where(REFUSALS.c.recorded_us < before_us)).rowcount

    # -- reading

    def document(self, flight_id: str) -> str | None:
        found: str | None = self._connection.execute(_DOCUMENT, {"id": flight_id}).scalar()
        return found

    def history(self, flight_id: str, limit: int) -> list[dict[str, Any]]:
        rows = self._connection.execute(_HISTORY, {"flight_id": flight_id, "most": limit})
        return [
            {
                "field": row.field,
                "old": orjson.loads(row.old),
                "new": orjson.loads(row.new),
                "event_us": row.event_us,
                "recorded_us": row.recorded_us,
                "source_kind": row.source_kind,
                "source_name": row.source_name,
            }
            for row in rows
        ]

    def window(self, from_us: int, to_us: int, after: Place | None, limit: int) -> list[Listed]:
        values = {"from_us": from_us, "to_us": to_us, "most": limit}
        if after is None:
            rows = self._connection.execute(_WINDOW, values)
        else:
            place = {"after_us": after.board_us, "after_id": after.flight_id}
            rows = self._connection.execute(_WINDOW_AFTER, values | place)
        return [Listed(Place(board_us, flight_id), document) for board_us, flight_id, document in rows]

    def digest(self, from_us: int, to_us: int) -> tuple[int, int]:
        count, total = self._connection.execute(_DIGEST, {"from_us": from_us, "to_us": to_us}).one()
        return count, int(total)

    def search(self, asked: Asked) -> list[Listed]:
        places = search(self._connection, asked)
        if not places:
            return []
        rows = self._connection.execute(_DOCUMENTS, {"ids": [place.flight_id for place in places]})
        documents: dict[str, str] = {row.id: row.document for row in rows}
        return [Listed(place, documents[place.flight_id]) for place in places]

    def refusals(self, before_id: int | None, limit: int) -> list[tuple[int, RefusalRow]]:
        statement = _REFUSALS if before_id is None else _REFUSALS.where(REFUSALS.c.id < before_id)
        rows = self._connection.execute(statement, {"most": limit})
        return [(row[0], RefusalRow(*row[1:])) for row in rows]


@cache
def _appending_postgresql(table: str, columns: tuple[str, ...]) -> TextClause:
    """Whole columns instead of rows: a third of the cost of binding each value."""
    names = ", ".join(f'"{name}"' for name in columns)
    arrays = ", ".join(
        f"CAST(:{name} AS {'bigint' if name.endswith('_us') or name == 'version' else 'text'}[])"
        for name in columns
    )
    return text(f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})")  # noqa: S608 - our names


@cache
def _overwriting_sqlite(columns: tuple[str, ...]) -> Update:
    new: dict[str, BindParameter[Any]] = {name: bindparam(f"new_{name}") for name in columns}
    return update(FLIGHTS).where(FLIGHTS.c.id == bindparam("id_")).values(new)


@cache
def _overwriting_postgresql(columns: tuple[str, ...]) -> TextClause:
    """One statement for a whole batch: a round trip for each leg would cost more than all the rest."""
    arrays = ", ".join(f"CAST(:{name} AS {_OVERWRITTEN[name]}[])" for name in columns)
    return text(
        f"UPDATE flights SET {', '.join(f'{name} = new.{name}' for name in columns)}"  # noqa: S608 - our names
        f" FROM unnest(CAST(:id AS text[]), {arrays}) AS new(id, {', '.join(columns)})"
        " WHERE flights.id = new.id"
    )


def _flight_values(row: LegRow) -> dict[str, Any]:
    values = row._asdict()
    values["id"] = values.pop("flight_id")
    values["terms"] = "\n".join(sorted(row.terms))
    return values


def _term_values(term: str, board_us: int, flight_id: str) -> dict[str, Any]:
    return {"term": term, "board_us": board_us, "flight_id": flight_id}

"""Searches over flight_terms: each way reads one index range in the order of boards and stops when it has enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, select, tuple_

from services.flights.store.shapes import Asked, Place
from services.flights.store.tables import FLIGHTS, TERMS

MAX_TERMS: Final = 60
"""A set with more terms than this is checked flight by flight instead of being read from the index."""


def search(connection: Connection, asked: Asked) -> list[Place]:
    """The first `asked.limit` places that answer, in the order of boards."""
    found: set[Place] = set()
    for statement in statements(asked):
        found.update(Place(*row) for row in connection.execute(statement))
    return sorted(found)[: asked.limit]


def statements(asked: Asked) -> list[Select[Any]]:
    """One statement for each way to understand the search."""
    return [_statement(asked, way) for way in asked.ways]


def _statement(asked: Asked, way: tuple[frozenset[str], ...]) -> Select[Any]:
    """Read the first set, the most telling one, from the index; check the others flight by flight."""
    if way and len(way[0]) <= MAX_TERMS:
        return _by_terms(asked, way[0], way[1:])
    return _by_window(asked, way)


def _by_terms(asked: Asked, terms: frozenset[str], others: Sequence[frozenset[str]]) -> Select[Any]:
    board_us, flight_id = TERMS.c.board_us, TERMS.c.flight_id
    statement = select(board_us, flight_id)
    if len(terms) == 1:
        statement = statement.where(TERMS.c.term == next(iter(terms)))
    else:
        statement = statement.where(TERMS.c.term.in_(sorted(terms))).distinct()
    checks = [_has(other, board_us, flight_id) for other in others]
    if asked.direction or asked.terminal:
        statement = statement.join(FLIGHTS, FLIGHTS.c.id == flight_id)
    return _ordered(statement.where(*checks, *_flight_is(asked)), asked, board_us, flight_id)


def _by_window(asked: Asked, sets: Sequence[frozenset[str]]) -> Select[Any]:
    board_us, flight_id = FLIGHTS.c.board_us, FLIGHTS.c.id
    checks = [_has(terms, board_us, flight_id) for terms in sets]
    statement = select(board_us, flight_id).where(*checks, *_flight_is(asked))
    return _ordered(statement, asked, board_us, flight_id)


def _ordered(
    statement: Select[Any], asked: Asked, board_us: ColumnElement[int], flight_id: ColumnElement[str]
) -> Select[Any]:
    statement = statement.where(board_us >= asked.from_us, board_us < asked.to_us)
    if asked.after is not None:
        statement = statement.where(tuple_(board_us, flight_id) > tuple_(*asked.after))
    return statement.order_by(board_us, flight_id).limit(asked.limit)


def _flight_is(asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.direction:
        conditions.append(FLIGHTS.c.direction == asked.direction)
    if asked.terminal:
        conditions.append(FLIGHTS.c.terminal == asked.terminal)
    return conditions


def _has(
    terms: frozenset[str], board_us: ColumnElement[int], flight_id: ColumnElement[str]
) -> ColumnElement[bool]:
    other = TERMS.alias()
    return exists().where(
        and_(
            other.c.term.in_(sorted(terms)),
            other.c.board_us == board_us,
            other.c.flight_id == flight_id,
        )
    )

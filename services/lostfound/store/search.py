"""Lists of items: what staff look for, what is due, what travellers may read, the figures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    cast,
    delete,
    extract,
    func,
    insert,
    or_,
    select,
)

from services.lostfound.domain.items import Item
from services.lostfound.schemas.vocabulary import CATEGORIES, RETENTION, ItemState, Step
from services.lostfound.store.items import item_of
from services.lostfound.store.tables import ITEM_WORDS, ITEMS

_LAST: Final = "\U0010ffff"
_STORED: Final = ITEMS.c.state == ItemState.STORED.value
# As domain.retention.due says it: what an airline has never was at a desk.
_CLOCKED: Final = and_(_STORED, ITEMS.c.missing_at.is_(None), ITEMS.c.desk_id.is_not(None))
_LISTED: Final = tuple(each.code for each in CATEGORIES.values() if each.listed)


@dataclass(frozen=True)
class ItemQuery:
    """None and empty: any. number: as printed; indexes: keyed hashes of a document or serial number; whole, beginnings:
    words. before: the id that the last page ended with."""

    number: str | None = None
    indexes: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    states: tuple[ItemState, ...] = ()
    category: str | None = None
    desk_id: str | None = None
    airline: str | None = None
    airlines: tuple[str, ...] = ()
    kept_by_airline: bool = False
    flight_id: str | None = None
    overdue_at: datetime | None = None
    missing: bool = False
    since: datetime | None = None
    until: datetime | None = None
    before: str | None = None


class Fact(NamedTuple):
    """What the figures need of one item. Seconds since 1970, as a hundred thousand instants would take seconds to read."""

    category: str
    place: str
    state: str
    registered_s: int
    closed_s: int | None


class SearchRows:
    """Items, many at a time."""

    _connection: Connection

    def save_words(self, item_id: str, words: Collection[str]) -> None:
        """By which an item is found from now on."""
        self._connection.execute(delete(ITEM_WORDS).where(ITEM_WORDS.c.item_id == item_id))
        if words:
            rows = [{"word": word, "item_id": item_id} for word in sorted(words)]
            self._connection.execute(insert(ITEM_WORDS), rows)

    def find_items(self, query: ItemQuery, limit: int) -> list[Item]:
        """The newest first."""
        statement = select(ITEMS).where(*_conditions(query)).order_by(ITEMS.c.id.desc()).limit(limit)
        return [item_of(row) for row in self._connection.execute(statement)]

    def due_items(
        self,
        until: datetime,
        desk_id: str | None,
        step: Step | None,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list[Item]:
        """What is stored and due until then, the longest first. after: keep_until and id of the last page's end."""
        wanted = [_CLOCKED, ITEMS.c.keep_until <= until]
        if desk_id is not None:
            wanted.append(ITEMS.c.desk_id == desk_id)
        if step is not None:
            wanted.append(_step(step))
        if after is not None:
            at, item_id = after
            wanted.append(or_(ITEMS.c.keep_until > at, and_(ITEMS.c.keep_until == at, ITEMS.c.id > item_id)))
        statement = select(ITEMS).where(*wanted).order_by(ITEMS.c.keep_until, ITEMS.c.id).limit(limit)
        return [item_of(row) for row in self._connection.execute(statement)]

    def newly_due(self, now: datetime, limit: int) -> list[str]:
        """Ids of what became due and nobody was told of."""
        statement = (
            select(ITEMS.c.id)
            .where(_CLOCKED, ITEMS.c.keep_until <= now, ITEMS.c.due_told_at.is_(None))
            .order_by(ITEMS.c.keep_until)
            .limit(limit)
        )
        return list(self._connection.execute(statement).scalars())

    def public_items(
        self, category: str | None, months: tuple[datetime, datetime] | None, skip: int, limit: int
    ) -> list[Item]:
        """What may be listed: of kinds that nobody profits from knowing of, here, and promised to nobody."""
        wanted = [
            _STORED,
            ITEMS.c.category.in_(_LISTED),
            ITEMS.c.valuable.is_(False),
            ITEMS.c.cash == "[]",
            ITEMS.c.document_kind.is_(None),
            ITEMS.c.missing_at.is_(None),
        ]
        if category is not None:
            wanted.append(ITEMS.c.category == category)
        if months is not None:
            wanted += [ITEMS.c.found_from >= months[0], ITEMS.c.found_from < months[1]]
        statement = select(ITEMS).where(*wanted).order_by(ITEMS.c.id.desc()).offset(skip).limit(limit)
        return [item_of(row) for row in self._connection.execute(statement)]

    def facts(self, since: datetime, until: datetime) -> list[Fact]:
        """Of items registered in this time and not voided."""
        seconds = [
            cast(extract("epoch", ITEMS.c[name]), BigInteger) for name in ("registered_at", "closed_at")
        ]
        statement = select(ITEMS.c.category, ITEMS.c.place, ITEMS.c.state, *seconds).where(
            ITEMS.c.registered_at >= since,
            ITEMS.c.registered_at < until,
            ITEMS.c.state != ItemState.VOIDED.value,
        )
        return [Fact._make(row) for row in self._connection.execute(statement).all()]

    def open_counts(self, now: datetime) -> tuple[int, int, int]:
        """Items that somebody may still come for, overdue ones, missing ones."""
        open_ = select(func.count()).where(ITEMS.c.closed_at.is_(None))
        overdue = select(func.count()).where(_CLOCKED, ITEMS.c.keep_until <= now)
        missing = select(func.count()).where(ITEMS.c.missing_at.is_not(None))
        counted: Sequence[Any] = self._connection.execute(
            select(open_.scalar_subquery(), overdue.scalar_subquery(), missing.scalar_subquery())
        ).one()
        return counted[0], counted[1], counted[2]


def _conditions(query: ItemQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if query.number is not None:
        wanted.append(ITEMS.c.number == query.number)
    elif (words := _words(query)) is not None:
        wanted.append(words)
    if query.kept_by_airline:
        # What an airline registered itself: a desk may note an airline, too, and never such a reference.
        wanted += [ITEMS.c.airline.is_not(None), ITEMS.c.external_ref.is_not(None)]
    if query.airlines:
        wanted.append(ITEMS.c.airline.in_(query.airlines))
    for name in ("category", "desk_id", "airline", "flight_id"):
        if (value := getattr(query, name)) is not None:
            wanted.append(ITEMS.c[name] == value)
    if query.states:
        wanted.append(ITEMS.c.state.in_([state.value for state in query.states]))
    if query.overdue_at is not None:
        wanted += [_CLOCKED, ITEMS.c.keep_until <= query.overdue_at]
    if query.missing:
        wanted.append(ITEMS.c.missing_at.is_not(None))
    if query.since is not None:
        wanted.append(ITEMS.c.registered_at >= query.since)
    if query.until is not None:
        wanted.append(ITEMS.c.registered_at < query.until)
    if query.before is not None:
        wanted.append(ITEMS.c.id < query.before)
    return wanted


def _words(query: ItemQuery) -> ColumnElement[bool] | None:
    """Every word is there; or the text is the number of the thing or of a document in it."""
    word = ITEM_WORDS.c.word
    each = [word == text for text in query.whole]
    each += [and_(word >= text, word < text + _LAST) for text in query.beginnings]
    if not each:
        return None
    said = and_(*(ITEMS.c.id.in_(select(ITEM_WORDS.c.item_id).where(one)) for one in each))
    if not query.indexes:
        return said
    numbered = ITEMS.c.serial_index.in_(query.indexes) | ITEMS.c.document_index.in_(query.indexes)
    return or_(said, numbered)


def _step(step: Step) -> ColumnElement[bool]:
    then = Step.NOTICE if step is Step.DISPOSE else step
    rules = ITEMS.c.rule.in_([rule.code for rule in RETENTION.values() if rule.then is then])
    if step is Step.NOTICE:
        return and_(rules, ITEMS.c.published_at.is_(None))
    if step is Step.DISPOSE:
        return and_(rules, ITEMS.c.published_at.is_not(None))
    return rules

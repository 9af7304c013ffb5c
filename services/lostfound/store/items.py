"""Items, by id, by number, and as they change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.lostfound.domain.items import Item, Money
from services.lostfound.errors import ChangedMeanwhile, RefTaken
from services.lostfound.schemas.vocabulary import FinderKind, ItemState
from services.lostfound.store.tables import ITEM_PHOTOS, ITEMS

_BY_ID: Final = select(ITEMS).where(ITEMS.c.id == bindparam("id"))
# key_share: what refers to an item may be written meanwhile, so that its writer and ours never wait for each other.
_LOCK: Final = (
    select(ITEMS)
    .where(ITEMS.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(ITEMS.c.id)
    .with_for_update(key_share=True)
)
_BY_NUMBERS: Final = select(ITEMS).where(ITEMS.c.number.in_(bindparam("numbers", expanding=True)))
_COLUMNS: Final = tuple(column.name for column in ITEMS.columns if column.name != "id")
_SAVE: Final = (
    update(ITEMS)
    .where(
        ITEMS.c.id == bindparam("key"),
        ITEMS.c.version == bindparam("was_version"),
        ITEMS.c.state == bindparam("was_state"),
    )
    .values({name: bindparam(f"new_{name}") for name in _COLUMNS})
)


class ItemRows:
    """What was found."""

    _connection: Connection

    def item(self, item_id: str) -> Item | None:
        row = self._connection.execute(_BY_ID, {"id": item_id}).first()
        return None if row is None else item_of(row)

    def item_by_number(self, number: str) -> Item | None:
        """number: as it is printed."""
        return self.items_by_number([number]).get(number)

    def items_by_number(self, numbers: Collection[str]) -> dict[str, Item]:
        if not numbers:
            return {}
        rows = self._connection.execute(_BY_NUMBERS, {"numbers": list(numbers)})
        return {row.number: item_of(row) for row in rows}

    def items(self, item_ids: Collection[str]) -> dict[str, Item]:
        if not item_ids:
            return {}
        query = select(ITEMS).where(ITEMS.c.id.in_(item_ids))
        return {row.id: item_of(row) for row in self._connection.execute(query)}

    def lock_items(self, item_ids: Collection[str]) -> dict[str, Item]:
        """The items, held against other writers until the transaction ends; always in the order of their ids, so that
        two who want the same ones don't wait for each other."""
        if not item_ids:
            return {}
        rows = self._connection.execute(_LOCK, {"ids": sorted(set(item_ids))})
        return {row.id: item_of(row) for row in rows}

    def item_with_ref(self, external_ref: str) -> Item | None:
        row = self._connection.execute(select(ITEMS).where(ITEMS.c.external_ref == external_ref)).first()
        return None if row is None else item_of(row)

    def has_number(self, number: str) -> bool:
        return (
            self._connection.execute(select(ITEMS.c.id).where(ITEMS.c.number == number)).first() is not None
        )

    def add_item(self, item: Item) -> None:
        """Raises RefTaken when another item has its external_ref, also one that is being registered right now."""
        build: Any = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        statement = build(ITEMS).on_conflict_do_nothing(index_elements=[ITEMS.c.external_ref])
        if self._connection.execute(statement, _values(item)).rowcount != 1:
            known = self.item_with_ref(item.external_ref or "")
            raise RefTaken(number="" if known is None else known.number)

    def save_item(self, was: Item, now: Item) -> None:
        """Write an item over what it was. Raises ChangedMeanwhile when that isn't what is there any more."""
        values = {f"new_{name}": value for name, value in _values(now).items() if name != "id"}
        values |= {"key": was.id, "was_version": was.version, "was_state": was.state.value}
        if self._connection.execute(_SAVE, values).rowcount != 1:
            raise ChangedMeanwhile(number=was.number)

    def photo_ids(self, item_ids: Collection[str]) -> dict[str, list[str]]:
        """By item, in the order in which they were taken."""
        found: dict[str, list[str]] = {}
        if not item_ids:
            return found
        query = (
            select(ITEM_PHOTOS.c.item_id, ITEM_PHOTOS.c.id)
            .where(ITEM_PHOTOS.c.item_id.in_(item_ids))
            .order_by(ITEM_PHOTOS.c.id)
        )
        for row in self._connection.execute(query):
            found.setdefault(row.item_id, []).append(row.id)
        return found

    def add_photo(self, values: dict[str, Any]) -> None:
        self._connection.execute(insert(ITEM_PHOTOS), values)

    def photo(self, photo_id: str, column: str) -> tuple[str, str] | None:
        """The item's id and the sealed picture. column: jpeg_sealed or thumbnail_sealed."""
        query = select(ITEM_PHOTOS.c.item_id, ITEM_PHOTOS.c[column]).where(ITEM_PHOTOS.c.id == photo_id)
        row = self._connection.execute(query).first()
        return None if row is None else (row[0], row[1])


def item_of(row: Any) -> Item:
    values = dict(row._mapping)
    values["state"] = ItemState(row.state)
    values["finder_kind"] = FinderKind(row.finder_kind)
    values["colours"] = tuple(filter(None, row.colours.split(",")))
    values["cash"] = tuple(Money(**each) for each in orjson.loads(row.cash))
    return Item(**values)


def _values(item: Item) -> dict[str, Any]:
    values = dict(vars(item))
    values["state"] = item.state.value
    values["finder_kind"] = item.finder_kind.value
    values["colours"] = ",".join(item.colours)
    values["cash"] = orjson.dumps([vars(each) for each in item.cash]).decode()
    return values

"""How well the mall's search answers what travellers type, among the demo's products, judged by hand.

    python -m tests.bench.shop_hand [--held-out] [--missed]

shop_set/hand.txt says what is typed and which products would do. Half of it, chosen by a checksum of the text, is for
mending the search; the other half is held out and only looked at as figures, at the end.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine

from deploy import shop_demo
from deploy.demo.mall import reading
from kernel import migrate
from kernel.clock import real_now
from kernel.db import Database, UnitOfWork
from services.shop.search import Hit, Item, Query
from services.shop.store import ShopStore
from services.shop.usecases.indexing import item_of
from services.shop.usecases.shared import Tx
from tests.bench.shop_set.references import Trigrams, keep, like
from tests.support.folders import temporary_folder
from tests.unit.shop.mall import PLACE

_HAND: Final = Path(__file__).parent / "shop_set" / "hand.txt"
_CONDITION: Final = re.compile(r"[!@$<#%]\S+|[^\s!@$<#%]\S*(?: [^\s!@$<#%]\S*)*")
_TAGS: Final = {"#gift": "伴手礼", "#local": "湖南特色", "#new": "新品"}

Good = reading.Product
Answer = Callable[[str], list[str]]
"""What is typed → SKUs, best first."""


@dataclass(frozen=True)
class Asked:
    """One search. would_do: as hand.txt writes it."""

    kind: str
    text: str
    would_do: str

    @property
    def held_out(self) -> bool:
        return zlib.crc32(self.text.encode()) % 2 == 1

    def accepts(self, product: Good) -> bool:
        return any(_holds(_CONDITION.findall(some), product) for some in self.would_do.split(";"))


def asked(*, held_out: bool) -> list[Asked]:
    """One half of the searches."""
    lines = _HAND.read_text().splitlines()
    every = [Asked(*line.split("|", 2)) for line in lines if line and line[0] != "#"]
    return [each for each in every if each.held_out is held_out]


def _holds(conditions: Sequence[str], product: Good) -> bool:
    return bool(conditions) and all(_one(each, product) for each in conditions)


def _one(condition: str, product: Good) -> bool:
    mark, rest = condition[0], condition[1:]
    price = min(each.deal_fen or each.price_fen for each in product.variants) / 100
    if mark == "!":
        return not _one(rest, product)
    if mark == "@":
        return product.category == rest
    if mark == "$":
        return product.sku.startswith(rest)
    if mark == "<":
        return price <= float(rest)
    if mark == "#":
        return _TAGS[condition] in product.tags
    if condition == "%deal":
        return any(each.deal_fen is not None for each in product.variants)
    if condition == "%free":
        return product.shop.duty_free
    return bool(re.search(condition, f"{product.name.zh} / {product.name.en}"))


@contextmanager
def answerers() -> Iterator[dict[str, Answer]]:
    """The search, LIKE and trigrams over the demo's mall."""
    with temporary_folder("airport-shop-hand-") as folder:
        url = f"sqlite:///{folder / 'shop.sqlite3'}"
        migrate.upgrade("shop", url)
        database = Database(url)
        uow: Any = UnitOfWork(database, ShopStore)
        shop_demo.fill(uow, PLACE, real_now(), pictures=0)
        plain = create_engine("sqlite://")
        with plain.begin() as connection, uow.read() as tx:
            items = _items(tx)
            trigrams = Trigrams(items)
            keep(connection, items)
            yield {
                "search": lambda text: _searched(tx, text),
                "LIKE": lambda text: like(connection, text),
                "trigrams": trigrams.search,
            }
        plain.dispose()
        database.close()


def _searched(tx: Tx, text: str) -> list[str]:
    ids = [hit.id for hit in tx.store.index.search(Query(text=text)).hits]
    found = tx.store.products_of(ids)
    return [found[each].sku for each in ids]


def _items(tx: Tx) -> list[Item]:
    """The mall's products as the references take them, by SKU."""
    found = tx.store.products_of([hit.id for hit in _all(tx)]).values()
    shops = tx.store.bare_shops({each.shop_id for each in found})
    variants = tx.store.variants_of([each.id for each in found])
    return [
        replace(item_of(each, variants[each.id], shops[each.shop_id], PLACE, True), id=each.sku)
        for each in found
    ]


def _all(tx: Tx) -> Iterator[Hit]:
    query = Query(limit=60)
    while True:
        found = tx.store.index.search(query)
        yield from found.hits
        if found.cursor is None:
            return
        query = replace(query, cursor=found.cursor)


def main(held_out: bool, missed: bool) -> None:
    by_sku = {each.sku: each for each in reading.products()}
    searches = asked(held_out=held_out)
    with answerers() as every:
        for name, answer in every.items():
            right: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
            for search in searches:
                fits = [search.accepts(by_sku[sku]) for sku in answer(search.text)[:5]]
                right[search.kind].append((any(fits[:1]), any(fits)))
                if missed and name == "search" and not any(fits[:1]):
                    names = [by_sku[sku].name.zh for sku in answer(search.text)[:5]]
                    sys.stdout.write(f"  {search.kind} {search.text}: {any(fits)} {names}\n")
            _print(name, right)


def _print(name: str, right: dict[str, list[tuple[bool, bool]]]) -> None:
    every = [each for some in right.values() for each in some]
    for kind, some in (*right.items(), ("all", every)):
        first, five = (sum(each[at] for each in some) / len(some) for at in (0, 1))
        sys.stdout.write(f"{name:8} {kind:10} {len(some):4} {first:.3f} {five:.3f}\n")


if __name__ == "__main__":
    main("--held-out" in sys.argv, "--missed" in sys.argv)

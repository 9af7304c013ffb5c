"""How well the mall's search answers, and how fast among 10,000 and 100,000 products.

    python -m tests.bench.shop_search [POSTGRESQL_URL]

Quality: searches of twelve kinds among 2,000 made-up products, against LIKE in the same database and trigrams. Speed: the
same searches one after the other; the reference is LIKE over the products' texts in the same database.
"""

from __future__ import annotations

import gc
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import Connection, Engine, MetaData, create_engine

from services.shop.search import Index, Query, State, index_tables
from tests.bench.report import Row, Section
from tests.bench.shop_set.asked import Search, searches
from tests.bench.shop_set.references import Trigrams, keep, like
from tests.bench.shop_set.world import Product, catalogue
from tests.support.folders import temporary_folder

PRODUCTS = 2_000
SIZES = (10_000, 100_000)
ASKED = 400
P50_MS, P99_MS = 20.0, 80.0


@dataclass(frozen=True)
class Quality:
    """Shares of searches whose first answer, or one of the first five, is right; by_way: the latter by how they were typed."""

    searches: int
    at_1: float
    at_5: float
    by_way: dict[str, float]


@dataclass(frozen=True)
class Speed:
    """Milliseconds, in order; put: CPU for each product put in bulk."""

    ours: list[float]
    like: list[float]
    put: float
    change: list[float]
    touch: list[float]


def judged(connection: Connection, size: int, every: int = 1, *, trigram: bool = True) -> dict[str, Quality]:
    """Every so many of the searches, by who answered; trigram: their slow reference too."""
    products = list(catalogue(size))
    items = [each.item for each in products]
    index = stocked(connection, products)
    keep(connection, items)
    asked = searches(products)[::every]
    found = {
        "search": _quality(
            products, asked, lambda text: [hit.id for hit in index.search(Query(text=text)).hits]
        ),
        "LIKE": _quality(products, asked, lambda text: like(connection, text)),
    }
    if trigram:
        found["trigrams"] = _quality(products, asked, Trigrams(items).search)
    return found


def stocked(connection: Connection, products: Sequence[Product]) -> Index:
    metadata = MetaData()
    index_tables(metadata)
    metadata.create_all(connection)
    index = Index(connection)
    index.put_many(each.item for each in products)
    return index


def _quality(
    products: Sequence[Product], asked: Sequence[Search], answer: Callable[[str], list[str]]
) -> Quality:
    by_id = {each.item.id: each for each in products}
    first, five = [], defaultdict(list)
    for search in asked:
        right = [search.right(by_id[item_id]) for item_id in answer(search.text)]
        first.append(any(right[:1]))
        five[search.way].append(any(right[:5]))
    every = [right for some in five.values() for right in some]
    by_way = {way: sum(some) / len(some) for way, some in five.items()}
    return Quality(len(asked), sum(first) / len(first), sum(every) / len(every), by_way)


def timed(engine: Engine, size: int) -> Speed:
    """One caller, warm. The products are forgotten by the garbage collector: a service doesn't hold them."""
    products = list(catalogue(size))
    asked = searches(products[:PRODUCTS])
    Random(1).shuffle(asked)
    begun = time.process_time()
    with engine.begin() as connection:
        stocked(connection, products)
    put = (time.process_time() - begun) / size * 1e3
    with engine.begin() as connection:
        keep(connection, [each.item for each in products])
    gc.collect()
    gc.freeze()
    with engine.begin() as connection:
        index = Index(connection)
        texts = [each.text for each in asked[:ASKED]]
        for text in texts[:40]:
            index.search(Query(text=text))
        ours = [_ms(index.search, Query(text=text)) for text in texts]
        plain = [_ms(like, connection, text) for text in texts[: ASKED // 8]]
        change = [_ms(index.put, each.item) for each in products[:100]]
        touch = [_ms(index.touch, {each.item.id: State(in_stock=False)}) for each in products[:100]]
    gc.unfreeze()
    return Speed(sorted(ours), sorted(plain), put, sorted(change), sorted(touch))


def _ms(call: Callable[..., object], *values: object) -> float:
    begun = time.perf_counter()
    call(*values)
    return (time.perf_counter() - begun) * 1e3


def at(times: Sequence[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)]


def section() -> Section:
    """For `make bench`: on SQLite."""
    with temporary_folder("airport-shop-search-") as folder:
        engine = create_engine(f"sqlite:///{folder / 'judged.sqlite3'}")
        with engine.begin() as connection:
            found = judged(connection, PRODUCTS)
        engine.dispose()
        speeds = []
        for size in SIZES:
            engine = create_engine(f"sqlite:///{folder / f'{size}.sqlite3'}")
            speeds.append(timed(engine, size))
            engine.dispose()
    about = f"{found['search'].searches} searches among {PRODUCTS:,} products; then one caller on SQLite, {ASKED} searches."
    return Section("The mall's search", about, [*_quality_rows(found), *_speed_rows(speeds)])


def _quality_rows(found: dict[str, Quality]) -> list[Row]:
    ours = found["search"]
    rows = []
    for name, reference in (("LIKE", found["LIKE"]), ("trigrams", found["trigrams"])):
        for what, one, other in (
            ("first", ours.at_1, reference.at_1),
            ("first five", ours.at_5, reference.at_5),
        ):
            rows.append(
                Row(f"right among the {what}, against {name}", f"{one:.3f}", f"{other:.3f}", one / other)
            )
    return rows


def _speed_rows(speeds: Sequence[Speed]) -> list[Row]:
    rows = []
    for size, speed in zip(SIZES, speeds, strict=True):
        for share, goal in ((0.5, P50_MS), (0.99, P99_MS)):
            ours, plain = at(speed.ours, share), at(speed.like, share)
            name = f"a search among {size:,}, p{share * 100:.0f}"
            rows.append(
                Row(
                    name,
                    f"{ours:.1f} ms",
                    f"LIKE {plain:.1f} ms",
                    ours / plain,
                    f"≤ {goal:g} ms",
                    ours <= goal,
                )
            )
        figures = f"{at(speed.change, 0.5):.1f} ms, p99 {at(speed.change, 0.99):.1f} ms"
        rows.append(Row(f"a product put again among {size:,}", figures, f"in bulk {speed.put:.1f} ms of CPU"))
        rows.append(Row(f"its stock changed among {size:,}", f"{at(speed.touch, 0.5):.1f} ms"))
    small, large = (at(speed.ours, 0.5) for speed in speeds)
    rows.append(Row("p50 among 100,000 against 10,000", f"{large:.1f} ms", f"{small:.1f} ms", large / small))
    return rows


if __name__ == "__main__":
    if len(sys.argv) > 1:
        for size in SIZES:
            engine = create_engine(sys.argv[1])
            metadata = MetaData()
            index_tables(metadata)
            metadata.drop_all(engine)
            speed = timed(engine, size)
            sys.stdout.write(
                f"{size:,}: p50 {at(speed.ours, 0.5):.1f} ms, p99 {at(speed.ours, 0.99):.1f} ms\n"
            )
    else:
        for row in section().rows:
            sys.stdout.write(f"{row}\n")

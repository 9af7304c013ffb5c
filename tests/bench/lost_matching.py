"""How well lost things find their owners, and how fast among 100,000.

    python -m tests.bench.lost_matching [POSTGRESQL_URL]

Quality: the held-out parts of two labelled sets, each among its 20,000 found items, against BM25, trigrams and LIKE;
and the pairs written by hand among the first one's items. Speed: reports matched one after the other among 10,000 and 100,000 items.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from kernel.db import Database
from services.lostfound.matching import Index, Match, Thing, Topology
from tests.bench.lost_index import KEY, indexed, make_tables
from tests.bench.lost_quality import Judged, Quality, calibration_error, quality, reliability
from tests.bench.lost_references import bm25, like, trigram
from tests.bench.lost_set.second import make_second
from tests.bench.lost_set.travellers import pairs
from tests.bench.lost_set.world import PLACES, Case, Set, make
from tests.bench.report import Row, Section
from tests.support.folders import temporary_folder

AHEAD = 0.10
SIZES = (10_000, 100_000)
ASKED = 100


@dataclass(frozen=True)
class Measured:
    """Quality by who ranked; judged: each match that was said, on the held-out part."""

    ranked: dict[str, Quality]
    judged: list[Judged]
    by_hand: Quality


def measure(made: Set, written: Sequence[tuple[Thing, Thing]] = ()) -> Measured:
    """written: reports and their items, added to the set's."""
    made = Set([*made.found, *(item for _, item in written)], made.cases)
    cases = [case for case in made.cases if case.part == "held_out"]
    with indexed(made) as index:
        matches = [index.match(case.report) for case in cases]
        by_hand = [[each.id for each in index.match(report)] for report, _ in written]
    right = [case.item_id for case in cases]
    ranked = {"matching": quality([[each.id for each in some] for some in matches], right)}
    asked = [case.report for case in cases]
    for name, rank in (("BM25", bm25), ("trigrams", trigram), ("LIKE", like)):
        ranked[name] = quality(rank(made.found, asked), right)
    return Measured(ranked, judged(matches, cases), quality(by_hand, [item.id for _, item in written]))


def judged(matches: Sequence[Sequence[Match]], cases: Sequence[Case]) -> list[Judged]:
    return [
        (each.id == case.item_id, each.probability)
        for some, case in zip(matches, cases, strict=True)
        for each in some
    ]


def first_section() -> Section:
    found = measure(make(), pairs())
    ours, hand = found.ranked["matching"], found.by_hand
    rows = [
        Row("recall@1", f"{ours.at_1:.3f}", goal="≥ 0.80", met=ours.at_1 >= 0.80),
        Row("recall@10", f"{ours.at_10:.3f}", goal="≥ 0.97", met=ours.at_10 >= 0.97),
        *_compared(found),
        Row(
            f"{hand.reports} pairs written by hand, recall@1",
            f"{hand.at_1:.3f}",
            f"@5 {hand.at_5:.3f}, @10 {hand.at_10:.3f}",
        ),
    ]
    about = (
        f"{ours.reports} reports of the held-out part whose item is among 20,000 found ones, in Chinese, English and "
        "both; the references rank one text of all that a record says."
    )
    return Section("Lost and found: whose is it", about, rows)


def second_section() -> Section:
    found = measure(make_second())
    ours = found.ranked["matching"]
    rows = [
        Row("recall@1", f"{ours.at_1:.3f}"),
        Row("recall@10", f"{ours.at_10:.3f}"),
        *_compared(found),
    ]
    about = (
        f"{ours.reports} reports of the held-out part, sloppy and half empty, whose item is among 20,000 found ones with two "
        "twins each; other templates and words than the first set's, and far noisier."
    )
    return Section("Lost and found: whose is it, on a second set", about, rows)


def _compared(found: Measured) -> list[Row]:
    """With the references, and how true the probabilities are."""
    ours = found.ranked["matching"]
    rows = [Row("recall@5; mean reciprocal rank", f"{ours.at_5:.3f}; {ours.mrr:.3f}")]
    for name, other in found.ranked.items():
        if name == "matching":
            continue
        said = f"{other.at_1:.3f}; @5 {other.at_5:.3f}, @10 {other.at_10:.3f}, MRR {other.mrr:.3f}"
        ahead = ours.at_1 - other.at_1
        rows.append(
            Row(f"recall@1 against {name}", f"{ours.at_1:.3f}", said, None, "≥ 0.10 ahead", ahead >= AHEAD)
        )
    rows.append(Row("expected calibration error", f"{calibration_error(found.judged):.4f}"))
    for said_so, was, count in reliability(found.judged):
        rows.append(Row(f"said {said_so:.2f} of {count:,} matches", f"right {was:.2f}"))
    return rows


@dataclass(frozen=True)
class Speed:
    """Milliseconds: of a report matched, in the middle and at the slow end; of an item written down."""

    median: float
    slow: float
    put: float


def speeds(url: str, sizes: Sequence[int] = SIZES) -> dict[int, Speed]:
    """Fill the empty database at `url` step by step."""
    made = make(sizes[-1], ASKED * 2)
    database = Database(url, statement_s=120)
    found: dict[int, Speed] = {}
    done = 0
    with database.engine.connect() as connection:
        make_tables(connection)
        connection.commit()
        for size in sizes:
            began_at = time.perf_counter()
            for start in range(done, size, 1_000):
                _index(connection).put_all(made.found[start : min(start + 1_000, size)])
                connection.commit()
            put = (time.perf_counter() - began_at) * 1000 / (size - done)
            done = size
            took = sorted(
                _taken(partial(_index(connection).match, case.report)) for case in made.cases[:ASKED]
            )
            found[size] = Speed(statistics.median(took), took[int(len(took) * 0.95)], put)
    database.close()
    return found


def _index(connection: Connection) -> Index:
    return Index(connection, key=KEY, topology=Topology.of(PLACES))


def _taken(work: Callable[[], object]) -> float:
    began_at = time.perf_counter()
    work()
    return (time.perf_counter() - began_at) * 1000


def on_sqlite(sizes: Sequence[int] = SIZES) -> dict[int, Speed]:
    with temporary_folder("airport-matching-") as folder:
        return speeds(f"sqlite:///{folder / 'index.sqlite3'}", sizes)


def speed_section() -> Section:
    found = on_sqlite()
    small, large = (found[size] for size in SIZES)
    rows = [
        Row(
            "a report matched among 100,000 items", f"{large.median:.0f} ms, 95 % within {large.slow:.0f} ms",
            goal="≤ 50 ms", met=large.median <= 50,
        ),
        Row(
            "among 100,000 against 10,000", f"{large.median:.0f} ms", f"{small.median:.0f} ms", large.median / small.median,
            "below 10", large.median < 10 * small.median,
        ),
        Row("an item written down, in groups of 1,000", f"{large.put:.1f} ms"),
    ]  # fmt: skip
    return Section("Lost and found: how fast", "One caller on SQLite; the middle of 100 reports.", rows)


def sections() -> list[Section]:
    return [first_section(), second_section(), speed_section()]


def main() -> None:
    if len(sys.argv) > 1:
        for size, speed in speeds(sys.argv[1]).items():
            print(
                f"{size:>8,} items: {speed.median:.1f} ms, 95 % within {speed.slow:.1f} ms, written {speed.put:.2f} ms"
            )
        return
    for section in sections():
        print(section.title)
        for row in section.rows:
            print(f"  {row.what:<60} {row.figure:<40} {row.reference}")


if __name__ == "__main__":
    main()

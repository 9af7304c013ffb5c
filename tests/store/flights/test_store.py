"""What the store promises, on the fake and on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.db import UnitOfWorkLike
from services.flights.domain import Change
from services.flights.store import Asked, Kept, LegRow, Place, RefusalRow, Store

Uow = UnitOfWorkLike[Store]


def row(flight_id: str, board_us: int, version: int = 1, **other: Any) -> LegRow:
    terms = frozenset({f"n:{flight_id.lower()}", "a:CZ", "f:CSX", "t:PEK"})
    given: dict[str, Any] = {"direction": "departure", "terminal": "T2", "terms": terms} | other
    return LegRow(
        flight_id,
        version,
        given["direction"],
        given["terminal"],
        board_us,
        given["terms"],
        f'{{"id":"{flight_id}"}}',
        f'{{"v":{version}}}',
    )


def keep(uow: Uow, *rows: LegRow) -> None:
    with uow.write() as tx:
        ids = [each.flight_id for each in rows]
        tx.store.save(rows, tx.store.lock(ids))


def kept(uow: Uow, flight_id: str) -> Kept:
    with uow.write() as tx:
        return tx.store.lock([flight_id])[flight_id]


def asked(*sets: set[str], **other: Any) -> Asked:
    given: dict[str, Any] = {"direction": None, "terminal": None, "after": None, "limit": 10} | other
    ways = given.get("ways", (tuple(frozenset(each) for each in sets),))
    return Asked(0, 100, given["direction"], given["terminal"], ways, given["after"], given["limit"])


def found(uow: Uow, question: Asked) -> list[str]:
    with uow.read() as tx:
        return [one.place.flight_id for one in tx.store.search(question)]


def test_what_is_kept_is_found_again(uow: Uow) -> None:
    keep(uow, row("A", 10), row("B", 20))
    with uow.read() as tx:
        assert tx.store.known(["A", "B", "C"]) == {"A", "B"}
        assert tx.store.known([]) == set()
        assert tx.store.document("A") == '{"id":"A"}'
        assert tx.store.document("C") is None
    assert kept(uow, "A") == Kept(1, 10, row("A", 10).terms, '{"v":1}')


def test_locking_nothing_and_what_is_unknown_gives_nothing(uow: Uow) -> None:
    with uow.write() as tx:
        tx.store.lock_creation()
        assert tx.store.lock([]) == {}
        assert tx.store.lock(["A"]) == {}


def test_a_leg_is_overwritten_with_all_its_terms(uow: Uow) -> None:
    keep(uow, row("A", 10))
    keep(uow, row("A", 30, 2, terminal="T1", terms=frozenset({"n:b", "a:CZ"})))
    assert kept(uow, "A") == Kept(2, 30, frozenset({"n:b", "a:CZ"}), '{"v":2}')
    assert found(uow, asked({"n:a"})) == []
    assert found(uow, asked({"n:b"})) == ["A"]
    assert found(uow, asked({"a:CZ"}, terminal="T1")) == ["A"]


def test_new_and_known_legs_are_kept_together(uow: Uow) -> None:
    keep(uow, row("A", 10))
    keep(uow, row("A", 10, 2), row("B", 20))
    assert (kept(uow, "A").version, kept(uow, "B").version) == (2, 1)
    keep(uow)


def test_a_state_is_overwritten_and_nothing_else(uow: Uow) -> None:
    keep(uow, row("A", 10), row("B", 10))
    with uow.write() as tx:
        tx.store.save_states({"A": '{"v":9}'})
        tx.store.save_states({})
    assert kept(uow, "A") == Kept(1, 10, row("A", 10).terms, '{"v":9}')
    assert kept(uow, "B").state == '{"v":1}'


def test_who_names_a_leg_is_found_by_it(uow: Uow) -> None:
    keep(uow, row("A", 10, terms=frozenset({"r:X"})), row("B", 10))
    with uow.write() as tx:
        assert tx.store.referrers(["X", "Y"]) == {"A"}
        assert tx.store.referrers([]) == set()


def test_a_window_is_paged_in_the_order_of_boards_without_gaps_or_repeats(uow: Uow) -> None:
    rows = [row(f"F{number}", number // 3) for number in range(20)]
    keep(uow, *reversed(rows))
    seen: list[Place] = []
    with uow.read() as tx:
        while page := tx.store.window(1, 5, seen[-1] if seen else None, 4):
            seen += [one.place for one in page]
    assert seen == sorted(Place(each.board_us, each.flight_id) for each in rows if 1 <= each.board_us < 5)


def test_a_digest_counts_the_window_and_adds_its_versions(uow: Uow) -> None:
    with uow.read() as tx:
        assert tx.store.digest(0, 100) == (0, 0)
    keep(uow, row("A", 10, 3), row("B", 20, 4), row("C", 100, 9))
    with uow.read() as tx:
        assert tx.store.digest(0, 100) == (2, 7)


def test_changes_come_newest_first_with_their_values(uow: Uow) -> None:
    changes = [
        ("A", 1, Change("status", None, "scheduled", 5, "schedule", "ssim")),
        ("B", 1, Change("departure.gate", "1", "2", 6, "airport", "desk")),
        ("A", 2, Change("codeshares", None, ["MF1"], 7, "airline", "南航")),
    ]
    with uow.write() as tx:
        tx.store.add_changes(changes, 8)
        tx.store.add_changes([], 8)
    with uow.read() as tx:
        history = tx.store.history("A", 10)
        assert [change["new"] for change in history] == [["MF1"], "scheduled"]
        assert history[0] == {
            "field": "codeshares",
            "old": None,
            "new": ["MF1"],
            "event_us": 7,
            "recorded_us": 8,
            "source_kind": "airline",
            "source_name": "南航",
        }
        assert len(tx.store.history("A", 1)) == 1


def test_refusals_are_paged_newest_first(uow: Uow) -> None:
    rows = [RefusalRow(number, None, "cz", "invalid", "{}", f"{number}") for number in range(5)]
    with uow.write() as tx:
        tx.store.add_refusals(rows)
        tx.store.add_refusals([])
    with uow.read() as tx:
        first = tx.store.refusals(None, 2)
        rest = tx.store.refusals(first[-1][0], 10)
    assert [each.item for _, each in first + rest] == ["4", "3", "2", "1", "0"]


def test_a_search_needs_one_term_of_every_set(uow: Uow) -> None:
    keep(
        uow,
        row("A", 10, terms=frozenset({"n:1", "a:CZ", "t:PEK"})),
        row("B", 20, terms=frozenset({"n:1", "n:2", "a:CA", "t:PKX"})),
        row("C", 30, terms=frozenset({"n:3", "a:CZ", "t:SHA"})),
    )
    assert found(uow, asked({"n:1"})) == ["A", "B"]
    assert found(uow, asked({"n:1", "n:2"})) == ["A", "B"], "once each"
    assert found(uow, asked({"t:PEK", "t:PKX"}, {"a:CZ"})) == ["A"]
    assert found(uow, asked({"t:SHA"}, {"a:CA"})) == []
    assert found(uow, asked()) == ["A", "B", "C"]
    assert found(uow, asked(ways=())) == []
    ways = ((frozenset({"n:3"}),), (frozenset({"a:CA"}),), (frozenset({"a:CZ"}), frozenset({"n:3"})))
    assert found(uow, asked(ways=ways)) == ["B", "C"]


def test_a_set_of_very_many_terms_is_searched_too(uow: Uow) -> None:
    keep(uow, row("A", 10, terms=frozenset({"t:PEK"})), row("B", 20, terms=frozenset({"t:SHA"})))
    assert found(uow, asked({f"t:{number}" for number in range(500)} | {"t:SHA"})) == ["B"]


@pytest.mark.parametrize("sets", [(), ({"a:CZ"},), ({"a:CZ", "a:CA"},)])
def test_a_search_is_paged_and_filtered(uow: Uow, sets: tuple[set[str], ...]) -> None:
    keep(
        uow,
        *(
            row(f"F{n}", n // 2, direction="arrival" if n % 3 else "departure", terminal=f"T{n % 2}")
            for n in range(12)
        ),
    )
    assert found(uow, asked(*sets, direction="departure")) == ["F0", "F3", "F6", "F9"]
    assert found(uow, asked(*sets, direction="departure", terminal="T1")) == ["F3", "F9"]
    assert found(uow, asked(*sets, limit=3, after=Place(1, "F2"))) == ["F3", "F4", "F5"]


def test_old_legs_are_forgotten_with_their_terms_and_histories(uow: Uow) -> None:
    keep(uow, row("A", 10), row("B", 20), row("C", 30))
    with uow.write() as tx:
        tx.store.add_changes([("A", 1, Change("status", None, "x", 1, "airport", "s"))], 1)
        assert tx.store.purge_flights(25, 1) == 1
        assert tx.store.purge_flights(25, 10) == 1
        assert tx.store.purge_flights(25, 10) == 0
    with uow.read() as tx:
        assert tx.store.known(["A", "B", "C"]) == {"C"}
        assert tx.store.history("A", 10) == []
    assert found(uow, asked({"a:CZ"})) == ["C"]


def test_old_refusals_are_forgotten(uow: Uow) -> None:
    with uow.write() as tx:
        tx.store.add_refusals([RefusalRow(number, None, "cz", "invalid", "{}", "1") for number in (1, 5)])
        assert tx.store.purge_refusals(5) == 1
    with uow.read() as tx:
        assert [each.recorded_us for _, each in tx.store.refusals(None, 10)] == [5]

"""The rules of items without a database: numbers, states, chains, clocks, words, places."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.lostfound.domain.custody import START, Row, hash_of, verify
from services.lostfound.domain.items import WAYS, Item, Money, Move, moved
from services.lostfound.domain.numbers import CHARACTERS, as_number, new_number
from services.lostfound.domain.retention import clocked, due, is_overdue, published, refuse_way
from services.lostfound.domain.stocktakes import Scan, differences
from services.lostfound.domain.words import asked_words, words_of
from services.lostfound.errors import BadNumber, ItemMissing, NotCounted, NotDue, WrongState, WrongWay
from services.lostfound.schemas.vocabulary import (
    AREAS,
    CATEGORIES,
    COLOURS,
    GROUPS,
    RETENTION,
    CustodyKind,
    Difference,
    FinderKind,
    ItemState,
    Step,
    Way,
    places,
    within,
)

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def item(**changes: Any) -> Item:
    none = dict.fromkeys(
        [
            *("counted_at", "flight_id", "seat", "bus_departure_id", "personal_sealed", "document_kind"),
            *("serial_index", "document_index", "airline", "published_at", "notice_until", "due_told_at"),
            *("missing_at", "external_ref", "closed_at"),
        ]
    )
    values: dict[str, Any] = {
        **none,
        "id": "i1",
        "number": "CSX-BBBBBB-3",
        "state": ItemState.STORED,
        "version": 1,
        "category": "coat",
        "colours": ("navy",),
        "brand": "",
        "description": "",
        "valuable": False,
        "cash": (),
        "found_from": NOW,
        "found_to": NOW,
        "place": "T2-GATE-34",
        "place_note": "",
        "finder_kind": FinderKind.STAFF,
        "has_marks": False,
        "has_serial": False,
        "holder": "desk:t2",
        "desk_id": "t2",
        "shelf": "A-1",
        "registered_at": NOW,
        "registered_by": "staff:liu",
        "changed_at": NOW,
        "rule": "standard",
        "keep_until": NOW,
        "custody_seq": 1,
        "custody_hash": "",
    }
    return clocked(Item(**values | changes))


# --- numbers


def test_a_number_is_understood_however_it_is_typed() -> None:
    number = new_number("CSX")
    airport, body, check = number.split("-")
    for typed in (number, number.lower(), f" {body} {check}", f"{body}{check}".lower(), f"csx {body}{check}"):
        assert as_number(typed, airport) == number


@given(st.integers(0, 6), st.sampled_from(CHARACTERS))
def test_one_wrong_character_is_always_noticed(at: int, other: str) -> None:
    plain = new_number("CSX").replace("-", "")[3:]
    slipped = plain[:at] + other + plain[at + 1 :]
    if slipped == plain:
        assert as_number(slipped, "CSX")
    else:
        with pytest.raises(BadNumber):
            as_number(slipped, "CSX")


@given(st.integers(0, 6), st.integers(0, 6))
def test_two_characters_that_changed_places_are_always_noticed(one: int, other: int) -> None:
    letters = list(new_number("CSX").replace("-", "")[3:])
    before = "".join(letters)
    letters[one], letters[other] = letters[other], letters[one]
    if "".join(letters) != before:
        with pytest.raises(BadNumber):
            as_number("".join(letters), "CSX")


@pytest.mark.parametrize(
    "text", ["", "CSX", "CSX-O0O0O0-1", "PEK-BBBBBB-B", "CSX-BBBBBB-BB", "羽绒服", "E12345678"]
)
def test_what_is_no_number_of_ours_is_refused(text: str) -> None:
    with pytest.raises(BadNumber):
        as_number(text, "CSX")


def test_numbers_make_no_words_and_hold_nothing_that_looks_like_something_else() -> None:
    assert not set(CHARACTERS) & set("AEIOU01L58SZN")
    assert len(CHARACTERS) == 23


# --- what may happen


def test_nothing_happens_to_what_has_left_for_good() -> None:
    for state, holder in (
        ("returned", "owner"),
        ("to_police", "police"),
        ("disposed", "disposed"),
        ("voided", "void"),
    ):
        gone = item(state=ItemState(state), holder=holder, shelf=None)
        for kind in WAYS:
            with pytest.raises(WrongState):
                moved(gone, Move(kind, "staff:liu", "desk:t1"), NOW)


def test_a_reserved_item_goes_to_its_owner_or_back_to_the_shelf_and_nowhere_else() -> None:
    reserved = moved(item(), Move(CustodyKind.RESERVED, "staff:liu"), NOW)
    assert (reserved.state, reserved.holder, reserved.shelf) == (ItemState.RESERVED, "desk:t2", "A-1")
    for kind, holder in (
        (CustodyKind.DISPOSED, "disposed"),
        (CustodyKind.TO_POLICE, "police"),
        (CustodyKind.SENT, "transfer:1"),
        (CustodyKind.VOIDED, "void"),
        (CustodyKind.RESERVED, None),
    ):
        with pytest.raises(WrongState):
            moved(reserved, Move(kind, "staff:liu", holder), NOW)
    back = moved(reserved, Move(CustodyKind.RELEASED, "service"), NOW)
    assert back.state is ItemState.STORED
    given_back = moved(reserved, Move(CustodyKind.HANDED_OVER, "staff:liu", "owner"), NOW)
    assert (given_back.state, given_back.closed_at, given_back.shelf) == (ItemState.RETURNED, NOW, None)


def test_what_is_missing_is_found_before_anything_else_happens_to_it() -> None:
    missing = moved(item(), Move(CustodyKind.MISSING, "staff:liu"), NOW)
    with pytest.raises(ItemMissing):
        moved(missing, Move(CustodyKind.RESERVED, "staff:liu"), NOW)
    found = moved(missing, Move(CustodyKind.FOUND_AGAIN, "staff:liu", shelf="B-2"), NOW)
    assert (found.missing_at, found.shelf) == (None, "B-2")


@pytest.mark.parametrize("changes", [{"valuable": True}, {"cash": (Money("CNY", 100),)}])
def test_what_is_precious_does_not_leave_uncounted(changes: dict[str, Any]) -> None:
    with pytest.raises(NotCounted):
        moved(item(**changes), Move(CustodyKind.SENT, "staff:liu", "transfer:1"), NOW)
    counted = moved(item(**changes), Move(CustodyKind.COUNTED, "staff:liu", witness="staff:wang"), NOW)
    assert moved(counted, Move(CustodyKind.SENT, "staff:liu", "transfer:1"), NOW).holder == "transfer:1"


# --- chains


def _chain(*steps: tuple[CustodyKind, str]) -> list[Row]:
    rows: list[Row] = []
    holder, previous = None, START
    for seq, (kind, to_holder) in enumerate(steps, 1):
        row = Row("i1", seq, kind, holder, to_holder, "staff:liu", None, NOW, "", "")
        rows.append(replace(row, hash=hash_of(row, previous)))
        holder, previous = to_holder, rows[-1].hash
    return rows


CHAIN = _chain(
    (CustodyKind.REGISTERED, "desk:t2"),
    (CustodyKind.SENT, "transfer:9"),
    (CustodyKind.ACCEPTED, "desk:t1"),
    (CustodyKind.MOVED_SHELF, "desk:t1"),
)
AT_T1 = item(holder="desk:t1", desk_id="t1", custody_seq=4, custody_hash=CHAIN[-1].hash)


def test_a_chain_that_nobody_touched_adds_up() -> None:
    assert verify(AT_T1, CHAIN) is None


@pytest.mark.parametrize("field", ["to_holder", "actor", "witness", "note", "at", "kind"])
@pytest.mark.parametrize("at", range(4))
def test_whatever_is_altered_in_whichever_row_is_noticed(field: str, at: int) -> None:
    other = {"at": NOW + DAY, "kind": CustodyKind.CORRECTED}.get(field, "somebody")
    rows = [replace(row, **{field: other}) if row.seq == at + 1 else row for row in CHAIN]  # type: ignore[arg-type]
    assert verify(AT_T1, rows) is not None


def test_rows_that_are_left_out_or_changed_places_are_noticed() -> None:
    for kept in itertools.permutations(CHAIN):
        assert (verify(AT_T1, kept) is None) == (kept == tuple(CHAIN))
    for many in range(4):
        for some in itertools.combinations(CHAIN, many):
            assert verify(AT_T1, some) is not None


def test_a_chain_that_was_hashed_anew_from_its_altered_row_on_is_noticed_by_the_item() -> None:
    forged = _chain((CustodyKind.REGISTERED, "desk:t2"), (CustodyKind.SENT, "transfer:9"))
    assert verify(AT_T1, forged) is not None
    elsewhere = replace(AT_T1, holder="desk:t2", desk_id="t2")
    found = verify(elsewhere, CHAIN)
    assert found is not None
    assert found.why == "state"


def test_a_chain_of_steps_that_cannot_follow_is_noticed_though_its_hashes_are_right() -> None:
    rows = _chain((CustodyKind.REGISTERED, "desk:t2"), (CustodyKind.ACCEPTED, "desk:t1"))
    held = replace(AT_T1, custody_seq=2, custody_hash=rows[-1].hash)
    found = verify(held, rows)
    assert found is not None
    assert (found.seq, found.why) == (2, "state")


# --- clocks


@pytest.mark.parametrize(
    ("changes", "rule", "keeps", "step"),
    [
        ({"category": "food"}, "perishable", timedelta(hours=24), Step.DESTROY),
        ({"category": "passport"}, "documents", 7 * DAY, Step.POLICE),
        ({"category": "bank_card"}, "documents", 7 * DAY, Step.POLICE),
        ({"category": "cash"}, "valuables", 7 * DAY, Step.POLICE),
        ({"category": "coat"}, "standard", 90 * DAY, Step.NOTICE),
        ({"category": "phone", "valuable": True}, "valuables", 7 * DAY, Step.POLICE),
        ({"category": "wallet", "cash": (Money("CNY", 1),)}, "valuables", 7 * DAY, Step.POLICE),
        ({"category": "backpack", "document_kind": "passport"}, "documents", 7 * DAY, Step.POLICE),
        ({"category": "food", "document_kind": "passport"}, "documents", 7 * DAY, Step.POLICE),
    ],
)
def test_each_thing_is_kept_for_its_time(
    changes: dict[str, Any], rule: str, keeps: timedelta, step: Step
) -> None:
    kept = item(**changes)
    assert (kept.rule, kept.keep_until - NOW, due(kept)) == (rule, keeps, step)
    assert not is_overdue(kept, NOW + keeps - timedelta(seconds=1))
    assert is_overdue(kept, NOW + keeps)


def test_a_year_passes_between_the_notice_and_the_end() -> None:
    coat = item()
    with pytest.raises(NotDue):
        published(coat, NOW + 89 * DAY)
    told = published(coat, NOW + 91 * DAY)
    assert (due(told), told.keep_until) == (Step.DISPOSE, NOW + 91 * DAY + 365 * DAY)
    with pytest.raises(NotDue):
        refuse_way(told, Way.DONATED, NOW + 455 * DAY)
    for way in (Way.DONATED, Way.DESTROYED, Way.TO_THE_STATE, Way.POLICE):
        refuse_way(told, way, NOW + 456 * DAY)
    with pytest.raises(NotDue):
        published(told, NOW + 500 * DAY)


def test_things_go_only_in_the_ways_of_their_rule_and_to_the_police_whenever() -> None:
    refuse_way(item(category="food"), Way.DESTROYED, NOW + DAY)
    for category, way in (
        ("food", Way.DONATED),
        ("passport", Way.DESTROYED),
        ("cash", Way.TO_THE_STATE),
        ("coat", Way.DONATED),
    ):
        with pytest.raises(WrongWay):
            refuse_way(item(category=category), way, NOW + 1000 * DAY)
    refuse_way(item(), Way.POLICE, NOW)


def test_what_is_promised_to_somebody_is_never_due() -> None:
    reserved = moved(item(category="food"), Move(CustodyKind.RESERVED, "staff:liu"), NOW)
    assert due(reserved) is None
    assert not is_overdue(reserved, NOW + 30 * DAY)


# --- counting a desk


def test_a_count_tells_missing_misplaced_unexpected_and_unknown_apart() -> None:
    here = {name: item(id=name, number=name, shelf="A-1") for name in ("a", "b", "c")}
    left = item(id="d", number="d", state=ItemState.RETURNED, holder="owner", shelf=None)
    other = item(id="e", number="e", holder="desk:t1", desk_id="t1")
    items = {**here, "d": left, "e": other}
    scans = {
        "a": Scan("a", "a", "A-1"),
        "b": Scan("b", "b", "B-9"),
        "e": Scan("e", "e", None),
        "zz": Scan("zz", None, "A-1"),
    }
    found = differences("t2", {"a", "b", "c", "d"}, scans, items)
    assert {(each.kind, each.number) for each in found} == {
        (Difference.MISSING, "c"),
        (Difference.MISPLACED, "b"),
        (Difference.UNEXPECTED, "e"),
        (Difference.UNKNOWN, "zz"),
    }, "and nothing is said of what was given back while it was counted"


# --- words and vocabularies


def test_words_are_small_letters_and_chinese_in_pairs() -> None:
    assert words_of(["Bosideng 波司登", "ＣＳＸ-123"]) == {
        "bosideng",
        "波",
        "司",
        "登",
        "波司",
        "司登",
        "csx",
        "123",
    }
    assert asked_words("黑色 Sam 伞") == (["黑色", "伞"], ["sam"])
    assert asked_words(" , ") == ([], [])


@given(st.text(max_size=60))
def test_whatever_is_written_down_is_found_by_it(text: str) -> None:
    kept = words_of([text])
    whole, beginnings = asked_words(text)
    assert set(whole) <= kept
    assert all(any(word.startswith(each) for word in kept) for each in beginnings)


@pytest.mark.parametrize(("iata", "terminals"), [("CSX", ("T1", "T2")), ("EWR", ("A", "B", "C"))])
def test_every_place_has_an_area_a_parent_and_neighbours_that_exist(
    iata: str, terminals: tuple[str, ...]
) -> None:
    known = places(iata, terminals)
    for spot in known.values():
        assert spot.area in AREAS
        assert spot.parent is None or spot.parent in known
        assert spot.code not in spot.near
        for other in spot.near:
            assert spot.code in known[other].near, "nearness has no direction"
        assert within(known, spot.code)[0] == spot.code
    assert len({spot.zh for spot in known.values()}) == len(known)
    assert len({spot.en for spot in known.values()}) == len(known)


def test_changshas_gates_belts_and_islands_are_known() -> None:
    known = places("CSX", ("T1", "T2"))
    assert {"T1-GATE-18", "T2-GATE-51", "T1-BELT-4", "T2-BELT-12", "T2-CHECKIN-E", "METRO", "MAGLEV"} <= set(
        known
    )
    assert within(known, "T2-GATE-34") == ["T2-GATE-34", "T2-GATES", "T2"]


def test_vocabularies_refer_to_what_there_is() -> None:
    assert {each.group for each in CATEGORIES.values()} == set(GROUPS)
    assert {each.rule for each in CATEGORIES.values()} <= set(RETENTION)
    assert len(COLOURS) >= 14
    for each in CATEGORIES.values():
        assert not (each.listed and RETENTION[each.rule].then is Step.POLICE), each.code

"""The index in both databases: written in the caller's transaction, changed and removed without a trace."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, select

from services.lostfound.matching import Index, Match, Thing, Topology
from services.lostfound.matching.tables import POSTINGS, TERMS, THINGS
from services.lostfound.schemas.places import places
from tests.bench.lost_quality import quality
from tests.bench.lost_set.world import make

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
JACKET = Thing(
    "item-1",
    "found",
    category="coat",
    colours=("navy",),
    brand="优衣库",
    words="深蓝色羽绒服，口袋里有酒店房卡",
    marks="内衬写着名字 陈梓轩",
    places=("T2-GATE-34",),
    from_at=AT,
    to_at=AT,
    flight_id="CZ3101-20261120-CSX-PEK",
)
LOSS = Thing(
    "report-1",
    "lost",
    category="coat",
    colours=("blue",),
    brand="Uniqlo",
    words="Dark blue down jacket with a hotel key card in the pocket",
    marks="name inside: Chen Zixuan",
    places=("T2-GATES",),
    from_at=AT - timedelta(hours=3),
    to_at=AT - timedelta(hours=1),
    flight_id="CZ3101-20261120-CSX-PEK",
)


def index_of(connection: Connection) -> Index:
    return Index(connection, key=b"a key", topology=Topology.of(places("CSX", ("T1", "T2"))))


def found(engine: Engine, thing: Thing) -> list[Match]:
    with engine.connect() as connection:
        return index_of(connection).match(thing)


def put(engine: Engine, *things: Thing) -> None:
    with engine.begin() as connection:
        index_of(connection).put_all(things)


def contents(engine: Engine) -> tuple[dict[int, int], int, int]:
    """Counters, postings and things."""
    with engine.connect() as connection:
        counters = {row.term: row.things for row in connection.execute(select(TERMS))}
        return (
            counters,
            len(connection.execute(select(POSTINGS)).all()),
            len(connection.execute(select(THINGS)).all()),
        )


def test_an_english_report_finds_what_the_desk_wrote_in_chinese(engine: Engine) -> None:
    put(engine, JACKET)
    [match] = found(engine, LOSS)
    assert match.id == "item-1"
    assert match.probability > 0.8
    codes = {reason.code: reason for reason in match.reasons}
    assert {"same_flight", "same_kind", "same_colour", "same_brand", "same_words", "same_marks"} <= set(codes)


def test_the_owner_is_told_nothing_that_a_thief_could_use(engine: Engine) -> None:
    put(engine, JACKET)
    [match] = found(engine, LOSS)
    public = {reason.code for reason in match.reasons if reason.public}
    assert public <= {"same_kind", "near_kind", "same_colour", "near_colour", "same_flight", "same_bus", "same_terminal", "same_time", "near_time"}  # fmt: skip
    marks = next(reason for reason in match.reasons if reason.code == "same_marks")
    assert "陈" not in marks.zh
    assert "Chen" not in marks.en


def test_both_sides_find_each_other(engine: Engine) -> None:
    put(engine, LOSS)
    [match] = found(engine, JACKET)
    assert match.id == "report-1"


def test_things_of_one_side_do_not_match(engine: Engine) -> None:
    put(engine, JACKET, replace(JACKET, id="item-2"))
    assert found(engine, JACKET) == []


def test_what_was_rolled_back_is_not_found(engine: Engine) -> None:
    with engine.connect() as connection:
        index_of(connection).put(JACKET)
        connection.rollback()
    assert found(engine, LOSS) == []


def test_what_is_removed_leaves_nothing(engine: Engine) -> None:
    put(engine, JACKET, LOSS)
    with engine.begin() as connection:
        index_of(connection).remove("item-1")
        index_of(connection).remove("report-1")
        index_of(connection).remove("never heard of")
    assert contents(engine) == ({}, 0, 0)


def test_a_change_is_as_if_it_had_always_been_so(engine: Engine) -> None:
    umbrella = replace(
        JACKET, category="umbrella", words="黑伞", brand="", colours=("black",), marks="", flight_id=None
    )
    put(engine, JACKET, LOSS)
    put(engine, umbrella)
    assert all(match.probability < 0.1 for match in found(engine, LOSS))
    changed = contents(engine)
    with engine.begin() as connection:
        for table in (THINGS, POSTINGS, TERMS):
            connection.execute(table.delete())
    put(engine, LOSS, umbrella)
    assert contents(engine) == changed


def test_counters_add_up_whatever_comes_and_goes(engine: Engine) -> None:
    chance, things = random.Random(6), make(items=120, reports=60).found
    for start in range(0, 120, 20):
        put(engine, *things[start : start + 20])
        with engine.begin() as connection:
            for thing in chance.sample(things[: start + 20], k=8):
                index_of(connection).remove(thing.id)
    counters, _, _ = contents(engine)
    with engine.connect() as connection:
        held: dict[int, int] = {}
        for (term,) in connection.execute(select(POSTINGS.c.term)):
            held[term] = held.get(term, 0) + 1
        held[0] = len(connection.execute(select(THINGS.c.num)).all())
    assert counters == held


def test_writers_at_the_same_moment_wait_and_none_is_lost(engine: Engine) -> None:
    things = make(items=40, reports=20).found
    if engine.dialect.name == "sqlite":
        put(engine, *things)
    else:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: put(engine, *things[number::8]), range(8)))
    counters, _, count = contents(engine)
    assert count == counters[0] == 40


def test_nothing_that_is_written_can_be_read_without_the_key(engine: Engine) -> None:
    put(engine, JACKET)
    with engine.connect() as connection:
        row = connection.execute(select(THINGS)).one()
        other = Index(connection, key=b"another key", topology=Topology())
        assert other.match(LOSS) == []
    for word in ("陈梓轩", "梓轩", "chenzixuan", "房卡", "名字"):
        assert word not in row.facts
        assert word.encode() not in row.terms


def test_a_document_is_found_by_its_number_whatever_else_differs(engine: Engine) -> None:
    passport = Thing(
        "p",
        "found",
        category="passport",
        document_keys=("whole", "masked"),
        name_keys=("anna",),
        from_at=AT,
        to_at=AT,
    )
    others = [
        replace(passport, id=f"p{number}", document_keys=(f"w{number}", f"m{number}"), name_keys=("ben",))
        for number in range(60)
    ]
    put(engine, passport, *others)
    asked = Thing(
        "r",
        "lost",
        category="other_document",
        document_keys=("masked",),
        name_keys=("anna",),
        from_at=AT - timedelta(days=30),
        to_at=AT - timedelta(days=30),
    )
    first = found(engine, asked)[0]
    assert (first.id, first.probability > 0.95) == ("p", True)


def test_a_serial_number_is_as_good_as_certain(engine: Engine) -> None:
    phones = [
        Thing(
            f"i{number}",
            "found",
            category="phone",
            colours=("black",),
            brand="Apple",
            serial_key=f"s{number}",
            from_at=AT,
            to_at=AT,
        )
        for number in range(80)
    ]
    put(engine, *phones)
    first = found(engine, Thing("r", "lost", category="phone", serial_key="s41", from_at=AT, to_at=AT))[0]
    assert (first.id, first.probability > 0.95) == ("i41", True)


def test_what_was_found_before_it_was_lost_is_no_match(engine: Engine) -> None:
    put(engine, replace(JACKET, from_at=AT - timedelta(days=3), to_at=AT - timedelta(days=3), flight_id=None))
    assert all(match.probability < 0.3 for match in found(engine, replace(LOSS, flight_id=None)))
    put(
        engine,
        replace(JACKET, from_at=AT - timedelta(hours=5), to_at=AT - timedelta(hours=5), flight_id=None),
    )
    assert found(engine, replace(LOSS, flight_id=None))[0].probability > 0.5


def test_one_of_many_that_fit_as_well_is_no_likely_match(engine: Engine) -> None:
    phone = Thing("i0", "found", category="phone", colours=("black",), words="黑色手机", from_at=AT, to_at=AT)
    put(engine, *(replace(phone, id=f"i{number}") for number in range(200)))
    matches = found(
        engine,
        Thing("r", "lost", category="phone", colours=("black",), words="black phone", from_at=AT, to_at=AT),
    )
    assert all(match.probability < 0.1 for match in matches)


def test_words_of_any_script_and_length_are_taken(engine: Engine) -> None:
    for words in (
        "",
        " ",
        "🙂🙂",
        "\x00",
        "пальто синее",
        "ジャケット",
        "a" * 5000,
        "箱" * 5000,
        "1" * 400,
        "'; DROP TABLE match_things; --",
    ):
        put(engine, replace(JACKET, words=words, marks=words, brand=words))
        found(engine, replace(LOSS, words=words, marks=words, brand=words))


def test_most_reports_find_their_item_first(engine: Engine) -> None:
    made = make(items=700, reports=80)
    put(engine, *made.found)
    asked = [case for case in made.cases if case.part == "held_out"]
    with engine.connect() as connection:
        ranked = [[match.id for match in index_of(connection).match(case.report)] for case in asked]
    reached = quality(ranked, [case.item_id for case in asked])
    assert reached.at_1 >= 0.8
    assert reached.at_10 >= 0.95


def test_what_an_older_version_wrote_down_is_named_until_it_is_written_anew(engine: Engine) -> None:
    put(engine, JACKET, LOSS)
    with engine.begin() as connection:
        assert index_of(connection).outdated(10) == []
        connection.execute(THINGS.update().values(version=1))
        assert sorted(index_of(connection).outdated(10)) == ["item-1", "report-1"]
        assert len(index_of(connection).outdated(1)) == 1
    assert [match.id for match in found(engine, LOSS)] == ["item-1"]
    put(engine, JACKET)
    with engine.connect() as connection:
        assert index_of(connection).outdated(10) == ["report-1"]

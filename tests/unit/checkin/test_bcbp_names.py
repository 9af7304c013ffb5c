"""Names on boarding passes: A to Z, at most 20 letters, as their bearers write them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.checkin.bcbp import BcbpError, passenger_name, split_chinese


@pytest.mark.parametrize(
    ("given_as", "name"),
    [
        (("Zhang", "San"), "ZHANG/SAN"),
        (("张三丰",), "ZHANG/SANFENG"),
        (("张", "三丰"), "ZHANG/SANFENG"),
        (("欧阳娜娜",), "OUYANG/NANA"),
        (("諸葛亮",), "ZHUGE/LIANG"),
        (("单雄信",), "SHAN/XIONGXIN"),
        (("曾国藩",), "ZENG/GUOFAN"),
        (("仇英",), "QIU/YING"),
        (("吕布",), "LYU/BU"),
        (("尉迟恭",), "YUCHI/GONG"),
        (("尼格买提·热合曼",), "NIGEMAITI/REHEMAN"),
        (("爱新觉罗溥仪",), "AIXINJUELUO/PUYI"),
        (("张三", "", "CHEUNG/SAM"), "CHEUNG/SAM"),
        (("张三", "", "Cheung/Sam Tai"), "CHEUNG/SAM TAI"),
        (("O'Brien", "Mary-Jane"), "OBRIEN/MARY JANE"),
        (("Müller", "Jürgen"), "MUELLER/JUERGEN"),
        (("Nuñez", "José"), "NUNEZ/JOSE"),
        (("Łukasiewicz", "Þór"), "LUKASIEWICZ/THOR"),
        (("Suharto",), "SUHARTO"),
        (("ＷＡＮＧ", "ｗｕ"), "WANG/WU"),
        (("Wolfeschlegelsteinhausenbergerdorff", "Hubert"), "WOLFESCHLEGELSTEIN/H"),
        (("Montgomery", "Alexandrina"), "MONTGOMERY/ALEXANDRI"),
        (("Smith", "John Paul George"), "SMITH/JOHN PAUL GEOR"),
        (("Smithfieldsburys", "Jo Ann"), "SMITHFIELDSBURYS/JO"),
    ],
)
def test_a_name_is_written_as_its_bearer_would(given_as: tuple[str, ...], name: str) -> None:
    assert passenger_name(*given_as) == name


def test_a_chinese_full_name_is_parted_after_its_surname() -> None:
    assert split_chinese("司马相如") == ("司马", "相如")
    assert split_chinese("王小明") == ("王", "小明")
    # a surname alone is not parted
    assert split_chinese("欧阳") == ("欧", "阳")
    assert split_chinese("王") == ("王", "")


@pytest.mark.parametrize("name", ["", "  ", "Иванов", "山田たろう", "123", "A/1"])
def test_what_cant_be_written_with_a_to_z_is_refused(name: str) -> None:
    with pytest.raises(BcbpError) as caught:
        passenger_name(name)
    assert (caught.value.field, caught.value.offset) == ("name", 2)
    assert not name.strip() or name not in str(caught.value)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_is_written_right_or_refused(surname: str, given_name: str) -> None:
    try:
        name = passenger_name(surname, given_name)
    except BcbpError:
        return
    assert re.fullmatch(r"[A-Z]+( [A-Z]+)*(/[A-Z]+( [A-Z]+)*)?", name)
    assert len(name) <= 20

"""Which numbers can be right: every wrong digit is refused, with a reason that doesn't repeat it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.passengers.domain import ShownForm, masked, mrz, read_document
from services.passengers.errors import (
    BadDocument,
    DocumentExpired,
    HolderNeeded,
    IdBirthDate,
    IdCheckDigit,
    IdForm,
    MrzCheckDigit,
    MrzDate,
    MrzForm,
    PassportForm,
)
from services.passengers.schemas import Checked, DocumentKind
from tests.unit.passengers.examples import ICAO_LINES, OTHER_ID, PASSPORT, RESIDENT_ID, TODAY, VALID_MRZ

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
KNOWN_ON = date(2011, 1, 1)
NAMES, DATA = ICAO_LINES


def resident(text: str, **values: Any) -> Any:
    return read_document(ShownForm(DocumentKind.RESIDENT_ID, text, "张三", **values), TODAY)


def passport(text: str, **values: Any) -> Any:
    return read_document(ShownForm(DocumentKind.PASSPORT, text, **values), TODAY)


@pytest.mark.parametrize(
    "text",
    [
        RESIDENT_ID,
        "11010519491231002x",
        " 110105 1949 1231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        OTHER_ID,
    ],
)
def test_a_valid_resident_id_is_read_however_it_is_typed(text: str) -> None:
    read = resident(text)
    assert read.number in (RESIDENT_ID, OTHER_ID)
    assert (read.checked, read.nationality) == (Checked.CHECK_DIGIT, "CHN")


def test_the_birth_date_is_in_the_number() -> None:
    assert resident(RESIDENT_ID).birth_date == date(1949, 12, 31)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110105194912310021", IdCheckDigit),
        ("340524198001010013", IdCheckDigit),
        ("11010519491331002X", IdBirthDate),
        ("11010520230229002X", IdBirthDate),
        ("11010520991231002X", IdBirthDate),
        ("11010518491231002X", IdBirthDate),
        ("010105194912310020", IdForm),
        ("1101051949123100X2", IdForm),
        ("1101051949123100", IdForm),
        ("११०१०५१९४९१२३१००२X", IdForm),
        ("", IdForm),
    ],
)
def test_a_wrong_resident_id_is_refused_with_its_reason(text: str, reason: type[BadDocument]) -> None:
    with pytest.raises(reason) as caught:
        resident(text)
    assert not text or text not in repr(caught.value)


@given(st.integers(0, 16), st.integers(1, 9))
def test_no_single_wrong_digit_gets_through(place: int, more: int) -> None:
    changed = str((int(RESIDENT_ID[place]) + more) % 10)
    with pytest.raises(BadDocument):
        resident(RESIDENT_ID[:place] + changed + RESIDENT_ID[place + 1 :])


@given(st.integers(100000, 999999), st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 999))
def test_exactly_one_check_digit_fits(region: int, born: date, sequence: int) -> None:
    body = f"{region}{born:%Y%m%d}{sequence:03}"
    fitting = []
    for digit in "0123456789X":
        try:
            fitting.append(resident(body + digit).number)
        except IdCheckDigit:
            continue
    assert len(fitting) == 1
    values = [10 if char == "X" else int(char) for char in fitting[0]]
    assert sum(weight * value for weight, value in zip((*WEIGHTS, 1), values, strict=True)) % 11 == 1


def test_icaos_passport_is_read() -> None:
    read = mrz.read(f"{NAMES}\n{DATA}", KNOWN_ON)
    assert read == mrz.Passport(PASSPORT, "ERIKSSON/ANNA MARIA", "UTO", date(1974, 8, 12), date(2012, 4, 15))


@pytest.mark.parametrize(
    "text",
    [
        VALID_MRZ,
        VALID_MRZ.replace("\n", ""),
        VALID_MRZ.lower().replace("\n", "\r\n  "),
        VALID_MRZ.replace("<<", "«"),
        VALID_MRZ.replace("<", "＜"),
        " ".join(VALID_MRZ),
    ],
)
def test_the_lines_are_read_however_they_were_pasted(text: str) -> None:
    read = passport(text)
    assert (read.number, read.holder_name, read.checked) == (PASSPORT, "ERIKSSON/ANNA MARIA", Checked.MRZ)
    assert read.expires_on == date(2031, 4, 15)


@pytest.mark.parametrize(
    ("field", "position"), [(0, 10), (8, 10), (13, 20), (21, 28), (28, 43), (9, 10), (43, 44)]
)
def test_a_wrong_character_is_found_and_its_place_told(field: int, position: int) -> None:
    changed = "8"
    with pytest.raises(MrzCheckDigit) as caught:
        mrz.read(NAMES + DATA[:field] + changed + DATA[field + 1 :], KNOWN_ON)
    assert caught.value.data == {"line": 2, "position": position}


@given(st.integers(0, 43), st.sampled_from("0123456789ABCXYZ<"))
def test_no_wrong_character_that_the_digits_can_see_gets_through(place: int, char: str) -> None:
    """The rule is blind to the nationality, the sex, and to what is equal modulo 10."""
    value = {True: 0}.get(char == "<", int(char, 36) if char != "<" else 0)
    was = 0 if DATA[place] == "<" else int(DATA[place], 36)
    if place in range(10, 13) or place == 20 or value % 10 == was % 10:
        return
    with pytest.raises(BadDocument):
        mrz.read(NAMES + DATA[:place] + char + DATA[place + 1 :], KNOWN_ON)


def with_digits(data: str) -> str:
    """The line with its check digits computed, for lines that no passport has."""
    line = data[:9] + mrz.check_digit(data[:9]) + data[10:19] + mrz.check_digit(data[13:19])
    line += data[20:27] + mrz.check_digit(data[21:27]) + data[28:43]
    return line + mrz.check_digit(line[:10] + line[13:20] + line[21:43])


@pytest.mark.parametrize(
    ("born", "today", "expected"),
    [
        ("261123", date(2026, 11, 23), date(2026, 11, 23)),
        ("261124", date(2026, 11, 23), date(1926, 11, 24)),
        ("991231", date(2026, 11, 23), date(1999, 12, 31)),
        ("74<<<<", date(2026, 11, 23), None),
    ],
)
def test_nobody_is_born_in_the_future(born: str, today: date, expected: date | None) -> None:
    line = with_digits(DATA[:13] + born + DATA[19:])
    assert mrz.read(NAMES + line, today).birth_date == expected


@pytest.mark.parametrize(("at", "text"), [(13, "741399"), (21, "310230"), (21, "31<<<<")])
def test_a_day_that_does_not_exist_is_refused(at: int, text: str) -> None:
    line = with_digits(DATA[:at] + text + DATA[at + 6 :])
    with pytest.raises(MrzDate) as caught:
        mrz.read(NAMES + line, KNOWN_ON)
    assert caught.value.data["position"] == at + 1


def test_an_empty_personal_number_may_have_no_check_digit() -> None:
    empty = DATA[:28] + "<" * 14
    for digit in "<0":
        line = empty + digit
        line += mrz.check_digit(line[:10] + line[13:20] + line[21:43])
        assert mrz.read(NAMES + line, KNOWN_ON).number == PASSPORT


@pytest.mark.parametrize(
    "text",
    [
        "<",
        NAMES,
        DATA + NAMES,
        NAMES + DATA[:-1],
        NAMES + DATA + "<",
        "P<UTO" + "<" * 39 + DATA,
        "I" + NAMES[1:] + DATA,
    ],
)
def test_what_is_no_passports_zone_is_refused(text: str) -> None:
    with pytest.raises(MrzForm):
        mrz.read(text, KNOWN_ON)


def test_a_typed_passport_number_needs_holder_and_expiry() -> None:
    for missing in ({}, {"holder_name": "ERIKSSON/ANNA"}, {"expires_on": date(2031, 1, 1)}):
        with pytest.raises(HolderNeeded):
            passport("e1234567", **missing)
    read = passport("e1234567", holder_name="张三", expires_on=date(2031, 1, 1))
    assert (read.number, read.checked) == ("E1234567", Checked.FORM)


@pytest.mark.parametrize("text", ["E12", "E123456789", "E12345#7", "护照1234567"])
def test_what_is_no_passport_number_is_refused(text: str) -> None:
    with pytest.raises(PassportForm):
        passport(text, holder_name="张三", expires_on=date(2031, 1, 1))


def test_a_document_counts_on_its_last_day_and_not_after() -> None:
    assert resident(RESIDENT_ID, expires_on=TODAY).expires_on == TODAY
    with pytest.raises(DocumentExpired):
        resident(RESIDENT_ID, expires_on=date(2026, 11, 22))
    with pytest.raises(DocumentExpired):
        passport(f"{NAMES}\n{DATA}")


def test_a_mask_leaves_the_first_character_and_the_last_few() -> None:
    assert masked(DocumentKind.RESIDENT_ID, RESIDENT_ID) == "1*************002X"
    assert masked(DocumentKind.PASSPORT, PASSPORT) == "L*****2C3"
    assert masked(DocumentKind.PASSPORT, "E1234") == "E*234"


def test_forms_and_documents_do_not_show_themselves_in_a_traceback() -> None:
    form = ShownForm(DocumentKind.RESIDENT_ID, RESIDENT_ID, "张三")
    assert RESIDENT_ID not in repr(form) + repr(read_document(form, TODAY))

"""Boarding passes: written exactly, read tolerantly."""

from __future__ import annotations

import doctest
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.checkin import bcbp
from services.checkin.bcbp import (
    BcbpError,
    BoardingPass,
    Leg,
    Oddity,
    Security,
    build,
    read,
)
from tests.unit.checkin.passes import LEG, PASS, PUBLIC, SIGNER, VERIFIER


def oddities(text: str) -> list[Oddity]:
    return [note.oddity for note in read(text).notes]


def refused(text: str) -> BcbpError:
    with pytest.raises(BcbpError) as caught:
        read(text)
    return caught.value


def test_the_librarys_examples_are_true() -> None:
    assert doctest.testmod(bcbp).failed == 0
    assert doctest.testmod(bcbp).attempted > 10


@pytest.mark.parametrize("text", PUBLIC.values(), ids=PUBLIC)
def test_public_samples_are_read_without_a_note_and_written_back_as_they_were(text: str) -> None:
    found = read(text)
    assert found.notes == ()
    assert build(found.boarding_pass) == text


def test_the_fullest_public_sample_says_what_it_is_known_to_say() -> None:
    found = read(PUBLIC["full"]).boarding_pass
    (leg,) = found.legs
    assert (found.name, found.electronic_ticket, found.version) == ("DESMARAIS/LUC", True, "5")
    assert (found.passenger_description, found.check_in_source, found.issue_source) == ("1", "W", "W")
    assert (found.issued, found.document_type, found.issuer) == ("1325", "B", "AC")
    assert found.bag_tags == ("0014123456002", "0014123467001", "0014123478901")
    assert (leg.pnr, leg.from_airport, leg.to_airport) == ("AB12C3", "YUL", "FRA")
    assert (leg.carrier, leg.number, leg.day_of_year) == ("AC", "834", 326)
    assert (leg.compartment, leg.seat, leg.sequence, leg.status) == ("J", "3A", "27", "1")
    assert (leg.airline_numeric, leg.document_serial) == ("014", "1234567890")
    assert (leg.selectee, leg.document_verification) == ("", "1")
    assert (leg.marketing_carrier, leg.frequent_flyer_airline) == ("AC", "AC")
    assert (leg.frequent_flyer_number, leg.id_ad) == ("1234567890123", "")
    assert (leg.free_baggage, leg.fast_track, leg.airline_data) == ("4PC", "Y", "LX58Z")
    assert found.security == Security("1", "ABCDEFGH")


def test_a_missing_section_is_not_a_blank_one() -> None:
    empty = read(PUBLIC["no_unique"]).boarding_pass
    assert (empty.passenger_description, empty.bag_tags) == (None, ())
    cut = read(PUBLIC["cut"]).boarding_pass
    assert (cut.passenger_description, cut.issue_source, cut.issued) == ("", "W", None)
    assert (cut.legs[0].document_serial, cut.legs[0].selectee) == ("2497067621", None)


def optional(pattern: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.just("") | st.from_regex(pattern, fullmatch=True)


CARRIERS = st.sampled_from(["CZ", "9C", "3U", "CES"])
LEGS = st.builds(
    Leg,
    pnr=st.from_regex(r"[A-Z0-9]{1,7}", fullmatch=True),
    from_airport=st.from_regex(r"[A-Z]{3}", fullmatch=True),
    to_airport=st.from_regex(r"[A-Z]{3}", fullmatch=True),
    carrier=CARRIERS,
    number=st.from_regex(r"[1-9][0-9]{0,3}[A-Z]?", fullmatch=True) | st.just(""),
    day_of_year=st.integers(1, 366) | st.none(),
    compartment=st.sampled_from("FJYM"),
    seat=st.from_regex(r"[1-9][0-9]{0,2}[A-K]|INF|", fullmatch=True),
    sequence=st.from_regex(r"[1-9][0-9]{0,3}[A-Z]?|", fullmatch=True),
    status=st.sampled_from("0123456789A"),
    airline_numeric=optional(r"[0-9]{3}"),
    document_serial=optional(r"[0-9]{10}"),
    selectee=optional(r"[0-3]"),
    document_verification=optional(r"[0-2]"),
    marketing_carrier=st.none() | st.just("") | CARRIERS,
    frequent_flyer_airline=st.none() | st.just("") | CARRIERS,
    frequent_flyer_number=optional(r"[A-Z0-9]{1,16}"),
    id_ad=optional(r"[0-9A-F]"),
    free_baggage=optional(r"[1-9]PC|[1-9][0-9][KL]"),
    fast_track=optional(r"[YN]"),
    airline_data=st.from_regex(r"([A-Z0-9 *+./:<>-]{0,30}[A-Z0-9])?", fullmatch=True),
)
PASSES = st.builds(
    BoardingPass,
    name=st.from_regex(r"[A-Z]{1,9}( [A-Z]{1,3})?(/[A-Z]{1,5})?", fullmatch=True),
    legs=st.lists(LEGS, min_size=1, max_size=4).map(tuple),
    electronic_ticket=st.booleans(),
    version=st.sampled_from("12345678"),
    passenger_description=optional(r"[0-7XU]"),
    check_in_source=optional(r"[WKRMOTV]"),
    issue_source=optional(r"[WKRMOTV]"),
    issued=optional(r"[0-9](0[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9])"),
    document_type=optional(r"[BI]"),
    issuer=st.none() | st.just("") | CARRIERS,
    bag_tags=st.lists(st.from_regex(r"[0-9]{13}", fullmatch=True), max_size=3).map(tuple),
    security=st.none()
    | st.builds(Security, st.sampled_from("13"), st.from_regex(r"([A-Za-z0-9+/=]{1,100})?", fullmatch=True)),
)
_UNIQUE = ("passenger_description", "check_in_source", "issue_source", "issued", "document_type", "issuer")
_REPEATED = (
    "airline_numeric", "document_serial", "selectee", "document_verification", "marketing_carrier",
    "frequent_flyer_airline", "frequent_flyer_number", "id_ad", "free_baggage", "fast_track",
)  # fmt: skip


def as_it_will_be_read(one: BoardingPass) -> BoardingPass:
    """A field that is missing before one that isn't is written as blank."""

    def blanks(of: object, names: tuple[str, ...], behind: bool) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in reversed(names):
            value = getattr(of, name)
            if value is None and behind:
                found[name] = ""
            behind = behind or value is not None
        return found

    legs = tuple(replace(leg, **blanks(leg, _REPEATED, False)) for leg in one.legs)
    return replace(one, legs=legs, **blanks(one, _UNIQUE, bool(one.bag_tags)))


@given(PASSES)
def test_whatever_is_written_is_read_back(one: BoardingPass) -> None:
    found = read(build(one))
    assert found.boarding_pass == as_it_will_be_read(one)
    assert found.notes == ()
    assert build(found.boarding_pass) == build(one)


@given(PASSES)
def test_what_is_written_is_upper_case_and_as_long_as_it_says(one: BoardingPass) -> None:
    text = build(replace(one, security=None))
    assert text == text.upper()
    assert text.isascii()
    at = 23
    for _ in one.legs:
        at += 37 + int(text[at + 35 : at + 37], 16)
    assert at == len(text)


@given(st.data())
def test_a_damaged_pass_is_read_or_refused_and_breaks_nothing(data: st.DataObject) -> None:
    text = data.draw(
        st.sampled_from([*PUBLIC.values(), SIGNER.build(PASS), build(replace(PASS, legs=(LEG,) * 3))])
    )
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(at, min(len(text), at + 8)))
        text = text[:at] + data.draw(st.text(max_size=4) | st.text(" ^>0FE/", max_size=30)) + text[end:]
    try:
        found = read(text)
    except BcbpError:
        return
    assert len(found.text) <= 2000
    try:
        for leg in range(len(found.boarding_pass.legs)):
            found.flight_date(leg, date(2026, 11, 23))
        VERIFIER.verify(found)
        build(found.boarding_pass)
    except BcbpError:
        return


@given(st.text(max_size=120) | st.text("M1 ^>05AZ", max_size=200).map("M1".__add__))
def test_any_other_text_is_read_or_refused_and_breaks_nothing(text: str) -> None:
    try:
        found = read(text)
    except BcbpError:
        return
    assert found.boarding_pass.legs


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "\r\n"), ("", "   "), ("]z0", ""), ("]Q1", "\r"), ("\x02", "\x03"), ("\n\t", "\n")],
)
def test_what_scanners_put_around_a_pass_is_no_part_of_it(before: str, after: str) -> None:
    found = read(before + PUBLIC["full"] + after)
    assert found.text.rstrip(" ") == PUBLIC["full"]
    assert found.notes == ()


def test_small_letters_are_raised_but_for_the_signature() -> None:
    text = SIGNER.build(PASS)
    found = read(text.lower())
    assert found.boarding_pass.name == "ZHANG/SAN"
    assert oddities(text.lower()) == [Oddity.LOWER_CASE]
    assert VERIFIER.verify(found) == "A"


@pytest.mark.parametrize(
    ("name", "read_as"),
    [
        ("WOLFESCHLEGELSTEINHAUSEN/HUBERT", "WOLFESCHLEGELSTEINHAUSEN/HUBERT"),
        ("LI/SI ", "LI/SI"),
        ("OUYANG/NANA MS", "OUYANG/NANA MS"),
    ],
)
def test_a_name_of_another_width_is_found_by_the_flight_behind_it(name: str, read_as: str) -> None:
    text = build(PASS)
    found = read(text[:2] + name + text[22:])
    assert found.boarding_pass == replace(PASS, name=read_as, passenger_description="", check_in_source="",
                                          issue_source="", document_type="")  # fmt: skip
    assert [note.oddity for note in found.notes] == [Oddity.NAME_WIDTH]


def test_without_its_ticket_indicator_a_pass_is_read_as_one_of_a_paper_ticket() -> None:
    blank = read(build(replace(PASS, electronic_ticket=False)))
    assert (blank.boarding_pass.electronic_ticket, blank.notes) == (False, ())
    text = build(PASS)
    missing = read(text[:22] + text[23:])
    assert missing.boarding_pass.electronic_ticket is False
    assert missing.boarding_pass.legs == blank.boarding_pass.legs
    assert [note.oddity for note in missing.notes] == [Oddity.NO_TICKET_INDICATOR]


def test_blanks_that_somebody_trimmed_are_taken_for_blanks() -> None:
    blank = replace(PASS, document_type="", issuer=None, legs=(replace(LEG, selectee="", fast_track=""),))
    found = read(build(blank).rstrip())
    assert found.boarding_pass == read(build(blank)).boarding_pass
    assert [note.oddity for note in found.notes] == [Oddity.CUT]


def test_a_pass_that_ends_early_is_read_as_far_as_it_goes() -> None:
    full = PUBLIC["full"].partition("^")[0]
    assert Oddity.CUT in oddities(full[:100])
    assert read(full[:100]).boarding_pass.bag_tags[0] == "0014123456002"
    assert oddities(PUBLIC["mandatory"][:58]) == [Oddity.NO_SIZE]
    assert refused(PUBLIC["mandatory"][:57]).field == "legs[0].status"
    second = build(replace(PASS, legs=(LEG, LEG)))
    assert refused(second[:-20]).field.startswith("legs[1].")


@pytest.mark.parametrize("version", ["1", "3", "6", "9"])
def test_every_version_is_read_by_the_same_places(version: str) -> None:
    text = PUBLIC["full"].replace(">5", f">{version}")
    found = read(text)
    assert found.boarding_pass.legs[0].free_baggage == "4PC"
    assert [note.oddity for note in found.notes] == ([Oddity.OTHER_VERSION] if version == "9" else [])


def test_what_isnt_known_is_kept() -> None:
    other = PUBLIC["mandatory"][:58] + "05HELLO"
    assert read(other).boarding_pass.legs[0].airline_data == "HELLO"
    assert oddities(other) == [Oddity.OTHER_OPTIONAL]
    behind = read(PUBLIC["full"].replace("^108", "REST^108") + "MORE")
    assert behind.trailing == "RESTMORE"
    assert behind.boarding_pass.security == Security("1", "ABCDEFGH")
    assert [note.oddity for note in behind.notes] == [Oddity.TRAILING]


@pytest.mark.parametrize(
    ("text", "field", "offset"),
    [
        ("", "format", 0),
        ("BUS1:ABC", "format", 0),
        ("M5" + "X" * 80, "legs", 1),
        ("M1 " + " " * 80, "name", 2),
        (PUBLIC["mandatory"].replace("326", "400"), "legs[0].day_of_year", 44),
        (PUBLIC["mandatory"].replace("326", "000"), "legs[0].day_of_year", 44),
        (PUBLIC["mandatory"][:58] + "G0", "legs[0].size", 58),
        (PUBLIC["mandatory"].replace("LUC", "中文"), "text", 12),
        ("M" * 2001, "text", 2000),
    ],
)
def test_a_refusal_names_the_field_and_its_place(text: str, field: str, offset: int) -> None:
    error = refused(text)
    assert (error.field, error.offset) == (field, offset)


@pytest.mark.parametrize(
    ("changed", "field", "offset"),
    [
        (replace(PASS, name="张三"), "name", 2),
        (replace(PASS, name="zhang/san"), "name", 2),
        (replace(PASS, name="WOLFESCHLEGEL/HUBERTUS"), "name", 2),
        (replace(PASS, legs=()), "legs", 1),
        (replace(PASS, legs=(LEG,) * 5), "legs", 1),
        (replace(PASS, legs=(replace(LEG, pnr=""),)), "legs[0].pnr", 23),
        (replace(PASS, legs=(LEG, replace(LEG, seat="31a"))), "legs[1].seat", 102),
        (replace(PASS, legs=(replace(LEG, day_of_year=367),)), "legs[0].day_of_year", 44),
        (replace(PASS, legs=(replace(LEG, airline_data="a"),)), "legs[0].airline_data", 77),
        (replace(PASS, legs=(replace(LEG, airline_data="A" * 240),)), "legs[0].airline_data", 58),
        (replace(PASS, version=None), "version", 60),
        (replace(PASS, version="9"), "version", 61),
        (replace(PASS, bag_tags=("0" * 13,) * 4), "bag_tags", 60),
        (replace(PASS, bag_tags=("0" * 10,)), "bag_tags", 75),
        (replace(PASS, security=Security("1", "A" * 256)), "security", 81),
    ],
)
def test_what_cant_be_written_exactly_isnt_written(changed: BoardingPass, field: str, offset: int) -> None:
    with pytest.raises(BcbpError) as caught:
        build(changed)
    assert (caught.value.field, caught.value.offset) == (field, offset)

"""Any list that can be written is read back; any damage to it is told, and never half a list comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.checkin.schemas import ListChangesSchema, PassengerListSchema
from services.checkin.schemas.vocabulary import Action, PaperKind
from services.checkin.teletype import (
    Bags,
    CantWrite,
    Connection,
    Entry,
    Envelope,
    Flight,
    FrequentFlyer,
    Infant,
    Kind,
    Paper,
    Passenger,
    PassengerList,
    Special,
    Total,
    read_list,
    write_list,
)

# Whole lists take their time to make up: fewer of them, at any effort.
HALF = settings(max_examples=settings().max_examples // 2)
QUARTER = settings(max_examples=settings().max_examples // 4)
FLIES = date(2026, 11, 23)
WORDS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=9)
# None ends like a title: teletype doesn't say where a name ends.
GIVEN = st.sampled_from(["SAN", "LIHUA", "A", "XIAO MING", "ANNA LUISA", "PETER"])
DIGITS = st.text("0123456789", min_size=10, max_size=10)
TICKETS = DIGITS.map("784".__add__)
BORN = st.dates(date(1930, 1, 1), FLIES)
EXPIRES = st.dates(FLIES, date(2040, 1, 1))
CODES = st.sampled_from(["WCHR", "WCHS", "WCHC", "UMNR", "VGML", "BLND", "PETC"])
TEXTS = st.sampled_from(
    ["", "NO GARLIC", "8Y", "SPEAKS ONLY CHINESE PLEASE MEET AT THE DOOR OF THE AIRCRAFT"]
)
PAPERS = st.builds(
    Paper,
    st.sampled_from([PaperKind.PASSPORT, PaperKind.OTHER]),
    st.from_regex(r"[A-Z][0-9]{8}", fullmatch=True),
    st.sampled_from(["", "CN", "CHN"]),
    st.sampled_from(["", "CN"]),
    st.none() | BORN,
    st.sampled_from(["", "M", "F"]),
    st.none() | EXPIRES,
) | st.builds(Paper, st.just(PaperKind.RESIDENT_ID), st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
PASSENGERS = st.builds(
    Passenger,
    given=GIVEN,
    title=st.sampled_from(["", "MR", "MRS", "MS", "MISS", "MSTR", "CHD"]),
    ticket=TICKETS,
    coupon=st.none() | st.integers(1, 4),
    specials=st.lists(st.builds(Special, CODES, TEXTS), max_size=3, unique=True).map(tuple),
    papers=st.lists(PAPERS, max_size=2).map(tuple),
    infant=st.none()
    | st.builds(Infant, WORDS, st.sampled_from(["", "BAO", "MEI LI"]), st.none() | BORN, st.none() | TICKETS),
    frequent_flyer=st.none() | st.builds(FrequentFlyer, st.just("CZ"), DIGITS, st.sampled_from(["", "G"])),
    seat=st.none() | st.from_regex(r"[1-9][0-9]?[A-HJK]", fullmatch=True),
)
CHILDREN = st.builds(
    Passenger, given=GIVEN, title=st.just("MSTR"), is_child=st.just(True), child_born=st.none() | BORN
)


@st.composite
def entries(draw: st.DrawFn, kind: Kind) -> Entry:
    people = [
        replace(one, title=one.title or title)
        for one, title in zip(
            draw(st.lists(PASSENGERS | CHILDREN, min_size=1, max_size=3, unique_by=lambda one: one.given)),
            ("MR", "MS", "MRS"),
            strict=False,
        )
    ]
    people[0] = replace(
        people[0], bags=draw(st.none() | st.builds(Bags, st.integers(0, 99), st.integers(0, 999)))
    )
    onward = Connection("CZ", "6789", "Y", date(2026, 11, 24), "PEK", "SHE")
    inbound = Connection("9C", "8520", "Y", date(2026, 11, 23), "CAN", "CSX")
    destination, booking_class, cabin = draw(
        st.sampled_from([("PEK", "Y", "Y"), ("PEK", "K", "Y"), ("PEK", "F", "F"), ("SHE", "Y", "Y")])
    )
    return Entry(
        surname=draw(st.sampled_from(["ZHANG", "WANG", "OUYANG", "VAN DER BERG"])),
        passengers=tuple(people),
        pnr=draw(st.from_regex(r"[A-Z0-9]{6}", fullmatch=True)),
        destination=destination,
        booking_class=booking_class,
        cabin=cabin,
        action=draw(st.sampled_from(Action)) if kind is Kind.ADL else Action.ADD,
        company=draw(st.sampled_from(["", "HUNAN TOURS"])),
        phone=draw(st.sampled_from(["", "+8613800001111", "+4930123456"])),
        email=draw(st.sampled_from(["", "a_b-c@example.com"])),
        onward=(onward,) * draw(st.integers(0, 2)),
        inbound=(inbound,) * draw(st.integers(0, 1)),
    )


@st.composite
def lists(draw: st.DrawFn) -> PassengerList:
    """In the order of their totals, as they are written."""
    kind = draw(st.sampled_from(Kind))
    found = draw(st.lists(entries(kind), min_size=0 if kind is Kind.PNL else 1, max_size=5))
    keys = [("PEK", "F"), ("PEK", "Y"), ("PEK", "K"), ("SHE", "Y")]
    totals = tuple(
        Total(*key, sum(len(one.passengers) for one in found if (one.destination, one.booking_class) == key))
        for key in keys
    )
    order = sorted(found, key=lambda one: keys.index((one.destination, one.booking_class)))
    return PassengerList(
        kind=kind,
        flight=Flight("CZ", "3101", FLIES, "CSX"),
        cabins=(("F", "F"), ("Y", "YK")),
        totals=totals,
        entries=tuple(order),
        configuration=(("F", 8), ("Y", 150)),
        sent_at=datetime(2026, 11, 22, 10, 15, tzinfo=UTC),
    )


@HALF
@given(lists(), st.integers(5, 60), st.randoms(use_true_random=False))
def test_whatever_is_written_is_read_back(document: PassengerList, part_lines: int, chance: object) -> None:
    texts = write_list(document, part_lines=part_lines)
    chance.shuffle(texts)  # type: ignore[attr-defined]
    found = read_list(texts, FLIES)
    assert (found.problems, found.left_out, found.missing) == ((), (), ())
    assert found.document == document
    schema = PassengerListSchema() if document.kind is Kind.PNL else ListChangesSchema()
    schema.load(document.content())


@QUARTER
@given(lists())
def test_every_line_fits_a_teleprinter(document: PassengerList) -> None:
    for text in write_list(document):
        assert text.isascii()
        assert text == text.upper()
        assert max(map(len, text.split("\r\n"))) <= 64


@QUARTER
@given(lists(), st.data())
def test_damage_is_told_and_never_half_a_list_comes_of_it(
    document: PassengerList, data: st.DataObject
) -> None:
    texts = write_list(document, part_lines=20)
    at = data.draw(st.integers(0, len(texts) - 1))
    text = texts[at]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 70)))
    texts[at] = text[:start] + data.draw(st.text(max_size=3) | st.text("-./\n19AZ", max_size=12)) + text[end:]
    found = read_list(texts, FLIES)
    if found.document is None:
        assert found.problems or found.missing
        return
    people = sum(total.count for total in found.document.totals)
    if found.document.kind is Kind.PNL:
        assert people in (
            sum(len(entry.passengers) for entry in found.document.entries),
            sum(len(entry.passengers) for entry in found.document.entries) + 1,
        )
        PassengerListSchema().load(found.document.content())


@given(
    st.text(max_size=300)
    | st.text("PNL\nADL-CZ1/23NOV .R2ENDPART", max_size=300).map("PNL\nCZ1/23NOV CSX PART1\n".__add__)
)
def test_any_other_text_is_answered(text: str) -> None:
    found = read_list([text], FLIES)
    assert found.document is not None or found.problems or found.missing


ONE = Entry("ZHANG", (Passenger("SAN", "MR"),), "ABC123", "PEK", "Y", "Y")
LIST = PassengerList(
    Kind.PNL, Flight("CZ", "3101", FLIES, "CSX"), (("Y", "Y"),), (Total("PEK", "Y", 1),), (ONE,)
)


@pytest.mark.parametrize(
    "entry",
    [
        replace(ONE, surname="张"),
        replace(ONE, surname="A" * 70),
        replace(ONE, company="^"),
        replace(ONE, destination="CAN"),
        replace(ONE, passengers=(Passenger("A"), Passenger("B", bags=Bags(1, 20)))),
    ],
)
def test_what_teletype_cant_carry_isnt_written(entry: Entry) -> None:
    with pytest.raises(CantWrite):
        write_list(replace(LIST, entries=(entry,)))


def test_a_list_says_where_it_goes_and_comes_from() -> None:
    (text,) = write_list(LIST, Envelope("CSXDCXH", "CANRMCZ"))
    assert text.splitlines()[:4] == ["CSXDCXH", ".CANRMCZ", "PNL", "CZ3101/23NOV CSX PART1"]
    assert text.splitlines()[-1] == "ENDPNL"


def test_a_party_over_classes_is_one_booking() -> None:
    first = replace(ONE, party="A")
    second = replace(ONE, party="A", surname="LI", booking_class="F", cabin="F")
    document = replace(
        LIST,
        cabins=(("F", "F"), ("Y", "Y")),
        totals=(Total("PEK", "F", 1), Total("PEK", "Y", 1)),
        entries=(second, first),
    )
    assert read_list(write_list(document), FLIES).document == document
    assert len(document.content()["bookings"]) == 1

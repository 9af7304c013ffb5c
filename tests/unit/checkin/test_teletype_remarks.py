"""Passenger lists in teletype: what remarks say, and of whom."""

from __future__ import annotations

from datetime import date

from tests.unit.checkin.teletypes import PNL, taken


def test_a_documents_number_never_stands_among_special_services() -> None:
    older = taken(
        PNL.replace("VGML HK1 NO GARLIC", "PSPT HK1 X7654321/ID/01FEB70/SUHARTO//M .R/FOID PPX7654321")
    )
    (last,) = older.entries[-1].passengers
    assert [(paper.number, paper.nationality, paper.birth_date, paper.sex) for paper in last.papers] == [
        ("X7654321", "ID", date(1970, 2, 1), "M")
    ]
    assert last.specials == ()
    free = taken(
        PNL.replace("VGML HK1 NO GARLIC", "OTHS HK1 DOCS/E12345678/PS ID 43010219900307001X SEAT 31A")
    )
    assert (
        free.entries[-1].passengers[0].specials[0].text == "DOCS/XXXXXXXXX/PS ID XXXXXXXXXXXXXXXXXX SEAT 31A"
    )


def test_an_infant_with_a_seat_is_a_child() -> None:
    document = taken(
        PNL.replace("1WANG/XIAOMINGMSTR-A4", "1WANG/XIAOMINGINF-A4").replace(".R/CHLD HK1 01JAN18\n", "")
    )
    assert document.entries[2].passengers[0].kind.value == "child"


def test_what_is_said_of_nobody_in_particular_is_noted_for_everybody() -> None:
    document = taken(PNL.replace(".R/WCHR HK1-1WANG/LIMR", ".R/VGML HK2"))
    assert [[special.code for special in one.specials] for one in document.entries[1].passengers] == [
        ["VGML"],
        ["VGML"],
    ]


def test_a_long_name_may_be_cut_where_a_remark_points_to_it() -> None:
    taken(PNL.replace("7841234567891/1-1WANG/LIMR", "7841234567891/1-1WANG/LIM"))
    hyphen = taken(PNL.replace("VGML HK1 NO GARLIC", "VGML HK1 LESS-2B"))
    assert hyphen.entries[-1].passengers[0].specials[0].text == "LESS-2B"


def test_connections_are_read_with_and_without_month_time_and_status() -> None:
    for text in ("CZ6789Y24PEKSHE", "CZ6789Y24PEKSHE0915HK", "CZ6789Y24NOVPEKSHE 0915", "CZ6789Y24PEKSHEHK"):
        document = taken(
            PNL.replace(".O/CZ6789Y24PEKSHE0915HK", f".O/{text}").replace(".W/K/2/23", ".I/9C8520Y23CANCSXHK")
        )
        (after,), (before,) = document.entries[3].onward, document.entries[1].inbound
        assert (after.day_local, after.departure_airport, after.arrival_airport) == (
            date(2026, 11, 24),
            "PEK",
            "SHE",
        )
        assert (before.airline, before.number, before.day_local) == ("9C", "8520", date(2026, 11, 23))


def test_seats_are_given_in_the_order_of_the_names() -> None:
    document = taken(PNL.replace(".W/K/2/23", ".R/RQST HK2 031AB"))
    assert [one.seat for one in document.entries[1].passengers] == ["31A", "31B"]


def test_a_seat_beside_is_nobodys_own() -> None:
    beside = PNL.replace("1SUHARTO ", "2SUHARTO/SMR/EXST ")
    document = taken(beside)
    assert [one.given for one in document.entries[-1].passengers] == ["S"]
    assert [special.code for special in document.entries[-1].passengers[0].specials] == ["EXST", "VGML"]
    taken(beside.replace("-PEK005Y", "-PEK006Y"))

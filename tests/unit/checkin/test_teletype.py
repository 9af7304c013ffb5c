"""Passenger lists in teletype: read whole, with all that they say."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.checkin.schemas import ListChangesSchema, PassengerListSchema
from tests.unit.checkin.teletypes import ADL, PNL, read, taken


def test_a_whole_list_is_read() -> None:
    found = read(PNL)
    assert found.left_out == ()
    document = found.document
    assert document is not None
    assert (document.flight.carrier, document.flight.number) == ("CZ", "3101")
    assert (document.flight.day_local, document.flight.board_point) == (date(2026, 11, 23), "CSX")
    assert document.off_points == ("PEK",)
    assert document.configuration == (("F", 8), ("Y", 150))
    assert document.sent_at == datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
    names = [
        (entry.surname, [one.given for one in entry.passengers], entry.pnr) for entry in document.entries
    ]
    assert names == [
        ("ZHANG", ["SAN"], "ABC123"),
        ("WANG", ["LI", "MEI"], "DEF456"),
        ("WANG", ["XIAOMING"], "DEF456"),
        ("LI", ["HUA"], "DEF456"),
        ("SUHARTO", [""], "GHI789"),
    ]


def test_its_content_is_what_checkin_takes() -> None:
    content = taken(PNL).content()
    loaded = PassengerListSchema().load(content)
    bookings = {booking["pnr"]: booking for booking in content["bookings"]}
    assert [len(bookings[pnr]["passengers"]) for pnr in ("ABC123", "DEF456", "GHI789")] == [1, 4, 1]
    assert bookings["ABC123"]["contact"] == {"phone": "+8613800001111", "email": ""}
    first = bookings["ABC123"]["passengers"][0]
    assert (first["ticket"], first["coupon"], first["cabin"], first["booking_class"]) == (
        "7841234567890",
        2,
        "F",
        "F",
    )
    assert (first["seat"], first["gender"]) == ("1A", "male")
    assert first["frequent_flyer"] == {"airline": "CZ", "number": "280012345678", "tier": "G"}
    father, mother, son, aunt = bookings["DEF456"]["passengers"]
    assert father["specials"] == [{"code": "WCHR"}]
    assert mother["infant"] == {
        "name": {"surname": "WANG", "given": "BAO"},
        "birth_date": "2026-05-05",
        "ticket": "7841234567893",
    }
    assert mother["papers"] == [
        {
            "kind": "passport",
            "number": "E12345678",
            "country": "CN",
            "nationality": "CN",
            "birth_date": "1986-06-20",
            "expires_on": "2028-12-15",
        }
    ]
    assert (mother["birth_date"], mother["gender"]) == ("1986-06-20", "female")
    assert (son["kind"], son["birth_date"], son["gender"]) == ("child", "2018-01-01", "male")
    assert aunt["papers"][0]["kind"] == "resident_id"
    assert aunt["onward"] == [
        {
            "airline": "CZ",
            "number": "6789",
            "departure_airport": "PEK",
            "arrival_airport": "SHE",
            "day_local": "2026-11-24",
            "cabin": "Y",
        }
    ]
    assert bookings["GHI789"]["passengers"][0]["specials"] == [{"code": "VGML", "text": "NO GARLIC"}]
    assert len(loaded["bookings"]) == 3


def test_what_checkin_has_no_place_for_stays_in_the_document() -> None:
    _, couple, _, aunt, _ = taken(PNL).entries
    assert couple.passengers[0].bags is not None
    assert (couple.passengers[0].bags.pieces, couple.passengers[0].bags.weight_kg) == (2, 23)
    assert (aunt.company, aunt.party, aunt.destination) == ("HUNAN TOURS", "A", "PEK")


def test_changes_say_what_becomes_of_whom() -> None:
    document = taken(ADL)
    content = document.content()
    ListChangesSchema().load(content)
    assert [(one["action"], one["pnr"]) for one in content["changes"]] == [
        ("delete", "DEF456"),
        ("add", "JKL012"),
        ("change", "GHI789"),
    ]
    assert document.version is not None
    whole = taken(PNL).version
    assert whole is not None
    assert whole < document.version < 2**31


def test_changes_of_the_same_minute_come_after_the_list() -> None:
    whole, changes = taken(PNL), taken(ADL.replace(" 221200", " 221015"))
    assert whole.version is not None
    assert changes.version == whole.version + 1
    assert taken(PNL.replace(" 221015", "")).version is None


def test_line_ends_small_letters_and_blanks_change_nothing() -> None:
    assert taken(PNL.replace("\n", "\r\n")) == taken(PNL)
    assert taken(PNL.lower()) == taken(PNL)
    assert taken("\x01" + PNL.replace("\n", "  \n") + "\n\n\x03") == taken(PNL)

"""Passenger lists in teletype: read whole or refused, with what was wrong and where."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.checkin.schemas import ListChangesSchema, PassengerListSchema
from services.checkin.teletype import PassengerList, Reading, Reason, read_list

NEAR = date(2026, 11, 22)
PNL = """CSXDCXH
.CSXRMCZ 221015
PNL
CZ3101/23NOV CSX PART1
ANA/4711
CFG/008F150Y
RBD F/FA Y/YKM
AVAIL
 CSX  PEK
F008
Y120
-PEK001F
1ZHANG/SANMR .L/ABC123/CZ .L/9XYZ88/1E
.R/TKNE HK1 7841234567890/2-1ZHANG/SANMR
.R/FQTV CZ 280012345678/G-1ZHANG/SANMR
.R/SEAT HK1 1A-1ZHANG/SANMR
.R/CTCM HK1 13800001111
-PEK005Y
2WANG/LIMR/MEIMRS-A4
.L/DEF456
.R/TKNE HK1 7841234567891/1-1WANG/LIMR
.R/TKNE HK1 7841234567892/1-1WANG/MEIMRS
.R/INFT HK1 05MAY26 WANG/BAO-1WANG/MEIMRS
.R/TKNE HK1 INF7841234567893/1-1WANG/MEIMRS
.R/DOCS HK1/P/CN/E12345678/CN/20JUN86/F/15DEC28/WANG/MEI
.RN/-1WANG/MEIMRS
.R/WCHR HK1-1WANG/LIMR
.W/K/2/23
1WANG/XIAOMINGMSTR-A4
.R/TKNE HK1 7841234567894/1
.R/CHLD HK1 01JAN18
1LI/HUAMS-A4
.R/TKNE HK1 7841234567895/1
.R/FOID HK1 NI430102199003070018
.O/CZ6789Y24PEKSHE0915HK
.C/HUNAN TOURS
1SUHARTO .L/GHI789 .R/TKNE HK1 7841234567896/1 .R/VGML HK1 NO GARLIC
-PEK000K
ENDPNL
"""
ADL = """CSXDCXH
.CSXRMCZ 221200
ADL
CZ3101/23NOV CSX PART1
RBD F/FA Y/YKM
-PEK005Y
DEL
1LI/HUAMS-A4
.L/DEF456
.R/TKNE HK1 7841234567895/1
ADD
1CHEN/WEIMR
.L/JKL012
.R/TKNE HK1 7841234567897/1
CHG
1SUHARTO
.L/GHI789
.R/WCHC HK1
ENDADL
"""


def read(*texts: str) -> Reading:
    return read_list(texts, NEAR)


def taken(*texts: str) -> PassengerList:
    found = read(*texts)
    assert found.problems == ()
    assert found.document is not None
    return found.document


def why(text: str) -> list[tuple[int, Reason]]:
    """Lines and reasons of a refusal."""
    found = read(text)
    assert found.document is None
    return [(problem.line, problem.reason) for problem in found.problems]


def left_out(text: str) -> list[tuple[int, Reason]]:
    found = read(text)
    assert found.document is not None
    return [(problem.line, problem.reason) for problem in found.left_out]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith(start))


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


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("SAN", "三", "1ZHANG", Reason.BAD_CHARACTER),
        ("NO GARLIC", "NO^GARLIC", "1SUHARTO", Reason.BAD_CHARACTER),
        ("CZ3101/23NOV", "CZ3101/31NOV", "CZ3101/31", Reason.BAD_FLIGHT),
        ("CZ3101/23NOV", "3101/23NOV", "3101/23", Reason.BAD_FLIGHT),
        ("ENDPNL", "ENDADL", "ENDADL", Reason.OTHER_END),
        ("ENDPNL", "ENDPART2", "ENDPART2", Reason.OTHER_END),
        ("ENDPNL\n", "", "-PEK000K", Reason.NO_END),
        ("-PEK005Y", "-PEK5YY", "-PEK5YY", Reason.BAD_TOTAL),
        ("-PEK005Y", "-PEK005B", "2WANG", Reason.NO_CABIN),
        ("-PEK005Y\n", "-PEK005Y\nADD\n", "ADD", Reason.SECTION),
        ("2WANG/LIMR/MEIMRS-A4", "3WANG/LIMR/MEIMRS-A4", "3WANG", Reason.BAD_NAME),
        ("1ZHANG/SANMR .L/ABC123/CZ .L/9XYZ88/1E", "1ZHANG/SANMR", "1ZHANG", Reason.NO_LOCATOR),
        (".L/DEF456", ".L/D-456", ".L/D-456", Reason.BAD_LOCATOR),
        ("7841234567890/2", "784123456789/2", ".R/TKNE", Reason.BAD_TICKET),
        ("05MAY26 WANG/BAO", "35MAY26 WANG/BAO", ".R/INFT", Reason.BAD_INFANT),
        ("7841234567891/1-1WANG/LIMR", "7841234567891/1", ".R/TKNE HK1 7841234567891", Reason.WHOSE),
        (
            "7841234567891/1-1WANG/LIMR",
            "7841234567891/1-1WANG/TAOMR",
            ".R/TKNE HK1 7841234567891",
            Reason.WHOSE,
        ),
    ],
)
def test_a_line_without_which_the_list_is_wrong_refuses_it(
    old: str, new: str, line: str, reason: Reason
) -> None:
    broken = PNL.replace(old, new, 1)
    assert broken != PNL
    found = why(broken)
    assert (line_of(broken, line), reason) in found


def test_a_list_that_lacks_names_is_refused_for_it_would_take_them_off() -> None:
    assert why(PNL.replace("-PEK005Y", "-PEK006Y")) == [(0, Reason.TOTALS)]
    assert why(PNL.replace("-PEK001F", "-PEK000F")) == [(0, Reason.TOTALS)]
    taken(ADL.replace("-PEK005Y", "-PEK099Y"))


def test_a_party_has_as_many_names_as_it_says() -> None:
    lines = [line_of(PNL, name) for name in ("2WANG", "1WANG", "1LI")]
    assert why(PNL.replace("-A4", "-A5")) == [(line, Reason.PARTY) for line in lines]
    assert why(PNL.replace("-A4", "-A3")) == [(line, Reason.PARTY) for line in lines]
    taken(ADL.replace("1CHEN/WEIMR", "1CHEN/WEIMR-B20"))


def test_every_refused_line_is_told_at_once() -> None:
    broken = PNL.replace("7841234567890/2", "1").replace("05MAY26", "35MAY26").replace("-PEK000K", "-PEKXK")
    assert [reason for _, reason in why(broken)] == [Reason.BAD_TICKET, Reason.BAD_INFANT, Reason.BAD_TOTAL]


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        (".W/K/2/23", ".W/TWO", ".W/TWO", Reason.BAD_VALUE),
        (".W/K/2/23", ".N/0784123456001/PEK", ".N/", Reason.NOT_USED),
        (".W/K/2/23", ".X/WHATEVER", ".X/", Reason.UNKNOWN),
        (".W/K/2/23", "WHATEVER", "WHATEVER", Reason.UNKNOWN),
        (".R/WCHR HK1", ".R/WCHR UN1", ".R/WCHR", Reason.NOT_CONFIRMED),
        (".R/WCHR HK1-1WANG/LIMR", ".R/WCHR HK1-1WANG/TAOMR", ".R/WCHR", Reason.WHOSE),
        ("SEAT HK1 1A", "SEAT HK1 A1", ".R/SEAT", Reason.BAD_VALUE),
        ("280012345678/G", "*", ".R/FQTV", Reason.BAD_VALUE),
        ("20JUN86", "20XXX86", ".R/DOCS", Reason.BAD_VALUE),
        ("NO GARLIC", "NO GARLIC " * 8, "1SUHARTO", Reason.CUT),
        (".L/DEF456\n", ".L/DEF456\n.RN/MORE\n", ".RN/MORE", Reason.NOTHING_TO_CONTINUE),
        ("ANA/4711", "WHATEVER", "WHATEVER", Reason.UNKNOWN),
        (".O/CZ6789Y24PEKSHE0915HK", ".O/CZ", ".O/CZ", Reason.BAD_VALUE),
        ("VGML HK1 NO GARLIC", "DOCO HK1 //V/17317323/CHN/14NOV24/US", "1SUHARTO", Reason.NOT_USED),
        ("VGML HK1 NO GARLIC", "PCTC HK1 MOTHER/CN13800001111", "1SUHARTO", Reason.NOT_USED),
    ],
)
def test_a_line_that_can_be_missed_is_left_out_and_told(
    old: str, new: str, line: str, reason: Reason
) -> None:
    other = PNL.replace(old, new, 1)
    assert left_out(other) == [(line_of(other, line), reason)]


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


PARTS = [
    PNL.split("-PEK005Y")[0] + "ENDPART1\n",
    "CSXDCXH\n.CSXRMCZ 221016\nPNL\nCZ3101/23NOV CSX PART2\n-PEK005Y"
    + PNL.split("-PEK005Y")[1].split("1SUHARTO")[0]
    + "ENDPART2\n",
    "CSXDCXH\n.CSXRMCZ 221016\nPNL\nCZ3101/23NOV CSX PART3\n-PEK005Y\n1SUHARTO" + PNL.split("1SUHARTO")[1],
]


def test_parts_in_any_order_and_twice_are_one_list() -> None:
    one, two, three = PARTS
    whole = taken(PNL)
    assert taken(three, one, two).entries == whole.entries
    assert taken(one, two, three, two, one) == whole
    assert taken("\n".join(PARTS)) == whole


def test_a_list_with_a_part_missing_waits() -> None:
    one, two, three = PARTS
    for texts, missing in (([one], (2,)), ([three], (1, 2)), ([one, three], (2,)), ([one, two], (3,))):
        found = read(*texts)
        assert (found.document, found.problems, found.missing) == (None, (), missing)


def test_parts_that_contradict_each_other_are_refused() -> None:
    one, two, three = PARTS
    cases = [
        ([one, two, three, two.replace("WCHR", "WCHC")], Reason.PART_CONFLICT),
        ([one, two.replace("CZ3101", "CZ3102"), three], Reason.OTHER_LIST),
        ([one, two.replace("\nPNL\n", "\nADL\n"), three], Reason.OTHER_LIST),
        ([PNL, two], Reason.BEYOND_END),
        ([one, two.replace("-PEK005Y", "-PEK006Y"), three], Reason.TOTALS),
    ]
    for texts, reason in cases:
        found = read(*texts)
        assert found.document is None
        assert reason in [problem.reason for problem in found.problems]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "HELLO", "PNL", "PNL\nCZ3101/23NOV CSX PART0\nENDPNL", "ENDPNL"]
)
def test_what_is_no_list_is_refused(text: str) -> None:
    found = read(text)
    assert found.document is None
    assert found.problems


def test_more_than_any_list_has_is_refused_and_told_in_bounds() -> None:
    assert (line_of(PNL, "1SUHARTO"), Reason.TOO_LONG) in why(PNL.replace("NO GARLIC", "NO GARLIC " * 30))
    assert Reason.TOO_LONG in [
        reason for _, reason in why(PNL.replace("NO GARLIC", "NO" + "\n.RN/GARLIC" * 200))
    ]
    assert why("A" * 1_000_001) == [(0, Reason.TOO_LONG)]
    assert len(left_out(PNL.replace(".W/K/2/23", "\n".join([".X/1"] * 5000)))) == 1000
    assert len(why(PNL.replace(".W/K/2/23", "\n".join(["1/1"] * 5000)))) == 1000
    crowd = PNL.replace(".W/K/2/23\n", ".W/K/2/23\n" + "1A/B\n.L/ABC123\n" * 1001)
    assert Reason.TOO_LONG in [reason for _, reason in why(crowd)]


def test_a_refusal_repeats_nothing_of_the_list() -> None:
    found = read(PNL.replace("7841234567890/2", "1").replace("ENDPNL", "GARBAGE\nENDPNL"))
    assert "ZHANG" not in str(found)
    assert [str(problem) for problem in found.problems] == ["part 1, line 14: bad_ticket"]

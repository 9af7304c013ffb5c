from __future__ import annotations

from typing import Any

import pytest

from gateway.partner import aidx
from gateway.partner.batch import Unreadable
from services.flights.errors import BatchTooLarge
from services.flights.schemas import Milestone, UpdateSchema
from tests.gateway.partner.messages import FULL_DATA, IDENTIFIER, NAMESPACE, data, leg, message, time


def only(*elements: str, identifier: str = IDENTIFIER) -> Any:
    """The one item of a message with one leg."""
    (item,) = aidx.read(message(leg(identifier, data(*elements)))).items
    return item


def problem(*elements: str, identifier: str = IDENTIFIER) -> str:
    item = only(*elements, identifier=identifier)
    assert isinstance(item, Unreadable), item
    return f"{item.detail['problem']} {item.detail['path']}"


def test_a_full_leg_becomes_an_update() -> None:
    (item,) = aidx.read(message(leg(IDENTIFIER, FULL_DATA))).items
    assert item == {
        "leg": {
            "airline": "CZ",
            "number": "3101",
            "suffix": "",
            "departure_airport": "CSX",
            "arrival_airport": "PEK",
            "origin_date": "2026-11-23",
            "repeat": 1,
        },
        "event_at": "2026-11-23T07:59:00Z",
        "sequence": 42,
        "status": "diverted",
        "diverted_to": "TSN",
        "times": {
            "off_block": {"scheduled_at": "2026-11-23T08:00:00Z", "estimated_at": "2026-11-23T08:25:30Z"},
            "take_off": {"actual_at": None},
            "on_block": {"scheduled_at": "2026-11-23T00:00:00Z"},
            "boarding_start": {"target_at": "2026-11-23T07:25:00.123456Z"},
        },
        "departure": {
            "gate": "A14",
            "terminal": "T2",
            "stand": "214",
            "check_in_counters": "C01-C08,D05",
        },
        "arrival": {"gate": None, "belt": "7/8"},
        "aircraft": {"type": "738", "registration": "B1234"},
        "delays": [{"code": "72A", "minutes": 135}, {"code": "93", "minutes": None}],
        "codeshares": ["MU355", "AF5172"],
        "inbound": {
            "airline": "CZ",
            "number": "3102",
            "suffix": "",
            "departure_airport": "PEK",
            "arrival_airport": "CSX",
            "origin_date": "2026-11-23",
            "repeat": 1,
        },
        "route": ["SZX", "CSX", "PEK"],
    }


def test_what_we_make_of_aidx_is_what_flights_loads() -> None:
    (item,) = aidx.read(message(leg(IDENTIFIER, FULL_DATA))).items
    loaded = UpdateSchema().load(item)
    assert loaded["times"][Milestone.OFF_BLOCK]["estimated_at"].isoformat() == "2026-11-23T08:25:30+00:00"


def test_a_leg_without_data_says_that_it_exists() -> None:
    (item,) = aidx.read(message(leg())).items
    assert set(item) == {"leg", "event_at", "sequence"}


def test_the_time_type_counts_as_much_as_the_qualifier() -> None:
    """Reading the qualifier alone is the common bug: three times of one milestone are three facts."""
    item = only(
        time("OFB", "SCT", "2026-11-23T08:00:00Z"),
        time("OFB", "EST", "2026-11-23T08:20:00Z"),
        time("OFB", "ACT", "2026-11-23T08:31:00Z"),
    )
    assert item["times"]["off_block"] == {
        "scheduled_at": "2026-11-23T08:00:00Z",
        "estimated_at": "2026-11-23T08:20:00Z",
        "actual_at": "2026-11-23T08:31:00Z",
    }


def test_every_milestone_and_every_kind_of_time_has_its_code() -> None:
    codes = [
        "CHK",
        "CHC",
        "GTO",
        "BST",
        "FCT",
        "BEN",
        "GCL",
        "RDT",
        "OFB",
        "TKO",
        "TEN",
        "TDN",
        "ONB",
        "FBG",
        "LBG",
    ]
    item = only(*(time(code, kind) for code in codes for kind in ("SCT", "EST", "TAR", "CAL", "ACT")))
    assert set(item["times"]) == {milestone.value for milestone in Milestone}
    assert all(len(times) == 5 for times in item["times"].values())


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["DX"], {"status": "cancelled"}),
        (["SQ"], {"reinstated": True}),
        (["DV"], {"status": "diverted"}),
        (["RT"], {"status": "diverted"}),
        (["GRT"], {"status": "returned"}),
        (["SQ", "GRT"], {"reinstated": True, "status": "returned"}),
        (["DEL"], {}),
        (["XYZ"], {}),
        ([], {}),
    ],
)
def test_operational_status(codes: list[str], expected: dict[str, Any]) -> None:
    item = only(*(f"<OperationalStatus>{code}</OperationalStatus>" for code in codes))
    assert {key: item[key] for key in ("status", "reinstated") if key in item} == expected


def test_a_diversion_back_to_the_planned_airport_names_no_other() -> None:
    item = only(
        "<OperationalStatus>DV</OperationalStatus>",
        "<PlannedArrivalAptHistory>PEK</PlannedArrivalAptHistory>",
    )
    assert "diverted_to" not in item


def test_an_airport_history_without_a_diversion_says_nothing() -> None:
    assert "diverted_to" not in only("<PlannedArrivalAptHistory>TSN</PlannedArrivalAptHistory>")


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [
        ("PT2H15M", 135),
        ("PT45M", 45),
        ("PT0S", 0),
        ("P1DT1H", 1500),
        ("PT90S", 1),
        ("PT1.5S", 0),
        ("P1D", 1440),
    ],
)
def test_durations(duration: str, minutes: int) -> None:
    item = only(
        f"<IrregularityDelay><ReasonCode>93</ReasonCode><Duration>{duration}</Duration></IrregularityDelay>"
    )
    assert item["delays"] == [{"code": "93", "minutes": minutes}]


def test_nil_takes_a_value_back_and_absence_says_nothing() -> None:
    item = only(
        '<IrregularityDelay xsi:nil="true"/>',
        '<CodeShareInfo xsi:nil="1"/>',
        '<AircraftInfo><Registration xsi:nil="true"/></AircraftInfo>',
    )
    assert (item["delays"], item["codeshares"], item["aircraft"]) == (None, None, {"registration": None})
    assert "route" not in item


def test_identifiers_with_suffix_repeat_and_zeros() -> None:
    identifier = IDENTIFIER.replace("<FlightNumber>3101", "<FlightNumber> 0031 ").replace(
        "</LegIdentifier>",
        "<OperationalSuffix>A</OperationalSuffix><RepeatNumber>2</RepeatNumber></LegIdentifier>",
    )
    key = only(identifier=identifier)["leg"]
    assert (key["number"], key["suffix"], key["repeat"]) == ("0031", "A", 2)


def test_a_prefixed_namespace_reads_the_same() -> None:
    plain = message(leg(IDENTIFIER, data(time())))
    body = plain.decode().replace(f'xmlns="{NAMESPACE}"', f'xmlns:a="{NAMESPACE}"')
    for name in [
        "IATA_AIDX_FlightLegNotifRQ",
        "Originator",
        "FlightLeg",
        "LegIdentifier",
        "LegData",
        "Airline",
        "FlightNumber",
        "DepartureAirport",
        "ArrivalAirport",
        "OriginDate",
        "OperationTime",
    ]:
        for before, after in (
            (f"<{name}>", f"<a:{name}>"),
            (f"<{name} ", f"<a:{name} "),
            (f"</{name}>", f"</a:{name}>"),
        ):
            body = body.replace(before, after)
    assert aidx.read(body.encode()).items == aidx.read(plain).items


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('<Airline CodeContext="3">CZ</Airline>', "", "missing FlightLeg[1]/LegIdentifier/Airline"),
        ('CodeContext="3">CZ', 'CodeContext="5">CSN', "code_context FlightLeg[1]/LegIdentifier/Airline"),
        (">CZ<", ">China Southern<", "wrong_form FlightLeg[1]/LegIdentifier/Airline"),
        (">CZ<", "> <", "empty FlightLeg[1]/LegIdentifier/Airline"),
        (">3101<", ">CZ3101<", "wrong_form FlightLeg[1]/LegIdentifier/FlightNumber"),
        (">3101<", ">31011<", "wrong_form FlightLeg[1]/LegIdentifier/FlightNumber"),
        (">3101<", ">３１０１<", "wrong_form FlightLeg[1]/LegIdentifier/FlightNumber"),
        (">CSX<", ">ZGHA<", "wrong_form FlightLeg[1]/LegIdentifier/DepartureAirport"),
        (">2026-11-23<", ">23/11/2026<", "not_a_date FlightLeg[1]/LegIdentifier/OriginDate"),
        (">2026-11-23<", ">2026-02-30<", "not_a_date FlightLeg[1]/LegIdentifier/OriginDate"),
        (">2026-11-23<", ">0000-00-00<", "not_a_date FlightLeg[1]/LegIdentifier/OriginDate"),
        (
            "</LegIdentifier>",
            "<RepeatNumber>99</RepeatNumber></LegIdentifier>",
            "not_a_number FlightLeg[1]/LegIdentifier/RepeatNumber",
        ),
        (
            "</LegIdentifier>",
            "<Airline>MU</Airline></LegIdentifier>",
            "repeated FlightLeg[1]/LegIdentifier/Airline",
        ),
    ],
)
def test_a_bad_identifier_is_named_by_path(before: str, after: str, expected: str) -> None:
    assert before in IDENTIFIER
    assert problem(identifier=IDENTIFIER.replace(before, after)) == expected


_D = "FlightLeg[1]/LegData"


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ("<OperationTime>2026-11-23T08:00:00Z</OperationTime>", f"missing {_D}/OperationTime/@OperationQualifier"),
        ('<OperationTime OperationQualifier="OFB">2026-11-23T08:00:00Z</OperationTime>', f"missing {_D}/OperationTime/@TimeType"),
        (time(kind="XXX"), f"unknown_code {_D}/OperationTime/@TimeType"),
        (time(at="2026-11-23T08:00:00"), f"not_a_time {_D}/OperationTime"),
        (time(at="2026-11-23 08:00:00Z"), f"not_a_time {_D}/OperationTime"),
        (time(at="2026-13-23T08:00:00Z"), f"not_a_time {_D}/OperationTime"),
        (time(at="2026-11-23T24:00:01Z"), f"not_a_time {_D}/OperationTime"),
        (time(at="9999-12-31T24:00:00Z"), f"not_a_time {_D}/OperationTime"),
        (time(at="0001-01-01T00:00:00+14:00"), f"not_a_time {_D}/OperationTime"),
        (time(at="2026-11-23T08:00:00+99:99"), f"not_a_time {_D}/OperationTime"),
        (time(at=""), f"empty {_D}/OperationTime"),
        (time(at="2026-11-23T08:00:00Z") + time(at="2026-11-23T08:01:00Z"), f"contradiction {_D}/OperationTime"),
        ("<OperationalStatus>DX</OperationalStatus><OperationalStatus>SQ</OperationalStatus>", f"contradiction {_D}/OperationalStatus"),
        ("<OperationalStatus>SQ</OperationalStatus><OperationalStatus>DX</OperationalStatus>", f"contradiction {_D}/OperationalStatus"),
        ("<OperationalStatus>DX</OperationalStatus><OperationalStatus>DV</OperationalStatus>", f"contradiction {_D}/OperationalStatus"),
        ("<AirportResources><Resource/></AirportResources>", f"missing {_D}/AirportResources/@Usage"),
        ('<AirportResources Usage="Maybe"/>', f"unknown_code {_D}/AirportResources/@Usage"),
        ('<AirportResources Usage="Actual"><Resource/></AirportResources>', f"missing {_D}/AirportResources/Resource/@DepartureOrArrival"),
        ('<AirportResources Usage="Actual"><Resource DepartureOrArrival="Both"/></AirportResources>', f"unknown_code {_D}/AirportResources/Resource/@DepartureOrArrival"),
        ('<AirportResources Usage="Actual"><Resource DepartureOrArrival="Departure"><PassengerGate/></Resource></AirportResources>', f"empty {_D}/AirportResources/Resource/PassengerGate"),
        ("<IrregularityDelay/>", f"missing {_D}/IrregularityDelay/ReasonCode"),
        ("<IrregularityDelay><ReasonCode>93</ReasonCode><Duration>2 hours</Duration></IrregularityDelay>", f"not_a_duration {_D}/IrregularityDelay/Duration"),
        ("<IrregularityDelay><ReasonCode>93</ReasonCode><Duration>P</Duration></IrregularityDelay>", f"not_a_duration {_D}/IrregularityDelay/Duration"),
        ("<IrregularityDelay><ReasonCode>93</ReasonCode><Duration>PT</Duration></IrregularityDelay>", f"not_a_duration {_D}/IrregularityDelay/Duration"),
        ("<IrregularityDelay><ReasonCode>93</ReasonCode><Duration>-PT5M</Duration></IrregularityDelay>", f"not_a_duration {_D}/IrregularityDelay/Duration"),
        ("<IrregularityDelay><ReasonCode>93</ReasonCode></IrregularityDelay>" * 9, f"too_many {_D}/IrregularityDelay"),
        ("<CodeShareInfo><Airline>MU</Airline></CodeShareInfo>", f"missing {_D}/CodeShareInfo/FlightNumber"),
        ('<CodeShareInfo RepeatIndex="x"/>', f"not_a_number {_D}/CodeShareInfo/@RepeatIndex"),
        ("<AssociatedFlightLegSchedule><DepartureAirport>SZX</DepartureAirport><ArrivalAirport>CAN</ArrivalAirport></AssociatedFlightLegSchedule><AssociatedFlightLegSchedule><DepartureAirport>CSX</DepartureAirport><ArrivalAirport>PEK</ArrivalAirport></AssociatedFlightLegSchedule>", f"contradiction {_D}/AssociatedFlightLegSchedule"),
    ],
)  # fmt: skip
def test_bad_data_is_named_by_path(element: str, expected: str) -> None:
    assert problem(element) == expected


def test_a_deleted_leg_is_not_supported() -> None:
    body = message(f"<FlightLeg>{IDENTIFIER}<SpecialAction>Delete</SpecialAction></FlightLeg>")
    (item,) = aidx.read(body).items
    assert item.detail["problem"] == "not_supported"


def test_a_bad_leg_does_not_cost_the_others_and_names_its_place_and_line() -> None:
    bad = leg(IDENTIFIER.replace(">CSX<", ">Changsha<"))
    items = aidx.read(message(leg(), "\n\n", bad, leg())).items
    assert [isinstance(item, Unreadable) for item in items] == [False, True, False]
    detail = items[1].detail
    assert detail["path"] == "FlightLeg[2]/LegIdentifier/DepartureAirport"
    assert detail["line"] == 1 + 6 + 2 + 3
    assert "Changsha" not in repr(items[1])


def test_unknown_elements_and_comments_cost_nothing() -> None:
    body = message(
        "<!-- c --><Unknown a='b'>text</Unknown><?pi x?>", leg(IDENTIFIER, data(time(), "<New><Er/></New>"))
    )
    (item,) = aidx.read(body).items
    assert item["times"]["off_block"]


def test_an_element_of_another_namespace_is_not_ours() -> None:
    body = message(
        leg(
            IDENTIFIER.replace("<Airline ", '<x:Airline xmlns:x="urn:x" ').replace(
                "</Airline>", "</x:Airline>"
            )
        )
    )
    (item,) = aidx.read(body).items
    assert item.detail["path"] == "FlightLeg[1]/LegIdentifier/Airline"


def test_more_legs_than_the_limit_are_too_many() -> None:
    full = aidx.read(message(*[leg(IDENTIFIER, FULL_DATA)] * 1000)).items
    assert len(full) == 1000
    assert all(item == full[0] for item in full)
    with pytest.raises(BatchTooLarge) as caught:
        aidx.read(message(*[leg()] * 1001))
    assert caught.value.data == {"limit": 1000}

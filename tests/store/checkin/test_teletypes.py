"""PNL and ADL over the fake and both databases: parts that wait, repeats, and two messages of one minute."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.ids import new_id
from services.checkin import schemas, usecases
from services.checkin.errors import BadSeal, FlightNotFound, NotYourFlight
from tests.unit.checkin.examples import FLIGHT_ID, NOW, PLACE, Others, push_list, sealed

HEAD = "CZ3101/24NOV CSX"


def message(kind: str, *lines: str, part: int = 1, last: bool = True, sent: str | None = "231200") -> str:
    origin = [] if sent is None else [f".CANRMCZ {sent}"]
    end = f"END{kind}" if last else f"ENDPART{part}"
    return "\n".join([*origin, kind, f"{HEAD} PART{part}", *lines, end])


def pnl(*names: str, sent: str | None = "231200") -> str:
    people = [f"1{name} .L/{pnr}" for pnr, name in (each.split(":") for each in names)]
    return message("PNL", f"-PEK{len(names):03d}Y", *people, sent=sent)


def adl(action: str, *names: str, sent: str | None = "231200") -> str:
    people = [f"1{name} .L/{pnr}" for pnr, name in (each.split(":") for each in names)]
    return message("ADL", "-PEK001Y", action, *people, sent=sent)


PART_1 = message("PNL", "-PEK002Y", "1LI/SI .L/AAA111", part=1, last=False)
PART_2 = message("PNL", "-PEK002Y", "1WANG/WU .L/BBB222", part=2)


def push(uow: Any, *texts: str, flight_id: str = FLIGHT_ID, **more: Any) -> dict[str, Any]:
    given = {
        "request_id": new_id(),
        "partner": {"client_id": "cz", "airlines": ["CZ"]},
        "flight_id": flight_id,
        "sealed": sealed({"texts": list(texts)}),
    }
    request = schemas.ApplyTeletypeSchema().load(given | more)
    report = usecases.apply_teletype(uow, Others(), PLACE, request, NOW)
    assert schemas.TeletypeReportSchema().validate(report) == {}
    return report


def pnrs(uow: Any) -> list[str]:
    with uow.read() as tx:
        return sorted(each.pnr for each in tx.store.travellers(FLIGHT_ID) if each.on_list)


def kept(uow: Any) -> list[tuple[int, bool]]:
    with uow.read() as tx:
        return [(row.number, row.sealed is not None) for row in tx.store.waiting_parts(FLIGHT_ID)]


@pytest.mark.parametrize("order", [(PART_1, PART_2), (PART_2, PART_1)])
def test_parts_wait_for_each_other_in_any_order(uow: Any, order: tuple[str, str]) -> None:
    first = push(uow, order[0])
    assert (first["outcome"], first["travellers"]) == ("waiting", 0)
    assert first["missing"] == ([2] if order[0] is PART_1 else [1])
    assert not [name for name in ("LI/SI", "WANG/WU") if name in str(uow_rows(uow))], "what waits is sealed"
    assert push(uow, order[0])["outcome"] == "waiting"
    done = push(uow, order[1])
    assert (done["outcome"], done["added"], pnrs(uow)) == ("applied", 2, ["AAA111", "BBB222"])
    assert kept(uow) == []
    assert [push(uow, each)["outcome"] for each in order] == ["repeated", "repeated"]
    assert push(uow, *order)["outcome"] == "repeated"


def uow_rows(uow: Any) -> list[Any]:
    with uow.read() as tx:
        return list(tx.store.waiting_parts(FLIGHT_ID))


def test_two_changes_of_one_minute_both_count_in_the_order_of_their_arrival(uow: Any) -> None:
    push(uow, pnl("AAA111:LI/SI"))
    added = push(uow, adl("ADD", "BBB222:WANG/WU"))
    gone = push(uow, adl("DEL", "BBB222:WANG/WU"))
    again = push(uow, adl("ADD", "CCC333:SUN/QI"))
    assert [each["outcome"] for each in (added, gone, again)] == ["applied"] * 3
    versions = [each["version"] for each in (added, gone, again)]
    assert versions == list(range(versions[0], versions[0] + 3))
    assert pnrs(uow) == ["AAA111", "CCC333"]
    assert push(uow, adl("DEL", "BBB222:WANG/WU"))["outcome"] == "repeated"
    assert push(uow, adl("ADD", "DDD444:HE/JIU", sent="231159"))["outcome"] == "outdated"
    assert push(uow, adl("ADD", "DDD444:HE/JIU", sent="231201"))["outcome"] == "applied"


def test_more_messages_than_a_minute_has_versions_push_nobody_out(uow: Any) -> None:
    push(uow, pnl("AAA111:LI/SI"))
    for number in range(101):
        letters = chr(65 + number // 26) + chr(65 + number % 26)
        assert push(uow, adl("ADD", f"PNR{number:03d}:X{letters}/Y"))["outcome"] == "applied"
    assert push(uow, adl("ADD", "NEXT01:ZHU/BA", sent="231201"))["outcome"] == "applied"
    assert len(pnrs(uow)) == 103


def test_a_whole_list_of_the_minute_that_changes_came_in_is_the_one_they_change(uow: Any) -> None:
    push(uow, pnl("AAA111:LI/SI"))
    second = push(uow, pnl("AAA111:LI/SI", "BBB222:WANG/WU"))
    assert (second["outcome"], pnrs(uow)) == ("applied", ["AAA111", "BBB222"])
    push(uow, adl("DEL", "BBB222:WANG/WU"))
    assert push(uow, pnl("AAA111:LI/SI", "CCC333:SUN/QI"))["outcome"] == "outdated"
    assert pnrs(uow) == ["AAA111"]


def test_messages_that_do_not_say_when_they_were_sent_count_as_they_come(uow: Any) -> None:
    assert push(uow, pnl("AAA111:LI/SI", sent=None))["outcome"] == "applied"
    assert push(uow, adl("ADD", "BBB222:WANG/WU", sent=None))["outcome"] == "applied"
    assert push(uow, adl("DEL", "AAA111:LI/SI", sent=None))["outcome"] == "applied"
    assert pnrs(uow) == ["BBB222"]


def test_parts_of_two_lists_of_one_minute_do_not_mix(uow: Any) -> None:
    push(uow, pnl("ZZZ999:ZHAO/YI", sent="231100"))
    halves = [
        [
            message("ADL", "-PEK002Y", "ADD", f"1LI/SI .L/{name}111", part=1, last=False),
            message("ADL", "-PEK002Y", "ADD", f"1WANG/WU .L/{name}222", part=2),
        ]
        for name in ("AAA", "BBB")
    ]
    (a1, a2), (b1, b2) = halves
    assert [push(uow, each)["outcome"] for each in (a1, b1, a2, b2)] == [
        "waiting",
        "waiting",
        "applied",
        "applied",
    ]
    assert pnrs(uow) == ["AAA111", "AAA222", "BBB111", "BBB222", "ZZZ999"]


def test_a_list_that_is_refused_names_its_lines_and_lets_its_parts_go(uow: Any) -> None:
    bad = message("PNL", "-PEK002Y", "1WANG/WU", part=2)
    push(uow, PART_1)
    report = push(uow, bad)
    assert report["outcome"] == "refused"
    assert {"part": 2, "line": 5, "reason": "no_locator"} in report["problems"]
    assert kept(uow) == []
    assert push(uow, PART_1, PART_2)["outcome"] == "applied"
    twice = push(uow, pnl("AAA111:LI/SI .R/TKNE HK1 7840000000001/1", sent="231300"))
    assert twice["outcome"] == "applied"


def test_who_may_send_and_about_which_flight(uow: Any) -> None:
    with pytest.raises(NotYourFlight):
        push(uow, PART_1, partner={"client_id": "mu", "airlines": ["MU"]})
    with pytest.raises(FlightNotFound):
        push(uow, PART_1, flight_id="CZ9999-20261124-CSX-PEK")
    other = push(uow, PART_1.replace("CZ3101", "CZ3102"))
    assert (other["outcome"], other["problems"][0]["reason"]) == ("refused", "other_list")
    for document in ({}, {"texts": []}, {"texts": [1]}, []):
        with pytest.raises(BadSeal):
            push(uow, sealed=sealed(document))


def test_a_list_in_json_with_a_greater_version_holds_against_teletype(uow: Any) -> None:
    push_list(uow, version=2**31 - 1)
    assert push(uow, pnl("AAA111:LI/SI"))["outcome"] == "outdated"


def test_parts_whose_others_never_come_are_forgotten_after_a_day(uow: Any) -> None:
    push(uow, PART_1)
    usecases.purge(uow, PLACE, NOW)
    assert kept(uow) == [(1, True)]
    with uow.write() as tx:
        assert tx.store.forget_waiting(tx.now() + timedelta(seconds=1)) == 1
    assert kept(uow) == []


def test_the_same_request_gets_the_same_answer(uow: Any) -> None:
    request_id = new_id()
    first = push(uow, PART_1, request_id=request_id)
    push(uow, PART_2)
    assert push(uow, PART_1, request_id=request_id) == first

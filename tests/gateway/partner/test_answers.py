from __future__ import annotations

from typing import Any

import defusedxml.ElementTree
import pytest

from kernel.clock import real_now
from tests.gateway.partner.airline import update, world
from tests.gateway.partner.messages import FULL_DATA, IDENTIFIER, NAMESPACE, leg, message

pytestmark = pytest.mark.anyio
XML = {"Content-Type": "application/xml"}
_N = f"{{{NAMESPACE}}}"


def judge(item: Any) -> dict[str, Any]:
    number = item["leg"]["number"]
    outcome = {"1": "applied", "2": "older"}.get(number, "refused")
    reason = "unknown_airline" if outcome == "refused" else None
    return {"outcome": outcome, "flight_id": None, "reason": reason, "detail": {}}


def numbered(number: str) -> str:
    return leg(IDENTIFIER.replace(">3101<", f">{number}<"))


BAD = leg(IDENTIFIER.replace(">CSX<", ">Changsha<"))


async def test_aidx_in_json_out_unless_xml_is_asked_for() -> None:
    async with world() as at:
        answer = await at.airline.push(message(leg(IDENTIFIER, FULL_DATA)), **XML)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["applied"] == 1
    assert at.flights.reported[0]["items"][0]["leg"]["number"] == "3101"


async def test_text_xml_with_a_charset_is_aidx_too() -> None:
    async with world() as at:
        answer = await at.airline.push(message(), **{"Content-Type": "text/xml; charset=utf-8"})
    assert answer.status_code == 200


async def test_items_keep_their_places_when_some_never_reach_flights() -> None:
    async with world() as at:
        at.flights.judge = judge
        answer = await at.airline.push(message(numbered("1"), BAD, numbered("2"), BAD, numbered("3")), **XML)
    results = answer.json()["results"]
    assert [item["index"] for item in results] == [0, 1, 2, 3, 4]
    assert [item["outcome"] for item in results] == ["applied", "refused", "older", "refused", "refused"]
    assert results[1]["message"] == "Line 10: FlightLeg[2]/LegIdentifier/DepartureAirport has the wrong form"
    assert results[1]["detail"]["line"] == 10
    assert "Changsha" not in answer.text


async def test_the_acknowledgement_warns_of_what_was_older_or_refused() -> None:
    before = real_now().date().isoformat()
    async with world() as at:
        at.flights.judge = judge
        body = message(numbered("1"), numbered("2"), BAD)
        answer = await at.airline.push(body, **XML, Accept="application/xml")
    assert answer.headers["content-type"] == "application/xml"
    root = defusedxml.ElementTree.fromstring(answer.content)
    assert root.tag == f"{_N}IATA_AIDX_FlightLegRS"
    assert before <= root.attrib["TimeStamp"][:10] <= real_now().date().isoformat()
    assert root.find(f"{_N}Success") is not None
    assert root.find(f"{_N}Errors") is None
    warnings = [found.attrib for found in root.iter(f"{_N}Warning")]
    assert [(one["RecordID"], one["Code"], one["Type"]) for one in warnings] == [
        ("2", "older", "11"),
        ("3", "invalid", "3"),
    ]
    assert warnings[1]["ShortText"].startswith("Line ")


async def test_the_acknowledgement_of_a_good_message_is_a_success_and_nothing_more() -> None:
    async with world() as at:
        answer = await at.airline.push(message(), **XML, Accept="text/xml;q=0.9, application/json;q=0.1")
    root = defusedxml.ElementTree.fromstring(answer.content)
    assert [child.tag for child in root] == [f"{_N}Success"]


async def test_the_acknowledgement_of_a_message_without_a_good_item_is_a_list_of_errors() -> None:
    async with world() as at:
        answer = await at.airline.push(
            message(BAD, BAD), **XML, **{"Accept": "application/xml", "Accept-Language": "zh"}
        )
    root = defusedxml.ElementTree.fromstring(answer.content)
    assert root.find(f"{_N}Success") is None
    errors = [found.attrib for found in root.iter(f"{_N}Error")]
    assert [one["RecordID"] for one in errors] == ["1", "2"]
    assert "格式不符" in errors[0]["ShortText"]


async def test_a_json_batch_may_have_its_answer_in_xml() -> None:
    async with world() as at:
        answer = await at.airline.push({"updates": [update()]}, Accept="application/xml")
    assert b"IATA_AIDX_FlightLegRS" in answer.content


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("en", "Line 1: DOCTYPE and entities are refused. Nothing of the message was taken."),
        ("zh", "第 1 行：不接受 DOCTYPE 和实体。报文没有被处理。"),
    ],
)
async def test_a_message_that_can_not_be_read_is_a_problem_in_the_readers_language(
    language: str, detail: str
) -> None:
    async with world() as at:
        body = message(prolog='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>')
        answer = await at.airline.push(body, **XML, **{"Accept-Language": language})
    assert (answer.status_code, answer.json()["code"]) == (400, "partner.bad_aidx")
    assert answer.json()["detail"] == detail
    assert at.flights.reported == []


async def test_too_many_legs_are_413_with_the_limit() -> None:
    async with world() as at:
        answer = await at.airline.push(message(*[leg()] * 1001), **XML)
    assert (answer.status_code, answer.json()["code"]) == (413, "flights.batch_too_large")
    assert "1000" in answer.json()["detail"]


async def test_json_under_an_xml_label_is_refused_and_the_other_way_round() -> None:
    async with world() as at:
        wrong = await at.airline.push(b'{"updates": [{}]}', **XML)
        other = await at.airline.push(message())
    assert wrong.json()["code"] == "partner.bad_aidx"
    assert other.json()["code"] == "gateway.bad_json"

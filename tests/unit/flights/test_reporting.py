"""report_updates: each item on its own, each leg once, everything in one transaction."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.errors import RequestReused
from services.flights import usecases
from services.flights.errors import BatchTooLarge, FlightNotFound
from services.flights.schemas import MAX_BATCH, ChangeSchema, FlightSchema
from tests.fakes.flights_store import FakeFlightStore
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.flights.examples import (
    IN,
    IN_ID,
    NOW,
    OUT,
    OUT_ID,
    actual,
    changsha,
    estimated,
    flight,
    item,
    leg,
    outcomes,
    ready,
    scheduled,
    send,
)

Uow = FakeUnitOfWork[FakeFlightStore]


def refusals(uow: Uow) -> list[dict[str, Any]]:
    page = usecases.list_refusals(uow, {"limit": 100, "cursor": ""})
    found: list[dict[str, Any]] = page["refusals"]
    return found


def test_a_schedule_makes_a_leg_and_an_event_tells_of_it(uow: Uow) -> None:
    assert outcomes(send(uow, scheduled())) == ["applied"]
    (event,) = uow.events
    assert (event.name, event.aggregate, event.aggregate_version) == ("flight_changed", OUT_ID, 1)
    data = ready(event.data)
    assert data["flight"] == flight(uow)
    assert data["changes"] == []
    assert not FlightSchema(unknown="raise").validate(data["flight"])


def test_a_change_raises_the_version_by_one_and_is_told_once_for_the_batch(uow: Uow) -> None:
    send(uow, scheduled())
    send(
        uow,
        item("06:00", departure={"gate": "12"}),
        item("06:10", departure={"gate": "15"}),
        item("06:20", status="check_in_open"),
    )
    event = uow.events[-1]
    assert (len(uow.events), event.aggregate_version, flight(uow)["version"]) == (2, 2, 2)
    changes = ready(event.data)["changes"]
    assert [(change["field"], change["old"], change["new"]) for change in changes] == [
        ("departure.gate", None, "12"),
        ("departure.gate", "12", "15"),
        ("status", "scheduled", "check_in_open"),
    ]
    assert not ChangeSchema(many=True, unknown="raise").validate(changes)


def test_what_nobody_sees_raises_no_version_and_makes_no_event(uow: Uow) -> None:
    send(uow, scheduled(), item("06:00", departure={"gate": "12"}))
    assert outcomes(send(uow, item("07:00", departure={"gate": "12"}))) == ["applied"]
    assert outcomes(send(uow, item("05:00", departure={"gate": "9"}))) == ["older"]
    back_again = [item("08:00", departure={"gate": "15"}), item("08:01", departure={"gate": "12"})]
    assert outcomes(send(uow, *back_again)) == ["applied", "applied"]
    assert (len(uow.events), flight(uow)["version"]) == (1, 1)


def test_an_unseen_confirmation_still_counts_later(uow: Uow) -> None:
    send(uow, scheduled(), item("06:00", departure={"gate": "12"}))
    send(uow, item("07:00", departure={"gate": "12"}))
    assert outcomes(send(uow, item("06:30", departure={"gate": "9"}))) == ["older"]


def test_a_bad_item_does_not_cost_the_others(uow: Uow) -> None:
    bad = [None, 7, "x", [], {}, {"leg": leg()}, item("06:00", colour="red"), item("24:00")]
    results = send(uow, *bad, scheduled())
    assert outcomes(results) == ["invalid"] * len(bad) + ["applied"]
    assert [one["index"] for one in results] == list(range(len(bad) + 1))
    assert len(refusals(uow)) == len(bad)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"leg": {**leg(), "airline": "C"}}, {"leg.airline"}),
        ({"leg": {**leg(), "number": "31O1"}}, {"leg.number"}),
        ({"leg": {**leg(), "departure_airport": "CSX\n"}}, {"leg.departure_airport"}),
        ({"leg": {**leg(), "origin_date": "2026-02-30"}}, {"leg.origin_date"}),
        ({"event_at": "2026-11-23T08:00:00"}, {"event_at"}),
        ({"event_at": "2026-11-23T24:00:00Z"}, {"event_at"}),
        ({"sequence": -1}, {"sequence"}),
        ({"sequence": 1.5}, {"sequence"}),
        ({"status": "deleted"}, {"status"}),
        ({"times": {"lunch": {}}}, {"times.lunch"}),
        ({"times": {"off_block": {"actual_at": "soon"}}}, {"times.off_block.actual_at"}),
        ({"departure": {"gate": "A\u00001"}}, {"departure.gate"}),
        ({"departure": {"gate": ""}, "arrival": {"belt": "x" * 13}}, {"departure.gate", "arrival.belt"}),
        ({"delays": [{"code": "93"}, {"minutes": 3}]}, {"delays.1.code"}),
        ({"codeshares": ["MF1", "?"]}, {"codeshares.1"}),
        ({"times": {"off_block": {"scheduled_at": None}}}, {"times.off_block.scheduled_at"}),
    ],
)
def test_what_is_wrong_is_named_by_its_path(uow: Uow, change: dict[str, Any], fields: set[str]) -> None:
    (result,) = send(uow, {**item("06:00"), **change})
    assert result["reason"] == "invalid"
    assert set(result["detail"]["fields"]) == fields
    assert all(result["detail"]["fields"].values())


def test_a_flood_of_unknown_fields_is_answered_in_a_few_words(uow: Uow) -> None:
    (result,) = send(uow, {"x" * 500 + str(number): 1 for number in range(2000)})
    assert len(result["detail"]["fields"]) <= 20
    assert all(len(path) <= 80 for path in result["detail"]["fields"])
    assert len(str(refusals(uow)[0]["item"])) < 9000


def test_an_airline_that_nobody_knows_is_refused(uow: Uow) -> None:
    (result,) = send(uow, scheduled(key=OUT._replace(airline="QQQ")))
    assert (result["reason"], result["detail"]) == ("unknown_airline", {"airline": "QQQ"})


def test_a_partner_speaks_for_its_own_airlines_only(uow: Uow) -> None:
    send(uow, scheduled())
    assert outcomes(send(uow, item("06:00", departure={"gate": "1"}), airlines=("CA",))) == [
        "not_your_airline"
    ]
    assert outcomes(send(uow, item("06:00", departure={"gate": "1"}), airlines=())) == ["not_your_airline"]
    assert outcomes(send(uow, item("06:00", departure={"gate": "1"}), airlines=("CA", "CZ"))) == ["applied"]


def test_the_icao_code_of_an_airline_is_the_same_airline(uow: Uow) -> None:
    (result,) = send(uow, scheduled(key=OUT._replace(airline="CSN")), airlines=("CZ",))
    assert (result["outcome"], result["flight_id"]) == ("applied", OUT_ID)


@pytest.mark.parametrize(
    "said",
    [
        scheduled(key=OUT._replace(arrival_airport="QQQ")),
        scheduled(route=["CSX", "QQQ", "PEK"]),
        scheduled(diverted_to="QQQ"),
    ],
)
def test_an_airport_that_nobody_knows_is_refused(uow: Uow, said: dict[str, Any]) -> None:
    (result,) = send(uow, said)
    assert (result["reason"], result["detail"]) == ("unknown_airport", {"airport": "QQQ"})


def test_a_leg_between_two_other_airports_is_none_of_ours(uow: Uow) -> None:
    assert outcomes(send(uow, scheduled(key=OUT._replace(departure_airport="CAN")))) == ["not_this_airport"]


def test_news_of_an_unknown_leg_are_refused_until_its_schedule_comes(uow: Uow) -> None:
    (result,) = send(uow, item("06:00", departure={"gate": "1"}))
    assert (result["reason"], result["detail"]) == ("unknown_flight", {"flight_id": OUT_ID})
    with pytest.raises(FlightNotFound):
        usecases.get_flight(uow, OUT_ID)


def test_within_a_batch_the_schedule_may_come_last(uow: Uow) -> None:
    results = send(uow, item("06:00", departure={"gate": "1"}), scheduled())
    assert outcomes(results) == ["applied", "applied"]
    assert flight(uow)["departure"]["gate"] == "1"


def test_an_arrival_is_made_by_its_arrival_alone(uow: Uow) -> None:
    said = item("06:00", IN, times={"on_block": {"scheduled_at": "2026-11-23T10:30:00Z"}})
    assert outcomes(send(uow, said)) == ["applied"]
    assert flight(uow, IN_ID)["departure"]["scheduled_at"] is None


def test_an_impossible_step_is_kept_for_the_flight_desk_with_the_item(uow: Uow) -> None:
    landed = item("10:20", **actual("touch_down", "10:20"))
    boarding = item("10:30", status="boarding")
    send(uow, scheduled(), landed)
    (result,) = send(uow, boarding)
    assert (result["outcome"], result["reason"]) == ("refused", "impossible_step")
    (kept,) = refusals(uow)
    assert (kept["flight_id"], kept["source_name"], kept["reason"]) == (
        OUT_ID,
        "an airline",
        "impossible_step",
    )
    assert kept["detail"] == {"from": "landed", "to": "boarding"}
    assert kept["item"] == boarding


def test_a_part_that_is_refused_is_said_beside_what_was_applied(uow: Uow) -> None:
    send(uow, scheduled(), item("10:20", **actual("touch_down", "10:20")))
    (result,) = send(uow, item("10:30", status="boarding", arrival={"belt": "7"}))
    assert (result["outcome"], result["reason"]) == ("applied", "impossible_step")
    assert flight(uow)["arrival"]["belt"] == "7"


def test_a_step_that_late_news_make_impossible_is_kept_for_the_flight_desk(uow: Uow) -> None:
    send(uow, scheduled(), item("07:30", status="boarding"))
    send(uow, item("07:00", status="cancelled"))
    (kept,) = refusals(uow)
    assert (kept["reason"], kept["item"]["status"]) == ("impossible_step", "boarding")
    assert flight(uow)["status"] == "cancelled"


def test_a_repeated_request_gets_its_first_answer_and_does_nothing_again(uow: Uow) -> None:
    first = send(uow, scheduled(), 7, request_id="the-same-request")
    events, refused = len(uow.events), len(refusals(uow))
    assert send(uow, scheduled(), 7, request_id="the-same-request") == first
    assert (len(uow.events), len(refusals(uow))) == (events, refused)


def test_a_request_id_used_for_something_else_is_a_conflict(uow: Uow) -> None:
    send(uow, scheduled(), request_id="the-same-request")
    with pytest.raises(RequestReused):
        send(uow, item("06:00", departure={"gate": "1"}), request_id="the-same-request")


def test_a_batch_above_the_limit_is_refused_whole(uow: Uow) -> None:
    with pytest.raises(BatchTooLarge) as caught:
        send(uow, *[7] * (MAX_BATCH + 1))
    assert caught.value.data == {"limit": MAX_BATCH}
    assert uow.commits == 0


def test_an_empty_batch_is_answered(uow: Uow) -> None:
    assert send(uow) == []


def test_the_history_tells_every_change_newest_first(uow: Uow) -> None:
    send(uow, scheduled(), item("06:00", departure={"gate": "12"}))
    send(uow, item("06:30", departure={"gate": "15"}))
    history = usecases.get_history(uow, OUT_ID)
    assert [(change["field"], change["old"], change["new"]) for change in history["changes"]] == [
        ("departure.gate", "12", "15"),
        ("departure.gate", None, "12"),
        ("status", None, "scheduled"),
    ]
    assert history["changes"][0]["event_at"] == "2026-11-23T06:30:00Z"
    assert history["changes"][0]["recorded_at"] == "2026-11-23T12:00:00Z"
    assert not ChangeSchema(many=True, unknown="raise").validate(ready(history["changes"]))
    with pytest.raises(FlightNotFound):
        usecases.get_history(uow, IN_ID)


def test_a_leg_named_before_it_is_known_becomes_known(uow: Uow) -> None:
    send(uow, scheduled(inbound=leg(IN)))
    assert flight(uow)["inbound"] == {"flight_id": IN_ID, "number": "CZ3102", "known": False}
    send(uow, scheduled(key=IN))
    assert flight(uow)["inbound"]["known"] is True
    assert sorted((event.aggregate, event.aggregate_version) for event in uow.events) == [
        (OUT_ID, 1),
        (OUT_ID, 2),
        (IN_ID, 1),
    ]


def test_a_diversion_names_the_leg_that_goes_on(uow: Uow) -> None:
    onward = OUT._replace(departure_airport="TSN", arrival_airport="PEK", repeat=2)
    send(uow, scheduled(), item("08:10", **actual("take_off", "08:10")))
    send(uow, item("09:30", status="diverted", diverted_to="TSN", onward=leg(onward)))
    seen = flight(uow)
    assert (seen["status"], seen["diverted_to"]["iata"]) == ("diverted", "TSN")
    assert seen["arrival"]["airport"]["iata"] == "PEK", "the leg stays the leg it was"
    assert seen["onward"] == {"flight_id": onward.flight_id, "number": "CZ3101", "known": False}


_DAY = [
    scheduled(),
    scheduled(key=IN),
    item("05:00", status="check_in_open"),
    item("06:00", departure={"gate": "12"}),
    item("06:10", departure={"gate": "15"}, **estimated("off_block", "08:40")),
    item("08:20", status="boarding"),
    item("08:41", **actual("off_block", "08:41")),
    item("08:50", status="returned"),
    item("09:20", **actual("off_block", "09:20")),
    item("09:31", **actual("take_off", "09:31")),
    item("09:40", IN, **actual("take_off", "08:20")),
    item("09:50", IN, **estimated("on_block", "10:50")),
    item("10:30", IN, status="boarding"),
]


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_in_any_batches_ends_in_the_same_flights(data: st.DataObject) -> None:
    """The two schedules come first: before them nobody knows the legs."""
    rest = data.draw(st.permutations(_DAY[2:] + data.draw(st.lists(st.sampled_from(_DAY[2:]), max_size=4))))
    size = data.draw(st.integers(1, 6))
    seen = []
    for items in (_DAY[2:], rest):
        uow: Uow = FakeUnitOfWork(FakeFlightStore(), NOW)
        send(uow, *_DAY[:2])
        for start in range(0, len(items), size):
            send(uow, *copy.deepcopy(items[start : start + size]))
        legs = [flight(uow), flight(uow, IN_ID)]
        for one in legs:
            one.pop("version")
            one.pop("updated_at")
        seen.append(legs)
    assert seen[0] == seen[1]
    assert (seen[0][0]["status"], seen[0][1]["status"]) == ("airborne", "expected")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=6,
    ),
    st.sampled_from(
        ["leg", "event_at", "times", "departure", "delays", "route", "status", "sequence", "inbound", ""]
    ),
)
@settings(max_examples=120, deadline=None)
def test_no_item_however_odd_breaks_the_batch(odd: Any, where: str) -> None:
    uow: Uow = FakeUnitOfWork(FakeFlightStore(), NOW)
    said = {**item("06:00"), where: odd} if where else odd
    results = send(uow, said, scheduled())
    assert results[1]["outcome"] == "applied"
    assert changsha().iata == "CSX"

"""Check-in over a real broker: from the airline's list to the gate, and forty document numbers that nobody finds."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pika.exceptions import AMQPError

from deploy.broker import Broker, PrivateBroker
from kernel import clock
from kernel.ids import new_id
from kernel.sealing import seal
from tests.messaging.calls.harness import Answer, Wire, eventually
from tests.support.folders import temporary_folder
from tests.support.partner import departure_update
from tests.support.planted import files_of, holds
from tests.support.stack import Stack
from tests.support.strangers import Strangers, rank_sum_z
from tests.unit.checkin.examples import GOODS, aircraft, booking, person

AIRLINE = {"client_id": "cz", "airlines": ["CZ"]}
DEPARTS_AT = clock.now().replace(microsecond=0) + timedelta(hours=2)


class Suite:
    """Flights and checkin in a process of their own, and a client that stands where the gateway stands."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.wire = Wire(stack.amqp_url)
        self.key = ""

    def answer(self, method: str, service: str = "checkin", **request: Any) -> Answer:
        return self.wire.call(service, method, request, headers={"nameko.principal": "gateway:test"})

    def call(self, method: str, service: str = "checkin", **request: Any) -> Any:
        answer = self.answer(method, service, **request)
        assert answer.error is None, answer.error
        return answer.result

    def sealed(self, document: Any) -> str:
        self.key = self.key or self.call("get_sealing_key")["key"]
        return seal(self.key, json.dumps(document))

    def flight(self, number: int) -> str:
        """A flight in two hours, as an airline reports it."""
        source = {"name": "cz", "kind": "airline", "airlines": ["CZ"]}
        items = [departure_update(number, DEPARTS_AT)]
        report = self.call("report_updates", "flights", request_id=new_id(), source=source, items=items)
        return str(report["results"][0]["flight_id"])

    def push(self, flight_id: str, *bookings: dict[str, Any]) -> Any:
        sealed = self.sealed({"bookings": list(bookings)})
        return self.call(
            "apply_list", request_id=new_id(), partner=AIRLINE, flight_id=flight_id, version=1, sealed=sealed
        )

    def equip(self, flight_id: str, spec: dict[str, Any], version: int = 1) -> Any:
        request = {"partner": AIRLINE, "flight_id": flight_id, "version": version, "configuration": spec}
        return self.call("apply_configuration", request_id=new_id(), **request)

    def find(self, account: str | None = None, address: str = "192.0.2.1", **factors: str) -> Answer:
        sealed = self.sealed(factors)
        return self.answer("find_booking", address=address, passenger_id=account, sealed=sealed)


def answers(base_url: str) -> bool:
    """Whether the gateway knows its flights."""
    with suppress(httpx.HTTPError):
        return httpx.get(f"{base_url}/readyz").status_code == 200
    return False


@contextmanager
def served(broker: Broker, **environ: str) -> Iterator[Suite]:
    """Two services and a gateway, which believes what this machine says of addresses."""
    environ |= {"LOG_LEVEL": "DEBUG", "SERVICES_OPS_PORT": "0", "GATEWAY_TRUSTED_PROXIES": "127.0.0.1/32"}
    with temporary_folder("airport-checkin-") as var:
        stack = Stack(var, broker, broker.add_vhost(f"checkin-{new_id()}"), **environ)
        (var / "log").mkdir()
        stack.migrate()
        process = stack.run("services", "-m", "deploy.serve", "flights", "checkin")
        stack.start_gateway()
        try:
            eventually(lambda: process.returncode is not None or '"ready"' in stack.log("services"), 30.0)
            assert process.returncode is None, stack.log("services")
            eventually(lambda: answers(stack.base_url), 30.0)
            made = Suite(stack)
            yield made
            # While a test only asked through HTTP, nobody answered the broker's heartbeats here.
            with suppress(AMQPError):
                made.wire.close()
        finally:
            stack.stop_gateway()
            process.stop()


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    with served(broker) as suite:
        yield suite


def test_a_traveller_checks_in_with_a_document_and_goes_through_the_gate(suite: Suite) -> None:
    flight_id = suite.flight(3101)
    paper = {"kind": "resident_id", "number": "11010519491231002X"}
    report = suite.push(flight_id, booking("ABC123", person("ZHANG", "SAN", papers=[paper])))
    assert (report["outcome"], report["added"]) == ("applied", 1)
    assert suite.equip(flight_id, aircraft())["seats"] == 120

    assert suite.find("ann", surname="张", pnr="ABC123").result["bookings"][0]["full"] is False
    (found,) = suite.find("ann", surname="张", document="11010519491231002x").result["bookings"]
    assert found["full"] is True
    access = {"booking_id": found["booking_id"], "passenger_id": "ann"}
    mine = suite.call("get_party", access=access)
    ids = [each["id"] for each in mine["travellers"]]
    request = {"access": access, "traveller_ids": ids, "dangerous_goods": GOODS}
    done = suite.call("check_in", request_id=new_id(), **request)
    assert done["travellers"][0]["standing"] == "checked_in"
    shown = suite.call("get_pass", access=access, traveller_id=ids[0])
    gate = {"partner": AIRLINE, "flight_id": flight_id, "device": "gate-1"}
    at = clock.now().isoformat()
    early = suite.call("board_scan", scan_id=new_id(), scanned_at=at, code=shown["bcbp"], **gate)
    assert early["scan"]["result"] == "too_early"
    # The airline says that it boards.
    update = departure_update(3101, DEPARTS_AT, status="boarding")
    source = {"name": "cz", "kind": "airline", "airlines": ["CZ"]}
    suite.call("report_updates", "flights", request_id=new_id(), source=source, items=[update])

    def scanned() -> str:
        scan = suite.call("board_scan", scan_id=new_id(), scanned_at=at, code=shown["bcbp"], **gate)["scan"]
        return str(scan["result"])

    eventually(lambda: scanned() in ("accepted", "already_boarded"))
    assert suite.call("boarding_counts", partner=AIRLINE, flight_id=flight_id)["counts"]["boarded"] == 1


def test_whatever_is_wrong_looks_and_takes_the_same(suite: Suite) -> None:
    flight_id = suite.flight(3102)
    suite.push(flight_id, booking("DEF456", person("ZHAO", "LIU")))
    wrong = [
        suite.find(address="192.0.2.2", surname="zhao", pnr="NOSUCH"),
        suite.find(address="192.0.2.3", surname="wrong", pnr="DEF456"),
        suite.find(address="192.0.2.4", surname="zhao", ticket="7840000000000"),
        suite.find(address="192.0.2.5", surname="zhao", document="E00000000"),
    ]
    assert len({json.dumps(each.document) for each in wrong}) == 1
    assert all(each.took_s >= 0.25 for each in wrong), (
        "evened out; whether they differ is measured with a control"
    )


def test_what_is_wrong_with_a_request_is_named(suite: Suite) -> None:
    document = suite.answer("apply_list", version="new", partner={"client_id": "cz"}).document
    assert document["code"] == "checkin.bad_request"
    assert {"request_id", "version", "partner", "flight_id", "sealed"} == set(document["data"]["fields"])
    other = {"client_id": "mu", "airlines": ["MU"]}
    request = {"flight_id": suite.flight(3103), "version": 1, "sealed": suite.sealed({"bookings": []})}
    refused = suite.answer("apply_list", request_id=new_id(), partner=other, **request)
    assert refused.document["code"] == "checkin.not_your_flight"


def numbers() -> list[str]:
    """Forty passports, in two lists and at two check-ins."""
    return [f"E9{number:07d}" for number in range(7_319_001, 7_319_041)]


def test_document_numbers_are_in_no_file_no_log_no_queue_and_nothing_that_the_broker_writes(
    suite: Suite, broker: Broker
) -> None:
    planted = numbers()
    flight_id = suite.flight(3104)
    people = [
        person("QIAN", "QI", papers=[{"kind": "passport", "number": number}], ref=str(at))
        for at, number in enumerate(planted[:38])
    ]
    suite.push(flight_id, booking("GHI789", *people))
    (found,) = suite.find("eve", address="192.0.2.9", surname="qian", document=planted[0]).result["bookings"]
    suite.find("eve", address="192.0.2.9", surname="qian", document=planted[38])
    access = {"booking_id": found["booking_id"], "passenger_id": "eve"}
    ids = [each["id"] for each in suite.call("get_party", access=access)["travellers"]]
    paper = {"traveller_id": ids[0], "kind": "passport", "text": planted[39], "expires_on": "2033-01-01"}
    given = suite.sealed({"papers": [paper], "contact": {"phone": "+8613700137000"}})
    request = {"access": access, "traveller_ids": ids[:1], "dangerous_goods": GOODS, "sealed": given}
    assert suite.call("check_in", request_id=new_id(), **request)["travellers"][0]["sequence"] == 1
    # A call that can't be worked on is set aside where people look at it.
    suite.wire.send(
        "checkin", "check_in", {**request, "request_id": new_id()}, reply_to=None, delivery_mode=2
    )
    eventually(lambda: suite.wire.depth("parked.checkin") == 1)
    written: list[bytes] = []
    if isinstance(broker, PrivateBroker):
        # What is in a container can't be read from here; what is set aside there was read from the queue.
        eventually(lambda: holds(broker.data, given[:200].encode(), written))
    _, _, body = suite.wire.channel.basic_get("parked.checkin", auto_ack=True)
    assert body is not None
    assert b"check_in" in body or given.encode() in body, "it is the call that was sent"
    texts = [*(path.read_bytes() for path in files_of(suite.stack.var)), body, *written]
    assert b"CZ3104" in b"".join(texts), "the search sees what is not secret"
    for secret in [*planted, "QIAN", "13700137000"]:
        assert not any(secret.encode() in text for text in texts), secret


# --- strangers, through HTTP; without an account nobody is served for a minute after them ---------------------


def crowd(suite: Suite, flight_number: int, groups: int, size: int) -> list[str]:
    """Bookings of groups of people with a rare name: the PNRs."""
    pnrs = [f"REAL{number:02d}" for number in range(groups)]
    people = [[person("OUYANG", "XIU", ref=f"{pnr}{at}") for at in range(size)] for pnr in pnrs]
    flight_id = suite.flight(flight_number)
    suite.push(flight_id, *(booking(pnr, *group) for pnr, group in zip(pnrs, people, strict=True)))
    return pnrs


def test_strangers_from_a_hundred_addresses_get_nothing_and_all_of_them_wait(suite: Suite) -> None:
    told = Strangers(suite.stack.base_url, crowd(suite, 3105, 16, 1), seed=9).guess(160, at_once=40)
    answers = Counter((one.status, one.code) for one in told)
    looked_at, refused = (404, "checkin.booking_not_found"), (429, "checkin.too_many_guesses")
    assert set(answers) == {looked_at, refused}, answers
    assert 50 < answers[looked_at] <= 100, "beyond the hundred of a minute nobody looks"
    assert min(one.took_s for one in told) >= 0.25
    assert suite.find("ann", address="203.0.0.1", surname="ouyang", pnr="REAL00").error is None


LOOKS = 5_000
A_MINUTE = 100
UNTOLD_Z = 4.0


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_time_of_five_thousand_answers_tells_nothing_about_what_there_is(broker: Broker) -> None:
    """Groups of 36 take milliseconds to open, which without evening out anybody could measure: the control."""
    with served(broker) as suite:
        z = looked_at(suite, LOOKS, at_once=10)
    with served(broker, CHECKIN_ANSWER_MS="0") as suite:
        control = looked_at(suite, LOOKS // 5, at_once=1)
    print(f"real against made up: z = {z:.2f}; without evening out z = {control:.2f}")
    assert abs(z) < UNTOLD_Z < control


def looked_at(suite: Suite, many: int, at_once: int) -> float:
    """By how many standard deviations bookings that there are take longer; so many guesses, a minute's at a time."""
    strangers = Strangers(suite.stack.base_url, crowd(suite, 3106, 25, 36), seed=10)
    took: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(many // A_MINUTE):
        for one in strangers.guess(A_MINUTE, at_once):
            assert one.status == 404, one
            took[one.real].append(one.took_s)
        an_hour_later(suite)
    return rank_sum_z(took[True], took[False])


def an_hour_later(suite: Suite) -> None:
    """What is kept of guesses is old by now."""
    with closing(sqlite3.connect(suite.stack.var / "checkin.sqlite3", timeout=10.0)) as database, database:
        database.execute("DELETE FROM guesses")

"""From an airline's teletype to its webhook, all through HTTP: a list in two parts, a check-in, a scan at the gate."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from deploy.demo.partner_client import AIRLINE_SCOPES, Credentials, NotAccepted, PartnerClient
from kernel.ids import new_id
from kernel.sealing import seal
from tests.messaging.calls.harness import Wire, eventually
from tests.support.partner import Partner, departure_update
from tests.support.stack import Stack
from tests.unit.checkin.examples import GOODS, aircraft

NUMBER = 3177
DEPARTS_AT = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
DAY = DEPARTS_AT.astimezone(ZoneInfo("Asia/Shanghai"))
FLIGHT = f"/partner/v1/flights/CZ{NUMBER}-{DAY:%Y%m%d}"


class Heard:
    """What came to the airline's receiver, which turns the first one away."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def taken(self) -> list[dict[str, Any]]:
        return [orjson.loads(body) for _, _, body in self.requests[1:]]


@contextmanager
def receiver() -> Iterator[tuple[str, Heard]]:
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.requests.append((self.path, dict(self.headers), body))
            self.send_response(503 if len(heard.requests) == 1 else 204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/csx?to=us", heard
    finally:
        server.shutdown()
        server.server_close()


def part(number: int, *lines: str, last: bool = False) -> bytes:
    end = "ENDPNL" if last else f"ENDPART{number}"
    head = f"CZ{NUMBER}/{DAY:%d%b} CSX PART{number}".upper()
    return "\n".join(["PNL", head, "-CAN002Y", *lines, end]).encode()


def test_a_list_in_two_parts_becomes_a_boarding_that_the_airline_hears_of(stack: Stack) -> None:
    shown = Partner.register(stack.base_url, stack.environ, "gate").credentials
    airline = PartnerClient(Credentials(stack.base_url, **shown), scopes=AIRLINE_SCOPES)
    assert airline.send([departure_update(NUMBER, DEPARTS_AT)]).applied == 1
    with receiver() as (url, heard):
        made = write(
            airline, "POST", "/partner/v1/webhooks", {"url": url, "events": ["checked_in", "boarded"]}
        )
        first = eventually_known(airline, part(1, "1LI/SI .L/AAA111"))
        assert (first["outcome"], first["missing"]) == ("waiting", [2])
        paper = ".R/DOCS HK1/P/CHN/E91234567/CHN/01JAN80/M/01JAN35/WANG/WU"
        done = airline.exchange(
            "POST",
            "/partner/v1/teletype",
            part(2, f"1WANG/WUMR .L/BBB222 {paper}", last=True),
            "text/plain",
        )
        assert (done["outcome"], done["added"], done["left_out"]) == ("applied", 2, [])
        assert write(airline, "PUT", f"{FLIGHT}/configuration", {"version": 1, **aircraft()})["seats"] == 120
        code = checked_in(stack)
        airline.send([departure_update(NUMBER, DEPARTS_AT, status="boarding")])
        number = iter(range(1000))

        def scanned() -> Any:
            scan = {"scan_id": str(next(number)), "scanned_at": DEPARTS_AT.isoformat(), "code": code}
            return write(airline, "POST", f"{FLIGHT}/boarding/scans", {"device": "gate-12", **scan})["scan"]

        results: list[str] = []
        eventually(lambda: results.append(scanned()["result"]) or results[-1] == "accepted", 30.0)
        assert set(results) <= {"too_early", "accepted"}
        assert airline.exchange("GET", f"{FLIGHT}/boarding/counts")["counts"]["boarded"] == 1
        eventually(lambda: len(heard.taken) == 2, 30.0)
    told = heard.taken
    assert [each["event"] for each in told] == ["checked_in", "boarded"]
    assert heard.requests[0][1]["X-Delivery"] == told[0]["id"], "what was turned away came again, first"
    assert told[0]["version"] < told[1]["version"]
    assert all(b"WANG" not in body and b"E91234567" not in body for _, _, body in heard.requests)
    for path, headers, body in heard.requests:
        key = f"webhook\n{made['webhook']['id']}".encode()
        secret = hmac.new(shown["signing_key"].encode(), key, hashlib.sha256).hexdigest()
        digest, (where, _, query) = hashlib.sha256(body).hexdigest(), path.partition("?")
        text = f"POST\n{where}\n{query}\n{digest}\n{headers['X-Timestamp']}\n{headers['X-Nonce']}"
        assert headers["X-Signature"] == hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def write(airline: PartnerClient, method: str, path: str, document: dict[str, Any]) -> dict[str, Any]:
    return airline.exchange(method, path, orjson.dumps(document))


def eventually_known(airline: PartnerClient, message: bytes) -> dict[str, Any]:
    """The answer, once the gateway has heard of the flight."""
    answers: list[dict[str, Any]] = []

    def known() -> bool:
        with suppress(NotAccepted):
            answers.append(airline.exchange("POST", "/partner/v1/teletype", message, "text/plain"))
        return bool(answers)

    eventually(known, 30.0)
    return answers[0]


def checked_in(stack: Stack) -> str:
    """A traveller finds the booking with their passport and checks in; what their pass says."""
    wire = Wire(stack.amqp_url)

    def call(method: str, **request: Any) -> Any:
        answer = wire.call("checkin", method, request, headers={"nameko.principal": "gateway:test"})
        assert answer.error is None, answer.error
        return answer.result

    try:
        key = call("get_sealing_key")["key"]
        factors = seal(key, json.dumps({"surname": "wang", "document": "E91234567"}))
        asked = {"address": "192.0.2.77", "passenger_id": f"ann-{new_id()}"}
        (found,) = call("find_booking", **asked, sealed=factors)["bookings"]
        access = {"booking_id": found["booking_id"], "passenger_id": asked["passenger_id"]}
        (traveller,) = [each["id"] for each in call("get_party", access=access)["travellers"]]
        goods = {"traveller_ids": [traveller], "dangerous_goods": GOODS}
        call("check_in", request_id=new_id(), access=access, **goods)
        return str(call("get_pass", access=access, traveller_id=traveller)["bcbp"])
    finally:
        wire.close()

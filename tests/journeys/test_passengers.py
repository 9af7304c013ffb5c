"""The passengers service over a real broker: sign-in at a WeChat of the test's own, documents, copy, erasure."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pika
import pytest

from deploy.broker import Broker
from kernel import clock
from kernel.ids import new_id
from kernel.sealing import seal
from services.passengers import schemas
from services.passengers.domain import HOLDERS
from tests.messaging.calls.harness import Answer, Wire, eventually
from tests.support.folders import temporary_folder
from tests.support.stack import Stack
from tests.support.wechat_stub import APPID, SECRET, WeChatStub, wechat_stub
from tests.unit.passengers.examples import OTHER_ID, RESIDENT_ID, VALID_MRZ


class Suite:
    """The service in a process of its own, and a client that stands where the gateway stands."""

    def __init__(self, stack: Stack, wechat: WeChatStub) -> None:
        self.stack = stack
        self.wechat = wechat
        self.wire = Wire(stack.amqp_url)

    def call(self, method: str, **request: Any) -> Any:
        answer = self.answer(method, **request)
        assert answer.error is None, answer.error
        return answer.result

    def answer(self, method: str, **request: Any) -> Answer:
        principal = {"headers": {"nameko.principal": "gateway:test"}}
        return self.wire.call("passengers", method, request, **principal)

    def write(self, method: str, **request: Any) -> Any:
        return self.call(method, request_id=new_id(), **request)

    def refused(self, method: str, **request: Any) -> str:
        answer = self.answer(method, request_id=new_id(), **request)
        return str(answer.document["code"]) if answer.error else "done"

    def sign_in(self, openid: str, **request: Any) -> Any:
        code = new_id()
        self.wechat.codes[code] = {"openid": openid}
        return self.write("sign_in_with_wechat", code=code, **request)

    def traveller(self) -> str:
        """A traveller who agreed to documents being kept."""
        passenger_id = str(self.sign_in(new_id())["passenger"]["id"])
        version = schemas.CURRENT_CONSENTS[schemas.ConsentKind.IDENTITY_DOCUMENTS]
        kind = "identity_documents"
        self.write("give_consent", passenger_id=passenger_id, kind=kind, version=version)
        return passenger_id

    def add_document(self, passenger_id: str, text: str, **request: Any) -> Any:
        given = {"kind": "resident_id", "holder_name": "欧阳娜娜", **request}
        sealed = seal(self.call("get_sealing_key")["key"], text)
        return self.write("add_document", passenger_id=passenger_id, sealed=sealed, **given)["document"]


@pytest.fixture(scope="module")
def suite(broker: Broker) -> Iterator[Suite]:
    with temporary_folder("airport-passengers-") as var, wechat_stub() as wechat:
        settings = {"WECHAT_APPID": APPID, "WECHAT_SECRET": SECRET, "WECHAT_API_URL": wechat.url}
        url = broker.add_vhost("passengers")
        stack = Stack(var, broker, url, LOG_LEVEL="DEBUG", SERVICES_OPS_PORT="0", **settings)
        (var / "log").mkdir()
        stack.migrate()
        process = stack.run("services", "-m", "deploy.serve", "passengers")
        try:
            eventually(lambda: process.returncode is not None or '"ready"' in stack.log("services"), 30.0)
            assert process.returncode is None, stack.log("services")
            made = Suite(stack, wechat)
            yield made
            made.wire.close()
        finally:
            process.stop()


def test_a_traveller_signs_in_is_known_and_signs_out(suite: Suite) -> None:
    signed_in = suite.sign_in("o-known", language="en")
    assert schemas.SignedInSchema().validate(signed_in) == {}
    token = signed_in["session"]["token"]
    assert suite.call("get_session", token=token)["passenger"] == signed_in["passenger"]
    assert suite.call("end_session", token=token) == {"done": True}
    assert suite.answer("get_session", token=token).document["code"] == "passengers.no_session"


@pytest.mark.parametrize("code", ["never-given", "used"])
def test_a_code_that_is_not_good_is_refused(suite: Suite, code: str) -> None:
    suite.wechat.codes["used"] = {"openid": "o-used"}
    if code == "used":
        suite.wechat.answer(f"/sns/oauth2/access_token?appid={APPID}&secret={SECRET}&code=used")
    assert suite.refused("sign_in_with_wechat", code=code) == "passengers.code_refused"


def test_a_call_that_the_broker_delivers_twice_signs_in_once(suite: Suite) -> None:
    code = new_id()
    suite.wechat.codes[code] = {"openid": "o-twice"}
    request = {"request_id": new_id(), "code": code}
    first, second = (suite.answer("sign_in_with_wechat", **request).result for _ in range(2))
    assert first == second
    assert suite.wechat.asked.count(code) == 1


def test_many_first_sign_ins_of_one_openid_at_once_make_one_traveller(suite: Suite) -> None:
    def sign_in(_: int) -> str:
        own = Suite(suite.stack, suite.wechat)
        try:
            return str(own.sign_in("o-crowd")["passenger"]["id"])
        finally:
            own.wire.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(sign_in, range(6)))) == 1


def test_a_request_of_the_wrong_shape_is_told_field_by_field(suite: Suite) -> None:
    document = suite.answer("set_language", passenger_id="x", language="fr", colour="red").document
    assert document["code"] == "passengers.bad_request"
    assert set(document["data"]["fields"]) == {"request_id", "language", "colour"}


def test_every_reason_against_a_number_reaches_the_door_by_name(suite: Suite) -> None:
    passenger_id = suite.traveller()
    key = suite.call("get_sealing_key")["key"]
    wrong = {
        "passengers.id_check_digit": ("resident_id", "340524198001010013"),
        "passengers.id_birth_date": ("resident_id", "11010519491331002X"),
        "passengers.id_form": ("resident_id", "1234"),
        "passengers.mrz_check_digit": ("passport", VALID_MRZ[:-1] + "7"),
        "passengers.mrz_form": ("passport", "P<UTO"),
        "passengers.passport_form": ("passport", "E1"),
    }
    for code, (kind, text) in wrong.items():
        request = {"passenger_id": passenger_id, "kind": kind, "holder_name": "x", "expires_on": "2031-01-01"}
        assert suite.refused("add_document", sealed=seal(key, text), **request) == code
    request = {"passenger_id": passenger_id, "kind": "resident_id", "holder_name": "x", "sealed": RESIDENT_ID}
    assert suite.refused("add_document", **request) == "passengers.bad_seal"
    assert suite.call("list_documents", passenger_id=passenger_id) == {"documents": []}


class Holders:
    """Stands where those services are that hold data too: answers their exports, hears and answers erasures."""

    def __init__(self, url: str) -> None:
        self.erased: list[dict[str, Any]] = []
        self._wire = Wire(url)
        channel = self._wire.channel
        for service in HOLDERS:
            channel.exchange_declare(f"{service}.events", "topic", durable=True)
            calls = channel.queue_declare(f"rpc-{service}", exclusive=True).method.queue
            channel.queue_bind(calls, "nameko-rpc", f"{service}.*")
            channel.basic_consume(calls, self._exported, auto_ack=True)
        heard = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(heard, "passengers.events", "erasure_requested")
        channel.basic_consume(heard, self._erased, auto_ack=True)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Holders:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._wire.close()

    def _run(self) -> None:
        while not self._over.is_set():
            self._wire.listen(0.05)

    def _exported(self, _: Any, __: Any, properties: pika.BasicProperties, body: bytes) -> None:
        asked = json.loads(body)["kwargs"]["request"]
        answer = {"result": {"follows": [], "about": asked["passenger_id"]}, "error": None}
        reply = pika.BasicProperties(
            correlation_id=properties.correlation_id,
            content_type="application/json",
            content_encoding="utf-8",
        )
        self._wire.channel.basic_publish(
            "nameko-rpc", str(properties.reply_to), json.dumps(answer).encode(), reply
        )

    def _erased(self, _: Any, __: Any, ___: Any, body: bytes) -> None:
        data = json.loads(body)["data"]
        self.erased.append(data)
        for service in HOLDERS:
            self._done(service, data)

    def _done(self, service: str, data: dict[str, Any]) -> None:
        done = {"erasure_id": data["erasure_id"], "service": service, "counts": {"follows": 2}}
        event = {
            "id": new_id(),
            "name": "erasure_done",
            "schema": 1,
            "aggregate": data["erasure_id"],
            "aggregate_version": 1,
            "at": clock.real_now().isoformat(),
            "data": done,
        }
        known = pika.BasicProperties(
            content_type="application/json", content_encoding="utf-8", message_id=event["id"]
        )
        for _repeat in range(2):
            self._wire.channel.basic_publish(
                f"{service}.events", "erasure_done", json.dumps(event).encode(), known
            )


def test_a_copy_without_the_others_says_what_is_missing(suite: Suite) -> None:
    answer = suite.write("request_export", passenger_id=suite.traveller())
    assert schemas.ExportSchema().validate(answer) == {}
    assert (answer["complete"], answer["missing"]) == (False, sorted(HOLDERS))


def test_a_copy_and_an_erasure_reach_every_service(suite: Suite) -> None:
    passenger_id = suite.traveller()
    suite.add_document(passenger_id, RESIDENT_ID)
    with Holders(suite.stack.amqp_url) as holders:
        copy = suite.write("request_export", passenger_id=passenger_id)
        assert (copy["complete"], copy["services"]["notify"]["about"]) == (True, passenger_id)
        assert copy["passengers"]["documents"][0]["number"] == RESIDENT_ID
        erasure_id = suite.write("request_erasure", passenger_id=passenger_id)["erasure_id"]
        report = eventually(lambda: _complete(suite, erasure_id))
    assert holders.erased == [{"erasure_id": erasure_id, "passenger_id": passenger_id, "earlier_ids": []}]
    counts = {service["service"]: service["counts"] for service in report["services"]}
    assert all(counts[service] == {"follows": 2} for service in HOLDERS)
    assert counts["passengers"]["documents"] == 1
    gone = suite.answer("get_passenger", passenger_id=passenger_id).document
    missing = suite.answer("get_passenger", passenger_id="nobody").document
    assert gone == missing


def _complete(suite: Suite, erasure_id: str) -> Any:
    report = suite.call("get_erasure", erasure_id=erasure_id)
    return report if report["completed_at"] else None


def test_numbers_and_tokens_are_in_no_log_file_and_no_queue(suite: Suite) -> None:
    """Also at DEBUG, also after errors, also where a message is set aside."""
    passenger_id = suite.traveller()
    token = suite.sign_in("o-secret")["session"]["token"]
    document = suite.add_document(passenger_id, OTHER_ID)
    suite.add_document(passenger_id, VALID_MRZ, kind="passport")
    companion = {"name": "司马相如", "kind": "adult"}
    suite.write("add_companion", passenger_id=passenger_id, **companion)
    suite.write("unmask_document", passenger_id=passenger_id, document_id=document["id"], reason="booking")
    key = suite.call("get_sealing_key")["key"]
    bad = seal(key, "340524198001010013")
    suite.refused("add_document", passenger_id=passenger_id, kind="resident_id", sealed=bad)
    parked = {"passenger_id": passenger_id, "kind": "resident_id", "sealed": seal(key, RESIDENT_ID)}
    suite.wire.send("passengers", "add_document", parked, reply_to=None)
    eventually(lambda: suite.wire.depth("parked.passengers") == 1)
    _, _, body = suite.wire.channel.basic_get("parked.passengers", auto_ack=True)
    assert body
    assert passenger_id.encode() in body, "the control: it is that message"
    files = [path for path in Path(suite.stack.var).rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in files) + body
    assert b"unmask_document" in written, "the control: calls were logged"
    assert b"L*****2C3" in written, "the control: the database was read"
    secrets = [
        token,
        OTHER_ID,
        RESIDENT_ID,
        "L898902C3",
        "340524198001010013",
        "欧阳娜娜",
        "司马相如",
        "ERIKSSON",
    ]
    assert [secret for secret in secrets if secret.encode() in written] == []

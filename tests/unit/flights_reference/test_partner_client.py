"""The demo's client, before a gateway that answers as it likes."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable
from typing import Any

import orjson
import pytest
import requests

from deploy.demo.partner_client import Credentials, NotAccepted, PartnerClient, Stopped

CREDENTIALS = Credentials("http://gateway.test/", "demo", "secret", "signing-key")
Answer = tuple[int, dict[str, str], Any]


class FakeGateway(requests.Session):
    """Checks what the real one checks, and answers what the test puts into `answers` first."""

    def __init__(self, *answers: Answer | Exception) -> None:
        super().__init__()
        self.answers = list(answers)
        self.pushed: list[list[dict[str, Any]]] = []
        self.nonces: list[str] = []
        self.tokens = 0

    def post(self, url: str, **request: Any) -> requests.Response:  # type: ignore[override]
        if url == "http://gateway.test/partner/v1/oauth/token":
            assert request["auth"] == ("demo", "secret")
            self.tokens += 1
            return _response(200, {}, {"access_token": f"token{self.tokens}", "expires_in": 600})
        assert url == "http://gateway.test/partner/v1/flights"
        self._check(request["headers"], request["data"])
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            if answer[0] != 200:
                return _response(*answer)
            headers = answer[1]
        else:
            headers = {}
        updates = orjson.loads(request["data"])["updates"]
        self.pushed.append(updates)
        return _response(200, headers, {"results": [_judge(update) for update in updates]})

    def _check(self, headers: dict[str, str], body: bytes) -> None:
        assert headers["Authorization"] == f"Bearer token{self.tokens}"
        assert headers["X-Nonce"] not in self.nonces
        self.nonces.append(headers["X-Nonce"])
        digest = hashlib.sha256(body).hexdigest()
        text = f"POST\n/partner/v1/flights\n\n{digest}\n{headers['X-Timestamp']}\n{headers['X-Nonce']}"
        assert headers["X-Signature"] == hmac.new(b"signing-key", text.encode(), hashlib.sha256).hexdigest()


def _judge(update: dict[str, Any]) -> dict[str, Any]:
    return {"flight_id": "X", "reason": "invalid", "detail": {}, **update}


def _response(status: int, headers: dict[str, str], document: Any) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers)
    response._content = orjson.dumps(document)
    return response


class Patience(threading.Event):
    """Notes how long the client waits, and doesn't."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        return self.is_set()


def client_of(gateway: FakeGateway) -> tuple[PartnerClient, Patience]:
    patience = Patience()
    return PartnerClient(CREDENTIALS, patience, gateway), patience


def updates(count: int, outcome: Callable[[int], str] = lambda _: "applied") -> list[dict[str, Any]]:
    return [{"number": index, "outcome": outcome(index)} for index in range(count)]


def test_updates_go_in_order_a_hundred_at_a_time() -> None:
    gateway = FakeGateway()
    client, _ = client_of(gateway)
    sent = client.send(updates(250))
    assert [len(batch) for batch in gateway.pushed] == [100, 100, 50]
    assert [item["number"] for batch in gateway.pushed for item in batch] == list(range(250))
    assert (sent.applied, sent.older, sent.refused) == (250, 0, [])
    assert gateway.tokens == 1


def test_refused_items_are_reported_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    client, _ = client_of(FakeGateway())
    sent = client.send(updates(3, lambda index: ["applied", "older", "refused"][index]))
    assert (sent.applied, sent.older, len(sent.refused)) == (1, 1, 1)
    assert "refused: X invalid" in caplog.text


def test_an_absent_gateway_is_tried_again_with_growing_patience() -> None:
    gateway = FakeGateway(*[requests.ConnectionError()] * 4)
    client, patience = client_of(gateway)
    assert client.send(updates(1)).applied == 1
    waits = [wait for wait in patience.waited if wait]
    assert len(waits) == 4
    assert waits == sorted(waits)
    assert len(gateway.nonces) == 5  # each attempt was signed anew


def test_it_waits_as_long_as_it_is_told_to() -> None:
    gateway = FakeGateway((429, {"Retry-After": "7"}, {}), (503, {"Retry-After": "3"}, {}))
    client, patience = client_of(gateway)
    assert client.send(updates(1)).applied == 1
    waits = [wait for wait in patience.waited if wait]
    assert waits[0] == 7
    assert waits[1] == 3


def test_with_nothing_left_of_the_allowance_it_waits_before_the_next_batch() -> None:
    spent = {"RateLimit-Policy": '"partner-write";q=2;w=60', "RateLimit": '"partner-write";r=0;t=42'}
    client, patience = client_of(FakeGateway((200, spent, None)))
    client.send(updates(150))
    assert 42 in patience.waited


def test_a_token_that_ended_is_renewed_once() -> None:
    gateway = FakeGateway((401, {}, {}))
    client, _ = client_of(gateway)
    assert client.send(updates(1)).applied == 1
    assert gateway.tokens == 2


def test_wrong_credentials_are_no_reason_to_hammer() -> None:
    gateway = FakeGateway((401, {}, {"code": "partners.bad_signature"}), (401, {}, {}))
    client, _ = client_of(gateway)
    with pytest.raises(NotAccepted):
        client.send(updates(1))


def test_a_batch_that_is_refused_for_good_is_not_sent_again() -> None:
    gateway = FakeGateway((400, {}, {"code": "partner.bad_json"}))
    client, _ = client_of(gateway)
    with pytest.raises(NotAccepted) as refused:
        client.send(updates(1))
    assert refused.value.args[0] == 400
    assert len(gateway.nonces) == 1


def test_who_is_told_to_stop_gives_up_waiting() -> None:
    client, patience = client_of(FakeGateway(requests.ConnectionError()))
    patience.set()
    with pytest.raises(Stopped):
        client.send(updates(1))

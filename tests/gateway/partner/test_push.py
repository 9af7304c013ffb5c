from __future__ import annotations

import hashlib
import json
import logging
from datetime import timedelta
from typing import Any

import orjson
import pytest

from kernel import clock, ids
from kernel.errors import DeadlineExceeded, RequestInFlight, RequestReused, Unavailable
from tests.gateway.partner.airline import PATH, Airline, World, update, world

pytestmark = pytest.mark.anyio


def refused(item: Any) -> dict[str, Any]:
    return {"outcome": "refused", "flight_id": None, "reason": "unknown_airline", "detail": {}}


async def test_a_signed_batch_reaches_flights_with_the_partners_identity() -> None:
    async with world() as at:
        answer = await at.airline.push({"updates": [update("3101"), update("3102")]})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["applied"], body["older"], body["refused"]) == (2, 0, 0)
    assert [item["index"] for item in body["results"]] == [0, 1]
    (asked,) = at.flights.reported
    client_id = at.airline.issued.client_id
    assert asked["source"] == {"name": client_id, "kind": "airline", "airlines": ["CZ"]}
    assert [item["leg"]["number"] for item in asked["items"]] == ["3101", "3102"]
    key = answer.headers["idempotency-key"]
    assert asked["request_id"] == hashlib.sha256(f"{client_id}:{key}".encode()).hexdigest()
    assert answer.headers["cache-control"] == "no-store"


async def test_services_learn_who_calls() -> None:
    async with world() as at:
        await at.airline.push({"updates": [update()]})
    (context,) = [context for _, method, _, context in at.rpc.calls if method == "report_updates"]
    assert context is not None
    assert context.principal == {"partner": at.airline.issued.client_id}
    assert context.language == "en"


async def test_what_is_left_of_the_allowance_is_told() -> None:
    async with world() as at:
        answer = await at.airline.push({"updates": [update()]})
    assert answer.headers["ratelimit-policy"] == '"partner-write";q=3000;w=60'
    assert answer.headers["ratelimit"].startswith('"partner-write";r=2999;t=')


async def test_beyond_the_allowance_a_partner_waits_and_others_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARTNER_WRITE_RATE", "2/minute")
    async with world() as at:
        other = Airline(at.http, at.partners.add("MU"))
        await other.log_in()
        statuses = [(await at.airline.push({"updates": [update()]})).status_code for _ in range(3)]
        late = await at.airline.push({"updates": [update()]})
        assert (await other.push({"updates": [update()]})).status_code == 200
    assert statuses == [200, 200, 429]
    assert int(late.headers["retry-after"]) >= 1
    assert late.headers["ratelimit"].startswith('"partner-write";r=0')
    assert len(at.flights.reported) == 3


# --- signatures ----------------------------------------------------------------------------------------


async def send(at: World, body: bytes, headers: dict[str, str], path: str = PATH) -> Any:
    answer = await at.http.post(path, content=body, headers=headers)
    return answer.status_code, answer.json()["code"]


BODY = orjson.dumps({"updates": [update()]})


async def test_a_changed_body_is_noticed() -> None:
    async with world() as at:
        headers = at.airline.headers("POST", PATH, "", BODY)
        assert await send(at, BODY + b" ", headers) == (401, "partners.bad_signature")
        assert at.flights.reported == []


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [("PUT", PATH, ""), ("POST", "/partner/v1/other", ""), ("POST", PATH, "a=1"), ("post", PATH, "")],
)
async def test_a_signature_over_another_request_is_worth_nothing(method: str, path: str, query: str) -> None:
    async with world() as at:
        headers = at.airline.headers(method, path, query, BODY)
        assert await send(at, BODY, headers) == (401, "partners.bad_signature")
        assert at.flights.reported == []


async def test_the_query_is_signed_as_it_was_sent() -> None:
    async with world() as at:
        query = "note=%E5%8D%97&x=a+b"
        headers = at.airline.headers("POST", PATH, query, BODY)
        answer = await at.http.post(f"{PATH}?{query}", content=BODY, headers=headers)
        assert answer.status_code == 200
        headers = at.airline.headers("POST", PATH, "note=南&x=a b", BODY)
        assert await send(at, BODY, headers, f"{PATH}?{query}") == (401, "partners.bad_signature")


async def test_another_partners_key_is_worth_nothing() -> None:
    async with world() as at:
        stranger = Airline(at.http, at.partners.add("MU"))
        stranger.token = at.airline.token
        assert await send(at, BODY, stranger.headers("POST", PATH, "", BODY)) == (
            401,
            "partners.bad_signature",
        )


async def test_a_replay_is_refused_and_changes_nothing() -> None:
    async with world() as at:
        headers = at.airline.headers("POST", PATH, "", BODY)
        first = await at.http.post(PATH, content=BODY, headers=headers)
        assert first.status_code == 200
        assert await send(at, BODY, headers) == (409, "partners.replayed")
        assert len(at.flights.reported) == 1


@pytest.mark.parametrize("offset_s", [-3600, -301, 302, 3600])
async def test_a_request_from_another_time_is_refused_with_our_time(offset_s: int) -> None:
    async with world() as at:
        headers = at.airline.headers("POST", PATH, "", BODY)
        at.partners.now = lambda: clock.real_now() - timedelta(seconds=offset_s)
        answer = await at.http.post(PATH, content=BODY, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "partners.stale")
        assert "300" in answer.json()["detail"]
        assert at.flights.reported == []


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Signature", ""),
        ("X-Signature", "0" * 63),
        ("X-Signature", "g" * 64),
        ("X-Nonce", "short"),
        ("X-Nonce", "n" * 65),
        ("X-Nonce", "white space in nonce"),
        ("X-Timestamp", "now"),
        ("X-Timestamp", "-1"),
        ("X-Timestamp", "1.5"),
        ("X-Timestamp", "9" * 13),
    ],
)
async def test_malformed_signature_headers_are_named(header: str, value: str) -> None:
    async with world() as at:
        answer = await at.airline.push(BODY, **{header: value})
    assert (answer.status_code, answer.json()["code"]) == (401, "partner.no_signature")
    assert header in answer.json()["detail"]
    # The call's id is chance: now and then it has a "-1" in it.
    said = {name: text for name, text in answer.json().items() if name not in ("instance", "call_id")}
    assert not value or value not in str(said)


async def test_a_nonce_of_a_malformed_batch_can_not_be_used_again_but_its_key_can() -> None:
    async with world() as at:
        key = ids.new_id()
        assert (await at.airline.push(b"{", **{"Idempotency-Key": key})).status_code == 400
        assert (await at.airline.push(BODY, **{"Idempotency-Key": key})).status_code == 200


# --- repeating a request -----------------------------------------------------------------------------


async def test_the_same_key_is_the_same_request_and_another_partners_is_not() -> None:
    async with world() as at:
        other = Airline(at.http, at.partners.add("MU"))
        await other.log_in()
        key = ids.new_id()
        for sender in (at.airline, at.airline, other):
            answer = await sender.push(BODY, **{"Idempotency-Key": key})
            assert answer.headers["idempotency-key"] == key
        first, second, others = [asked["request_id"] for asked in at.flights.reported]
    assert first == second != others


async def test_without_a_key_the_nonce_is_it_so_that_a_lost_answer_can_still_be_asked_for() -> None:
    async with world() as at:
        headers = at.airline.headers("POST", PATH, "", BODY)
        await at.http.post(PATH, content=BODY, headers=headers)
        await at.airline.push(BODY, **{"Idempotency-Key": headers["X-Nonce"]})
        first, second = [asked["request_id"] for asked in at.flights.reported]
    assert first == second


@pytest.mark.parametrize("key", ["short", "k" * 65, "with space in it", "schlüssel-123"])
async def test_a_malformed_key_is_refused(key: str) -> None:
    async with world() as at:
        body = BODY
        headers: Any = {**at.airline.headers("POST", PATH, "", body), "Idempotency-Key": key.encode()}
        answer = await at.http.post(PATH, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "partner.bad_idempotency_key")


async def test_a_timeout_says_that_it_may_have_been_done_and_how_to_find_out() -> None:
    async with world() as at:
        at.flights.fails_with = DeadlineExceeded()
        answer = await at.airline.push(BODY)
    assert (answer.status_code, answer.json()["code"]) == (504, "partner.maybe_done")
    assert answer.headers["idempotency-key"] in answer.json()["detail"]
    assert "may have been done" in answer.json()["title"]


async def test_while_flights_is_away_the_answer_says_when_to_come_back_and_with_which_key() -> None:
    async with world() as at:
        at.flights.fails_with = Unavailable(retry_after_s=3)
        answer = await at.airline.push(BODY)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3"
    assert len(answer.headers["idempotency-key"]) == 32


@pytest.mark.parametrize("error", [RequestInFlight(retry_after_s=1), RequestReused()])
async def test_a_request_in_flight_or_reused_is_a_conflict(error: Any) -> None:
    async with world() as at:
        at.flights.fails_with = error
        answer = await at.airline.push(BODY)
    assert (answer.status_code, answer.json()["code"]) == (409, error.code)


# --- results -------------------------------------------------------------------------------------------


async def test_one_bad_item_does_not_cost_the_others() -> None:
    deep: Any = "x"
    for _ in range(300):
        deep = [deep]
    items = [update("1"), deep, "text", None, update("2"), {"leg": deep}]
    async with world() as at:
        at.flights.judge = lambda item: (
            {"outcome": "applied", "flight_id": "CZ"} if isinstance(item, dict) else refused(item)
        )
        answer = await at.airline.push(json.dumps({"updates": items}).encode())
    assert answer.status_code == 200
    assert [item["outcome"] for item in answer.json()["results"]] == [
        "applied",
        "refused",
        "refused",
        "refused",
        "applied",
        "refused",
    ]
    assert [item["index"] for item in answer.json()["results"]] == list(range(6))
    assert len(at.flights.reported[0]["items"]) == 4


async def test_a_batch_of_unreadable_items_asks_nobody() -> None:
    deep = b'{"updates": [' + b"[" * 100 + b"]" * 100 + b"]}"
    async with world() as at:
        answer = await at.airline.push(deep)
    assert answer.json()["refused"] == 1
    assert at.flights.reported == []


@pytest.mark.parametrize(
    ("language", "message"),
    [("zh-CN", "没有这个航空公司代码"), ("en-GB,zh;q=0.5", "No airline has this code")],
)
async def test_reasons_come_in_the_readers_language(language: str, message: str) -> None:
    async with world() as at:
        at.flights.judge = refused
        answer = await at.airline.push(BODY, **{"Accept-Language": language})
    (item,) = answer.json()["results"]
    assert (item["reason"], item["message"]) == ("unknown_airline", message)
    assert answer.headers["content-language"] == language[:2]


async def test_fields_that_break_the_schema_are_named_with_their_rule() -> None:
    detail = {
        "fields": {"leg": {"number": ["String does not match expected pattern."]}, "x": ["Unknown field."]}
    }
    async with world() as at:
        at.flights.judge = lambda item: {
            "outcome": "refused",
            "flight_id": None,
            "reason": "invalid",
            "detail": detail,
        }
        answer = await at.airline.push(BODY)
    (item,) = answer.json()["results"]
    assert item["errors"] == [
        {"field": "leg.number", "detail": "has the wrong form"},
        {"field": "x", "detail": "is not known here"},
    ]
    assert item["detail"] is None


# --- bodies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "gateway.bad_json"),
        (b"{", 400, "gateway.bad_json"),
        (b'{"updates": [1,]}', 400, "gateway.bad_json"),
        (b'{"updates": [NaN]}', 400, "gateway.bad_json"),
        (b"\xff\xfe{}", 400, "gateway.bad_json"),
        (b'{"updates": ["\\ud800"]}', 400, "gateway.bad_json"),
        (b"[" * 100_000, 400, "gateway.bad_json"),
        (b"[]", 400, "gateway.bad_body"),
        (b"null", 400, "gateway.bad_body"),
        (b"{}", 400, "gateway.bad_body"),
        (b'{"updates": null}', 400, "gateway.bad_body"),
        (b'{"updates": {}}', 400, "gateway.bad_body"),
        (b'{"updates": []}', 400, "gateway.bad_body"),
        (b'{"updates": [{}], "source": {"kind": "airport"}}', 400, "gateway.bad_body"),
        (b'{"updates": [' + b"{}," * 1000 + b"{}]}", 413, "flights.batch_too_large"),
        (b'{"updates": [' + b"{}," * 99_999 + b"{}]}", 413, "flights.batch_too_large"),
    ],
)
async def test_a_bad_body_gets_a_clear_problem(body: bytes, status: int, code: str) -> None:
    async with world() as at:
        answer = await at.airline.push(body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert at.flights.reported == []


async def test_the_limit_is_named_when_a_batch_is_too_large() -> None:
    async with world() as at:
        answer = await at.airline.push(b'{"updates": [' + b"{}," * 99_999 + b"{}]}")
    assert "1000" in answer.json()["detail"]


async def test_ten_megabytes_are_cut_and_the_limit_is_named() -> None:
    async with world() as at:
        answer = await at.airline.push(b'{"updates": ["' + b"x" * 10_000_000 + b'"]}')
    assert (answer.status_code, answer.json()["code"]) == (413, "gateway.body_too_large")
    assert "8000000" in answer.json()["detail"]
    assert [call for call in at.rpc.calls if call[1] == "verify_request"] == []


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "text/plain"}, 415, "gateway.wrong_media_type"),
        ({"Content-Type": ""}, 415, "gateway.wrong_media_type"),
        ({"Content-Encoding": "gzip"}, 415, "gateway.wrong_media_type"),
        ({"Accept": "image/png"}, 406, "gateway.not_acceptable"),
        ({"Accept": "application/json;q=0"}, 406, "gateway.not_acceptable"),
    ],
)
async def test_formats_that_can_not_be_met_are_refused(
    headers: dict[str, str], status: int, code: str
) -> None:
    async with world() as at:
        answer = await at.airline.push(BODY, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_wrong_method_is_told_the_right_ones() -> None:
    async with world() as at:
        answer = await at.http.delete(PATH)
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]
    assert "GET" in answer.headers["allow"]


async def test_no_secret_no_token_and_no_signature_is_ever_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with world() as at:
        headers = at.airline.headers("POST", PATH, "", BODY)
        await at.http.post(PATH, content=BODY, headers=headers)
        await at.http.post(PATH, content=BODY, headers=headers)
        at.flights.fails_with = DeadlineExceeded()
        await at.airline.push(BODY)
        issued, token = at.airline.issued, at.airline.token
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "partner push" in logged, "the control: something was logged"
    for secret in (issued.client_secret, issued.signing_key, token, headers["X-Signature"]):
        assert secret not in logged

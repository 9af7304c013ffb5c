"""A traveller's own JSON: what it does, for whom, and from where."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway.account import WeChatAccount
from tests.contract.test_openapi import check
from tests.gateway.fakes import FakeRpc
from tests.gateway.session.fakes import OWN, PUBLIC_URL, gateway_for, make_rpc, sealing_key

pytestmark = pytest.mark.anyio
ME = "/api/v1/me"
FLIGHT = "CZ3101-20261123-CSX-PEK"
COOKIE = "__Host-session"


def as_traveller(rpc: FakeRpc, client: httpx.AsyncClient, passenger_id: str = "ann") -> None:
    """From now on the client is signed in."""
    client.cookies.clear()
    client.cookies.set(COOKIE, rpc.services["passengers"].open_session(passenger_id), domain="fly.example")
    client.headers.update(OWN)


async def test_every_answer_is_as_described() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        as_traveller(rpc, client)
        steps: list[tuple[str, str, str, Any]] = [
            ("get", ME, ME, None),
            ("put", f"{ME}/language", f"{ME}/language", {"language": "en"}),
            ("put", f"{ME}/follows/{FLIGHT}", f"{ME}/follows/{{flight_id}}", {"role": "greeter"}),
            ("get", f"{ME}/follows", f"{ME}/follows", None),
            ("delete", f"{ME}/follows/{FLIGHT}", f"{ME}/follows/{{flight_id}}", None),
            ("get", f"{ME}/messages?limit=5", f"{ME}/messages", None),
            ("post", f"{ME}/companions", f"{ME}/companions", {"name": "王小明", "kind": "child"}),
            ("get", f"{ME}/companions", f"{ME}/companions", None),
            ("patch", f"{ME}/companions/com-1", f"{ME}/companions/{{companion_id}}", {"name": "王大明"}),
            ("post", f"{ME}/documents", f"{ME}/documents", DOCUMENT),
            ("get", f"{ME}/documents", f"{ME}/documents", None),
            ("post", f"{ME}/documents/doc-2/unmask", f"{ME}/documents/{{document_id}}/unmask", None),
            ("get", f"{ME}/consents", f"{ME}/consents", None),
            ("put", f"{ME}/consents/privacy_policy", f"{ME}/consents/{{kind}}", {"version": "2026-10"}),
            ("delete", f"{ME}/consents/privacy_policy", f"{ME}/consents/{{kind}}", None),
            ("post", f"{ME}/export", f"{ME}/export", None),
            ("post", f"{ME}/erasure", f"{ME}/erasure", None),
            ("get", "/api/v1/erasures/era-1", "/api/v1/erasures/{erasure_id}", None),
        ]
        for method, path, described, body in steps:
            response = await client.request(method.upper(), path, json=body)
            assert response.is_success, (path, response.text)
            check(response.json(), method, described, response.status_code)
            assert "no-store" in response.headers["cache-control"]


DOCUMENT = {"kind": "resident_id", "number": "11010519491231002X", "holder_name": "张三"}


async def test_a_document_number_never_travels_as_it_is() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        as_traveller(rpc, client)
        assert (await client.post(f"{ME}/documents", json=DOCUMENT)).status_code == 201
        assert DOCUMENT["number"] not in str([request for _, _, request, _ in rpc.calls])
        sealed = rpc.services["passengers"].asked[-1][1]["sealed"]
        assert sealed.startswith("x1.k1.")


async def test_a_changed_sealing_key_is_fetched_anew() -> None:
    rpc = make_rpc()
    passengers = rpc.services["passengers"]
    async with gateway_for(rpc) as (_, client):
        as_traveller(rpc, client)
        assert (await client.post(f"{ME}/documents", json=DOCUMENT)).status_code == 201
        passengers.sealing_key = sealing_key("k2")
        assert (await client.post(f"{ME}/documents", json=DOCUMENT)).status_code == 201
        assert passengers.asked[-1][1]["sealed"].startswith("x1.k2.")


async def test_messages_leave_out_what_is_ours() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        as_traveller(rpc, client)
        (message,) = (await client.get(f"{ME}/messages")).json()["messages"]
        assert {"passenger_id", "wechat_msgid", "attempts", "reason"} & set(message) == set()


async def test_the_same_key_asks_for_the_same_thing_and_another_for_another() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        as_traveller(rpc, client)
        for key in ("a-key-of-mine", "a-key-of-mine", "another-key"):
            await client.put(f"{ME}/follows/{FLIGHT}", json={}, headers={"Idempotency-Key": key})
        await client.put(f"{ME}/follows/{FLIGHT}", json={})
        first, again, other, none = (request["request_id"] for _, request in rpc.services["notify"].asked)
        assert first == again
        assert len({first, other, none}) == 3
        bad = await client.put(f"{ME}/follows/{FLIGHT}", json={}, headers={"Idempotency-Key": "x y"})
        assert bad.status_code == 400


async def test_who_one_is_comes_from_the_session_only() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        as_traveller(rpc, client)
        body = {"name": "王小明", "passenger_id": "bob"}
        assert (await client.post(f"{ME}/companions", json=body)).status_code == 400
        assert (await client.get(f"{ME}/companions?passenger_id=bob")).status_code == 400
        await client.post(f"{ME}/companions", json={"name": "王小明"}, headers={"X-Passenger": "bob"})
        assert {one["owner"] for one in rpc.services["passengers"].companions.values()} == {"ann"}


async def test_signing_out_ends_this_session_or_all() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        as_traveller(rpc, client)
        response = await client.delete(f"{ME}/session")
        assert response.status_code == 204
        assert COOKIE not in client.cookies
        assert (await client.get(ME)).status_code == 401
        as_traveller(rpc, client)
        assert (await client.delete(f"{ME}/sessions")).status_code == 204
        assert rpc.services["passengers"].sessions == {}
        assert (await client.get(ME)).status_code == 401


async def test_an_erasure_signs_out_and_can_be_looked_up_without_a_session() -> None:
    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        as_traveller(rpc, client)
        answer = await client.post(f"{ME}/erasure")
        assert answer.status_code == 202
        assert (await client.get(ME)).status_code == 401
        report = await client.get(f"/api/v1/erasures/{answer.json()['erasure_id']}")
        assert report.status_code == 200


async def test_pages_of_our_own_are_signed_for_wechat_and_no_others() -> None:
    rpc = make_rpc()
    path = "/api/v1/wechat/js-signature"
    async with gateway_for(rpc) as (_, client):
        good = await client.get(path, params={"url": f"{PUBLIC_URL}/me?x=1#part"})
        check(good.json(), "get", path)
        assert rpc.services["notify"].asked == [("sign_js_page", {"url": f"{PUBLIC_URL}/me?x=1"})]
        for url in (
            "https://evil.example/",
            f"{PUBLIC_URL}.evil.example/",
            "https://fly.example@evil.example/",
            "https://user:pass@fly.example/",
            "http://fly.example/",
            "https://fly.example:8443/",
            "//fly.example/",
            "javascript:alert(1)",
            "https://[fly.example/",
            "https://fly.example:99999/",
        ):
            refused = await client.get(path, params={"url": url})
            assert refused.status_code == 403, url
        assert len(rpc.services["notify"].asked) == 1
    async with gateway_for(make_rpc(), account=WeChatAccount()) as (_, client):
        assert (await client.get(path, params={"url": f"{PUBLIC_URL}/"})).status_code == 404


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}], ids=str
)
async def test_other_sites_change_nothing(headers: dict[str, str]) -> None:
    from gateway.api.me_operations import OPERATIONS

    rpc = make_rpc()
    async with gateway_for(rpc) as (_, client):
        as_traveller(rpc, client)
        del client.headers["Sec-Fetch-Site"]
        before = len(rpc.calls)
        changing = [operation for operation in OPERATIONS if operation.changes]
        assert len(changing) > 10
        for operation in changing:
            path = operation.path.format(
                flight_id=FLIGHT, companion_id="com-1", document_id="doc-1", kind="privacy_policy"
            )
            response = await client.request(operation.method, path, json={}, headers=headers)
            assert (response.status_code, response.json()["code"]) == (403, "session.cross_site")
        asked = {method for _, method, _, _ in rpc.calls[before:]}
        assert asked <= {"get_session"}

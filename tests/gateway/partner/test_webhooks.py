"""Webhooks through the door: made, listed, replayed and removed by the partner itself."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kernel import clock
from services.partners import usecases
from services.partners.schemas import Scope
from tests.gateway.partner.checkin import Gate, gate
from tests.gateway.partner.test_described import PATHS, validate
from tests.store.partners.hooks import event

pytestmark = pytest.mark.anyio
HOOKS = "/partner/v1/webhooks"
NEW = {"url": "https://hooks.example/csx", "events": ["boarded"]}


async def read(at: Gate, path: str, **more: Any) -> httpx.Response:
    by = more.pop("by", at.airline)
    return await at.http.get(path, headers={"Authorization": f"Bearer {by.token}"}, params=more)


async def test_a_partner_makes_lists_replays_and_removes_its_webhooks() -> None:
    async with gate() as at:
        made = await at.send("POST", HOOKS, NEW)
        hook = made.json()["webhook"]
        listed = await read(at, HOOKS)
        usecases.note_event(at.partners.uow, event("boarded"), clock.real_now())
        deliveries = await read(at, f"{HOOKS}/{hook['id']}/deliveries", state="waiting")
        (delivery,) = deliveries.json()["deliveries"]
        one = await at.send("POST", f"{HOOKS}/{hook['id']}/replay", {"delivery_id": delivery["id"]})
        since = await at.send("POST", f"{HOOKS}/{hook['id']}/replay", {"since": "2026-01-01T00:00:00Z"})
        removed = await at.send("DELETE", f"{HOOKS}/{hook['id']}", b"")
        gone = await read(at, f"{HOOKS}/{hook['id']}/deliveries")
    assert (hook["events"], hook["airline"]) == (["boarded"], None)
    assert listed.json()["webhooks"] == [hook]
    assert (one.json(), since.json()) == ({"replayed": 1}, {"replayed": 1})
    assert removed.json()["webhook"] == hook
    assert (gone.status_code, gone.json()["code"]) == (404, "partners.webhook_not_found")
    for path, method, answer in (
        (HOOKS, "post", made),
        (HOOKS, "get", listed),
        (f"{HOOKS}/{{webhook_id}}", "delete", removed),
        (f"{HOOKS}/{{webhook_id}}/deliveries", "get", deliveries),
        (f"{HOOKS}/{{webhook_id}}/replay", "post", one),
    ):
        validate(PATHS[path][method], 200, answer.content)


async def test_another_partner_sees_nothing_and_without_the_scope_nobody_does() -> None:
    async with gate() as at:
        hook = (await at.send("POST", HOOKS, NEW)).json()["webhook"]
        path = f"{HOOKS}/{hook['id']}"
        other = await at.other("CZ")
        lesser = await at.other("CZ", scopes=(Scope.FLIGHTS_READ, Scope.BOARDING_WRITE))
        for method, where, body in (
            ("DELETE", path, b""),
            ("POST", f"{path}/replay", {"since": "2026-01-01T00:00:00Z"}),
        ):
            assert (await at.send(method, where, body, by=other)).status_code == 404
            assert (await at.send(method, where, body, by=lesser)).status_code == 403
            assert (await at.http.request(method, where)).status_code == 401
            forged = await at.send(method, where, body, **{"X-Signature": "0" * 64})
            assert forged.status_code == 401
        assert (await read(at, HOOKS, by=other)).json() == {"webhooks": []}
        assert (await read(at, f"{path}/deliveries", by=other)).status_code == 404
        assert (await read(at, HOOKS, by=lesser)).status_code == 403


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**NEW, "url": "http://hooks.example/"}, "partners.bad_webhook"),
        ({**NEW, "airline": "MU"}, "partners.bad_webhook"),
        ({**NEW, "client_id": "cz"}, "gateway.bad_body"),
    ],
)
async def test_what_can_not_be_a_webhook_is_a_problem(body: Any, code: str) -> None:
    async with gate() as at:
        answer = await at.send("POST", HOOKS, body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)

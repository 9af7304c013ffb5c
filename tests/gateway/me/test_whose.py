"""Every route of a traveller's own data, asked by its owner, by another traveller, by nobody and by a partner.

The routes come from the gateway's route table: a new one is in here by itself, or fails for want of a body.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest
from starlette.routing import Route

from gateway.app import Gateway
from gateway.identity import Partner, Tokens, TokenSettings
from kernel import clock
from kernel.config import load
from services.airport import Airport
from services.partners.schemas import Scope
from tests.gateway.fakes import FakeRpc, settings
from tests.gateway.session.fakes import ACCOUNT, OWN, SIGNING_KEY, FakePassengers, gateway_for, make_rpc

pytestmark = pytest.mark.anyio
FLIGHT: Final = "CZ3101-20261123-CSX-PEK"
NAMES: Final = ("王小明", "张三", "11010519491231002X", "m-ann")
"""What is Ann's, and must never be seen by anybody else."""

BODIES: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("PUT", "/api/v1/me/language"): {"language": "en"},
    ("PUT", "/api/v1/me/follows/{flight_id}"): {"role": "greeter"},
    ("POST", "/api/v1/me/companions"): {"name": "李四"},
    ("PATCH", "/api/v1/me/companions/{companion_id}"): {"name": "李四"},
    ("POST", "/api/v1/me/documents"): {
        "kind": "resident_id",
        "number": "x",
        "companion_id": "{companion_id}",
    },
    ("PUT", "/api/v1/me/consents/{kind}"): {"version": "2026-10"},
    ("POST", "/api/v1/bus/orders"): {
        "departure_id": "{departure_id}",
        "from_stop": "WUYI",
        "to_stop": "CSX",
        "passengers": [{"kind": "adult"}],
    },
    ("POST", "/api/v1/bus/orders/{order_id}/payment"): {"channel": "jsapi"},
    ("POST", "/api/v1/bus/orders/{order_id}/return"): {"ticket_ids": ["{ticket_id}"], "refund_fen": 1800},
    ("POST", "/api/v1/bus/orders/{order_id}/change"): {
        "ticket_ids": ["{ticket_id}"],
        "departure_id": "{departure_id}",
    },
}
QUERIES: Final = {
    ("GET", f"/api/v1/bus/orders/{{order_id}}/{what}"): {"tickets": "{ticket_id}"}
    for what in ("return", "change")
}
OWNED: Final = {"companion_id", "document_id", "order_id"}
"""Path parameters that name something of one traveller's."""
GENERAL: Final = {"flight_id": FLIGHT, "kind": "privacy_policy"}
OPEN: Final = {("DELETE", "/api/v1/me/session")}
"""Signing out is no error for one who isn't signed in."""


def made_routes() -> list[tuple[str, str]]:
    """Method and path of every route of a traveller's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOKEN_SIGNING_KEY", SIGNING_KEY)
        gateway = Gateway(settings(), load(Airport, {}), make_rpc(), ("gateway.api",), ACCOUNT)
    return sorted(
        (method, route.path)
        for route in gateway.routes
        if isinstance(route, Route) and route.path.startswith(("/api/v1/me", "/api/v1/bus/orders"))
        for method in route.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    )


ROUTES: Final = made_routes()


@dataclass
class World:
    """A gateway with Ann's companion and document in it."""

    rpc: FakeRpc
    client: httpx.AsyncClient
    ids: dict[str, str]

    def be(self, who: str) -> None:
        """owner, other, anonymous or partner; or Mallory, who knows of neither."""
        self.client.cookies.clear()
        self.client.headers.pop("Authorization", None)
        self.client.headers.update(OWN)
        if who in {"ann", "bob"}:
            token = self.rpc.services["passengers"].open_session(who)
            self.client.cookies.set("__Host-session", token, domain="fly.example")
        elif who == "partner":
            partner = Partner("cz", "CZ", "airline", ("*",), frozenset(Scope), frozenset({"c1"}))
            tokens = Tokens(TokenSettings((SIGNING_KEY,)), "CSX")
            bearer = tokens.issue(partner, "c1", frozenset(scope.value for scope in Scope), clock.real_now())
            self.client.headers["Authorization"] = f"Bearer {bearer}"

    async def ask(self, method: str, path: str, ids: dict[str, str] | None = None) -> httpx.Response:
        known = GENERAL | (self.ids if ids is None else ids)
        body = BODIES.get((method, path))
        query = QUERIES.get((method, path), {})
        return await self.client.request(
            method, path.format(**known), json=filled(body, known), params=filled(query, known)
        )


def filled(value: Any, known: dict[str, str]) -> Any:
    """A body with the ids of this world in it."""
    if isinstance(value, dict):
        return {key: filled(each, known) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, known) for each in value]
    return value.format(**known) if isinstance(value, str) else value


async def build(rpc: FakeRpc, client: httpx.AsyncClient) -> World:
    world = World(rpc, client, {})
    world.be("ann")
    companion = await client.post("/api/v1/me/companions", json={"name": NAMES[0]})
    wish = {"kind": "resident_id", "number": NAMES[2], "holder_name": NAMES[1]}
    document = await client.post("/api/v1/me/documents", json=wish)
    world.ids = {
        "companion_id": companion.json()["companion"]["id"],
        "document_id": document.json()["document"]["id"],
    }
    await client.put(f"/api/v1/me/follows/{FLIGHT}", json={})
    order = rpc.services["bus"].bought("ann")
    world.ids |= {"order_id": order["id"], "ticket_id": order["tickets"][0]["id"]}
    world.ids["departure_id"] = order["ride"]["departure_id"]
    return world


def of_ann(rpc: FakeRpc) -> Any:
    """Everything that is Ann's, to see whether somebody touched it."""
    passengers, notify, bus = (rpc.services[name] for name in ("passengers", "notify", "bus"))
    return (
        {k: dict(v) for k, v in passengers.companions.items() if v["owner"] == "ann"},
        {k: dict(v) for k, v in passengers.documents.items() if v["owner"] == "ann"},
        {k: v for k, v in notify.follows.items() if k[0] == "ann"},
        passengers.languages.get("ann"),
        copy.deepcopy({k: v for k, v in bus.orders.items() if bus.owners[k] == "ann"}),
        sorted(token for token, owner in passengers.sessions.items() if owner == "ann"),
    )


def same(one: httpx.Response, other: httpx.Response) -> bool:
    """Whether two answers tell the same; call ids are new each time."""

    def told(response: httpx.Response) -> Any:
        return {k: v for k, v in response.json().items() if k not in {"call_id", "instance"}}

    return one.status_code == other.status_code and told(one) == told(other)


def owned(path: str, method: str) -> bool:
    return any(f"{{{name}}}" in path for name in OWNED) or (method, path) == ("POST", "/api/v1/me/documents")


def test_the_routes_are_found() -> None:
    assert len(ROUTES) >= 20
    assert sum(owned(path, method) for method, path in ROUTES) >= 10
    assert set(BODIES) <= set(ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda part: part)
async def test_the_owner_gets_it(method: str, path: str) -> None:
    async with gateway_for(make_rpc()) as (gateway, client):
        world = await build(gateway.rpc, client)  # type: ignore[arg-type]
        world.be("ann")
        response = await world.ask(method, path)
        assert response.is_success, response.text


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda part: part)
async def test_another_traveller_sees_and_changes_nothing_of_it(method: str, path: str) -> None:
    async with gateway_for(make_rpc()) as (gateway, client):
        rpc: FakeRpc = gateway.rpc  # type: ignore[assignment]
        world = await build(rpc, client)
        before = of_ann(rpc)
        world.be("bob")
        response = await world.ask(method, path)
        assert not any(name in response.text for name in NAMES)
        if owned(path, method):
            assert response.status_code == 404
            others = {"companion_id": "com-999", "document_id": "doc-999", "order_id": "o" * 32}
            missing = await world.ask(method, path, world.ids | others)
            assert same(response, missing), "what is Ann's looks like what doesn't exist"
        assert of_ann(rpc) == before


@pytest.mark.parametrize("who", ["anonymous", "partner"])
@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda part: part)
async def test_who_is_not_signed_in_gets_nothing(method: str, path: str, who: str) -> None:
    async with gateway_for(make_rpc()) as (gateway, client):
        rpc: FakeRpc = gateway.rpc  # type: ignore[assignment]
        world = await build(rpc, client)
        before, calls = of_ann(rpc), len(rpc.calls)
        world.be(who)
        response = await world.ask(method, path)
        if (method, path) in OPEN:
            assert response.status_code == 204
        else:
            assert (response.status_code, response.json()["code"]) == (401, "passengers.no_session")
        assert of_ann(rpc) == before
        assert len(rpc.calls) == calls, "no service is even asked"


async def test_the_matrix_sees_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: with a service that doesn't look whose it is, Bob reads Ann's document."""

    def careless(things: dict[str, Any], request: dict[str, Any], key: str, error: type[Exception]) -> Any:
        return things[request[key]]

    monkeypatch.setattr(FakePassengers, "_owned", staticmethod(careless))
    async with gateway_for(make_rpc()) as (gateway, client):
        world = await build(gateway.rpc, client)  # type: ignore[arg-type]
        world.be("bob")
        response = await world.ask("POST", "/api/v1/me/documents/{document_id}/unmask")
        assert NAMES[2] in response.text

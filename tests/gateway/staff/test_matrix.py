"""Every address of the console × every role, nobody, and travellers: in where it says so, and nowhere else."""

from __future__ import annotations

import re

import httpx
import pytest
from starlette.routing import Route

from gateway.staff.console import Console
from gateway.staff.desks import DESKS, Desk, Place
from gateway.staff.door import routes
from services.staff.schemas import Role
from tests.gateway.staff.house import House, keys_of

pytestmark = pytest.mark.anyio
OPEN = {"/staff/sign-in", "/staff/sign-in/code", "/staff/sign-out", "/staff/static/{name}"}


def places(house: House) -> list[tuple[Desk, Place]]:
    """Every place of every desk there is."""
    import importlib

    console = Console(house.gateway.deps)
    desks = [importlib.import_module(name).desk(console) for name in DESKS]
    return [(desk, place) for desk in desks for place in desk.places]


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)(:\w+)?\}", "f" * 32, path)


async def knock(client: httpx.AsyncClient, place: Place, **headers: str) -> httpx.Response:
    """Ask for a place, with the keys that one's own page gives out."""
    keys = keys_of((await client.get("/staff/me")).text)
    if place.call is not None:
        token = {"X-Form-Token": keys.get("csrf", "")}
        return await client.post(filled(place.path), json={}, headers={**token, **headers})
    if place.upload is not None:
        token = {"X-Form-Token": keys.get("csrf", "")}
        return await client.post(
            filled(place.path), files={"file": b"no photo"}, headers={**token, **headers}
        )
    data = keys if place.method == "POST" else None
    return await client.request(place.method, filled(place.path), data=data, headers=headers)


def test_the_matrix_knows_every_route(house: House) -> None:
    known = {(place.method, place.path) for _, place in places(house)}
    found = {
        (method, route.path)
        for route in routes(house.gateway.deps)
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
        if route.path not in OPEN
    }
    assert known | {("GET", "/staff"), ("GET", "/staff/{rest:path}")} == found
    assert len(known) > 15


@pytest.mark.parametrize("role", Role)
async def test_every_role_gets_into_its_desks_and_no_other(role: Role, house: House) -> None:
    refused = entered = 0
    async with house.at_work(f"one.{role.value.replace('_', '-')}", role) as client:
        menu = (await client.get("/staff/me")).text
        for desk, place in places(house):
            may = role in (place.roles or desk.roles)
            if may and place.method == "POST" and not desk.in_menu:
                continue  # one's own page: ending one's sessions here would end the test
            house.rpc.calls.clear()
            answer = await knock(client, place)
            asked = {(service, method) for service, method, _, _ in house.rpc.calls}
            if may:
                entered += 1
                assert answer.status_code != 403, place
                assert answer.status_code < 500, place
            else:
                refused += 1
                assert answer.status_code == 403, place
                assert asked <= {("staff", "get_session"), ("staff", "list_sessions")}, place
            shown = f'href="{desk.path}"><svg' in menu or f'href="{desk.path}" aria-current' in menu
            assert shown == (role in desk.roles) or not desk.in_menu
    assert refused >= 5
    assert entered >= 1


@pytest.mark.parametrize(
    "cookie", ["", "__Host-session=" + "t" * 43, "__Host-staff=" + "t" * 43, "__Host-staff=x"]
)
async def test_nobody_and_travellers_get_in_nowhere(cookie: str, house: House) -> None:
    async with house.browser() as client:
        for _, place in places(house):
            house.rpc.calls.clear()
            answer = await knock(client, place, **({"Cookie": cookie} if cookie else {}))
            if place.by_script:
                assert answer.status_code == 401, place
            else:
                assert answer.status_code == 303, place
                assert answer.headers["location"].startswith("/staff/sign-in?next=/staff"), place
            assert {method for _, method, _, _ in house.rpc.calls} <= {"get_session"}, place


@pytest.mark.parametrize("fault", ["no token", "token of another", "cross-site", "no origin", "json"])
async def test_no_form_works_without_its_key(fault: str, house: House) -> None:
    async with house.at_work("boss", *Role) as other, house.at_work("anna", *Role) as client:
        foreign = keys_of((await other.get("/staff/me")).text)
        keys = keys_of((await client.get("/staff/me")).text)
        headers: dict[str, str] = {}
        if fault == "no token":
            keys = {"form_id": keys["form_id"]}
        if fault == "token of another":
            keys = foreign
        if fault == "cross-site":
            headers = {"Sec-Fetch-Site": "cross-site"}
        if fault == "no origin":
            del client.headers["sec-fetch-site"]
        tried = 0
        house.rpc.calls.clear()
        for _, place in places(house):
            if place.act is None:
                continue
            tried += 1
            body = {"json": keys} if fault == "json" else {"data": keys}
            answer = await client.post(filled(place.path), headers=headers, **body)  # type: ignore[arg-type]
            assert answer.status_code == (415 if fault == "json" else 403), place
        assert tried >= 8
        assert {method for _, method, _, _ in house.rpc.calls} <= {"get_session"}


async def test_every_answer_is_kept_by_nobody_and_runs_no_script_but_ours(house: House) -> None:
    async with house.at_work("anna", *Role) as client:
        paths = [filled(place.path) for _, place in places(house) if place.draw is not None]
        for path in [*paths, "/staff", "/staff/nowhere/at/all", "/staff/sign-in"]:
            answer = await client.get(path)
            assert answer.headers["cache-control"] == "no-store", path
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            # One worker reads codes with WebAssembly, under a policy of its own.
            allowed = "'wasm-unsafe-eval'" if path.endswith("/reader.js") else "none of it"
            assert "unsafe" not in policy.replace(allowed, "")
            assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=", answer.text), path
        assert (await client.get("/staff/nowhere/at/all")).status_code == 404

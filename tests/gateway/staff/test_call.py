"""A desk that scripts call, as the docstring of gateway.staff says: this module is one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.requests import Request

from gateway.staff import door
from gateway.staff.console import Console
from gateway.staff.desks import Desk, call, page
from gateway.staff.people import Staff
from services.staff.errors import AccountNotFound
from services.staff.schemas import Role
from tests.gateway.staff.house import House

pytestmark = pytest.mark.anyio


def desk(console: Console) -> Desk:
    async def show(request: Request, staff: Staff) -> bytes:
        return console.draw(request, "error.html", staff, problem=_Shown())

    async def scans(request: Request, staff: Staff, body: object) -> object:
        if body == {"missing": True}:
            raise AccountNotFound
        return {"by": staff.actor, "got": body}

    roles = frozenset({Role.INSPECTOR})
    return Desk(
        "/staff/probe", "Probe", "bus", roles, (page("/staff/probe", show), call("/staff/probe/scans", scans))
    )


class _Shown:
    title = detail = "Probe"
    status = 200
    errors: tuple[Any, ...] = ()


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(door, "DESKS", (*door.DESKS, __name__))
    return House()


async def test_a_script_calls_with_the_pages_token(probed: House) -> None:
    async with probed.at_work("kim", Role.INSPECTOR) as client:
        drawn = re.search(r'<body data-token="([^"]+)"', (await client.get("/staff/probe")).text)
        assert drawn
        token = {"X-Form-Token": drawn[1]}
        answer = await client.post("/staff/probe/scans", json={"scans": [1]}, headers=token)
        assert answer.status_code == 200
        assert answer.json()["got"] == {"scans": [1]}
        assert answer.json()["by"].startswith("staff:")
        assert answer.headers["cache-control"] == "no-store"
        missing = await client.post("/staff/probe/scans", json={"missing": True}, headers=token)
        assert (missing.status_code, missing.json()["code"]) == (404, "staff.not_found")
        for wrong in ({}, {"X-Form-Token": "x"}, {**token, "Sec-Fetch-Site": "same-site"}):
            assert (await client.post("/staff/probe/scans", json={}, headers=wrong)).status_code == 403
        assert (await client.post("/staff/probe/scans", content=b"{", headers=token)).status_code == 415
        client.cookies.clear()
        over = await client.post("/staff/probe/scans", json={}, headers=token)
        assert (over.status_code, over.json()["code"]) == (401, "staff.no_session")


async def test_a_script_of_another_role_is_refused(probed: House) -> None:
    async with probed.at_work("lee", Role.SHOP) as client:
        drawn = re.search(r'<body data-token="([^"]+)"', (await client.get("/staff/me")).text)
        assert drawn
        answer = await client.post("/staff/probe/scans", json={}, headers={"X-Form-Token": drawn[1]})
        assert (answer.status_code, answer.json()["code"]) == (403, "console.not_your_desk")

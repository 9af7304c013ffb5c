"""The addresses of the console: sign-in, static files, and each desk's places behind the guard."""

from __future__ import annotations

import importlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.deps import Deps
from gateway.errors import UnknownPath
from gateway.staff.assets import PREFIX, assets
from gateway.staff.console import Console
from gateway.staff.desks import DESKS, EVERYBODY, Desk, page
from gateway.staff.guard import guarded
from gateway.staff.people import Staff
from gateway.staff.signin import SignIn


def routes(deps: Deps) -> list[BaseRoute]:
    """All of the console."""
    console = Console(deps)
    console.desks = [importlib.import_module(name).desk(console) for name in DESKS]
    found: list[BaseRoute] = [Route(f"{PREFIX}/{{name}}", assets().respond), *SignIn(console).routes()]
    for desk in [_entrance(console), *console.desks, _elsewhere()]:
        for place in desk.places:
            found.append(Route(place.path, guarded(console, desk, place), methods=[place.method]))
    return found


def _entrance(console: Console) -> Desk:
    """/staff: on to the first desk that one may enter."""

    async def enter(request: Request, staff: Staff) -> Response:
        mine = next((desk for desk in console.desks if staff.may(desk.roles)), None)
        assert mine is not None, "one's own page is everybody's"
        return console.go(mine.path)

    return Desk("/staff", "", "", EVERYBODY, (page("/staff", enter),), in_menu=False)


def _elsewhere() -> Desk:
    """What is no address: told within the frame, and to staff only."""

    async def nowhere(request: Request, staff: Staff) -> Response:
        raise UnknownPath

    return Desk("/staff/", "", "", EVERYBODY, (page("/staff/{rest:path}", nowhere),), in_menu=False)

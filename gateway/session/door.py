"""/sign-in and /sign-out: pages and redirects around the session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.cache.page import Page
from gateway.deps import Deps
from gateway.identity import TokenSettings
from gateway.pages import respond
from gateway.session.computers import Computers
from gateway.session.origin import read_form
from gateway.session.sheets import Sheets
from gateway.session.signin import BACK, COMPUTERS, START, SignIn, States, signed_out
from kernel.config import load
from kernel.errors import Kind, ServiceError

_STATIC: Final = Path(__file__).parent / "static"
_TYPES: Final = {"css": b"text/css; charset=utf-8", "js": b"text/javascript; charset=utf-8"}


def routes(deps: Deps) -> list[BaseRoute]:
    """Reads the signing key here, so that a gateway without one doesn't start."""
    keys, sheets = load(TokenSettings).signing_keys, Sheets(deps)
    sign_in = SignIn(deps, States(keys))
    computers = Computers(deps, sign_in, States(keys, COMPUTERS), sheets)
    door = SignInDoor(deps, sign_in, computers, sheets)
    return [
        Route(START, door.begin),
        Route(BACK, door.finish),
        Route(f"{START}/style.css", _file("sign-in.css")),
        Route(f"{START}/computer.js", _file("computer.js")),
        *computers.routes(),
        Route("/sign-out", door.sign_out, methods=["POST"]),
        Route("/sign-out/everywhere", door.sign_out_everywhere, methods=["POST"]),
    ]


class SignInDoor:
    def __init__(self, deps: Deps, sign_in: SignIn, computers: Computers, sheets: Sheets) -> None:
        self._deps, self._sign_in, self._computers, self._sheets = deps, sign_in, computers, sheets

    async def begin(self, request: Request) -> Response:
        """GET /sign-in?next=…: off to WeChat; outside of it a code for the phone to scan."""
        try:
            if self._deps.account.connected and not in_wechat(request):
                return await self._computers.begin(request)
            return self._sign_in.begin(request)
        except ServiceError as exc:
            if exc.kind is Kind.INTERNAL:
                raise
            return self._sheets.problem(request, exc)

    async def finish(self, request: Request) -> Response:
        """GET /sign-in/wechat?code=…&state=…: back from WeChat."""
        try:
            return await self._sign_in.finish(request)
        except ServiceError as exc:
            if exc.kind is Kind.INTERNAL:
                raise
            return self._sheets.problem(request, exc, again=START)

    async def sign_out(self, request: Request) -> Response:
        """POST /sign-out, a form of ours; on a page that outlived its session there is nothing left to end."""
        self._deps.sessions.check_origin(request)
        if not self._deps.sessions.form_token(request):
            return signed_out(self._deps)
        await self._check_form(request)
        await self._sign_in.sign_out(request)
        return signed_out(self._deps)

    async def sign_out_everywhere(self, request: Request) -> Response:
        """POST /sign-out/everywhere, a form of ours."""
        await self._check_form(request)
        await self._sign_in.sign_out_everywhere(request)
        return signed_out(self._deps)

    async def _check_form(self, request: Request) -> None:
        self._deps.sessions.check_origin(request)
        self._deps.sessions.check_form(request, (await read_form(request)).get("csrf", ""))


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    headers = (
        (b"content-type", _TYPES[name.rpartition(".")[2]]),
        (b"cache-control", b"public, max-age=3600"),
        (b"vary", b"Accept-Encoding"),
    )
    page = Page((_STATIC / name).read_bytes(), headers)

    async def answer(request: Request) -> Response:
        return respond(request, page)

    return answer


def in_wechat(request: Request) -> bool:
    """Whether the page is open in WeChat's own browser."""
    return "micromessenger" in request.headers.get("user-agent", "").lower()

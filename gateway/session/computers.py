"""Signing in on a computer: it shows a code and a number, the phone scans the one and its owner types the other.

Nobody else's screen is signed in by a scan alone: whoever scans is asked for the number that only their own computer
shows. Source: RFC 8628, 5.4.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.calls import context_of
from gateway.deps import Deps
from gateway.session.cookies import COMPUTER_S
from gateway.session.errors import BadState
from gateway.session.origin import read_form
from gateway.session.sheets import Sheets, qr
from gateway.session.signin import RATE_POLICY, START, Begun, SignIn, States, own_path, signed_in
from kernel.clock import real_now
from kernel.errors import Kind, ServiceError
from kernel.ids import new_id
from services.passengers.errors import PairingOver
from services.passengers.secrecy import token_hash

PHONE: Final = "/computer"
_STATE: Final = f"{START}/computer/state"
_DONE: Final = f"{START}/computer/done"
_NO_STORE: Final = {"Cache-Control": "no-store"}
_WATCHING: Final = "computers"
_RATE: Final = "60/minute"
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_BROWSERS: Final = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class Computers:
    def __init__(self, deps: Deps, sign_in: SignIn, states: States, sheets: Sheets) -> None:
        self._deps, self._sign_in, self._states, self._sheets = deps, sign_in, states, sheets
        deps.limits.add(_WATCHING, _RATE)

    def routes(self) -> list[BaseRoute]:
        return [
            Route(_STATE, self.state),
            Route(_DONE, self.done),
            Route(f"{PHONE}/{{code}}", self.ask),
            Route(f"{PHONE}/{{code}}", self.decide, methods=["POST"]),
        ]

    async def begin(self, request: Request) -> Response:
        """The page of a browser outside of WeChat: a code to scan, and the number to type. Raises RateLimited."""
        self._deps.limits.spend(RATE_POLICY, self._deps.limits.address(request))
        wanted = own_path(request.query_params.get("next", "/"))
        begun = await self._call(request, "begin_pairing", browser=browser_of(request))
        address = self._sign_in.origin(request)
        response = self._sheets.page(
            request,
            "computer.html",
            qr=qr(request, f"{address}{PHONE}/{begun['code']}"),
            number=begun["number"],
            address=self._sign_in.address(request, wanted),
            again=f"{START}?{urlencode({'next': wanted})}",
            state=_STATE,
            done=_DONE,
        )
        expires_s = int(real_now().timestamp()) + COMPUTER_S
        cookie = self._states.write(Begun(begun["watch"], wanted, expires_s))
        self._deps.sessions.cookies.set_computer(response, cookie)
        return response

    async def state(self, request: Request) -> Response:
        """GET …/state: how far it is, for the page's script; "over" in a browser that began nothing."""
        try:
            watch = self._begun(request).state
        except BadState:
            return JSONResponse({"state": "over"}, headers=_NO_STORE)
        self._deps.limits.spend(_WATCHING, token_hash(watch))
        answer = await self._call(request, "pairing_state", watch=watch)
        return JSONResponse(answer, headers=_NO_STORE)

    async def done(self, request: Request) -> Response:
        """GET …/done: the session of a computer that the phone agreed to, and on to where one wanted to go."""
        try:
            begun = self._begun(request)
            before = self._deps.sessions.cookies.session(request)
            answer = await self._call(
                request, "claim_pairing", watch=begun.state, previous_token=before[:256] or None
            )
        except ServiceError as exc:
            return self._problem(request, exc, again=START)
        response = signed_in(self._deps, answer, before, begun.next)
        self._deps.sessions.cookies.drop_computer(response)
        return response

    async def ask(self, request: Request) -> Response:
        """GET /computer/{code}: what the phone shows that scanned it."""
        path = self._path(request)
        if await self._deps.sessions.traveller(request) is None:
            return RedirectResponse(f"{START}?next={path}", 303, _NO_STORE)
        try:
            found = await self._call(request, "get_pairing", code=self._code(request))
        except ServiceError as exc:
            return self._problem(request, exc)
        return self._sheets.page(
            request,
            "phone.html",
            path=path,
            token=self._deps.sessions.form_token(request),
            browser=found["browser"],
        )

    async def decide(self, request: Request) -> Response:
        """POST /computer/{code}, a form of ours: the number, or none for somebody else's computer."""
        self._deps.sessions.check_origin(request)
        form = await read_form(request)
        self._deps.sessions.check_form(request, form.get("csrf", ""))
        traveller = await self._deps.sessions.require(request)
        try:
            answer = await self._call(
                request,
                "decide_pairing",
                request_id=new_id(),
                passenger_id=traveller.passenger_id,
                code=self._code(request),
                number="" if "refuse" in form else form.get("number", "").strip()[:8],
            )
        except ServiceError as exc:
            return self._problem(request, exc)
        return self._sheets.page(
            request, "decided.html", approved=answer["approved"], refused="refuse" in form
        )

    def _begun(self, request: Request) -> Begun:
        return self._states.read(self._deps.sessions.cookies.computer(request), real_now())

    @staticmethod
    def _code(request: Request) -> str:
        code = str(request.path_params["code"])
        if not _CODE.fullmatch(code):
            raise PairingOver
        return code

    def _path(self, request: Request) -> str:
        code = str(request.path_params["code"])
        return f"{PHONE}/{code}" if _CODE.fullmatch(code) else "/"

    def _problem(self, request: Request, error: ServiceError, again: str = "") -> Response:
        if error.kind is Kind.INTERNAL:
            raise error
        return self._sheets.problem(request, error, again)

    async def _call(self, request: Request, method: str, **asked: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await self._deps.rpc.call(
            "passengers", method, asked, context=context_of(request)
        )
        return answer


def browser_of(request: Request) -> str:
    """What a person calls this browser: "Chrome · Windows"; "" for what we don't know."""
    agent = request.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(filter(None, (browser, system)))

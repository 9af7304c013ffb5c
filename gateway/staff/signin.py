"""/staff/sign-in: password, then code; the first time an authenticator is set up. And the way out."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import orjson
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.barcodes import qr_svg
from gateway.calls import context_of
from gateway.session.origin import require_own_page
from gateway.staff.console import Console
from gateway.staff.guard import SIGN_IN, form_of, plain_form
from gateway.staff.people import token_hash
from kernel.clock import real_now
from kernel.errors import Kind, ServiceError
from kernel.ids import new_secret

CODE: Final = f"{SIGN_IN}/code"
SIGN_OUT: Final = "/staff/sign-out"
_POLICY: Final = "staff-sign-in"
_RATE: Final = "60/minute"
_KNOWN_POLICY: Final = "staff-sign-in-known"
_KNOWN_RATE: Final = "20/minute"
_WIDE_POLICY: Final = "staff-sign-in-wide"
_WIDE_RATE: Final = "600/minute"
_MAX_FIELD: Final = 200
_AGENT: Final = 200


class SignIn:
    """The two steps, the way out, and where one lands."""

    def __init__(self, console: Console) -> None:
        self._console, self._people = console, console.people
        self._deps = console.deps
        for policy, rate in ((_POLICY, _RATE), (_KNOWN_POLICY, _KNOWN_RATE), (_WIDE_POLICY, _WIDE_RATE)):
            console.deps.limits.add(policy, rate)

    def routes(self) -> list[BaseRoute]:
        return [
            Route(SIGN_IN, self.page),
            Route(SIGN_IN, self.begin, methods=["POST"]),
            Route(CODE, self.code_page),
            Route(CODE, self.finish, methods=["POST"]),
            Route(SIGN_OUT, self.sign_out, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """GET /staff/sign-in?next=…"""
        return self._password_page(request, 200)

    async def begin(self, request: Request) -> Response:
        """POST /staff/sign-in: on to the code, whatever was typed: only the end tells."""
        try:
            require_own_page(request, self._deps.settings.public_url)
            self._spend(request)
            form = await plain_form(request)
            challenge = new_secret()
            login, password = (form.get(name, "")[:_MAX_FIELD] for name in ("login", "password"))
            wish = {"challenge": challenge, "login": login, **self._from(request)}

            async def ask(sealed: str) -> Any:
                return await self._call(request, "begin_sign_in", wish | {"sealed": sealed})

            secret = orjson.dumps({"password": password}).decode()
            await self._console.sealer.sealed(secret, context_of(request), ask)
        except ServiceError as exc:
            return self._refused(request, exc)
        response = self._console.go(f"{CODE}?next={quote(own_desk(form.get('next', '')), safe='/')}")
        self._people.cookies.set_sign_in(response, challenge)
        return response

    async def code_page(self, request: Request) -> Response:
        """GET /staff/sign-in/code: six digits; at the first sign-in the QR code to set up an authenticator."""
        try:
            return await self._draw_code(request, 200)
        except ServiceError as exc:
            return self._refused(request, exc)

    async def finish(self, request: Request) -> Response:
        """POST /staff/sign-in/code. Whatever was wrong, it is told the same way."""
        challenge = self._people.cookies.sign_in(request)
        try:
            require_own_page(request, self._deps.settings.public_url)
            self._spend(request)
            form = await plain_form(request)
            if not challenge:
                return self._console.go(SIGN_IN)
            answer = await self._finish(request, challenge, form.get("code", "")[:64])
        except ServiceError as exc:
            if exc.code == "staff.wrong_code":
                return await self._draw_code(request, 400, self._console.refused(request, exc))
            return self._refused(request, exc)
        wanted = own_desk(form.get("next", ""))
        response = self._landed(request, answer, wanted)
        cookies = self._people.cookies
        ends_at = datetime.fromisoformat(answer["expires_at"])
        cookies.set_session(
            response, _derived(challenge, "session"), int((ends_at - real_now()).total_seconds())
        )
        cookies.set_device(response, _derived(challenge, "device"))
        cookies.drop_sign_in(response)
        return response

    async def sign_out(self, request: Request) -> Response:
        """POST /staff/sign-out: nobody signed in is no error."""
        token = self._people.cookies.session(request)
        try:
            require_own_page(request, self._deps.settings.public_url)
            if token:
                await form_of(self._console, request)
                await self._call(request, "end_session", {"token": token})
                self._people.forget(token)
        except ServiceError as exc:
            return self._console.error(request, exc, None)
        response = self._console.go(f"{SIGN_IN}?said=signed_out")
        self._people.cookies.drop_session(response)
        return response

    # --- the steps -----------------------------------------------------------------------------------------

    async def _finish(self, request: Request, challenge: str, code: str) -> dict[str, Any]:
        # All derived from the challenge, so that a form that was sent twice ends in one session, in this browser.
        once = hashlib.sha256(f"{challenge}:{code}".encode()).hexdigest()
        answer: dict[str, Any] = await self._call(
            request,
            "finish_sign_in",
            {
                "request_id": f"sign-in:{once[:48]}",
                "challenge": challenge,
                "code": code,
                "token": _derived(challenge, "session"),
                "new_device": _derived(challenge, "device"),
                **self._from(request),
            },
        )
        return answer

    def _landed(self, request: Request, answer: dict[str, Any], wanted: str) -> Response:
        if not answer["recovery_codes"]:
            return self._console.go(wanted)
        html = self._console.draw(
            request,
            "recovery.html",
            None,
            codes=answer["recovery_codes"],
            login=answer["account"]["login"],
            next=wanted,
        )
        return self._console.page(request, html)

    async def _draw_code(self, request: Request, status: int, wrong: str = "") -> Response:
        challenge = self._people.cookies.sign_in(request)
        if not challenge:
            return self._console.go(SIGN_IN)
        step = await self._call(request, "get_sign_in", {"challenge": challenge})
        secret = step["secret"]
        html = self._console.draw(
            request,
            "sign_in_code.html",
            None,
            login=step["login"],
            secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            qr=self._qr(request, secret, step["login"]) if secret else "",
            wrong=wrong,
            next=own_desk(request.query_params.get("next", "")),
        )
        return self._console.page(request, html, status)

    def _password_page(self, request: Request, status: int, wrong: str = "") -> Response:
        html = self._console.draw(
            request,
            "sign_in.html",
            None,
            wrong=wrong,
            said=request.query_params.get("said", ""),
            next=own_desk(request.query_params.get("next", "")),
        )
        return self._console.page(request, html, status)

    def _refused(self, request: Request, error: ServiceError) -> Response:
        """Back to the first page, with what was wrong."""
        if error.kind is Kind.INTERNAL:
            raise error
        shown = self._console.error(request, error, None)
        response = self._password_page(request, shown.status_code, self._console.refused(request, error))
        if "retry-after" in shown.headers:
            response.headers["retry-after"] = shown.headers["retry-after"]
        self._people.cookies.drop_sign_in(response)
        return response

    def _spend(self, request: Request) -> None:
        """Take from the allowance of a browser that signed in before, or of those at this address that didn't.

        Many desks share an address: a stranger among them must not use up what they need. Whether the browser's word
        is true is the service's to judge; a made-up one gains no more than another turn to be judged. Raises RateLimited.
        """
        limits, device = self._deps.limits, self._people.cookies.device(request)
        address = limits.address(request)
        limits.spend(_WIDE_POLICY, address)
        limits.spend(_KNOWN_POLICY if device else _POLICY, token_hash(device) if device else address)

    def _from(self, request: Request) -> dict[str, str]:
        return {
            "address": self._deps.limits.address(request),
            "agent": request.headers.get("user-agent", "")[:_AGENT],
            "device": self._people.cookies.device(request),
        }

    async def _call(self, request: Request, method: str, wish: dict[str, Any]) -> Any:
        self._console.texts(request)
        return await self._deps.rpc.call("staff", method, wish, repeat=True, context=context_of(request))

    def _qr(self, request: Request, secret: str, login: str) -> Markup:
        t = self._console.texts(request)
        issuer = self._deps.airport.short_en
        label = quote(f"{issuer}:{login}")
        address = f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}&digits=6&period=30"
        return qr_svg(address, t("QR code for your authenticator app"), dark="#10312b")


def own_desk(path: str) -> str:
    """A path of the console to go to; anything else leads to its first page."""
    plain = path.startswith("/staff") and not path.startswith("/staff/sign") and "\\" not in path
    if not plain or path.startswith("//") or any(ord(letter) < 32 for letter in path):
        return "/staff"
    return path if path == "/staff" or path.startswith(("/staff/", "/staff?")) else "/staff"


def _derived(challenge: str, purpose: str) -> str:
    """A token out of the challenge, which only this browser has and which is used once."""
    mac = hmac.new(challenge.encode(), f"airport staff {purpose}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")

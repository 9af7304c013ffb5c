"""Signing in through WeChat: out to its sign-in page with a state bound to this browser, and back.

The state travels twice: in the address through WeChat, and in a signed cookie that only this browser has. Who
lures somebody to the end of his own sign-in fails, because that browser's cookie says another state or none.
Source: RFC 6749, 10.12; developers.weixin.qq.com, "网页授权".
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import hmac
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.account import WeChatAccount
from gateway.calls import context_of
from gateway.deps import Deps
from gateway.session.cookies import SIGN_IN_S
from gateway.session.errors import BadState
from gateway.session.origin import own_origin
from kernel.clock import real_now
from kernel.ids import new_id
from services.passengers.errors import WeChatNotConnected

log = logging.getLogger(__name__)

START: Final = "/sign-in"
BACK: Final = "/sign-in/wechat"
RATE_POLICY: Final = "sign-in"
_RATE: Final = "120/minute"
_PURPOSE: Final = b"airport sign-in state"
COMPUTERS: Final = b"airport computer sign-in"
_LONGEST_PATH: Final = 512
_LONGEST_CODE: Final = 512
_NO_STORE: Final = {"Cache-Control": "no-store"}


def own_path(text: str) -> str:
    """`text` if it is a path of ours to go on to, else the first page: never another site, never a loop."""
    if not text.startswith("/") or text.startswith(("//", START)) or len(text) > _LONGEST_PATH:
        return "/"
    # Browsers read a backslash as a slash and leave tabs and line breaks out: both make `//other.site`.
    if "\\" in text or any(ord(char) <= 32 or ord(char) == 127 for char in text):
        return "/"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else text


@dataclass(frozen=True)
class Begun:
    """A sign-in under way in one browser."""

    state: str
    next: str
    expires_s: int


class States:
    """Writes and reads the signed cookie of a sign-in under way."""

    def __init__(self, signing_keys: Sequence[str], purpose: bytes = _PURPOSE) -> None:
        self._keys = [hmac.new(key.encode(), purpose, hashlib.sha256).digest() for key in signing_keys]

    def write(self, begun: Begun) -> str:
        payload = _encoded(orjson.dumps(dataclasses.astuple(begun)))
        return f"{payload}.{_encoded(self._mac(self._keys[0], payload))}"

    def read(self, cookie: str, now: datetime) -> Begun:
        """Raises BadState when it isn't ours, was changed, or is over."""
        payload, _, shown = cookie.partition(".")
        if not any(
            hmac.compare_digest(_encoded(self._mac(key, payload)).encode(), shown.encode())
            for key in self._keys
        ):
            raise BadState
        try:
            begun = Begun(*orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
        except (ValueError, TypeError, binascii.Error) as exc:
            raise BadState from exc
        if now.timestamp() > begun.expires_s:
            raise BadState
        return begun

    @staticmethod
    def _mac(key: bytes, payload: str) -> bytes:
        return hmac.new(key, payload.encode(), hashlib.sha256).digest()


class SignIn:
    """The two redirects, and the ways out."""

    def __init__(self, deps: Deps, states: States) -> None:
        self._deps, self._states = deps, states
        self._account: WeChatAccount = deps.account
        deps.limits.add(RATE_POLICY, _RATE)

    def address(self, request: Request, path: str) -> str:
        """The whole address of a sign-in that leads to `path`: what a QR code shows."""
        return f"{self.origin(request)}{START}?{urlencode({'next': own_path(path)})}"

    def begin(self, request: Request) -> Response:
        """Off to WeChat. Raises WeChatNotConnected, RateLimited."""
        if not self._account.connected:
            raise WeChatNotConnected
        self._spend(request)
        expires_s = int(real_now().timestamp()) + SIGN_IN_S
        # WeChat takes letters and digits only.
        begun = Begun(new_id() + new_id(), own_path(request.query_params.get("next", "/")), expires_s)
        query = urlencode(
            {
                "appid": self._account.appid,
                "redirect_uri": f"{self.origin(request)}{BACK}",
                "response_type": "code",
                "scope": "snsapi_base",
                "state": begun.state,
            }
        )
        address = f"{self._account.open_url}/connect/oauth2/authorize?{query}#wechat_redirect"
        response = RedirectResponse(address, 302, _NO_STORE)
        self._deps.sessions.cookies.set_sign_in(response, self._states.write(begun))
        return response

    async def finish(self, request: Request) -> Response:
        """Back from WeChat: a new session, and on to where the traveller wanted to go.

        Raises BadState, CodeRefused, WeChatAway, Unavailable, RateLimited.
        """
        self._spend(request)
        cookies = self._deps.sessions.cookies
        begun = self._states.read(cookies.sign_in(request), real_now())
        code, state = request.query_params.get("code", ""), request.query_params.get("state", "")
        if (
            not hmac.compare_digest(state.encode(), begun.state.encode())
            or not 1 <= len(code) <= _LONGEST_CODE
        ):
            raise BadState
        before = cookies.session(request)
        # Of state and code: WeChat's browser sometimes loads this address twice at once, and both get one session.
        once = hashlib.sha256(f"{begun.state}:{code}".encode()).hexdigest()
        context = context_of(request)
        answer = await self._deps.rpc.call(
            "passengers",
            "sign_in_with_wechat",
            {
                "request_id": f"sign-in:{once[:48]}",
                "code": code,
                "language": context.language,
                "previous_token": before[:256] or None,
            },
            context=context,
        )
        response = signed_in(self._deps, answer, before, begun.next)
        cookies.drop_sign_in(response)
        return response

    async def sign_out(self, request: Request) -> None:
        """End this browser's session. Nobody signed in is no error. Raises Unavailable, DeadlineExceeded."""
        token = self._deps.sessions.cookies.session(request)
        if not token:
            return
        try:
            await self._deps.rpc.call(
                "passengers", "end_session", {"token": token[:256]}, context=context_of(request)
            )
        finally:
            self._deps.sessions.forget(token)

    async def sign_out_everywhere(self, request: Request) -> None:
        """End all sessions of whoever is signed in here. Raises NoSession, Unavailable, DeadlineExceeded."""
        traveller = await self._deps.sessions.require(request)
        asked = {"request_id": new_id(), "passenger_id": traveller.passenger_id}
        await self._deps.rpc.call("passengers", "end_all_sessions", asked, context=context_of(request))
        self._deps.sessions.forget_passenger(traveller.passenger_id)

    def origin(self, request: Request) -> str:
        """Where we are, as the reader's browser calls it."""
        return own_origin(request, self._deps.settings.public_url)

    def _spend(self, request: Request) -> None:
        self._deps.limits.spend(RATE_POLICY, self._deps.limits.address(request))


def signed_in(deps: Deps, answer: Mapping[str, Any], before: str, path: str) -> Response:
    """On to `path` with the session of `answer` (SignedInSchema); what the browser had before is forgotten."""
    if before:
        deps.sessions.forget(before)
    ends_at = datetime.fromisoformat(answer["session"]["expires_at"])
    response = RedirectResponse(own_path(path), 303, _NO_STORE)
    age_s = max(0, int((ends_at - real_now()).total_seconds()))
    deps.sessions.cookies.set_session(response, answer["session"]["token"], age_s)
    return response


def signed_out(deps: Deps, path: str = "/") -> Response:
    """On to `path` without a session's cookie."""
    response = RedirectResponse(own_path(path), 303, _NO_STORE)
    deps.sessions.cookies.drop_session(response)
    return response


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

"""Who works at this browser: the staff session behind a request, remembered for seconds.

The cookie is another one than travellers'; neither door knows the other's.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.calls import context_of
from gateway.deps import Rpc
from gateway.session.cookies import may_be_secure
from kernel.clock import monotonic
from kernel.errors import Kind, ServiceError
from services.staff import events
from services.staff.schemas import EVERY_SHOP, Role

FRESH_S: Final = 10.0
_MOST_KEPT: Final = 2_000
_SIGN_IN_S: Final = 900
_DEVICE_S: Final = 180 * 86_400
_ALL_SHOPS: Final = frozenset({Role.SUPERVISOR, Role.ADMIN})
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,128}")


@dataclass(frozen=True)
class Staff:
    """Somebody of the airport's staff, signed in."""

    account_id: str
    login: str
    name: str
    roles: frozenset[Role]
    shops: tuple[str, ...]
    must_change: bool
    codes_left: int
    session_id: str
    expires_at: datetime

    @property
    def own_shops(self) -> list[str]:
        """Ids of the shops of the mall that are this one's to work at, ["*"] for all: what every staff call to `shop`
        carries, which looks at it again. Supervisors and admins see to all of them."""
        if self.may(_ALL_SHOPS):
            return [EVERY_SHOP]
        return list(self.shops) if Role.SHOP in self.roles else []

    @property
    def actor(self) -> str:
        """How every service's trail names this one."""
        return f"staff:{self.account_id}"

    def may(self, roles: frozenset[Role]) -> bool:
        """Whether one of these roles is held."""
        return not self.roles.isdisjoint(roles)


class StaffCookies:
    """SameSite=Strict: no link, form or picture of another site ever brings the session along."""

    def __init__(self, public_url: str) -> None:
        self._secure = may_be_secure(public_url)
        prefix = "__Host-" if self._secure else ""
        self.session_name = f"{prefix}staff"
        self.sign_in_name = f"{prefix}staff-sign-in"
        self.device_name = f"{prefix}staff-device"

    def session(self, request: Request) -> str:
        """The session's token that the browser shows, "" for none."""
        return _token(request.cookies.get(self.session_name, ""))

    def sign_in(self, request: Request) -> str:
        """The sign-in under way in this browser."""
        return _token(request.cookies.get(self.sign_in_name, ""))

    def device(self, request: Request) -> str:
        """What tells a browser that signed in before."""
        return _token(request.cookies.get(self.device_name, ""))

    def set_session(self, response: Response, token: str, max_age_s: int) -> None:
        self._set(response, self.session_name, token, max_age_s)

    def set_sign_in(self, response: Response, token: str) -> None:
        self._set(response, self.sign_in_name, token, _SIGN_IN_S)

    def set_device(self, response: Response, token: str) -> None:
        self._set(response, self.device_name, token, _DEVICE_S)

    def drop_session(self, response: Response) -> None:
        self._set(response, self.session_name, "", 0)

    def drop_sign_in(self, response: Response) -> None:
        self._set(response, self.sign_in_name, "", 0)

    def _set(self, response: Response, name: str, value: str, max_age_s: int) -> None:
        response.set_cookie(
            name, value, max_age=max_age_s, path="/", secure=self._secure, httponly=True, samesite="strict"
        )


class People:
    """Sessions as last heard of: kept for some seconds under the token's hash, forgotten at once when they end."""

    def __init__(self, rpc: Rpc, public_url: str) -> None:
        self._rpc = rpc
        self.cookies = StaffCookies(public_url)
        self._known: OrderedDict[str, tuple[float, Staff]] = OrderedDict()
        self._generation = 0
        rpc.on_event(events.PUBLISHER, events.SESSIONS_ENDED, self._ended)

    async def of(self, request: Request) -> Staff | None:
        """Who is signed in, None for nobody. Raises Unavailable, DeadlineExceeded."""
        token = self.cookies.session(request)
        if not token:
            return None
        hashed = token_hash(token)
        known = self._known.get(hashed)
        if known is not None and monotonic() - known[0] < FRESH_S:
            return known[1]
        generation = self._generation
        try:
            answer = await self._rpc.call(
                "staff", "get_session", {"token": token}, repeat=True, context=context_of(request)
            )
        except ServiceError as exc:
            self._known.pop(hashed, None)
            if exc.kind is not Kind.UNAUTHENTICATED:
                raise
            return None
        found = _staff(answer)
        if generation == self._generation:
            self._known[hashed] = (monotonic(), found)
            self._known.move_to_end(hashed)
            if len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)
        return found

    def forget(self, token: str) -> None:
        """This session ended here; others are told by the event."""
        self._generation += 1
        self._known.pop(token_hash(token), None)

    def forget_account(self, account_id: str) -> None:
        """All sessions of an account are to be asked for again."""
        self._generation += 1
        for hashed in [key for key, (_, known) in self._known.items() if known.account_id == account_id]:
            del self._known[hashed]

    def _ended(self, body: bytes) -> None:
        data: dict[str, Any] = orjson.loads(body)["data"]
        # An answer that is under way may be older than the end: it isn't kept.
        self._generation += 1
        for hashed in data["token_hashes"]:
            self._known.pop(hashed, None)
        if not data["token_hashes"]:
            self.forget_account(data["account_id"])


def token_hash(token: str) -> str:
    """What a token is cached and told under: SHA-256, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def _token(text: str) -> str:
    return text if _TOKEN.fullmatch(text) else ""


def _staff(answer: dict[str, Any]) -> Staff:
    account = answer["account"]
    return Staff(
        account_id=account["id"],
        login=account["login"],
        name=account["name"],
        roles=frozenset(Role(role) for role in account["roles"]),
        # A copy of the service that is older than this gateway says nothing of them.
        shops=tuple(account.get("shops", ())),
        must_change=account["must_change"],
        codes_left=account["codes_left"],
        session_id=answer["session_id"],
        expires_at=datetime.fromisoformat(answer["expires_at"]),
    )

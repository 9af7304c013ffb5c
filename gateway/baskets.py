"""Whose basket a guest's is: the key that pages keep in a cookie, and how it is put to an account's own."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.session.cookies import may_be_secure
from kernel.ids import new_secret

_KEPT_S: Final = 30 * 86_400
_KEY_BYTES: Final = 16
_IS_KEY: Final = re.compile(r"[A-Za-z0-9_-]{22}")


def new_key() -> str:
    """Of a guest's new basket."""
    return new_secret(_KEY_BYTES)


def is_key(text: str) -> bool:
    """Whether it can be the key of a guest's basket."""
    return _IS_KEY.fullmatch(text) is not None


def merge_wish(passenger_id: str, key: str) -> dict[str, Any]:
    """What merge_basket is asked. The same basket, however often and at whichever door: a repeat finds none any more."""
    once = hashlib.sha256(key.encode()).hexdigest()[:32]
    return {
        "request_id": f"merge_basket:{passenger_id}:{once}",
        "guest": key,
        "passenger_id": passenger_id,
    }


class GuestCookie:
    """A browser's key of its own basket."""

    def __init__(self, public_url: str) -> None:
        self._secure = may_be_secure(public_url)
        self._name = f"{'__Host-' if self._secure else ''}basket"

    def key(self, request: Request) -> str:
        """The key that the browser shows, "" for none."""
        shown = request.cookies.get(self._name, "")
        return shown if is_key(shown) else ""

    def keep(self, response: Response, key: str) -> None:
        """Let the browser keep the key; "" makes it forget."""
        response.set_cookie(
            self._name,
            key,
            max_age=_KEPT_S if key else 0,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

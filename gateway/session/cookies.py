"""The cookies of a session, and what they are called.

`__Host-` binds a cookie to exactly this host and to Secure: no other host, subdomain or plain connection can
plant one (RFC 6265bis, 4.1.3.2). Browsers take such cookies over plain HTTP from the machine itself
(127.0.0.1, localhost), which a test proves in Chromium. Only a gateway whose public address is plain HTTP on
another host, which no real one is, gets cookies without the prefix and Secure, as browsers would drop them.
"""

from __future__ import annotations

import ipaddress
import logging
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

log = logging.getLogger(__name__)

_SESSION: Final = "session"
_SIGN_IN: Final = "sign-in"
_COMPUTER: Final = "computer"
SIGN_IN_S: Final = 600
"""How long one may take from our page to WeChat and back."""
COMPUTER_S: Final = 360
"""How long a computer waits for a phone: a little longer than the phone has."""


class Cookies:
    def __init__(self, public_url: str) -> None:
        self._secure = may_be_secure(public_url)
        if not self._secure:
            log.warning("the public address is plain HTTP: cookies go without Secure and __Host-")
        prefix = "__Host-" if self._secure else ""
        self.session_name = prefix + _SESSION
        self.sign_in_name = prefix + _SIGN_IN
        self.computer_name = prefix + _COMPUTER

    def session(self, request: Request) -> str:
        """The session's token that the browser shows, "" for none."""
        return request.cookies.get(self.session_name, "")

    def sign_in(self, request: Request) -> str:
        """The sign-in that this browser began, "" for none."""
        return request.cookies.get(self.sign_in_name, "")

    def computer(self, request: Request) -> str:
        """The sign-in by phone that this browser waits for, "" for none."""
        return request.cookies.get(self.computer_name, "")

    def set_session(self, response: Response, token: str, max_age_s: int) -> None:
        self._set(response, self.session_name, token, max_age_s)

    def set_sign_in(self, response: Response, value: str) -> None:
        self._set(response, self.sign_in_name, value, SIGN_IN_S)

    def set_computer(self, response: Response, value: str) -> None:
        self._set(response, self.computer_name, value, COMPUTER_S)

    def drop_session(self, response: Response) -> None:
        self._set(response, self.session_name, "", 0)

    def drop_sign_in(self, response: Response) -> None:
        self._set(response, self.sign_in_name, "", 0)

    def drop_computer(self, response: Response) -> None:
        self._set(response, self.computer_name, "", 0)

    def _set(self, response: Response, name: str, value: str, max_age_s: int) -> None:
        response.set_cookie(
            name, value, max_age=max_age_s, path="/", secure=self._secure, httponly=True, samesite="lax"
        )


def may_be_secure(public_url: str) -> bool:
    """Whether browsers take Secure cookies from this address; none stated is this machine."""
    address = urlsplit(public_url)
    if address.scheme != "http":
        return True
    host = address.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")

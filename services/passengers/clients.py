"""Outgoing calls of passengers: WeChat's sign-in, and the copies that other services hold about a traveller."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

import orjson
import requests
from requests.adapters import HTTPAdapter

from kernel import clock
from kernel.db import refuse_in_write_unit
from services.passengers.domain import WeChatIdentity
from services.passengers.errors import CodeRefused, WeChatAway, WeChatNotConnected
from services.passengers.settings import WeChatSettings

log = logging.getLogger(__name__)

CONNECT_S: Final = 1.0
READ_S: Final = 1.5
TOTAL_S: Final = 2.5
"""The call is part of an RPC of 3 s: what WeChat doesn't answer by then, a traveller no longer waits for."""
COPY_S: Final = 1.5
"""For one service's copy: they are asked side by side, within an RPC of 3 s."""
_MAX_ANSWER_BYTES: Final = 16_384
_BUSY: Final = -1
_CODE_ERRORS: Final = frozenset({40029, 40163, 41008, 42003})
"""Invalid, used, missing, expired: nobody's fault that we could mend; the traveller signs in again."""


class Caller(Protocol):
    """What `kernel.wire.Replies` gives a service's methods."""

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = ...) -> Any: ...


EXPORTS: Final[dict[str, Callable[[Caller, str], dict[str, Any]]]] = {
    "bus": lambda caller, who: caller.call("bus", "export_passenger", {"passenger_id": who}, COPY_S),
    "checkin": lambda caller, who: caller.call("checkin", "export_passenger", {"passenger_id": who}, COPY_S),
    "lostfound": lambda caller, who: caller.call(
        "lostfound", "export_passenger", {"passenger_id": who}, COPY_S
    ),
    "notify": lambda caller, who: caller.call("notify", "export_passenger", {"passenger_id": who}, COPY_S),
    "payments": lambda caller, who: caller.call(
        "payments", "export_passenger", {"passenger_id": who}, COPY_S
    ),
    "shop": lambda caller, who: caller.call("shop", "export_passenger", {"passenger_id": who}, COPY_S),
}
"""By service, how it is asked for its copy. The same services as `domain.HOLDERS`."""


class WeChat:
    """WeChat's OAuth, over connections that are kept open."""

    def __init__(self, settings: WeChatSettings) -> None:
        self._settings = settings
        self._session = requests.Session()
        # Proxies and .netrc of the machine must not see the AppSecret that the address holds.
        self._session.trust_env = False
        adapter = HTTPAdapter(pool_maxsize=20, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def identity_of(self, code: str) -> WeChatIdentity:
        """Who the browser that got `code` belongs to. Uses the code up.

        Raises CodeRefused, WeChatAway (busy twice, no answer in time, our account refused), WeChatNotConnected.
        Source: developers.weixin.qq.com, "网页授权", error codes 40029 and 40163.
        """
        refuse_in_write_unit("a call of WeChat")
        if not self._settings.appid:
            raise WeChatNotConnected
        expires_at = clock.monotonic() + TOTAL_S
        answer = self._asked(code, expires_at)
        if answer.get("errcode") == _BUSY:
            answer = self._asked(code, expires_at)
        return _identity(answer)

    def _asked(self, code: str, expires_at: float) -> dict[str, Any]:
        left_s = expires_at - clock.monotonic()
        if left_s <= 0:
            raise WeChatAway(retry_after_s=5)
        parameters = {
            "appid": self._settings.appid,
            "secret": self._settings.secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        try:
            with self._session.get(
                f"{self._settings.api_url}/sns/oauth2/access_token",
                params=parameters,
                timeout=(min(CONNECT_S, left_s), min(READ_S, left_s)),
                allow_redirects=False,
                stream=True,
            ) as response:
                return _document(response, expires_at)
        except (requests.RequestException, ValueError) as exc:
            # The exception's text holds the address with the secret: only its type is told.
            log.warning("WeChat's sign-in did not answer", extra={"reason": type(exc).__name__})
            raise WeChatAway(retry_after_s=5) from None


def _document(response: requests.Response, expires_at: float) -> dict[str, Any]:
    """The answer's JSON object. Raises ValueError for anything else, for too much of it, and for dripping."""
    if response.status_code != requests.codes.ok:
        raise ValueError("status")
    body = b""
    for chunk in response.iter_content(4096):
        body += chunk
        if len(body) > _MAX_ANSWER_BYTES or clock.monotonic() > expires_at:
            raise ValueError("size or time")
    document = orjson.loads(body)
    if not isinstance(document, dict):
        raise ValueError("shape")
    return document


def _identity(answer: dict[str, Any]) -> WeChatIdentity:
    error = answer.get("errcode") or 0
    if error in _CODE_ERRORS:
        raise CodeRefused
    openid, unionid = answer.get("openid"), answer.get("unionid")
    if error or not isinstance(openid, str) or not 1 <= len(openid) <= 64:
        # Our appid, secret or address list: an operator must look.
        log.error("WeChat refused our account at sign-in", extra={"code": str(error)[:16]})
        raise WeChatAway(retry_after_s=60)
    if answer.get("is_snapshotuser"):
        # A page that WeChat shows without the person's will carries a made-up openid: nobody to sign in.
        raise CodeRefused
    usable = isinstance(unionid, str) and 1 <= len(unionid) <= 64
    return WeChatIdentity(openid, unionid if usable else None)

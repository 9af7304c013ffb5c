"""A partner's client: token, signature, batches, patience. What an airline's engineer would write.

client = PartnerClient(Credentials(url, client_id, secret, signing_key))
client.send([update, …])        Sent(applied, older, refused)
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import math
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import requests

from kernel import clock, ids

log = logging.getLogger(__name__)

TOKEN_PATH: Final = "/partner/v1/oauth/token"  # noqa: S105 - an address, not a secret
FLIGHTS_PATH: Final = "/partner/v1/flights"
FEED_SCOPES: Final = ("flights:write",)
LOST_SCOPES: Final = ("lostfound:write", "lostfound:read")
AIRLINE_SCOPES: Final = (*FEED_SCOPES, "checkin:write", "boarding:write", "boarding:read")
JSON: Final = "application/json"
BATCH: Final = 100
TIMEOUT_S: Final = (3.05, 15.0)
_TOKEN_MARGIN_S: Final = 60.0
_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 30.0
_ALLOWANCE: Final = re.compile(r";\s*([rt])=(\d+)")
_TRY_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotAccepted(Exception):
    """The gateway said no to a whole batch, and saying it again wouldn't help; args: status, problem."""


class Stopped(Exception):
    """The caller asked for an end while the client was waiting."""


@dataclass(frozen=True)
class Credentials:
    """Who we are and where the gateway is."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    signing_key: str = field(repr=False)


@dataclass
class Sent:
    """What became of the updates sent; refused holds the gateway's word for each refused item."""

    applied: int = 0
    older: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)

    def add(self, other: Sent) -> None:
        self.applied += other.applied
        self.older += other.older
        self.refused += other.refused


class PartnerClient:
    """Sends updates in order, and again when the gateway is away or asks for patience.

    A repeat is signed anew with a new nonce: the gateway refuses a nonce that it has seen, and an update that
    it has already is merely older. stopping: set by who wants `send` to give up waiting (raises Stopped).
    """

    def __init__(
        self,
        credentials: Credentials,
        stopping: threading.Event | None = None,
        session: requests.Session | None = None,
        scopes: Sequence[str] = FEED_SCOPES,
    ) -> None:
        self._credentials = credentials
        self._stopping = stopping or threading.Event()
        self._session = session or requests.Session()
        self._session.trust_env = False
        self._scopes = " ".join(scopes)
        self._token = ""
        self._token_until = 0.0
        self._pause_s = 0.0

    def send(self, updates: Sequence[dict[str, Any]]) -> Sent:
        """Send all of them, 100 at a time, in order. Raises NotAccepted or Stopped."""
        total = Sent()
        for start in range(0, len(updates), BATCH):
            total.add(self._send_batch(updates[start : start + BATCH]))
        return total

    def exchange(self, method: str, path: str, body: bytes = b"", media_type: str = JSON) -> dict[str, Any]:
        """One signed request of another kind; what is answered. Raises NotAccepted or Stopped."""
        return self._patiently(lambda: self._request(method, path, body, media_type))

    def _send_batch(self, updates: Sequence[dict[str, Any]]) -> Sent:
        body = orjson.dumps({"updates": list(updates)})
        answer = self._patiently(lambda: self._post(body))
        results = answer["results"]
        refused = [result for result in results if result["outcome"] == "refused"]
        for result in refused:
            log.warning(
                "refused: %s %s %s", result.get("flight_id"), result.get("reason"), result.get("detail")
            )
        outcomes = [result["outcome"] for result in results]
        return Sent(outcomes.count("applied"), outcomes.count("older"), refused)

    def _patiently(self, attempt: Callable[[], requests.Response]) -> dict[str, Any]:
        had_new_token = False
        for backoff_s in _waits():
            self._wait(self._pause_s)
            self._pause_s = 0.0
            try:
                response = attempt()
            except requests.RequestException as exc:
                log.warning("gateway is away: %s", type(exc).__name__)
                self._wait(backoff_s)
                continue
            self._note_allowance(response)
            if requests.codes.ok <= response.status_code < requests.codes.multiple_choices:
                document: dict[str, Any] = orjson.loads(response.content)
                return document
            if response.status_code == requests.codes.unauthorized and not had_new_token:
                # The token may have ended early; when a new one is refused too, the credentials are wrong.
                self._token, had_new_token = "", True
                continue
            if response.status_code not in _TRY_AGAIN:
                raise NotAccepted(response.status_code, _problem(response))
            log.warning("gateway asks for patience: %s", response.status_code)
            self._wait(max(backoff_s, _seconds(response.headers.get("Retry-After"))))
        raise AssertionError("unreachable: the waits never end")

    def _post(self, body: bytes) -> requests.Response:
        token = self._bearer()
        return self._session.post(
            self._url(FLIGHTS_PATH),
            data=body,
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                **self._signature("POST", FLIGHTS_PATH, body),
            },
            timeout=TIMEOUT_S,
        )

    def _request(self, method: str, path: str, body: bytes, media_type: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._bearer()}", "Accept": JSON}
        if method != "GET":
            headers |= {"Content-Type": media_type, **self._signature(method, path, body)}
        return self._session.request(method, self._url(path), data=body, headers=headers, timeout=TIMEOUT_S)

    def _signature(self, method: str, path: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(clock.real_now().timestamp()))
        nonce = ids.new_secret(24)
        full_path = urlsplit(self._url(path)).path
        text = "\n".join([method, full_path, "", hashlib.sha256(body).hexdigest(), timestamp, nonce])
        mac = hmac.new(self._credentials.signing_key.encode(), text.encode(), hashlib.sha256)
        return {"X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": mac.hexdigest()}

    def _bearer(self) -> str:
        if self._token and clock.monotonic() < self._token_until:
            return self._token
        response = self._session.post(
            self._url(TOKEN_PATH),
            data={"grant_type": "client_credentials", "scope": self._scopes},
            auth=(self._credentials.client_id, self._credentials.client_secret),
            timeout=TIMEOUT_S,
        )
        if response.status_code in _TRY_AGAIN:
            self._wait(_seconds(response.headers.get("Retry-After")))
            raise requests.ConnectionError("no token yet")
        if response.status_code != requests.codes.ok:
            raise NotAccepted(response.status_code, _problem(response))
        granted = response.json()
        lifetime_s = float(granted.get("expires_in", 300))
        self._token = str(granted["access_token"])
        self._token_until = clock.monotonic() + max(lifetime_s - _TOKEN_MARGIN_S, lifetime_s / 2)
        return self._token

    def _note_allowance(self, response: requests.Response) -> None:
        """With nothing left of the allowance, wait until it is renewed instead of running into a 429."""
        left = dict(_ALLOWANCE.findall(response.headers.get("RateLimit", "")))
        if left.get("r") == "0":
            self._pause_s = _seconds(left.get("t"))

    def _wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds) if seconds > 0 else self._stopping.is_set():
            raise Stopped

    def _url(self, path: str) -> str:
        return self._credentials.base_url.rstrip("/") + path


def _waits() -> Iterator[float]:
    """Longer and longer, never in step with others."""
    seconds = _FIRST_WAIT_S
    while True:
        yield ids.jitter(seconds)
        seconds = min(seconds * 2, _LONGEST_WAIT_S)


def _seconds(header: str | None) -> float:
    try:
        seconds = float(header or 0)
    except ValueError:
        return _FIRST_WAIT_S
    return min(max(seconds, 0.0), 60.0) if math.isfinite(seconds) else _FIRST_WAIT_S


def _problem(response: requests.Response) -> str:
    return response.text[:2000]

"""Outgoing calls of notify: flights, and WeChat's API over connections that are kept open."""

from __future__ import annotations

import logging
from typing import Any, Final, Protocol

import orjson
import requests
from requests.adapters import HTTPAdapter

from kernel.db import refuse_in_write_unit
from kernel.errors import Kind, RemoteError
from services.notify.errors import FlightNotFound, WeChatNotConnected
from services.notify.settings import WeChatSettings

log = logging.getLogger(__name__)

POOL: Final = 64
CONNECT_S: Final = 2.0
READ_S: Final = 5.0
_MAX_ANSWER_BYTES: Final = 65_536


class NoAnswer(Exception):
    """WeChat gave no answer that can be read. arrived: whether the request may have reached it."""

    def __init__(self, *, arrived: bool) -> None:
        super().__init__("no answer")
        self.arrived = arrived


class Caller(Protocol):
    """What `kernel.wire.Replies` gives a service's methods."""

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = ...) -> Any: ...


def get_flight(caller: Caller, flight_id: str) -> dict[str, Any]:
    """flights.schemas.FlightSchema as JSON. Raises FlightNotFound, Unavailable, DeadlineExceeded."""
    try:
        flight: dict[str, Any] = caller.call(
            "flights", "get_flight", {"flight_id": flight_id}, deadline_s=1.5
        )
    except RemoteError as exc:
        if exc.kind is Kind.NOT_FOUND:
            raise FlightNotFound(flight_id=flight_id) from exc
        raise
    return flight


def payer_of(caller: Caller, out_trade_no: str) -> str:
    """The traveller who paid. Raises Unavailable, DeadlineExceeded, RemoteError."""
    intent = caller.call("payments", "get_intent", {"out_trade_no": out_trade_no}, deadline_s=1.5)
    return str(intent["passenger_id"])


class WeChat:
    """WeChat's API, whose answers are JSON objects with an errcode, 0 or absent for success."""

    def __init__(self, settings: WeChatSettings) -> None:
        self.settings = settings
        self._session = requests.Session()
        # Proxies and .netrc of the machine must not see the tokens that addresses hold.
        self._session.trust_env = False
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=POOL, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    @property
    def connected(self) -> bool:
        """Whether an account is configured at all."""
        return bool(self.settings.appid)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()

    def stable_token(self, *, forced: bool) -> dict[str, Any]:
        """`access_token` and `expires_in`. Raises NoAnswer, WeChatNotConnected."""
        if not self.connected:
            raise WeChatNotConnected
        payload = {
            "grant_type": "client_credential",
            "appid": self.settings.appid,
            "secret": self.settings.secret,
            "force_refresh": forced,
        }
        return self._asked("POST", "/cgi-bin/stable_token", {}, payload)

    def get(self, path: str, token: str, **parameters: str) -> dict[str, Any]:
        """The answer to a GET. Raises NoAnswer."""
        return self._asked("GET", path, {"access_token": token} | parameters, None)

    def post(self, path: str, token: str, payload: dict[str, Any], read_s: float = READ_S) -> dict[str, Any]:
        """The answer to a POST of JSON as WeChat wants it: UTF-8 without escapes. Raises NoAnswer."""
        return self._asked("POST", path, {"access_token": token}, payload, read_s)

    def _asked(
        self, method: str, path: str, parameters: dict[str, str], payload: Any, read_s: float = READ_S
    ) -> dict[str, Any]:
        refuse_in_write_unit("a call of WeChat")
        try:
            response = self._session.request(
                method,
                self.settings.api_url + path,
                params=parameters,
                data=None if payload is None else orjson.dumps(payload),
                headers={"Content-Type": "application/json; charset=utf-8"},
                timeout=(CONNECT_S, read_s),
                allow_redirects=False,
            )
            return _document(response)
        except requests.ConnectTimeout as exc:
            raise self._no_answer(path, exc, arrived=False) from None
        except requests.RequestException as exc:
            # "Connection refused" comes before a byte has left; of all others nobody can tell.
            refused = "Connection refused" in str(exc)
            raise self._no_answer(path, exc, arrived=not refused) from None
        except ValueError as exc:
            raise self._no_answer(path, exc, arrived=True) from None

    def _no_answer(self, path: str, exc: Exception, *, arrived: bool) -> NoAnswer:
        # The exception's text holds the address with the token: only its type is told.
        log.warning("WeChat did not answer", extra={"path": path, "reason": type(exc).__name__})
        return NoAnswer(arrived=arrived)


def _document(response: requests.Response) -> dict[str, Any]:
    """The answer's JSON object. Raises ValueError for anything else."""
    if response.status_code != requests.codes.ok or len(response.content) > _MAX_ANSWER_BYTES:
        raise ValueError("status or size")
    document = orjson.loads(response.content)
    if not isinstance(document, dict):
        raise ValueError("no object")
    return document

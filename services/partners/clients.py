"""Outgoing calls of partners: to the receivers of webhooks, which are strangers' machines.

A name is resolved once, every address it leads to is looked at, and the connection goes to the very address that was
looked at: a name that leads elsewhere a moment later leads nowhere. Redirects aren't followed, of an answer only the
status is read, and the whole takes at most ten seconds.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import SplitResult

from kernel import clock
from kernel.db import refuse_in_write_unit
from services.partners.domain.webhooks import check_url, is_public
from services.partners.errors import BadWebhook

CONNECT_S: Final = 5.0
ANSWER_S: Final = 5.0
TOTAL_S: Final = 10.0
_MAX_HEAD: Final = 16_384
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?\r?\n")

Resolve = Callable[[str, int], list[str]]


class NoAnswer(Exception):
    """Nothing that could be called an answer. reason: a code, for the list of deliveries."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def resolve(host: str, port: int) -> list[str]:
    """The addresses that a name leads to now. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Receivers:
    """Sends to the addresses that partners gave us. allow_private: for development."""

    def __init__(self, *, allow_private: bool, look_up: Resolve = resolve) -> None:
        self._allow_private = allow_private
        self._look_up = look_up
        self._tls = ssl.create_default_context()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer. Raises NoAnswer."""
        refuse_in_write_unit("a webhook")
        until = clock.monotonic() + TOTAL_S
        try:
            parts = check_url(url, allow_private=self._allow_private)
        except BadWebhook as exc:
            raise NoAnswer("bad_url") from exc
        try:
            with self._connected(parts, until) as connection:
                connection.settimeout(_left(until, ANSWER_S))
                connection.sendall(_request(parts, body, headers))
                return _status(connection, until)
        except TimeoutError as exc:
            raise NoAnswer("timeout") from exc
        except ssl.SSLError as exc:
            raise NoAnswer("tls") from exc
        except OSError as exc:
            raise NoAnswer("connection") from exc

    def _connected(self, parts: SplitResult, until: float) -> socket.socket:
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            addresses = self._look_up(host, port)
        except (OSError, UnicodeError) as exc:
            raise NoAnswer("unknown_host") from exc
        if not addresses:
            raise NoAnswer("unknown_host")
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise NoAnswer("forbidden_address")
        # An address is no name: nothing is resolved a second time.
        plain = socket.create_connection((addresses[0], port), timeout=_left(until, CONNECT_S))
        if parts.scheme != "https":
            return plain
        try:
            return self._tls.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise


def _request(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc
    lines = [f"POST {target} HTTP/1.1", f"Host: {host}", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _status(connection: socket.socket, until: float) -> int:
    """Of the answer proper; what comes before it (1xx) is passed over, what comes after it isn't read."""
    head = b""
    while len(head) < _MAX_HEAD:
        connection.settimeout(_left(until, ANSWER_S))
        piece = connection.recv(2048)
        if not piece:
            break
        head += piece
        found = _STATUS.match(head)
        while found is not None and found[1].startswith(b"1"):
            end = re.search(rb"\r?\n\r?\n", head)
            if end is None:
                found = None
                break
            head = head[end.end() :]
            found = _STATUS.match(head)
        if found is not None:
            return int(found[1])
    raise NoAnswer("no_http")


def _left(until: float, most: float) -> float:
    """Seconds for the next step. Raises TimeoutError."""
    left = min(most, until - clock.monotonic())
    if left <= 0:
        raise TimeoutError
    return left

"""Sending to a machine that isn't ours: a receiver of this test's own, on sockets, that does what receivers do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from kernel import clock
from services.partners import clients
from services.partners.clients import NoAnswer, Receivers

Serve = Callable[[socket.socket], None]


@contextmanager
def receiver(serve: Serve) -> Iterator[tuple[str, list[bytes]]]:
    """Its address, and what it was sent; `serve` answers."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    heard.append(connection.recv(65536))
                    serve(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook?x=1", heard
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def says(answer: bytes) -> Serve:
    return lambda connection: connection.sendall(answer)


OPEN = Receivers(allow_private=True)


def test_a_delivery_arrives_as_one_plain_request() -> None:
    with receiver(says(b"HTTP/1.1 204 No Content\r\n\r\n")) as (url, heard):
        assert OPEN.post(url, b'{"a":1}', {"X-Delivery": "d1"}) == 204
    (text,) = heard
    head, _, body = text.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hook?x=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert (b"X-Delivery: d1" in head, b"Content-Length: 7" in head, body) == (True, True, b'{"a":1}')


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with receiver(says(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n")) as (url, heard):
        assert OPEN.post(url, b"{}", {}) == 302
        assert len(heard) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(b"", "no_http"), (b"SSH-2.0-x\r\n" * 4000, "no_http"), (b"HTTP/1.1 banana\r\n\r\n", "no_http")],
)
def test_what_is_no_answer_is_none(answer: bytes, reason: str) -> None:
    with receiver(says(answer)) as (url, _), pytest.raises(NoAnswer, match=reason):
        OPEN.post(url, b"{}", {})


def test_what_comes_before_the_answer_is_passed_over_and_what_comes_after_is_not_read() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    with receiver(says(early + b"x" * 10_000_000)) as (url, _):
        assert OPEN.post(url, b"{}", {}) == 200


def test_a_receiver_that_trickles_is_left_after_the_time_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "TOTAL_S", 0.6)
    monkeypatch.setattr(clients, "ANSWER_S", 0.4)

    def trickle(connection: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK":
            connection.sendall(bytes([byte]))
            threading.Event().wait(0.2)

    started = clock.monotonic()
    with receiver(trickle) as (url, _), pytest.raises(NoAnswer, match="timeout"):
        OPEN.post(url, b"{}", {})
    assert clock.monotonic() - started < 5


def test_nobody_there_is_a_failed_connection() -> None:
    with receiver(says(b"")) as (url, _):
        pass
    with pytest.raises(NoAnswer, match="connection"):
        OPEN.post(url, b"{}", {})


def test_a_name_is_looked_up_once_and_the_connection_goes_where_was_looked() -> None:
    with receiver(says(b"HTTP/1.1 200 OK\r\n\r\n")) as (url, heard):
        asked: list[str] = []

        def rebinding(host: str, port: int) -> list[str]:
            """A name server that says something else the second time."""
            asked.append(host)
            return ["203.0.113.1"] if len(asked) == 1 else ["127.0.0.1"]

        port = int(url.partition("//127.0.0.1:")[2].partition("/")[0])
        connected: list[tuple[str, int]] = []

        def noted(address: tuple[str, int], timeout: float) -> socket.socket:
            connected.append(address)
            raise ConnectionRefusedError

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(clients, "is_public", lambda address: address == "203.0.113.1")
            patched.setattr("services.partners.clients.socket.create_connection", noted)
            with pytest.raises(NoAnswer, match="connection"):
                Receivers(allow_private=False, look_up=rebinding).post(
                    f"https://hooks.example:{port}/", b"{}", {}
                )
        assert (asked, connected, heard) == (["hooks.example"], [("203.0.113.1", port)], [])
        late = Receivers(allow_private=False, look_up=rebinding)
        with pytest.raises(NoAnswer, match="forbidden_address"):
            late.post(f"https://hooks.example:{port}/", b"{}", {})
        assert heard == []


def test_without_a_certificate_for_its_name_nothing_is_sent() -> None:
    with receiver(says(b"no tls here")) as (url, heard), pytest.raises(NoAnswer, match="tls"):
        OPEN.post(url.replace("http:", "https:"), b'{"secret":1}', {})
    assert b"secret" not in b"".join(heard)

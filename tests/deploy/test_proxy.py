"""The proxy that fault tests lean on does what it says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.support.proxy import Proxy


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection:
            while content := connection.recv(1000):
                connection.sendall(content)

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def test_a_frozen_proxy_holds_bytes_back_and_a_thawed_one_passes_them_on(echo: tuple[str, int]) -> None:
    with Proxy(echo) as proxy, socket.create_connection(("127.0.0.1", proxy.port)) as client:
        client.settimeout(0.3)
        client.sendall(b"one")
        assert client.recv(10) == b"one"
        proxy.freeze()
        client.sendall(b"two")
        with pytest.raises(TimeoutError):
            client.recv(10)
        proxy.thaw()
        client.settimeout(5)
        assert client.recv(10) == b"two"


def test_a_cut_connection_ends_and_a_new_one_works(echo: tuple[str, int]) -> None:
    with Proxy(echo) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
            client.sendall(b"one")
            assert client.recv(10) == b"one"
            proxy.cut()
            assert client.recv(10) == b""
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
            client.sendall(b"two")
            assert client.recv(10) == b"two"

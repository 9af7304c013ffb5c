"""`python -m gateway` as a process: its start, its sockets, its end."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.ports import free_ports

ROOT = Path(__file__).parents[3]


def environment(port: int, ops: int) -> dict[str, str]:
    ours = {key: value for key, value in os.environ.items() if not key.startswith(("GATEWAY_", "AIRPORT_"))}
    return ours | {
        "GATEWAY_PORT": str(port),
        "GATEWAY_OPS_PORT": str(ops),
        "GATEWAY_MAX_BODY_BYTES": "1000000",
        "AMQP_URL": "amqp://guest:guest@127.0.0.1:1/",
        "TOKEN_SIGNING_KEY": "a signing key of more than thirty-two characters",
        "FIELD_KEYS": "1:" + "ab" * 32,
    }


@contextmanager
def started(log: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, int]]:
    port, ops = free_ports(2)
    with log.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "gateway"], cwd=ROOT, env=environment(port, ops), stdout=out, stderr=out
        )
    try:
        ends_at = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert child.poll() is None, log.read_text()
                assert time.monotonic() < ends_at, log.read_text()
                time.sleep(0.05)
        yield child, port, ops
    finally:
        child.kill()
        child.wait()


def get(port: int, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, int]]:
    with started(tmp_path / "gateway.log") as running:
        yield running


def test_it_serves_without_a_broker_and_has_its_metrics_on_a_port_of_their_own(
    gateway: tuple[subprocess.Popen[bytes], int, int],
) -> None:
    _, port, ops = gateway
    assert get(port, "/healthz").status == 200
    assert get(port, "/readyz").status == 503
    assert get(port, "/metrics").status == 404
    connection = http.client.HTTPConnection("127.0.0.1", ops, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    assert 'gateway_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text
    assert "gateway_edge_hits_total" in text


def test_a_body_of_ten_megabytes_is_refused_whether_declared_or_streamed(
    gateway: tuple[subprocess.Popen[bytes], int, int],
) -> None:
    _, port, _ = gateway
    declared = (
        b"POST /partner/v1/flights HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 10000000\r\n\r\n"
    )
    streamed = declared.replace(b"Content-Length: 10000000", b"Transfer-Encoding: chunked")
    assert b" 413 " in _first_line(port, declared, b"")
    assert _first_line(port, streamed, b"10000\r\n" + b" " * 65536 + b"\r\n").split()[1] in {b"413", b"401"}
    assert get(port, "/healthz").status == 200


def _first_line(port: int, head: bytes, chunk: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(head)
        try:
            for _ in range(160 if chunk else 0):
                connection.sendall(chunk)
        except OSError:
            pass  # cut off while we were still sending: that is the point
        try:
            return connection.recv(4096).split(b"\r\n")[0]
        except ConnectionResetError:
            return b"HTTP/1.1 413 reset"


def test_head_has_no_body_and_keeps_the_connection_in_step(
    gateway: tuple[subprocess.Popen[bytes], int, int],
) -> None:
    _, port, _ = gateway
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(
            b"HEAD /api/docs HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        connection.settimeout(2)
        received = b""
        while b'{"status":"ok"}' not in received:
            received += connection.recv(65536)
    assert received.count(b"HTTP/1.1 200") == 2
    assert b"<html" not in received


def test_sigterm_ends_it_within_ten_seconds_though_connections_stay_open(
    gateway: tuple[subprocess.Popen[bytes], int, int], tmp_path: Path
) -> None:
    child, port, _ = gateway
    idle = socket.create_connection(("127.0.0.1", port), 5)
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    kept.request("GET", "/healthz")
    kept.getresponse().read()
    seen: list[int] = []
    watching = threading.Event()

    def watch() -> None:
        while not watching.is_set():
            try:
                seen.append(get(port, "/readyz").status)
            except OSError:
                return
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.monotonic()
    child.send_signal(signal.SIGTERM)
    assert child.wait(30) == 0
    assert time.monotonic() - began < 20
    watching.set()
    watcher.join()
    idle.close()
    kept.close()
    assert 503 in seen
    log = (tmp_path / "gateway.log").read_text()
    assert '"message":"draining"' in log
    assert "Traceback" not in log


def test_a_port_that_is_taken_is_named_in_one_sentence(
    gateway: tuple[subprocess.Popen[bytes], int, int],
) -> None:
    _, port, _ = gateway
    second = subprocess.run(
        [sys.executable, "-m", "gateway"],
        cwd=ROOT,
        env=environment(port, 0),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode != 0
    assert f"127.0.0.1:{port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_setting_that_cannot_be_is_named() -> None:
    for key, value in {
        "GATEWAY_TRUSTED_PROXIES": "10.0.0.0/99",
        "GATEWAY_PUBLIC_RATE": "fast",
        "GATEWAY_LANGUAGE": "fr",
        "GATEWAY_PORT": "http",
        "GATEWAY_DRAIN_S": "60",
    }.items():
        refused = subprocess.run(
            [sys.executable, "-m", "gateway"],
            cwd=ROOT,
            env=environment(0, 0) | {key: value},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert refused.returncode != 0, key
        assert key in refused.stderr, key
        assert "Traceback" not in refused.stderr, key


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [("/api/v1/flights", 1_900_000, 413), ("/partner/v1/flights", 900_000, 401), ("/nowhere", 900_000, 404)],
)
def test_a_client_that_writes_everything_before_it_reads_gets_the_refusal(
    tmp_path: Path, path: str, size: int, status: int
) -> None:
    with started(tmp_path / "gateway.log") as (_, port, _):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.putrequest("POST", path)
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        for _ in range(10):
            connection.send(b" " * (size // 10))
            time.sleep(0.03)
        answer = connection.getresponse()
        assert answer.status == status
        assert b'"code"' in answer.read()
        connection.close()

"""Starting, telling the operator, and what is not needed for it (facts 21, 25)."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kernel.db import Database
from kernel.tables import create_all
from tests.messaging.calls.harness import ROOT, Services, Wire, eventually, get, new_name, running
from tests.messaging.calls.notes import notes


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"PYTHONWARNINGS": "ignore", "EVENTLET_NO_GREENDNS": "yes"}
    command = [sys.executable, *arguments, "-c", code]
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


NO_PKG_RESOURCES = "import sys; sys.modules['pkg_resources'] = None; "


def test_services_start_without_pkg_resources() -> None:
    loaded = (
        "print(*(m for m in sys.modules if m.startswith(('nameko.cli', 'nameko.web', 'nameko.standalone'))))"
    )
    done = python(NO_PKG_RESOURCES + "import deploy.serve; " + loaded)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    "needed",
    [
        "import nameko.cli.main, nameko.cli.commands; nameko.cli.main.main()",
        "import nameko.web.websocket",
    ],
)
def test_control_namekos_command_and_its_websockets_do_not(needed: str) -> None:
    done = python(NO_PKG_RESOURCES + needed)
    assert done.returncode != 0
    assert "pkg_resources" in done.stderr or "werkzeug" in done.stderr


def test_tools_can_name_the_queues_without_nameko() -> None:
    done = python(
        "import sys, kernel.wire.queues, kernel.wire.parking; "
        "print(*(m for m in sys.modules if m.startswith(('nameko', 'eventlet'))))"
    )
    assert done.stdout.split() == [], done.stderr


def pytest_run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest in a process of its own, warnings being errors as in this repository, on a test without eventlet."""
    file = folder / "test_plain.py"
    file.write_text("import sys\n\ndef test_it():\n    assert 'eventlet' not in sys.modules\n")
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-W", "error", *arguments, str(file)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_a_test_process_has_no_eventlet(tmp_path: Path) -> None:
    assert "-p no:nameko" in (ROOT / "pyproject.toml").read_text()
    done = pytest_run(tmp_path, "-p", "no:nameko")
    assert done.returncode == 0, done.stdout + done.stderr


def test_control_namekos_plugin_brings_eventlet_into_it(tmp_path: Path) -> None:
    """Nameko 2.14.1's plugin no longer patches by itself, as older ones did; it imports eventlet and warns."""
    done = pytest_run(tmp_path)
    assert done.returncode != 0
    assert "ventlet" in done.stdout + done.stderr


def test_the_operator_sees_readiness_and_measurements(
    wire: Wire, desk: str, ops_port: int, desk_process: Services
) -> None:
    wire.call(desk, "refuse")
    wire.call(desk, "call_out", {"service": desk, "method": "echo", "request": {}})
    assert get(ops_port, "/readyz") == (200, b'{"status":"ready"}')
    assert get(ops_port, "/healthz")[0] == 200
    assert get(ops_port, "/nothing")[0] == 404
    text = get(ops_port, "/metrics")[1].decode()
    for line in (
        f'rpc_calls_total{{method="refuse",outcome="conflict",service="{desk}"}}',
        f'rpc_call_seconds_count{{method="refuse",service="{desk}"}}',
        f'rpc_in_flight{{service="{desk}"}} 0.0',
        f'nested_calls_total{{outcome="ok",service="{desk}",target="{desk}"}}',
        f'broker_connections_total{{service="{desk}"}}',
    ):
        assert line in text


def test_every_call_leaves_one_line_that_tells_how_it_went(
    wire: Wire, desk: str, desk_process: Services
) -> None:
    wire.call(desk, "refuse", headers={"nameko.deadline_ms": 1000, "nameko.call_id_stack": ["gateway.7"]})
    lines = [
        json.loads(line) for line in desk_process.log.splitlines() if '"gateway' in line or "refuse" in line
    ]
    last = lines[-1]
    assert {key: last[key] for key in ("message", "service", "method", "outcome", "code", "level")} == {
        "message": "call",
        "service": desk,
        "method": "refuse",
        "outcome": "conflict",
        "code": "desk.sold_out",
        "level": "info",
    }
    assert last["call_id"].startswith(f"{desk}.refuse.")
    assert 0 < last["deadline_left_ms"] <= 750
    assert 0 <= last["duration_ms"] < 750


def test_several_services_share_a_process(wire: Wire, amqp_url: str) -> None:
    names = [new_name("desk") for _ in range(5)]
    with running("ours", *(f"Desk={name}" for name in names), AMQP_URL=amqp_url) as services:
        ready = next(json.loads(line) for line in services.log.splitlines() if '"ready"' in line)
        assert ready["service"] == ",".join(names)
        for name in names:
            assert wire.call(name, "echo", {"name": name}).result == {"name": name}


def test_an_unknown_service_name_is_refused_with_the_names_there_are() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "deploy.serve", "flihgts"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "flights" in done.stderr


def test_a_taken_port_is_named(amqp_url: str, ops_port: int, desk_process: Services) -> None:
    services = Services("ours", "Desk=desk", AMQP_URL=amqp_url, SERVICES_OPS_PORT=str(ops_port))
    try:
        assert services.wait(15.0) == 1
        assert f"127.0.0.1:{ops_port}" in services.log
    finally:
        services.end()


def test_a_timer_runs_again_and_again(amqp_url: str, tmp_path: Path) -> None:
    ticks = tmp_path / "ticks"
    with running("ours", f"Clock={new_name('clock')}", AMQP_URL=amqp_url, TICKS=str(ticks)) as services:
        eventually(lambda: len(notes(ticks)) >= 3)
        services.terminate()
        assert services.wait(5.0) == 0


def test_a_leased_timer_runs_in_one_copy_at_a_time(amqp_url: str, tmp_path: Path) -> None:
    """And the control: without a lease two copies run it side by side."""
    shared, each = tmp_path / "shared", tmp_path / "each"
    database = Database(f"sqlite:///{tmp_path}/caretaker.sqlite3")
    create_all(database.engine)
    database.close()
    settings = {"AMQP_URL": amqp_url, "DATABASE_URL": f"sqlite:///{tmp_path}/caretaker.sqlite3"}
    caretaker, clock = new_name("caretaker"), new_name("clock")
    with (
        running("ours", f"Caretaker={caretaker}", **settings, TICKS=str(shared)),
        running("ours", f"Caretaker={caretaker}", **settings, TICKS=str(shared)),
        running("ours", f"Clock={clock}", **settings, TICKS=str(each)) as one,
        running("ours", f"Clock={clock}", **settings, TICKS=str(each)) as other,
    ):
        eventually(lambda: len(notes(shared)) >= 8 and side_by_side(each), seconds=60.0)
        assert one.alive
        assert other.alive
    began_at = sorted(float(line.split()[1]) for line in notes(shared))
    # In one interval, on average from the first time to the last; two copies would do it twice.
    assert (len(began_at) - 1) * 0.5 / (began_at[-1] - began_at[0]) < 1.5


def side_by_side(path: Path) -> bool:
    """Whether one process began the work between two times that the other did, and the other way round."""
    began_at: dict[str, list[float]] = {}
    for line in notes(path):
        process, _, at = line.partition(" ")
        began_at.setdefault(process, []).append(float(at))
    return len(began_at) == 2 and max(map(min, began_at.values())) < min(map(max, began_at.values()))


def test_spans_are_sent_where_the_environment_says(wire: Wire, amqp_url: str) -> None:
    name, trace = new_name("desk"), "0af7651916cd43dd8448eb211c80319c"
    sent = {"nameko.traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    with collector() as (endpoint, bodies):
        settings = {"AMQP_URL": amqp_url, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
        with running("ours", f"Desk={name}", **settings) as services:
            assert wire.call(name, "context", headers=sent).result["traceparent"].startswith(f"00-{trace}-")
            assert (
                wire.call(name, "context", headers=sent).result["traceparent"] != sent["nameko.traceparent"]
            )
            services.terminate()
            assert services.wait(10.0) == 0
        assert any(bytes.fromhex(trace) in body and b".context" in body for body in bodies)


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """An HTTP server that keeps whatever is posted to it."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", bodies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""`make run`, as a person at a terminal lives it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from deploy import ports
from deploy.broker import find_server
from deploy.local import preflight
from deploy.processes import wait_until
from kernel import clock
from kernel.db import Database, UnitOfWork
from services.bus import usecases as bus
from services.bus.gtfs import read_feed
from services.bus.store import BusStore
from tests.support.folders import temporary_folder
from tests.support.leftovers import processes_over
from tests.support.local_run import LocalRun
from tests.support.obtain import unobtainable

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    if find_server() is None:
        unobtainable("RabbitMQ")
    with temporary_folder("airport-run-") as folder:
        yield folder


@pytest.fixture(scope="module")
def suite(var: Path) -> Iterator[LocalRun]:
    with LocalRun(var, ports.free_port()) as run:
        yield run.wait_open()


def test_the_addresses_it_prints_answer(suite: LocalRun) -> None:
    for path in ("/", "/flights/departures", "/api/docs", "/api/v1/boards/departures", "/healthz"):
        status, _ = suite.get(path)
        assert status == 200, path
    assert f"{suite.base_url}/\n" in suite.output


def test_the_phone_it_prints_is_connected_to_the_gateway_and_has_a_menu(suite: LocalRun) -> None:
    found = re.search(r"WeChat +(http://127\.0\.0\.1:\d+)/", suite.output)
    assert found, suite.output
    state = httpx.get(f"{found[1]}/sandbox/state", trust_env=False).json()
    assert state["public_url"] == suite.base_url
    assert len(state["menu"]["button"]) == 3
    assert httpx.post(f"{found[1]}/sandbox/check", trust_env=False).json()["good"]


def test_the_demo_fills_the_board(suite: LocalRun) -> None:
    assert wait_until(lambda: len(_flights(suite)) > 20, 60.0, every_s=0.5)


def test_the_demos_buses_go_today(suite: LocalRun) -> None:
    uow = UnitOfWork(Database(f"sqlite:///{suite.var / 'bus.sqlite3'}"), BusStore)
    feed = read_feed(bus.export_feed(uow)).feed
    uow.database.close()
    assert feed is not None
    today = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    assert all(one.start_date <= today < one.end_date for one in feed.calendar)


def test_secrets_are_for_the_owner_alone(suite: LocalRun) -> None:
    for name in (
        "secrets.env",
        "demo-partner.json",
        "run/suite.running",
        "rabbitmq/.erlang.cookie",
        "sandbox/account.json",
    ):
        assert (suite.var / name).stat().st_mode & 0o077 == 0, name


def test_nothing_of_it_can_be_reached_from_another_machine(suite: LocalRun) -> None:
    ours = set(processes_over(suite.var))
    assert {address for address, pid in _listeners() if pid in ours} == {"127.0.0.1"}


def test_a_second_copy_is_refused_and_told_by_whom(suite: LocalRun) -> None:
    with LocalRun(suite.var, ports.free_port()) as second:
        assert second.wait_end() != 0
        assert "second copy" in second.output
        assert str(suite.process.pid) in second.output
    assert suite.get("/healthz")[0] == 200


@pytest.mark.parametrize("name", ["gateway", "services", "rabbitmq", "sandbox"])
def test_what_is_killed_comes_back(suite: LocalRun, name: str) -> None:
    before = suite.pid_of(name)
    suite.kill(name)
    assert wait_until(lambda: _pid(suite, name) not in {None, before}, 30.0)
    assert wait_until(lambda: _healthy(suite), 45.0, every_s=0.25)
    assert f"{name} was ended by SIGKILL" in suite.output or name == "rabbitmq"


def test_stopping_leaves_no_process_and_the_next_start_has_the_data(suite: LocalRun) -> None:
    known = {flight["id"] for flight in _flights(suite)}
    assert suite.stop() == 0
    assert processes_over(suite.var) == {}
    with LocalRun(suite.var, ports.free_port(), "--no-demo").wait_open() as again:
        assert known <= {flight["id"] for flight in _flights(again)}
    assert processes_over(suite.var) == {}


def test_a_killed_supervisor_takes_its_children_along(var: Path) -> None:
    run = LocalRun(var, ports.free_port(), "--no-demo", "--split").wait_open()
    os.kill(run.process.pid, signal.SIGKILL)
    run.process.wait()
    assert wait_until(lambda: processes_over(var) == {}, 30.0), processes_over(var)


def test_a_taken_port_is_named_with_its_holder_and_a_way_out(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with LocalRun(var, port) as run:
            assert run.wait_end() != 0
            assert f"Port {port} is taken by" in run.output
            assert f"(process {os.getpid()})" in run.output
            assert "GATEWAY_PORT=" in run.output
    assert processes_over(var) == {}


def test_without_a_wish_the_next_free_port_is_taken_and_said() -> None:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind(("127.0.0.1", preflight.DEFAULT_PORT))
            holder.listen()
        except OSError:
            pass  # somebody else holds it: all the better
        port, remark = preflight.choose_port(0, "127.0.0.1")
    assert port > preflight.DEFAULT_PORT
    assert f"using {port} instead" in remark


def test_a_full_disk_is_said_before_anything_starts(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(var)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=50_000_000))
    with pytest.raises(preflight.CannotStart, match="The disk is full: 50 MB are free"):
        preflight.check_disk(var)


def test_an_unknown_airport_is_refused_with_the_ones_there_are(var: Path) -> None:
    with LocalRun(var, ports.free_port(), AIRPORT="XXX") as run:
        assert run.wait_end() != 0
        assert "deploy/airports has CSX, EWR" in run.output


def _flights(run: LocalRun) -> list[dict[str, str]]:
    status, board = run.get("/api/v1/boards/departures")
    assert status == 200
    flights: list[dict[str, str]] = board["flights"]
    return flights


def _healthy(run: LocalRun) -> bool:
    status, document = run.get("/readyz")
    return status == 200 and document["broker_connected"] and not document["stale"]


def _pid(run: LocalRun, name: str) -> int | None:
    try:
        return run.pid_of(name)
    except (OSError, ValueError):
        return None


def _listeners() -> Iterator[tuple[str, int]]:
    """Every listening TCP socket: its address (IPv4 loopback also stands for ::1) and its process."""
    owners = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                for handle in (folder / "fd").iterdir():
                    owners[str(handle.readlink())] = int(folder.name)
            except OSError:
                continue
    loopback = {"0100007F", "00000000000000000000000001000000"}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            columns = line.split()
            pid = owners.get(f"socket:[{columns[9]}]")
            if columns[3] == "0A" and pid is not None:
                address = columns[1].rpartition(":")[0]
                yield ("127.0.0.1" if address in loopback else address), pid

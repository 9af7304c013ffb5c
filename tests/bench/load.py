"""Load from `wrk` and processes under measurement: started, waited for, measured, stopped."""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figures:
    """Requests a second and latency in milliseconds of one run; `bad` counts answers that aren't 2xx or 3xx."""

    per_s: float
    p50_ms: float
    p99_ms: float
    bad: int


_LATENCY = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


def _ms(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return float(number) * _LATENCY[unit]


def wrk(url: str, connections: int, seconds: float, headers: Mapping[str, str] | None = None) -> Figures:
    """One run of wrk against a server on this machine."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", url]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    percentiles = dict(re.findall(r"^\s+(\d+)%\s+(\S+)\s*$", text, re.M))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if found is None or "99" not in percentiles:
        raise RuntimeError(f"wrk said: {text}")
    return Figures(float(found[1]), _ms(percentiles["50"]), _ms(percentiles["99"]), int(bad[1]) if bad else 0)


def median_of(runs: list[Figures]) -> Figures:
    """The run with the median rate."""
    return sorted(runs, key=lambda run: run.per_s)[len(runs) // 2]


def interleaved(
    targets: Mapping[str, tuple[str, Mapping[str, str]]], connections: int, seconds: float, rounds: int = 3
) -> dict[str, Figures]:
    """Each target in turn, `rounds` times over, so that a slow minute hits all alike; medians."""
    runs: dict[str, list[Figures]] = {name: [] for name in targets}
    for _ in range(rounds):
        for name, (url, headers) in targets.items():
            runs[name].append(wrk(url, connections, seconds, headers))
    return {name: median_of(found) for name, found in runs.items()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: list[str], log: Path, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs as long as the block does; its output goes to `log`."""
    with log.open("ab") as out:
        child = subprocess.Popen(command, env={**os.environ, **environ}, stdout=out, stderr=out)
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def wait_for_port(port: int, child: subprocess.Popen[bytes], timeout_s: float = 30) -> None:
    """Until something listens on `port`; RuntimeError if the program ends or the time runs out first."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if child.poll() is not None:
            raise RuntimeError(f"{child.args} ended with {child.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


@contextmanager
def granian(app: str, log: Path, **environ: str) -> Iterator[str]:
    """An ASGI app under Granian, one worker, as the gateway runs; yields its base URL."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "asginl", "--loop", "uvloop", "--no-ws", "--log-level", "warning",
        "--host", "127.0.0.1", "--port", str(port), app,
    ]  # fmt: skip
    with process(command, log, **environ) as child:
        wait_for_port(port, child)
        yield f"http://127.0.0.1:{port}"


def resident_mb(pid: int) -> float:
    """Memory of a process and its children, each page counted once (PSS), in MiB."""
    total = 0
    for member in [pid, *_children(pid)]:
        try:
            text = Path(f"/proc/{member}/smaps_rollup").read_text()
        except FileNotFoundError:
            continue
        total += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])  # type: ignore[index]
    return total / 1024


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *_children(int(child))]
    return found


def median(values: list[float]) -> float:
    return statistics.median(values)

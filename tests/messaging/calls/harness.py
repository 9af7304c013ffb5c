"""Processes of services, and a plain client that is nobody's adapter."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from kernel import ids

ROOT = Path(__file__).parents[3]
START_S = 120.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def eventually(condition: Callable[[], Any], seconds: float = 15.0, pause_s: float = 0.03) -> Any:
    """The first true value of `condition`; fails when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(pause_s)


def _die_with_parent() -> None:
    """A test run that is killed leaves no service behind."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def new_name(kind: str) -> str:
    """A service name that no other test uses."""
    return f"{kind}{ids.new_id()[-10:]}"


class Services:
    """A process with services. module: `ours` or `stock`; specs: CLASS=NAME."""

    def __init__(self, module: str, *specs: str, **environ: str) -> None:
        self._log = Path(tempfile.mkstemp(prefix="services-", suffix=".log")[1])
        settings = {"PYTHONWARNINGS": "ignore", "SERVICES_OPS_PORT": "0", "PYTHONUNBUFFERED": "1"}
        with self._log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"tests.messaging.calls.{module}", *specs],
                cwd=ROOT,
                env=os.environ | settings | environ,
                stdout=output,
                stderr=output,
                preexec_fn=_die_with_parent,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def wait_ready(self) -> Services:
        def ready() -> bool:
            assert self.alive, self.log
            return '"ready"' in self.log

        eventually(ready, START_S)
        return self

    def terminate(self) -> None:
        self.process.terminate()

    def wait(self, seconds: float) -> int | None:
        """The exit status; None if it didn't end in time."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._log.unlink(missing_ok=True)


@contextlib.contextmanager
def running(module: str, *specs: str, **environ: str) -> Iterator[Services]:
    services = Services(module, *specs, **environ)
    try:
        yield services.wait_ready()
    finally:
        services.end()


@dataclass
class Answer:
    """result and error as they came; took_s: from sending to the answer."""

    result: Any
    error: dict[str, Any] | None
    took_s: float

    @property
    def document(self) -> dict[str, Any]:
        """The error as kernel/wire sends it."""
        assert self.error is not None
        document: dict[str, Any] = json.loads(self.error["exc_args"][0])
        return document


@dataclass
class Wire:
    """A client on pika, with no guard of any kind."""

    url: str
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = pika.BlockingConnection(pika.URLParameters(self.url))
        self.channel: BlockingChannel = self.connection.channel()
        self.channel.exchange_declare("nameko-rpc", "topic", durable=True)
        self.key = ids.new_id()
        self.queue = self.channel.queue_declare("", exclusive=True).method.queue
        self.channel.queue_bind(self.queue, "nameko-rpc", self.key)
        self.channel.basic_consume(self.queue, self._answered, auto_ack=True)

    def _answered(self, _: Any, __: Any, properties: pika.BasicProperties, body: bytes) -> None:
        self.answers[properties.correlation_id or ""] = json.loads(body)

    def send(
        self, service: str, method: str, request: Any = None, body: bytes | None = None, **properties: Any
    ) -> str:
        """Send a call and return its correlation id. properties: beside or instead of the usual ones."""
        correlation_id = ids.new_id()
        usual: dict[str, Any] = {
            "reply_to": self.key,
            "correlation_id": correlation_id,
            "content_type": "application/json",
            "content_encoding": "utf-8",
        }
        if body is None:
            body = json.dumps({"args": [], "kwargs": {"request": request or {}}}).encode()
        self.channel.basic_publish(
            "nameko-rpc", f"{service}.{method}", body, pika.BasicProperties(**(usual | properties))
        )
        return correlation_id

    def wait(self, correlation_id: str, seconds: float = 10.0) -> Answer | None:
        """The answer; None if it doesn't come in time."""
        began_at = time.monotonic()
        while correlation_id not in self.answers:
            left_s = seconds - (time.monotonic() - began_at)
            if left_s <= 0:
                return None
            self.connection.process_data_events(min(left_s, 0.05))
        answer = self.answers.pop(correlation_id)
        return Answer(answer["result"], answer["error"], time.monotonic() - began_at)

    def try_call(
        self, service: str, method: str, request: Any = None, seconds: float = 10.0, **properties: Any
    ) -> Answer | None:
        return self.wait(self.send(service, method, request, **properties), seconds)

    def call(self, service: str, method: str, request: Any = None, **properties: Any) -> Answer:
        answer = self.try_call(service, method, request, **properties)
        assert answer is not None, f"{service}.{method} didn't answer"
        return answer

    def depth(self, queue: str) -> int:
        return int(self.channel.queue_declare(queue, passive=True).method.message_count)

    def consumers(self, queue: str) -> int:
        return int(self.channel.queue_declare(queue, passive=True).method.consumer_count)

    def pretend(self, service: str) -> list[tuple[pika.BasicProperties, bytes]]:
        """Stand in for a service that never answers; returns the list that its calls are put into."""
        queue = self.channel.queue_declare(f"rpc-{service}", exclusive=True).method.queue
        self.channel.queue_bind(queue, "nameko-rpc", f"{service}.*")
        taken: list[tuple[pika.BasicProperties, bytes]] = []
        self.channel.basic_consume(queue, lambda _, __, p, b: taken.append((p, b)), auto_ack=True)
        return taken

    def listen(self, seconds: float) -> None:
        """Let what has come be delivered."""
        self.connection.process_data_events(seconds)

    def close(self) -> None:
        if self.connection.is_open:
            self.connection.close()


def deadline(seconds: float) -> dict[str, Any]:
    """The property `headers` of a call whose caller waits `seconds`."""
    return {"headers": {"nameko.deadline_ms": int(seconds * 1000)}}


def get(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of a GET on the operator's port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""

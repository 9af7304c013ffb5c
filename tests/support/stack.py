"""The suite's services and gateway as processes of a test: real broker, real databases, real sockets."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

from deploy import ports
from deploy.broker import Broker
from deploy.local.options import ROOT, profile
from deploy.local.secrets import kept_secrets
from deploy.processes import Process, Program, wait_until
from deploy.services import SERVICES

READY_S = 120.0
_migrated: dict[str, bytes] = {}
"""The files of databases that are migrated and empty, by name."""


class Stack:
    """Migrated services in one process and a gateway, on free ports, over a folder of their own.

    .base_url .amqp_url .ops_url .gateway_ops_url .var .environ; services and gateway can be killed, stopped and started.
    """

    def __init__(self, var: Path, broker: Broker, amqp_url: str, **environ: str) -> None:
        self.var = var
        self.broker = broker
        self.amqp_url = amqp_url
        port, ops, gateway_ops = ports.free_ports(3)
        self.base_url = f"http://{ports.LOOPBACK}:{port}"
        self.ops_url = f"http://{ports.LOOPBACK}:{ops}"
        self.gateway_ops_url = f"http://{ports.LOOPBACK}:{gateway_ops}"
        self.environ = clean_environment() | profile("CSX") | kept_secrets(var)
        self.environ |= {
            "AIRPORT_VAR": str(var),
            "AMQP_URL": amqp_url,
            "GATEWAY_HOST": ports.LOOPBACK,
            "GATEWAY_PORT": str(port),
            "GATEWAY_OPS_PORT": str(gateway_ops),
            "SERVICES_OPS_PORT": str(ops),
            "PYTHONUNBUFFERED": "1",
            "PARTNERS_WEBHOOK_ALLOW_PRIVATE": "1",
        }
        self.environ |= environ
        self._services: Process | None = None
        self._gateway: Process | None = None

    def __enter__(self) -> Self:
        (self.var / "log").mkdir(parents=True, exist_ok=True)
        try:
            self.migrate()
            self.start_services()
            self.start_gateway()
            self.wait_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_gateway()
        self.stop_services()

    def migrate(self) -> None:
        """Bring the databases to the newest revision; new ones on SQLite are copies of the first that this run made."""
        fresh = "DATABASE_URL" not in self.environ and not any(self.var.glob("*.sqlite3"))
        if fresh and _migrated:
            for name, content in _migrated.items():
                (self.var / name).write_bytes(content)
            return
        process = self.run("migrate", "-m", "deploy.cli", "migrate")
        if not process.wait(60.0) or process.returncode:
            raise AssertionError(f"migration failed:\n{self.log('migrate')}")
        process.kill()
        if fresh:
            _migrated.update({path.name: path.read_bytes() for path in self.var.glob("*.sqlite3*")})

    def run(self, name: str, *arguments: str, **environ: str) -> Process:
        """Start Python with `arguments` in the stack's environment; its output goes to the log of that name."""
        command = [sys.executable, *arguments]
        log = self.var / "log" / f"{name}.log"
        return Process(Program(name, command, self.environ | environ, log=log, cwd=ROOT))

    def airport(self, *lines: str) -> None:
        """Lines of the command line, as "menu publish", side by side; AssertionError with a log unless all went well."""
        running = {
            line: self.run("-".join(line.split()[:2]), "-m", "deploy.cli", *line.split()) for line in lines
        }
        for line, process in running.items():
            assert process.wait(60.0), f"airport {line} takes too long"
            assert process.returncode == 0, self.log("-".join(line.split()[:2]))

    def start_services(self) -> Process:
        self._services = self.run("services", "-m", "deploy.serve", *SERVICES)
        return self._services

    def start_gateway(self, module: str = "gateway") -> Process:
        self._gateway = self.run("gateway", "-m", module)
        return self._gateway

    def stop_services(self) -> None:
        if self._services:
            self._services.stop()
            self._services = None

    def stop_gateway(self) -> None:
        if self._gateway:
            self._gateway.stop()
            self._gateway = None

    def kill_services(self) -> None:
        """As a crash or the kernel's memory killer would: no goodbye."""
        if self._services:
            self._services.kill()
            self._services = None

    def kill_gateway(self) -> None:
        if self._gateway:
            self._gateway.kill()
            self._gateway = None

    def restart_broker(self) -> None:
        self.broker.restart()

    def ready(self) -> bool:
        """Whether services and gateway answer and reach each other."""
        gateway = _document(f"{self.base_url}/readyz")
        fresh = gateway.get("broker_connected") and not gateway.get("stale")
        return bool(fresh) and bool(_document(f"{self.ops_url}/readyz"))

    def wait_ready(self, timeout_s: float = READY_S) -> None:
        """Return when all of it answers; AssertionError with the logs' ends if it doesn't in time."""
        wait_until(lambda: self._died() or self.ready(), timeout_s)
        if self._died() or not self.ready():
            ends = [f"--- {name}\n{self.log(name)[-3000:]}" for name in ("services", "gateway")]
            raise AssertionError("the stack is not ready:\n" + "\n".join(ends))

    def _died(self) -> bool:
        both = (self._services, self._gateway)
        return any(process is not None and process.returncode is not None for process in both)

    def heal(self) -> None:
        """Start what an earlier test killed, and wait until all answers."""
        if self._services is None or self._services.returncode is not None:
            self.kill_services()
            self.start_services()
        if self._gateway is None or self._gateway.returncode is not None:
            self.kill_gateway()
            self.start_gateway()
        self.wait_ready()

    def log(self, name: str) -> str:
        """What the process of that name wrote."""
        path = self.var / "log" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""


def clean_environment() -> dict[str, str]:
    """This process's environment without what configures a suite: tests say all of that themselves."""
    ours = ("AIRPORT", "AMQP_", "DATABASE_", "GATEWAY_", "SERVICE", "TOKEN_", "FIELD_", "QUEUE_", "OTEL_")
    ours += ("WECHAT", "SANDBOX_", "NOTIFY_", "PARTNER")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


def _document(url: str) -> dict[str, Any]:
    """The JSON object at `url`; an empty one unless it is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=3.0) as answer:
            document: dict[str, Any] = json.load(answer)
            return document
    except (OSError, urllib.error.URLError):
        return {}

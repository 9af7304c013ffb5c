"""The order of things: broker, migrations, sandbox, services, gateway, demo; then watch until told to stop."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from deploy import ports, running
from deploy.broker import speaks_amqp
from deploy.local import preflight, replay
from deploy.local.brokers import BrokerChild, choose_broker
from deploy.local.demo import KEEP_LISTS, Demo, has_lists
from deploy.local.options import ROOT, Options
from deploy.local.sandbox import LocalSandbox
from deploy.local.secrets import kept_secrets
from deploy.local.supervisor import Child, ProgramChild, Supervisor
from deploy.processes import Program, end_orphans, wait_until
from deploy.services import SERVICES
from deploy.system import say
from kernel.clock import monotonic

READY_S = 60.0
DISK_EVERY_S = 30.0


class Stopped(SystemExit):
    """A signal asked us to end."""


def run(options: Options) -> int:
    """Run the suite until a signal ends it; returns the exit code."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _stop)
    try:
        return _run(options)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise preflight.CannotStart(f"The disk is full: {error}. Make room under {options.var}.") from error


def _run(options: Options) -> int:
    began = monotonic()
    options.var.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(preflight.take_lock(options.var)):
        for name in end_orphans(options.var / "run"):
            say(f"Ended {name}, left over from a start that was killed")
        preflight.check_disk(options.var)
        suite = Suite(options)
        try:
            suite.start()
            suite.announce(monotonic() - began)
            suite.supervisor.watch(suite.each_round)
        except Stopped:
            say("\nStopping; the data stays.")
        finally:
            suite.stop()
    say("Stopped.")
    return 0


class Suite:
    """All parts of one start."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._host = options.environ.get("GATEWAY_HOST") or ports.LOOPBACK
        self._port, remark = preflight.choose_port(options.port, self._host)
        if remark:
            say(remark)
        reach = ports.LOOPBACK if self._host in {"0.0.0.0", "::"} else self._host  # noqa: S104 - compared, not bound
        self.base_url = f"http://{reach}:{self._port}"
        self._environ = dict(options.environ)
        self.supervisor = Supervisor(say)
        self._broker: BrokerChild | None = None
        wanted = options.sandbox
        self._sandbox = LocalSandbox(options.var, options.environ, self.base_url) if wanted else None
        self._disk_at = 0.0

    def start(self) -> None:
        """Start everything in order; returns when all of it answers. Raises SystemExit saying what failed."""
        options, environ = self._options, self._environ
        if options.day:
            replay.begin(options.var, options.day)
        for name, value in kept_secrets(options.var).items():
            environ.setdefault(name, value)
        self._broker = choose_broker(options.var, environ)
        if self._broker:
            self.supervisor.add(self._broker)
        self._migrate()
        if self._broker:
            self._await(self._broker, self._broker.speaks, "RabbitMQ")
            environ["AMQP_URL"] = self._broker.url
        environ |= {"GATEWAY_HOST": self._host, "GATEWAY_PORT": str(self._port)}
        if has_lists(options, environ):
            environ.setdefault(*KEEP_LISTS)
        if self._sandbox:
            self._start_sandbox(self._sandbox)
        running.record(options.var, self.base_url, environ)
        if self._sandbox:
            self._sandbox.publish_menu(environ)
        self._start_services()
        self._start_gateway()
        if self._sandbox:
            self._sandbox.await_menu()
        if options.demo:
            Demo(options, environ, self.base_url).start(self.supervisor, self._child)

    def stop(self) -> None:
        """End all children; nothing of the suite runs afterwards."""
        self.supervisor.stop()
        running.forget(self._options.var)

    def announce(self, seconds: float) -> None:
        """Print where everything is."""
        name = self._environ.get("AIRPORT_NAME_EN", "")
        lines = [
            "",
            f"{name} is open ({seconds:.1f} s)",
            f"  pages     {self.base_url}/",
            *self._staff_lines(),
            f"  API       {self.base_url}/api/docs",
            f"  partners  {self.base_url}/partner/v1/flights",
            *([f"  WeChat    {self._sandbox.url}/ (a phone to try it with)"] if self._sandbox else []),
            f"  metrics   http://{ports.LOOPBACK}:{self._environ['GATEWAY_OPS_PORT']}/metrics (gateway)",
            *(
                f"            http://{ports.LOOPBACK}:{port}/metrics ({who})"
                for who, port in self._ops.items()
            ),
            f"  data      {self._options.var}",
            f"  logs      {self._options.var / 'log'}/*.log",
            *self._check_in_lines(),
            "  operate   .venv/bin/airport --help",
            "  stop      Ctrl-C",
        ]
        say("\n".join(lines))

    def _staff_lines(self) -> list[str]:
        kept = self._options.var / "demo-staff.json"
        if not self._options.demo or not kept.exists():
            return [f"  staff     {self.base_url}/staff (let the first one in: .venv/bin/airport staff add)"]
        return [
            f"  staff     {self.base_url}/staff (as demo.support, demo.admin, demo.inspector…)",
            f"            passwords are in {kept}; the code: .venv/bin/airport staff code demo.support",
        ]

    def _check_in_lines(self) -> list[str]:
        if not has_lists(self._options, self._environ):
            return []
        return [
            f"  check-in  {self.base_url}/checkin (bookings to try: .venv/bin/airport demo bookings)",
            "            a gate's reader for a screenshot of a pass: .venv/bin/airport demo scan --help",
        ]

    def each_round(self) -> None:
        """What the supervisor does beside looking after children."""
        if monotonic() - self._disk_at > DISK_EVERY_S:
            self._disk_at = monotonic()
            self.supervisor.cut_logs()
            free = preflight.free_mb(self._options.var)
            if free < preflight.LOW_MB:
                say(
                    f"The disk is nearly full: {free} MB free under {self._options.var}; RabbitMQ stops at 200 MB"
                )

    def _migrate(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "deploy.cli", "migrate"],
            env=self._environ,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        (self._options.var / "log").mkdir(exist_ok=True)
        (self._options.var / "log" / "migrate.log").write_text(done.stdout, encoding="utf-8")
        if done.returncode:
            raise preflight.CannotStart(
                f"The databases could not be brought up to date:\n{done.stdout[-3000:]}"
            )

    def _start_sandbox(self, sandbox: LocalSandbox) -> None:
        self._environ |= {"GATEWAY_PUBLIC_URL": sandbox.environ["GATEWAY_PUBLIC_URL"]}
        child = self._child("sandbox", ["-m", "deploy.sandbox"], sandbox.environ)
        answers = _url_answers(f"{sandbox.url}/healthz")
        self.supervisor.add(child, check=answers)
        self._await(child, answers, "the WeChat sandbox")
        self._environ |= sandbox.account_environ()

    def _start_services(self) -> None:
        groups = [[name] for name in SERVICES] if self._options.split else [list(SERVICES)]
        self._ops: dict[str, int] = {}
        for group in groups:
            name = group[0] if self._options.split else "services"
            port = self._ops[name] = ports.free_port()
            environ = {"SERVICES_OPS_PORT": str(port)}
            child = self._child(name, ["-m", "deploy.serve", *group], environ)
            ready = _url_answers(f"http://{ports.LOOPBACK}:{port}/readyz")
            self.supervisor.add(child, check=self._unless_broker_is_away(ready))
            self._await(child, ready, name)

    def _start_gateway(self) -> None:
        ops_port = self._environ["GATEWAY_OPS_PORT"] = str(ports.free_port())
        child = self._child("gateway", ["-m", "gateway"], {"GATEWAY_OPS_PORT": ops_port})
        self.supervisor.add(child, check=_url_answers(f"{self.base_url}/healthz"))
        self._await(child, _url_answers(f"{self.base_url}/readyz"), "the gateway")

    def _child(
        self,
        name: str,
        arguments: list[str],
        environ: dict[str, str] | None = None,
        *,
        errand: bool = False,
    ) -> ProgramChild:
        var = self._options.var
        program = Program(
            name,
            [sys.executable, *arguments],
            self._environ | {"PYTHONUNBUFFERED": "1"} | (environ or {}),
            log=var / "log" / f"{name}.log",
            pid_dir=var / "run",
            cwd=ROOT,
        )
        return ProgramChild(program, errand=errand)

    def _await(self, child: Child, ready: Callable[[], bool], what: str) -> None:
        def settled() -> bool:
            return not child.alive() or ready()

        wait_until(settled, READY_S)
        if child.alive() and ready():
            return
        how = "did not answer in time" if child.alive() else child.ending()
        words = f"\n{_tail(child.log)}\nAll of it: {child.log}" if child.log else ""
        raise preflight.CannotStart(f"Starting {what} failed: it {how}.{words}")

    def _unless_broker_is_away(self, ready: Callable[[], bool]) -> Callable[[], bool]:
        # Services wait for the broker by themselves; starting them again would not bring it back.
        def well() -> bool:
            broker = urllib.parse.urlsplit(self._environ["AMQP_URL"])
            return ready() or not speaks_amqp(broker.hostname or ports.LOOPBACK, broker.port or 5672)

        return well


def _stop(*_: object) -> NoReturn:
    raise Stopped(0)


def _url_answers(url: str) -> Callable[[], bool]:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2.0) as answer:  # noqa: S310 - our own loopback address
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    return answers


def _tail(path: Path | None, lines: int = 15) -> str:
    if path is None or not path.exists():
        return ""
    return os.linesep.join(path.read_text(errors="replace").splitlines()[-lines:])

"""A private RabbitMQ node: own data, own cookie, own epmd, own ports, reachable from this machine only.

`make run`, the tests and the bench use it. Nothing of it touches a RabbitMQ that the machine may run already.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Protocol, Self

from deploy import ports
from deploy.processes import Process, Program, wait_until
from kernel import ids

_SERVER_FOLDERS = ("/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/usr/local/sbin", "/usr/sbin")
_EPMD_FOLDERS = ("/usr/bin", "/usr/local/bin", "/usr/lib/erlang/bin")
_PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
START_TIMEOUT_S = 90.0

_CONFIG = """\
# Written at every start by deploy/broker.py.
listeners.tcp.1 = 127.0.0.1:{port}
default_user = airport
default_pass = {password}
default_user_tags.administrator = true
loopback_users = none
heartbeat = 10
# The node shares the machine with everything else of the suite.
vm_memory_high_watermark.relative = 0.3
disk_free_limit.absolute = 200MB
log.file.level = warning
"""


class BrokerError(SystemExit):
    """The broker can't be started; the message says what to do."""


class Broker(Protocol):
    """A broker that tests and the supervisor may stop, start and disturb. Its address never changes."""

    @property
    def url(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...
    def add_vhost(self, name: str, default_queue_type: str = "classic") -> str: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...


def find_server() -> Path | None:
    """RabbitMQ's start script, the one that doesn't change the user; None if it isn't installed."""
    found = shutil.which("rabbitmq-server", path=os.pathsep.join(_SERVER_FOLDERS))
    found = found or shutil.which("rabbitmq-server")
    return Path(found) if found else None


class PrivateBroker:
    """The node under `var_dir`/rabbitmq. Start it yourself or use it as a context manager."""

    def __init__(self, var_dir: Path, pid_dir: Path | None = None) -> None:
        self._home = (var_dir / "rabbitmq").absolute()
        self._log = (var_dir / "log" / "rabbitmq.log").absolute()
        self._pid_dir = pid_dir
        self._port = ports.free_port()
        self._password = ""
        self._epmd: Process | None = None
        self._node: Process | None = None

    @property
    def url(self) -> str:
        return f"amqp://airport:{self._password}@{ports.LOOPBACK}:{self._port}/"

    @property
    def port(self) -> int:
        return self._port

    @property
    def data(self) -> Path:
        """Where the node keeps its queues and their messages."""
        return self._home / "data"

    @property
    def running(self) -> bool:
        return self._node is not None and self._node.returncode is None

    @property
    def pid(self) -> int | None:
        """The node's process, for measurements; None while it is stopped."""
        return self._node.pid if self._node else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the node and return when it speaks AMQP. Raises BrokerError."""
        self.launch()
        if not wait_until(lambda: self.speaks() or not self.running, START_TIMEOUT_S) or not self.running:
            self.kill()
            raise BrokerError(
                f"RabbitMQ did not start; its last words are in {self._log}\n{self._last_words()}"
            )

    def launch(self) -> None:
        """Start the node without waiting for it."""
        self.kill()
        server = find_server()
        if server is None:
            raise BrokerError("rabbitmq-server isn't installed: apt-get install rabbitmq-server")
        self._prepare()
        epmd_port, dist_port = ports.free_ports(2)
        environ = self._environment(epmd_port, dist_port)
        self._epmd = Process(
            Program("epmd", [_find_epmd(), "-address", ports.LOOPBACK], environ, self._log, self._pid_dir)
        )
        self._node = Process(Program("rabbitmq", [str(server)], environ, self._log, self._pid_dir))

    def speaks(self) -> bool:
        """Whether the node answers an AMQP greeting."""
        return speaks_amqp(ports.LOOPBACK, self._port)

    def stop(self) -> None:
        """Stop the node in good order; its data stays."""
        if self._node:
            self._node.stop(grace_s=20.0)
        self.kill()

    def kill(self) -> None:
        """End the node and its epmd at once, as a power cut would."""
        for process in (self._node, self._epmd):
            if process:
                process.kill()
        self._node = self._epmd = None

    def restart(self) -> None:
        """Stop in good order and start again at the same address."""
        self.stop()
        self.start()

    def add_vhost(self, name: str, default_queue_type: str = "classic") -> str:
        """Make a virtual host, empty and apart from all others; returns its address.

        default_queue_type: what a queue becomes whose declaration names no type.
        """
        make = ["add_vhost", name, "--default-queue-type", default_queue_type]
        for command in (make, ["set_permissions", "-p", name, "airport", ".*", ".*", ".*"]):
            self._control(*command)
        return f"{self.url}{name}"

    def freeze(self) -> None:
        """The node stands still: connections stay open, nothing is answered."""
        if self._node:
            self._node.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen node go on."""
        if self._node:
            self._node.send(signal.SIGCONT)

    def _prepare(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        self._home.chmod(0o700)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        # Erlang reads its cookie from HOME and refuses one that others can read.
        _secret_file(self._home / ".erlang.cookie", 0o400)
        self._password = _secret_file(self._home / "password", 0o600)
        config = self._home / "rabbitmq.conf"
        config.touch(mode=0o600)
        config.write_text(_CONFIG.format(port=self._port, password=self._password))
        # The node's name ends in localhost, and a bare container may have no /etc/hosts that knows it.
        (self._home / "inetrc").write_text('{host, {127,0,0,1}, ["localhost"]}.\n{lookup, [file, native]}.\n')
        (self._home / "enabled_plugins").write_text("[].\n")

    def _environment(self, epmd_port: int, dist_port: int) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("RABBITMQ_", "ERL_"))}
        return inherited | {
            "HOME": str(self._home),
            "ERL_INETRC": str(self._home / "inetrc"),
            "ERL_CRASH_DUMP": str(self._home / "erl_crash.dump"),
            "ERL_EPMD_ADDRESS": ports.LOOPBACK,
            "ERL_EPMD_PORT": str(epmd_port),
            "RABBITMQ_NODENAME": "airport@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": ports.LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(dist_port),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(self._home / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": os.devnull,
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self._home / "data"),
            "RABBITMQ_LOG_BASE": str(self._log.parent),
            "RABBITMQ_LOGS": str(self._log),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+sbwt very_short +sbwtdcpu none +sbwtdio none"
                " -kernel inet_dist_use_interface {127,0,0,1} -start_epmd false"
            ),
            # The start script then becomes the node instead of waiting beside it: one process, one pid.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def _control(self, *command: str) -> None:
        server = find_server()
        if server is None or self._node is None:
            raise BrokerError("the broker isn't running")
        done = subprocess.run(
            [str(server.with_name("rabbitmqctl")), "-q", *command],
            env=self._node.program.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BrokerError(f"rabbitmqctl {' '.join(command)}: {done.stdout}{done.stderr}")

    def _last_words(self) -> str:
        try:
            return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])
        except OSError:
            return ""


def private_broker(var_dir: Path, pid_dir: Path | None = None) -> PrivateBroker:
    """A node of our own under `var_dir`, not yet started; `with private_broker(d) as broker:` starts it."""
    return PrivateBroker(var_dir, pid_dir)


def speaks_amqp(host: str, port: int, timeout_s: float = 1.0) -> bool:
    """Whether an AMQP 0-9-1 server greets at `host`:`port`."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as connection:
            connection.settimeout(timeout_s)
            connection.sendall(_PROTOCOL_HEADER)
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


def _find_epmd() -> str:
    found = shutil.which("epmd") or shutil.which("epmd", path=os.pathsep.join(_EPMD_FOLDERS))
    if found is None:
        bundled = sorted(Path("/usr/lib/erlang").glob("erts-*/bin/epmd"))
        if not bundled:
            raise BrokerError("epmd, a part of Erlang, isn't installed: apt-get install erlang-base")
        found = str(bundled[-1])
    return found


def _secret_file(path: Path, mode: int) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(ids.new_secret().replace("-", "x").replace("_", "y"))
        path.chmod(mode)
    return path.read_text().strip()

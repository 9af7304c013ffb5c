"""The broker of `make run`: one that is given, a private node, or a container."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Protocol

from deploy import ports
from deploy.broker import BrokerError, PrivateBroker, find_server, speaks_amqp
from deploy.local.supervisor import Child, ProgramChild
from deploy.processes import Program
from deploy.system import docker_answers, say
from kernel import ids

IMAGE = "rabbitmq:3.13"


class BrokerChild(Child, Protocol):
    """A broker under the supervisor's care."""

    @property
    def url(self) -> str: ...
    def speaks(self) -> bool: ...


class NodeChild:
    """A private RabbitMQ node."""

    name = "rabbitmq"

    def __init__(self, var: Path) -> None:
        self._node = PrivateBroker(var, pid_dir=var / "run")
        self.log: Path | None = var / "log" / "rabbitmq.log"

    @property
    def url(self) -> str:
        return self._node.url

    def launch(self) -> None:
        self._node.launch()

    def alive(self) -> bool:
        return self._node.running

    def ending(self) -> str:
        return "ended"

    def speaks(self) -> bool:
        return self._node.speaks()

    def stop(self) -> None:
        self._node.stop()

    def kill(self) -> None:
        self._node.kill()


class ContainerChild(ProgramChild):
    """RabbitMQ in a container of the machine's Docker engine; its data lies in a volume of its own."""

    def __init__(self, var: Path, environ: dict[str, str]) -> None:
        self._port = ports.free_port()
        self._password = ids.new_secret(18)
        known_as = self._known_as = f"airport-{hashlib.sha256(str(var).encode()).hexdigest()[:12]}"
        command = ["docker", "run", "--rm", "--init", "--name", known_as, "--hostname", known_as]
        command += [
            "--publish",
            f"{ports.LOOPBACK}:{self._port}:5672",
            "--volume",
            f"{known_as}:/var/lib/rabbitmq",
        ]
        command += ["--env", "RABBITMQ_DEFAULT_USER", "--env", "RABBITMQ_DEFAULT_PASS", IMAGE]
        # The account is made when the volume is: one password for its whole life.
        secret = var / "rabbitmq-container.password"
        if secret.exists():
            self._password = secret.read_text().strip()
        else:
            secret.touch(mode=0o600)
            secret.write_text(self._password)
        given = environ | {"RABBITMQ_DEFAULT_USER": "airport", "RABBITMQ_DEFAULT_PASS": self._password}
        super().__init__(
            Program("rabbitmq", command, given, var / "log" / "rabbitmq.log", var / "run"), grace_s=30.0
        )

    @property
    def url(self) -> str:
        return f"amqp://airport:{self._password}@{ports.LOOPBACK}:{self._port}/"

    def launch(self) -> None:
        self._remove()  # left over from a start that was killed: its name is taken
        super().launch()

    def kill(self) -> None:
        super().kill()
        self._remove()

    def speaks(self) -> bool:
        return speaks_amqp(ports.LOOPBACK, self._port)

    def _remove(self) -> None:
        subprocess.run(["docker", "rm", "--force", self._known_as], capture_output=True, check=False)


def choose_broker(var: Path, environ: dict[str, str]) -> BrokerChild | None:
    """The broker to start; None when AMQP_URL names one that runs. Raises BrokerError when there is none."""
    (var / "log").mkdir(parents=True, exist_ok=True)
    if environ.get("AMQP_URL"):
        return None
    if find_server():
        return NodeChild(var)
    if docker_answers():
        say(f"RabbitMQ runs in Docker ({IMAGE}); the first time its image is fetched")
        return ContainerChild(var, environ)
    raise BrokerError(
        "No RabbitMQ, no Docker and no AMQP_URL. `make run` installs RabbitMQ as root or with sudo."
    )

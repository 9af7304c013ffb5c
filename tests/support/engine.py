"""The Docker engine, where one answers: the same servers as the private ones, from deploy/compose.yml."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

from deploy import ports
from deploy.broker import START_TIMEOUT_S, BrokerError, speaks_amqp
from deploy.processes import wait_until
from deploy.system import docker_answers

COMPOSE_FILE = Path(__file__).parents[2] / "deploy" / "compose.yml"
PASSWORD = "tests"
PROJECT = f"airport-tests-{os.getpid()}"


@functools.cache
def answers() -> bool:
    """Whether a Docker engine with compose can be asked to run containers."""
    if not docker_answers():
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0


@functools.cache
def published_ports() -> tuple[int, int]:
    """The ports of this machine at which compose publishes RabbitMQ and PostgreSQL; stable over restarts."""
    amqp_port, postgres_port = ports.free_ports(2)
    os.environ |= {
        "AMQP_PUBLISHED_PORT": str(amqp_port),
        "POSTGRES_PUBLISHED_PORT": str(postgres_port),
        "AMQP_PASSWORD": PASSWORD,
        "POSTGRES_PASSWORD": PASSWORD,
    }
    return amqp_port, postgres_port


class ComposeBroker:
    """RabbitMQ in a container; does what deploy.broker.PrivateBroker does."""

    def __init__(self) -> None:
        self._port = published_ports()[0]

    @property
    def url(self) -> str:
        return f"amqp://airport:{PASSWORD}@{ports.LOOPBACK}:{self._port}/"

    def start(self) -> None:
        self._compose("start", "rabbitmq")
        self.wait()

    def wait(self) -> None:
        if not wait_until(lambda: speaks_amqp(ports.LOOPBACK, self._port), START_TIMEOUT_S):
            raise BrokerError("RabbitMQ's container did not answer")

    def stop(self) -> None:
        self._compose("stop", "rabbitmq")

    def kill(self) -> None:
        self._compose("kill", "rabbitmq")

    def restart(self) -> None:
        self.stop()
        self.start()

    def freeze(self) -> None:
        self._compose("pause", "rabbitmq")

    def thaw(self) -> None:
        self._compose("unpause", "rabbitmq")

    def add_vhost(self, name: str, default_queue_type: str = "classic") -> str:
        make = ("add_vhost", name, "--default-queue-type", default_queue_type)
        self._compose("exec", "-T", "rabbitmq", "rabbitmqctl", "-q", *make)
        everything = (".*", ".*", ".*")
        self._compose(
            "exec",
            "-T",
            "rabbitmq",
            "rabbitmqctl",
            "-q",
            "set_permissions",
            "-p",
            name,
            "airport",
            *everything,
        )
        return f"{self.url}{name}"

    def _compose(self, *command: str) -> None:
        whole = ["docker", "compose", "-f", str(COMPOSE_FILE), "-p", PROJECT, *command]
        done = subprocess.run(whole, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BrokerError(f"{' '.join(whole)}: {done.stderr}")

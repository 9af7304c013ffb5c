"""Servers and whole stacks for every test, started when the first test asks and ended with the run.

Where a Docker engine answers, RabbitMQ and PostgreSQL come from deploy/compose.yml through pytest-docker;
elsewhere they are private nodes of this machine. The tests can't tell which.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.broker import Broker, PrivateBroker
from deploy.postgres import PrivatePostgres
from kernel import ids
from tests.support import engine
from tests.support.databases import Postgres
from tests.support.folders import temporary_folder


@pytest.fixture(scope="session")
def docker_compose_file() -> str:
    return str(engine.COMPOSE_FILE)


@pytest.fixture(scope="session")
def docker_compose_project_name() -> str:
    return engine.PROJECT


@pytest.fixture(scope="session")
def docker_setup() -> list[str]:
    engine.published_ports()
    return ["up --detach --wait rabbitmq postgres"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A RabbitMQ of this run's own: .url, .start() .stop() .kill() .restart() .freeze() .thaw() .add_vhost(name).

    Shared by all tests: who stops or freezes it starts or thaws it again.
    """
    if engine.answers():
        request.getfixturevalue("docker_services")
        containers = engine.ComposeBroker()
        containers.wait()
        yield containers
        return
    with temporary_folder("airport-broker-") as folder, PrivateBroker(folder) as node:
        yield node


@pytest.fixture
def vhost_url(broker: Broker) -> str:
    """A virtual host of this test alone: no queue of another test is in it."""
    return broker.add_vhost(f"test-{ids.new_id()}")


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A PostgreSQL server of this run's own; `postgres.new_database()` gives the URL of an empty database."""
    if engine.answers():
        request.getfixturevalue("docker_services")
        port = engine.published_ports()[1]
        yield Postgres(lambda name: f"postgresql://airport:{engine.PASSWORD}@127.0.0.1:{port}/{name}")
        return
    with temporary_folder("airport-postgres-") as folder, PrivatePostgres(folder) as server:
        yield Postgres(server.url)


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The URL of one database that all tests of the run share."""
    return postgres.new_database()

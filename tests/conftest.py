"""Servers and whole stacks for every test, started when the first test asks and ended with the run.

Where a Docker engine answers, RabbitMQ and PostgreSQL come from deploy/compose.yml through pytest-docker;
elsewhere they are private nodes of this machine. The tests can't tell which.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import hypothesis
import pytest

from deploy.broker import Broker, PrivateBroker, find_server
from deploy.postgres import PrivatePostgres, find_binaries
from deploy.system import find_browser
from kernel import ids
from tests.support import engine
from tests.support.databases import Postgres
from tests.support.effort import NIGHTLY
from tests.support.folders import temporary_folder
from tests.support.obtain import unobtainable
from tests.support.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A shared machine makes single examples slow: a test has its time limit, an example none.
hypothesis.settings.register_profile("usual", deadline=None)
hypothesis.settings.register_profile("nightly", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("nightly" if NIGHTLY else "usual")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser come last: Playwright keeps an event loop in the main thread, and tests that
    bring their own can't run beside it."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


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
    if find_server() is None:
        unobtainable("RabbitMQ")
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
    if find_binaries() is None:
        unobtainable("PostgreSQL's server programs")
    with temporary_folder("airport-postgres-") as folder, PrivatePostgres(folder) as server:
        yield Postgres(server.url)


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The URL of one database that all tests of the run share."""
    return postgres.new_database()


@pytest.fixture(scope="session")
def running_stack(broker: Broker) -> Iterator[Stack]:
    """Services and gateway of this run; tests ask for `stack`, which sees to it that they are well."""
    with temporary_folder("airport-stack-") as var, Stack(var, broker, broker.add_vhost("stack")) as stack:
        yield stack


@pytest.fixture
def stack(running_stack: Stack) -> Stack:
    """The whole suite, answering: .base_url .amqp_url .var; whatever an earlier test did to it is healed."""
    running_stack.heal()
    return running_stack


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    from playwright.sync_api import expect, sync_playwright

    # Playwright's own five seconds break on a machine that is busy; a test that passes waits no longer for it.
    expect.set_options(timeout=15_000)
    program = find_browser()
    if program is None:
        unobtainable("Chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()

"""One broker for all; one process of ours and one of Nameko's own for the tests that leave them whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.broker import Broker
from deploy.ports import free_port
from tests.messaging.calls.harness import Services, Wire, new_name, running
from tests.messaging.calls.outage import Outage


@pytest.fixture(scope="session")
def amqp_url(broker: Broker) -> str:
    return broker.url


@pytest.fixture
def wire(amqp_url: str) -> Iterator[Wire]:
    wire = Wire(amqp_url)
    yield wire
    wire.close()


@pytest.fixture(scope="session")
def desk_name() -> str:
    return new_name("desk")


@pytest.fixture(scope="session")
def plain_name() -> str:
    return new_name("plain")


@pytest.fixture(scope="session")
def ops_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def desk_process(amqp_url: str, desk_name: str, ops_port: int) -> Iterator[Services]:
    with running("ours", f"Desk={desk_name}", AMQP_URL=amqp_url, SERVICES_OPS_PORT=str(ops_port)) as services:
        yield services


@pytest.fixture
def desk(desk_process: Services, desk_name: str) -> str:
    """The name of a running service on kernel/wire that tests share."""
    assert desk_process.alive, desk_process.log
    return desk_name


@pytest.fixture(scope="session")
def plain_process(amqp_url: str, plain_name: str) -> Iterator[Services]:
    with running("stock", f"Asking={plain_name}", AMQP_URL=amqp_url) as services:
        yield services


@pytest.fixture
def plain(plain_process: Services, plain_name: str) -> str:
    """The name of a running service on Nameko's own classes that tests share."""
    assert plain_process.alive, plain_process.log
    return plain_name


@pytest.fixture(scope="session", autouse=True)
def outage(request: pytest.FixtureRequest) -> Outage | None:
    """The outage that goes on in the background; only where a test of this run asks for it."""
    wanted = any(
        "outage" in getattr(item, "fixturenames", ())
        for item in request.session.items
        if "test_outage" in item.nodeid
    )
    return Outage() if wanted else None

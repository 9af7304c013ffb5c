"""`airport check`: what is configured, and what of it answers."""

from __future__ import annotations

import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import pika
import pika.exceptions
import sqlalchemy

from deploy import running
from deploy.local.preflight import LOW_MB, free_mb
from deploy.services import SERVICES
from kernel import config
from kernel.db import database_url
from services.airport import Airport


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what it is, whether it is well, and in which words."""

    what: str
    well: bool
    words: str


@click.command()
def check() -> None:
    """Say what is configured, and what of it answers; exit code 1 if something doesn't."""
    findings = [_airport(), _suite(), _broker(), *(_database(name) for name in SERVICES), _gateway(), _disk()]
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.well else 'BAD '} {finding.what:<{width}}  {finding.words}")
    if not all(finding.well for finding in findings):
        raise SystemExit(1)


def _airport() -> Finding:
    airport = config.load(Airport)
    return Finding("airport", True, f"{airport.iata} {airport.name_en}, {airport.zone}")


def _suite() -> Finding:
    var = Path(os.environ["AIRPORT_VAR"])
    suite = running.find(var)
    if suite is None:
        return Finding(
            "suite", True, f"`make run` doesn't run over {var}; looking at the environment's settings"
        )
    return Finding("suite", True, f"process {suite.pid} over {var}, at {suite.base_url}")


def _broker() -> Finding:
    url = os.environ.get("AMQP_URL", "")
    if not url:
        return Finding("broker", False, "AMQP_URL is not set")

    def look() -> str:
        parameters = pika.URLParameters(url)
        parameters.socket_timeout = parameters.blocked_connection_timeout = 3
        connection = pika.BlockingConnection(parameters)
        try:
            product = connection._impl.server_properties  # pika shows it nowhere else
            return f"{_without_password(url)} answers: {product['product']} {product['version']}"
        finally:
            connection.close()

    return _attempt("broker", f"{_without_password(url)} does not answer", look)


def _database(name: str) -> Finding:
    url = database_url(name)

    def look() -> str:
        parsed = sqlalchemy.make_url(url)
        if parsed.get_backend_name() == "postgresql":  # SQLAlchemy would look for another driver than ours
            parsed = parsed.set(drivername="postgresql+psycopg2")
        engine = sqlalchemy.create_engine(parsed)
        try:
            with engine.connect() as connection:
                revision = connection.execute(
                    sqlalchemy.text("SELECT version_num FROM alembic_version")
                ).scalar()
        finally:
            engine.dispose()
        return f"{_without_password(url)} at revision {revision}"

    file = url.removeprefix("sqlite:///")
    if url.startswith("sqlite:") and not Path(file).exists():
        return Finding(f"database of {name}", False, f"{file} isn't there yet: airport migrate")
    return _attempt(f"database of {name}", f"{_without_password(url)} can't be read", look)


def _gateway() -> Finding:
    host, port = os.environ.get("GATEWAY_HOST") or "127.0.0.1", os.environ.get("GATEWAY_PORT") or "8000"
    reach = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    address = f"http://{reach}:{port}/readyz"

    def look() -> str:
        with urllib.request.urlopen(address, timeout=3.0) as answer:
            return f"{address}: {answer.read().decode()}"

    return _attempt("gateway", f"{address} does not answer", look)


def _disk() -> Finding:
    var = Path(os.environ["AIRPORT_VAR"])
    free = free_mb(var if var.exists() else Path.cwd())
    return Finding("disk", free >= LOW_MB, f"{free} MB free under {var}")


def _attempt(what: str, complaint: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except (
        OSError,
        urllib.error.URLError,
        pika.exceptions.AMQPError,
        sqlalchemy.exc.SQLAlchemyError,
    ) as error:
        first_line = (str(error) or type(error).__name__).splitlines()[0]
        return Finding(what, False, f"{complaint}: {first_line}")


def _without_password(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    if not parts.password:
        return url
    at = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:…@{at}").geturl()

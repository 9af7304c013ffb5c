"""`airport parked …`: messages that a service could not work on, kept until a person decides.

Bodies may hold personal data, so they are shown only when asked for. A message is named by its message id, or
by a hash of its body where it has none; a beginning that fits one message is enough.

Looking at messages takes them and puts them back: meanwhile another person's command doesn't see them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import click
import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ChannelClosedByBroker, UnroutableError

from deploy.services import SERVICES
from kernel.config import load
from kernel.wire import parking, queues
from kernel.wire.settings import WireSettings

_RPC: Final = queues.rpc_queue_name("")
_TIMEOUT_S: Final = 5


@dataclass(frozen=True)
class Parked:
    """One parked message. tag: by which the channel that took it settles it."""

    tag: int
    properties: Any
    body: bytes

    @property
    def headers(self) -> dict[str, Any]:
        return dict(self.properties.headers or {})

    @property
    def name(self) -> str:
        """The message id, or a hash of the body where there is none."""
        stated: str | None = self.properties.message_id
        return stated or f"body-{hashlib.sha256(self.body).hexdigest()[:16]}"

    @property
    def origin(self) -> str:
        """The queue of the one consumer that failed; empty if nothing says."""
        return str(self.headers.get(parking.ORIGIN) or self._death().get("queue", ""))

    @property
    def reason(self) -> str:
        """Why it lies here: the error's code, or what is wrong with the message."""
        if parking.PARKED_REASON in self.headers:
            return str(self.headers.get(parking.FAILED_CODE, self.headers[parking.PARKED_REASON]))
        died_of = str(self._death().get("reason", "unknown"))
        if died_of != "rejected":
            return died_of
        if not self.properties.content_type:
            return "no content type"
        try:
            json.loads(self.body)
        except ValueError:
            return "undecodable"
        return "no reply_to" if self.origin.startswith(_RPC) and not self.properties.reply_to else "refused"

    @property
    def since(self) -> str:
        """When it last failed, RFC 3339; empty if nothing says."""
        died_at = self._death().get("time")
        if parking.FAILED_AT in self.headers:
            return str(self.headers[parking.FAILED_AT])
        return f"{died_at.replace(tzinfo=UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(died_at, datetime) else ""

    def target(self) -> tuple[str, str] | None:
        """Exchange and routing key that lead to the consumer that failed, and to no other; None if unknown."""
        if not self.origin:
            return None
        if self.origin.startswith(_RPC):
            # A service tells its methods apart by the routing key, so a call goes the way it came.
            keys = self._death().get("routing-keys") or []
            return (queues.RPC_EXCHANGE.name, str(keys[0])) if keys else None
        return "", self.origin

    def _death(self) -> dict[str, Any]:
        deaths = self.headers.get("x-death") or [{}]
        first: dict[str, Any] = deaths[0]
        return first


class ParkedQueue:
    """The parking queue of one service."""

    def __init__(self, connection: pika.BlockingConnection, service: str) -> None:
        self._connection = connection
        self._queue = queues.parked_queue_name(service)

    def count(self) -> int:
        """How many messages lie here; 0 when the service has never started on this broker."""
        channel = self._connection.channel()
        try:
            return int(channel.queue_declare(self._queue, passive=True).method.message_count)
        except ChannelClosedByBroker as error:
            if error.reply_code == 404:
                return 0
            raise
        finally:
            if channel.is_open:
                channel.close()

    def look(self, most: int) -> list[Parked]:
        """The first messages, left where they are."""
        with self._taken(most) as (_, messages):
            return list(messages)

    def replay(self, chosen: Callable[[Parked], bool]) -> tuple[int, list[Parked]]:
        """Send chosen messages to the consumer that failed; how many went, and those that could not go.

        A message leaves the parking queue when the broker has confirmed that the consumer's queue has it.
        """
        done, stuck = 0, []
        with self._taken() as (channel, messages):
            channel.confirm_delivery()
            for message in messages:
                if not chosen(message):
                    continue
                if _send(channel, message):
                    channel.basic_ack(message.tag)
                    done += 1
                else:
                    stuck.append(message)
        return done, stuck

    def drop(self, chosen: Callable[[Parked], bool]) -> int:
        """Delete chosen messages; how many."""
        done = 0
        with self._taken() as (channel, messages):
            for message in messages:
                if chosen(message):
                    channel.basic_ack(message.tag)
                    done += 1
        return done

    @contextmanager
    def _taken(self, most: int | None = None) -> Iterator[tuple[BlockingChannel, Iterator[Parked]]]:
        """The messages that lie here now, one by one; those not acknowledged go back when the block ends."""
        left = self.count() if most is None else min(most, self.count())
        channel = self._connection.channel()

        def take() -> Iterator[Parked]:
            for _ in range(left):
                method, properties, body = channel.basic_get(self._queue)
                if method is None:
                    return
                yield Parked(method.delivery_tag, properties, body)

        try:
            yield channel, take()
        finally:
            if channel.is_open:
                channel.close()


def _send(channel: BlockingChannel, message: Parked) -> bool:
    target = message.target()
    if target is None:
        return False
    properties = message.properties
    kept = parking.without_deaths(message.headers)
    properties.headers = {name: value for name, value in kept.items() if name not in parking.OURS}
    properties.expiration = None
    try:
        channel.basic_publish(*target, message.body, properties, mandatory=True)
    except UnroutableError:
        return False
    return True


@contextmanager
def _broker() -> Iterator[pika.BlockingConnection]:
    parameters = pika.URLParameters(load(WireSettings).amqp_url)
    parameters.socket_timeout = parameters.stack_timeout = _TIMEOUT_S
    parameters.blocked_connection_timeout = _TIMEOUT_S
    where = f"{parameters.host}:{parameters.port}"
    try:
        connection = pika.BlockingConnection(parameters)
    except (AMQPError, OSError) as error:
        raise click.ClickException(
            f"the broker at {where} doesn't answer ({type(error).__name__})"
        ) from error
    try:
        yield connection
    except AMQPError as error:
        raise click.ClickException(f"the broker at {where} broke off ({type(error).__name__})") from error
    finally:
        if connection.is_open:
            connection.close()


def _find(queue: ParkedQueue, names: tuple[str, ...]) -> set[str]:
    """The full names of the messages meant. Raises ClickException for none or more than one."""
    present = [message.name for message in queue.look(queue.count())]
    found = set()
    for name in names:
        fitting = {each for each in present if each.startswith(name)}
        if len(fitting) != 1:
            fits = "no message" if not fitting else f"{len(fitting)} messages"
            raise click.ClickException(f"{name} fits {fits}; `airport parked list` shows the names")
        found |= fitting
    return found


def _chooser(queue: ParkedQueue, names: tuple[str, ...], everything: bool) -> Callable[[Parked], bool]:
    if everything == bool(names):
        raise click.UsageError("name the messages, or say --all")
    if everything:
        return lambda message: True
    found = _find(queue, names)
    return lambda message: message.name in found


_service = click.argument("service", type=click.Choice(sorted(SERVICES)))
_names = click.argument("names", nargs=-1)
_all = click.option("--all", "everything", is_flag=True, help="Every message that lies there now.")


@click.group()
def parked() -> None:
    """Messages that a service could not work on: look at them, replay them, drop them."""


@parked.command("list")
@click.argument("services", nargs=-1, type=click.Choice(sorted(SERVICES)))
@click.option("--most", default=10, show_default=True, help="Messages shown of each service.")
def list_(services: tuple[str, ...], most: int) -> None:
    """Count the parked messages of all SERVICES and show the heads of the oldest, without bodies."""
    with _broker() as connection:
        for service in services or sorted(SERVICES):
            queue = ParkedQueue(connection, service)
            count = queue.count()
            click.echo(f"{service}: {count} parked")
            for message in queue.look(most):
                tries = message.headers.get(parking.ATTEMPTS, "–")
                click.echo(
                    f"  {message.name}  {message.since or '–'}  {message.reason}  "
                    f"attempts {tries}  {len(message.body)} bytes  {message.origin or 'origin unknown'}"
                )
            if count > most:
                click.echo(f"  … and {count - most} more")


@parked.command()
@_service
@click.argument("name")
@click.option("--body", "with_body", is_flag=True, help="Show the body too; it may hold personal data.")
def show(service: str, name: str, with_body: bool) -> None:
    """Show the head of the message NAME, and its body if asked."""
    with _broker() as connection:
        queue = ParkedQueue(connection, service)
        (found,) = _find(queue, (name,))
        message = next(each for each in queue.look(queue.count()) if each.name == found)
    properties = vars(message.properties) | {"headers": None}
    shown = {key: value for key, value in properties.items() if value is not None}
    shown |= {
        "reason": message.reason,
        "since": message.since,
        "origin": message.origin,
        "size_bytes": len(message.body),
        "headers": message.headers,
    }
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False, default=str))
    if with_body:
        click.echo(message.body.decode("utf-8", "backslashreplace"))


@parked.command()
@_service
@_names
@_all
def replay(service: str, names: tuple[str, ...], everything: bool) -> None:
    """Send the messages NAMES, or all, to the one consumer that failed on them."""
    with _broker() as connection:
        queue = ParkedQueue(connection, service)
        done, stuck = queue.replay(_chooser(queue, names, everything))
    click.echo(f"{service}: {done} replayed")
    for message in stuck:
        place = message.origin or "an unknown queue"
        click.echo(f"  {message.name} stays: it can't be brought to {place}", err=True)
    if stuck:
        raise click.exceptions.Exit(1)


@parked.command()
@_service
@_names
@_all
@click.confirmation_option("--yes", prompt="Dropped messages are gone for good. Go on?", help="Don't ask.")
def drop(service: str, names: tuple[str, ...], everything: bool) -> None:
    """Delete the messages NAMES, or all."""
    with _broker() as connection:
        queue = ParkedQueue(connection, service)
        done = queue.drop(_chooser(queue, names, everything))
    click.echo(f"{service}: {done} dropped")

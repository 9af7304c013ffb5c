"""Every queue and exchange of the suite, with its arguments. The only place that states them.

A queue that exists with other arguments than its consumer declares leaves that consumer without a queue for
ever (docs: messaging, fact 13), so nothing else may declare one. No import of Nameko or eventlet here: the
gateway's and the operator's tools use the same names.

    nameko-rpc (topic)          <service>.<method>  →  rpc-<service>        → dead letters: parked.calls
    nameko-rpc (topic)          <reply key>         →  rpc.reply-<service>-<id>   exclusive
    <publisher>.events (topic)  <event>             →  evt.<publisher>.<event>.<consumer>   → dead letters: parked
    (default)                   <name>              →  evt.….retry.5s|30s|5m      → dead letters: back to evt.…
    parked (direct)             <service>           →  parked.<service>
    parked.calls (headers)      rejected from rpc-<service>, or delivered too often  →  parked.<service>

Only durable or exclusive queues: newer brokers refuse transient shared ones (fact 16).
"""

from __future__ import annotations

import os
from typing import Any, Final

from kombu.entity import Exchange, Queue, binding

QUEUE_TYPE_KEY: Final = "QUEUE_TYPE"
QUEUE_TYPES: Final = ("classic", "quorum")
DELIVERY_LIMIT: Final = 3

RPC_EXCHANGE: Final = Exchange("nameko-rpc", type="topic", durable=True)
PARKED_EXCHANGE: Final = Exchange("parked", type="direct", durable=True)
PARKED_CALLS_EXCHANGE: Final = Exchange("parked.calls", type="headers", durable=True)

RETRY_TIERS: Final = {"5s": 5_000, "30s": 30_000, "5m": 300_000}
"""Delay in milliseconds by the name of the tier, shortest first."""


def queue_type() -> str:
    """`classic` on one node, `quorum` on a cluster; from the environment. Raises ValueError."""
    chosen = os.environ.get(QUEUE_TYPE_KEY) or QUEUE_TYPES[0]
    if chosen not in QUEUE_TYPES:
        raise ValueError(f"{QUEUE_TYPE_KEY} is classic or quorum, not {chosen!r}")
    return chosen


def _shared(kind: str | None, **arguments: Any) -> dict[str, Any]:
    chosen = kind or queue_type()
    stated: dict[str, Any] = {"x-queue-type": chosen}
    if chosen == "quorum":
        # Without a limit a message that kills its consumer circles for ever; with a limit but no
        # dead-letter exchange it would be lost (fact 15). Every queue here that is delivered to
        # services states such an exchange.
        stated["x-delivery-limit"] = DELIVERY_LIMIT
    return stated | {f"x-{name.replace('_', '-')}": value for name, value in arguments.items()}


def _handed_over(kind: str | None) -> dict[str, Any]:
    """A cluster passes dead letters on with confirms; otherwise a node that fails meanwhile loses them.

    Not for calls: one that expired has no place to go, and would stay for ever.
    """
    if (kind or queue_type()) != "quorum":
        return {}
    return {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}


def rpc_queue_name(service: str) -> str:
    return f"rpc-{service}"


def rpc_queue(service: str, kind: str | None = None) -> Queue:
    """Where a service takes its calls from. kind: classic or quorum; default from the environment."""
    return Queue(
        rpc_queue_name(service),
        exchange=RPC_EXCHANGE,
        routing_key=f"{service}.*",
        durable=True,
        queue_arguments=_shared(kind, dead_letter_exchange=PARKED_CALLS_EXCHANGE.name),
    )


def reply_queue(service: str, key: str) -> Queue:
    """Answers to one connection of a service; dies with the connection. Classic whatever the virtual
    host's default: a quorum queue here tripled the time of a call (fact 14)."""
    return Queue(
        f"rpc.reply-{service}-{key}",
        exchange=RPC_EXCHANGE,
        routing_key=key,
        durable=False,
        exclusive=True,
        auto_delete=True,
        queue_arguments={"x-queue-type": "classic"},
    )


def event_exchange(publisher: str) -> Exchange:
    return Exchange(f"{publisher}.events", type="topic", durable=True)


def event_queue_name(publisher: str, event: str, consumer: str) -> str:
    return f"evt.{publisher}.{event}.{consumer}"


def event_queue(publisher: str, event: str, consumer: str, kind: str | None = None) -> Queue:
    """Where the service `consumer` takes one kind of event from."""
    return Queue(
        event_queue_name(publisher, event, consumer),
        exchange=event_exchange(publisher),
        routing_key=event,
        durable=True,
        queue_arguments=_shared(
            kind, dead_letter_exchange=PARKED_EXCHANGE.name, dead_letter_routing_key=consumer
        )
        | _handed_over(kind),
    )


def retry_queue(publisher: str, event: str, consumer: str, tier: str, kind: str | None = None) -> Queue:
    """Where a failed event waits; the broker puts it back into the event's queue when the time is up.

    tier: a key of `RETRY_TIERS`. Published to through the default exchange, by the queue's name.
    """
    origin = event_queue_name(publisher, event, consumer)
    arguments = {
        "x-queue-type": kind or queue_type(),
        "x-message-ttl": RETRY_TIERS[tier],
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": origin,
        **_handed_over(kind),
    }
    return Queue(f"{origin}.retry.{tier}", durable=True, queue_arguments=arguments)


def parked_queue_name(service: str) -> str:
    return f"parked.{service}"


def parked_queue(service: str, kind: str | None = None) -> Queue:
    """What a service could not work on, until a person looks at it (`airport parked`).

    A call that expired in the queue is dead-lettered too, but isn't kept: its caller has given up. Hence
    the bindings by reason; `all-with-x` needs RabbitMQ 3.10.
    """
    calls = [
        binding(
            PARKED_CALLS_EXCHANGE,
            arguments={
                "x-match": "all-with-x",
                "x-first-death-queue": rpc_queue_name(service),
                "x-first-death-reason": reason,
            },
        )
        for reason in ("rejected", "delivery_limit")
    ]
    return Queue(
        parked_queue_name(service),
        bindings=[binding(PARKED_EXCHANGE, routing_key=service), *calls],
        durable=True,
        queue_arguments=_parked(kind or queue_type()),
    )


def _parked(kind: str) -> dict[str, Any]:
    # Looking at a parked message puts it back, which newer brokers count as a delivery and drop it at 20.
    unlimited = {"x-delivery-limit": 1_000_000} if kind == "quorum" else {}
    return {"x-queue-type": kind} | unlimited

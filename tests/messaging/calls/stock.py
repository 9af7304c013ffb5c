"""The controls: services on Nameko's own classes, run as `python -m tests.messaging.calls.stock CLASS=NAME…`.

TARGET names the service that `call_out` calls; MAX_WORKERS is Nameko's `max_workers`.
"""

# ruff: noqa: E402 - sockets, locks and time must be green before anything else is imported
from __future__ import annotations

import os

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

import eventlet

eventlet.monkey_patch()

import logging
import signal
import sys
import time
from typing import Any

import kombu.pools
import orjson
from nameko.amqp.publish import get_producer
from nameko.rpc import ReplyListener, RpcProxy, rpc
from nameko.runners import ServiceRunner

from tests.messaging.calls.notes import note

URL = os.environ["AMQP_URL"]
HELD: list[Any] = []


class Plain:
    """A service as Nameko's examples write it: no proxy, no reply listener."""

    name = "plain"

    @rpc
    def echo(self, request: dict[str, Any]) -> dict[str, Any]:
        return request

    @rpc
    def work(self, request: dict[str, Any]) -> dict[str, Any]:
        note(request["path"], "begun")
        eventlet.sleep(request["work_s"])
        note(request["path"], "done")
        return {"done": True}

    @rpc
    def escape(self, request: dict[str, Any]) -> dict[str, Any]:
        eventlet.Timeout(0.01)
        eventlet.sleep(1)
        return {}

    @rpc
    def refuse(self, request: dict[str, Any]) -> dict[str, Any]:
        raise ValueError(2500)

    @rpc
    def publisher_limit(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"limit": kombu.pools.get_limit()}

    @rpc
    def hold_publishers(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer while all of kombu's producers are in use, as with that many workers publishing."""
        for _ in range(kombu.pools.get_limit()):
            HELD.append(get_producer(URL))
            HELD[-1].__enter__()
        return {}


class Asking(Plain):
    """One that calls another."""

    target = RpcProxy(os.environ.get("TARGET", "nobody"))

    @rpc
    def call_out(self, request: dict[str, Any]) -> dict[str, Any]:
        began_at = time.monotonic()
        outcome = "ok"
        try:
            getattr(self.target, request["method"])(request=request["request"])
        except Exception as exc:
            outcome = type(exc).__name__
        return {"outcome": outcome, "elapsed_s": time.monotonic() - began_at}

    @rpc
    def call_out_later(self, request: dict[str, Any]) -> dict[str, Any]:
        def call() -> None:
            eventlet.sleep(request["after_s"])
            note(request["path"], orjson.dumps(self.call_out(request)).decode())

        eventlet.spawn(call)
        return {}


CLASSES = {"Plain": Plain, "Asking": Asking}


def main() -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stdout)
    config = {"AMQP_URI": URL, "max_workers": int(os.environ.get("MAX_WORKERS", "10"))}
    runner = ServiceRunner(config)
    for spec in sys.argv[1:]:
        class_name, _, name = spec.partition("=")
        base = CLASSES[class_name]
        members: dict[str, Any] = {"name": name}
        if class_name == "Asking" and "TARGETS" in os.environ:
            members["target"] = RpcProxy(orjson.loads(os.environ["TARGETS"])[name])
        runner.add_service(type(class_name, (base,), members))
    # As Nameko's own command does it.
    signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(runner.stop))
    runner.start()
    for container in runner.containers:
        for extension in container.extensions:
            if isinstance(extension, ReplyListener):
                print(f"reply queue: {extension.queue.name}", flush=True)
    print('"ready"', flush=True)
    runner.wait()


if __name__ == "__main__":
    main()

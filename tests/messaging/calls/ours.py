"""Services on kernel/wire, run as `python -m tests.messaging.calls.ours CLASS=NAME…`.

What a method does is said in its request, so that tests need no switch in the services.
"""

# ruff: noqa: E402 - sockets, locks and time must be green before anything else is imported
from __future__ import annotations

import os

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

import eventlet

eventlet.monkey_patch()

import sys
import time
from typing import Any

import kombu.pools
import orjson
from marshmallow import Schema, fields
from nameko.extensions import DependencyProvider

from kernel import log, tracing
from kernel.config import load
from kernel.errors import Conflict, ServiceError
from kernel.wire import Replies, Storage, current, rpc, timer
from kernel.wire.runner import ServiceRunner
from kernel.wire.settings import WireSettings
from tests.messaging.calls.notes import note


class SoldOut(Conflict):
    code = "desk.sold_out"


class SeatSchema(Schema):
    seat = fields.Integer(required=True)


class Hook(DependencyProvider):
    """Notes when the hook that runs after a call runs: later than the answer."""

    def worker_result(self, worker_ctx: Any, result: Any = None, exc_info: Any = None) -> None:
        if worker_ctx.entrypoint.method_name == "commit_in_hook":
            eventlet.sleep(0.5)
            note(worker_ctx.args[0]["path"], "committed")


class Desk:
    name = "desk"
    replies: Any = Replies()
    hook = Hook()

    @rpc
    def echo(self, request: dict[str, Any]) -> dict[str, Any]:
        return request

    @rpc(arguments=SeatSchema(), result=SeatSchema())
    def seat(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"seat": request["seat"] + 1, "internal": "not in the schema"}

    @rpc
    def work(self, request: dict[str, Any]) -> dict[str, Any]:
        """Note the beginning, take `work_s`, note the end."""
        note(request["path"], "begun")
        eventlet.sleep(request["work_s"])
        note(request["path"], "done")
        return {"done": True}

    @rpc
    def commit_in_use_case(self, request: dict[str, Any]) -> dict[str, Any]:
        note(request["path"], "committed")
        return {"done": True}

    @rpc
    def commit_in_hook(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"done": True}

    @rpc
    def escape(self, request: dict[str, Any]) -> dict[str, Any]:
        eventlet.Timeout(0.01)
        eventlet.sleep(1)
        return {}

    @rpc
    def leave(self, request: dict[str, Any]) -> dict[str, Any]:
        raise SystemExit(3)

    @rpc
    def refuse(self, request: dict[str, Any]) -> dict[str, Any]:
        raise SoldOut(left=2500, seats=[1, 2])

    @rpc
    def fail(self, request: dict[str, Any]) -> dict[str, Any]:
        raise ValueError(request["text"])

    @rpc
    def no_json(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"value": object()}

    @rpc
    def context(self, request: dict[str, Any]) -> dict[str, Any]:
        call = current()
        return {
            "call_ids": list(call.call_ids),
            "remaining_s": call.remaining_s(),
            "principal": call.principal,
            "language": call.language,
            "traceparent": call.traceparent,
        }

    @rpc
    def call_out(self, request: dict[str, Any]) -> dict[str, Any]:
        """Call `service`.`method` and tell how that ended."""
        began_at = time.monotonic()
        outcome, result = "ok", None
        try:
            result = self.replies.call(
                request["service"], request["method"], request["request"], request.get("deadline_s", 2.0)
            )
        except ServiceError as exc:
            outcome = exc.code
        return {"outcome": outcome, "result": result, "elapsed_s": time.monotonic() - began_at}

    @rpc
    def call_out_later(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer now; call out after `after_s` and note how that ended."""

        def call() -> None:
            eventlet.sleep(request["after_s"])
            note(request["path"], orjson.dumps(self.call_out(request)).decode())

        eventlet.spawn(call)
        return {}

    @rpc
    def publisher_limit(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"limit": kombu.pools.get_limit()}

    @rpc
    def break_container(self, request: dict[str, Any]) -> dict[str, Any]:
        """End a thread of the service with an error, as a bug in an extension would."""

        def thread() -> None:
            raise RuntimeError("a bug")

        CONTAINERS[self.name].spawn_managed_thread(thread)
        return {}

    @rpc
    def queues(self, request: dict[str, Any]) -> dict[str, Any]:
        """The queues that this service consumes from, as it declared them."""
        providers = CONTAINERS[self.name].queue_consumer._providers
        return {each.queue.name: [each.queue.durable, each.queue.exclusive] for each in providers}


class Clock:
    name = "clock"

    @timer(every_s=0.2)
    def tick(self) -> None:
        note(os.environ["TICKS"], f"{os.getpid()} {time.time()}")


class Busy:
    """Its timer keeps its only worker most of the time."""

    name = "busy"

    @timer(every_s=0.05)
    def keep(self) -> None:
        eventlet.sleep(1.0)

    @rpc
    def work(self, request: dict[str, Any]) -> dict[str, Any]:
        note(request["path"], "begun")
        return {"done": True}


class Caretaker:
    """Its work is to be done by one copy at a time."""

    name = "caretaker"
    storage = Storage(lambda connection: connection)

    @timer(every_s=0.5, lease="sweep")
    def sweep(self) -> None:
        note(os.environ["TICKS"], f"{os.getpid()} {time.time()}")


CLASSES = {"Desk": Desk, "Clock": Clock, "Caretaker": Caretaker, "Busy": Busy}
CONTAINERS: dict[str, Any] = {}


def main() -> int:
    log.configure("test")
    tracing.configure("test")
    classes = []
    for spec in sys.argv[1:]:
        class_name, _, name = spec.partition("=")
        classes.append(type(class_name, (CLASSES[class_name],), {"name": name}))
    runner = ServiceRunner(classes, load(WireSettings))
    CONTAINERS.update({each.service_name: each for each in runner.containers})
    return runner.run()


if __name__ == "__main__":
    sys.exit(main())

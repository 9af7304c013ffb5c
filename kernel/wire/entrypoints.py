"""What a service decorates its methods with: `@rpc` and `@timer`."""

from __future__ import annotations

import logging
import sys
from functools import partial
from typing import Any

from marshmallow import Schema, ValidationError
from nameko.containers import WorkerContext
from nameko.exceptions import ConfigurationError, ContainerBeingKilled
from nameko.extensions import Entrypoint
from nameko.messaging import HeaderDecoder
from nameko.timer import Timer as NamekoTimer

from kernel import clock
from kernel.leases import run_if_leased
from kernel.loading import loader
from kernel.wire import codec
from kernel.wire.consumer import RpcConsumer
from kernel.wire.container import EXPIRES_AT, RECEIVED_AT
from kernel.wire.context import budget_s, caller_waits_s, strip
from kernel.wire.errors import BadCall, bad_request, error_body, error_of
from kernel.wire.storage import Storage

log = logging.getLogger(__name__)


class Rpc(Entrypoint, HeaderDecoder):
    """A method that callers reach as `<service>.<method>`.

    It gets one dict, the request, loaded by `arguments`, and returns a dict that `result` dumps. Without
    schemas the dicts are passed as they are. What it raises travels as one document (kernel.errors).
    """

    rpc_consumer = RpcConsumer()

    def __init__(self, arguments: Schema | None = None, result: Schema | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.arguments = None if arguments is None else loader(arguments)
        self.result = result

    def setup(self) -> None:
        self.rpc_consumer.register_provider(self)

    def stop(self) -> None:
        self.rpc_consumer.unregister_provider(self)

    def handle_message(self, body: Any, message: Any) -> None:
        """Start the call, unless nobody waits for its answer any more.

        The signature is one dict for every method, so nothing is inspected per call as Nameko does.
        """
        received_at = clock.monotonic()
        data = strip(message.headers)
        waits_s = caller_waits_s(data)
        if waits_s <= 0:
            self.rpc_consumer.drop(message)
            return
        request = _request(body)
        if request is None:
            self.rpc_consumer.answer(message, error_body(BadCall()))
            return
        data[RECEIVED_AT] = received_at
        data[EXPIRES_AT] = received_at + budget_s(waits_s)
        self.container.spawn_worker(
            self, (request,), {}, context_data=data, handle_result=partial(self.handle_result, message)
        )

    def invoke(self, method: Any, worker_ctx: WorkerContext) -> Any:
        """Load, call, dump. Raises what the method raises, and Invalid `<service>.bad_request`."""
        request = worker_ctx.args[0]
        if self.arguments is not None:
            try:
                request = self.arguments(request)
            except ValidationError as exc:
                raise bad_request(worker_ctx.service_name, exc.normalized_messages()) from exc
        result = method(request)
        return result if self.result is None else self.result.dump(result)

    def handle_result(
        self, message: Any, worker_ctx: WorkerContext, result: Any, exc_info: Any
    ) -> tuple[Any, Any]:
        """Answer. Called by the container when the method is through."""
        call_id = worker_ctx.call_id
        if exc_info is None:
            try:
                body = codec.encode({"result": result, "error": None})
            except TypeError:
                exc_info = sys.exc_info()
                log.exception("a result can't travel as JSON")
        if exc_info is not None:
            result, body = None, error_body(error_of(exc_info[1], call_id))
        self.rpc_consumer.answer(message, body)
        return result, exc_info


def _request(body: Any) -> dict[str, Any] | None:
    """The request in {"args": [], "kwargs": {"request": {…}}}; None if the body is of another shape."""
    try:
        kwargs = body["kwargs"]
        request = kwargs["request"]
    except (KeyError, TypeError):
        return None
    if body.get("args") or len(kwargs) != 1 or not isinstance(request, dict):
        return None
    return request


class Timer(NamekoTimer):
    """Runs a method every `every_s` seconds; with a lease, in one copy of the service at a time.

    lease: a name of the service's own. The first run comes after `every_s`; a run that takes longer delays
    the next.
    """

    def __init__(self, every_s: float, lease: str | None = None, eager: bool = False, **options: Any) -> None:
        super().__init__(interval=every_s, eager=eager, **options)
        self.lease = lease

    def setup(self) -> None:
        super().setup()
        storages = [each for each in self.container.dependencies if isinstance(each, Storage)]
        if self.lease is not None and not storages:
            raise ConfigurationError(f"the lease of {self.method_name} needs a Storage in its service")
        self._storage = storages[0] if storages else None

    def invoke(self, method: Any, worker_ctx: WorkerContext) -> Any:
        if self.lease is None or self._storage is None:
            return method()
        # A little less than the interval, so that the copy that ran may run again at its next tick.
        run_if_leased(self._storage.unit_of_work, self.lease, self.interval * 0.9, method)
        return None

    def handle_timer_tick(self) -> None:
        try:
            super().handle_timer_tick()
        except ContainerBeingKilled:
            self.worker_complete.send()


rpc = Rpc.decorator
timer = Timer.decorator

"""The service container: runs a service's calls, events and timers, each in a green thread of a fixed pool.

Beside Nameko's it sees to it that
  - nothing that escapes a worker costs a slot for ever: an `eventlet.Timeout` is no Exception, so Nameko
    neither answers nor acknowledges, and after `max_workers` of them the service is a zombie (fact 5);
  - work stops when its caller has given up;
  - each piece of work is measured and logged with what a flight recorder keeps.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any, Final

from eventlet import Timeout
from eventlet.greenpool import GreenPool
from greenlet import GreenletExit
from nameko import containers
from nameko.constants import DEFAULT_MAX_WORKERS, MAX_WORKERS_CONFIG_KEY
from nameko.containers import WorkerContext
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import DependencyProvider, Entrypoint

from kernel import clock, context, ids, metrics, tracing
from kernel.errors import DeadlineExceeded, Kind, ServiceError
from kernel.log import Ended, call_ended
from kernel.wire import codec
from kernel.wire.consumer import QueueConsumer, RpcConsumer
from kernel.wire.context import context_of
from kernel.wire.replies import ReplyListener

log = logging.getLogger(__name__)

EXPIRES_AT: Final = "expires_at"
RECEIVED_AT: Final = "received_at"
_OUR_FAULT: Final = (Kind.INTERNAL,)
_PROCESS: Final = ids.new_id()[-12:]
_numbers: Final = count(1)


class ServiceContainer(containers.ServiceContainer):
    """One service in this process."""

    _worker_pool: GreenPool

    def __init__(self, service_cls: type[Any], config: dict[str, Any]) -> None:
        codec.install()
        working = config.get(MAX_WORKERS_CONFIG_KEY) or DEFAULT_MAX_WORKERS
        # Calls that only wait for their turn keep no others from being worked on: the service says how many may.
        waiting = getattr(service_cls, "waiting_places", 0)
        super().__init__(service_cls, {**config, MAX_WORKERS_CONFIG_KEY: working + waiting})
        # Every service answers `ping` and can call itself, which is what readiness asks of it.
        self.rpc_consumer = RpcConsumer().bind(self.interface)
        self.reply_listener = ReplyListener().bind(self.interface)
        self.queue_consumer: QueueConsumer = self.rpc_consumer.queue_consumer
        self.subextensions.update({self.rpc_consumer, self.reply_listener, self.queue_consumer})
        self._meters: dict[str, metrics.CallMeter] = {}
        self._setups = self._overriding("worker_setup")
        self._results = self._overriding("worker_result")
        self._teardowns = self._overriding("worker_teardown")
        metrics.watch_in_flight(self.service_name, self._worker_pool.running)

    def _overriding(self, hook: str) -> list[DependencyProvider]:
        own = getattr(DependencyProvider, hook)
        return [each for each in self.dependencies if getattr(type(each), hook) is not own]

    @property
    def has_free_worker(self) -> bool:
        return bool(self._worker_pool.free() > 0)

    @property
    def busy(self) -> bool:
        """Whether anything is being worked on."""
        return bool(self._worker_pool.running() or self._worker_pool.waiting())

    @property
    def alive(self) -> bool:
        return bool(self.started and not self._died.ready() and not self._being_killed)

    def drain(self) -> None:
        """Take nothing new, finish what is under way, then stop.

        Without a connection there is nothing to take leave of, and Nameko's `stop` would wait for one.
        """
        if self.queue_consumer.attached:
            self.stop()
        else:
            self._worker_pool.waitall()

    def spawn_worker(
        self,
        entrypoint: Entrypoint,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        context_data: dict[str, Any] | None = None,
        handle_result: Callable[..., Any] | None = None,
    ) -> WorkerContext:
        """Start a worker; waits while none is free. Raises ContainerBeingKilled.

        Nameko's, with call ids that are counted instead of drawn: what it logs and draws for each call
        costs as much as the rest of it.
        """
        if self._being_killed:
            raise ContainerBeingKilled()
        worker_ctx = WorkerContext(self, self.service_cls(), entrypoint, args, kwargs, data=context_data)
        worker_ctx._call_id = f"{self.service_name}.{entrypoint.method_name}.{_PROCESS}{next(_numbers):x}"
        thread = self._worker_pool.spawn(self._run_worker, worker_ctx, handle_result)
        thread.link(self._handle_worker_thread_exited, worker_ctx)
        self._worker_threads[worker_ctx] = thread
        return worker_ctx

    def _run_worker(self, worker_ctx: WorkerContext, handle_result: Any) -> None:
        data = worker_ctx.data
        received_at = data.pop(RECEIVED_AT, None) or clock.monotonic()
        call = context_of(tuple(worker_ctx.call_id_stack), data, data.pop(EXPIRES_AT, None))
        context.enter(call)
        method_name = worker_ctx.entrypoint.method_name
        if tracing.enabled():
            result, exc_info = self._work_in_span(worker_ctx, call)
        else:
            result, exc_info = self._work(worker_ctx, call)
        outcome = self._outcome(worker_ctx, exc_info)
        if handle_result is not None:
            result, exc_info = handle_result(worker_ctx, result, exc_info)
        self._record(method_name, call, outcome, clock.monotonic() - received_at)
        for provider in self._results:
            provider.worker_result(worker_ctx, result, exc_info)
        del exc_info
        for provider in self._teardowns:
            provider.worker_teardown(worker_ctx)

    def _work_in_span(self, worker_ctx: WorkerContext, call: context.CallContext) -> tuple[Any, Any]:
        method = worker_ctx.entrypoint.method_name
        fields = {"service": self.service_name, "method": method}
        with tracing.span(f"{self.service_name}.{method}", call.traceparent, fields) as traceparent:
            call = replace(call, traceparent=traceparent)
            context.enter(call)
            return self._work(worker_ctx, call)

    def _work(self, worker_ctx: WorkerContext, call: context.CallContext) -> tuple[Any, Any]:
        """The method's result and exc_info, whatever it raises; only being killed gets through."""
        remaining_s = call.remaining_s()
        if remaining_s is not None and remaining_s <= 0:
            # It waited for a worker for too long. Work that never yields would run in spite of a timeout.
            metrics.DROPPED_LATE.labels(self.service_name).inc()
            return None, (DeadlineExceeded, DeadlineExceeded(part=self.service_name), None)
        limit = None if remaining_s is None else Timeout(remaining_s)
        try:
            return self._call_method(worker_ctx), None
        except GreenletExit:
            raise
        except Timeout as exc:
            exceeded = DeadlineExceeded(part=self.service_name)
            # A Timeout that isn't the call's own escaped from the service's code: its bug, told as such.
            if exc is not limit:
                log.error("a Timeout escaped from a worker", exc_info=True)
            return None, (DeadlineExceeded, exceeded, exc.__traceback__)
        except BaseException:  # noqa: BLE001 - it is answered, logged and counted by the caller
            return None, sys.exc_info()
        finally:
            if limit is not None:
                limit.cancel()

    def _call_method(self, worker_ctx: WorkerContext) -> Any:
        service, entrypoint = worker_ctx.service, worker_ctx.entrypoint
        for provider in self.dependencies:
            setattr(service, provider.attr_name, provider.get_dependency(worker_ctx))
        for provider in self._setups:
            provider.worker_setup(worker_ctx)
        method = getattr(service, entrypoint.method_name)
        invoke = getattr(entrypoint, "invoke", None)
        if invoke is not None:
            return invoke(method, worker_ctx)
        return method(*worker_ctx.args, **worker_ctx.kwargs)

    def _outcome(self, worker_ctx: WorkerContext, exc_info: Any) -> tuple[str, str | None]:
        """How it ended, for the metrics, and the error's code; what is our fault is logged in full."""
        if exc_info is None:
            return "ok", None
        error = exc_info[1]
        kind = error.kind if isinstance(error, ServiceError) else Kind.INTERNAL
        if kind in _OUR_FAULT:
            fields = {"service": self.service_name, "method": worker_ctx.entrypoint.method_name}
            log.error("a worker failed", exc_info=exc_info, extra=fields)
        return kind.value, getattr(error, "code", None)

    def _record(
        self, method: str, call: context.CallContext, outcome: tuple[str, str | None], seconds: float
    ) -> None:
        ended, code = outcome
        meter = self._meters.get(method)
        if meter is None:
            meter = self._meters[method] = metrics.CallMeter(self.service_name, method)
        meter.ended(ended, seconds)
        left_s = call.remaining_s()
        call_ended(Ended(call.call_id, self.service_name, method, seconds, left_s, ended, code))

    def _handle_thread_exited(self, gt: Any) -> None:
        try:
            gt.wait()
        except GreenletExit:
            pass
        except BaseException:
            # Nameko catches Exception only: a consumer thread that ended with anything else left a
            # container without consumers that looked alive.
            log.critical("a thread of the service ended with an error", exc_info=True)
            self.kill(sys.exc_info())

"""The outbox relay as a Nameko dependency: `relay = OutboxRelay()`."""

from __future__ import annotations

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel import metrics
from kernel.db import database_for
from kernel.wire.carrier import Carrier
from kernel.wire.publish import GroupPublisher


class OutboxRelay(DependencyProvider):
    """Publishes what the service's use cases add to their outbox."""

    def __init__(self, together: int = 1) -> None:
        """together: how many events may travel in one message; for a service whose batches change much at once."""
        self._together = together

    def setup(self) -> None:
        service = self.container.service_name
        publisher = GroupPublisher(self.container.config["AMQP_URI"])
        self._carrier = Carrier(service, database_for(service), publisher, self._together)
        metrics.watch_outbox_lag(service, self._carrier.lag_s)

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._carrier.run, identifier="outbox_relay")

    def stop(self) -> None:
        """Called when the last worker is through, so that its events are in the outbox."""
        self._carrier.stop()
        self._thread.wait()

    def kill(self) -> None:
        self._carrier.stop()

    def get_dependency(self, worker_ctx: WorkerContext) -> None:
        """Nothing: methods write to their outbox, and never to the broker."""

"""A look at an event before it costs a worker: most flights, say, are nobody's business."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider
from sqlalchemy import Connection

from kernel.db import UnitOfWork, database_for


class Glance(DependencyProvider):
    """Says of each event whether its handler has anything to do: `@handle_event(…, glance="<its name>")`.

    store: as for Storage. concerns: asks the store one question about an event. On SQLite alone, where a look is some
    microseconds of this process; on PostgreSQL it would make the next event wait, and the worker looks. So the handler
    asks again whatever this said.
    among: asks it about many at once, the events of a bundle: which of their aggregates are of interest.
    """

    def __init__(
        self,
        store: Callable[[Connection], Any],
        concerns: Callable[[UnitOfWork[Any], Mapping[str, Any]], bool],
        among: Callable[[Any, Collection[str]], set[str]],
    ) -> None:
        self._store = store
        self._concerns = concerns
        self._among = among

    def setup(self) -> None:
        self._uow = UnitOfWork(database_for(self.container.service_name), self._store)

    def get_dependency(self, worker_ctx: WorkerContext) -> None:
        return None

    def concerns(self, event: Mapping[str, Any]) -> bool:
        """Whether the event is worth a worker. Waits for nothing."""
        return self._uow.database.dialect_name != "sqlite" or self._concerns(self._uow, event)

    def concerning(self, events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those that are worth a worker, by one question. May wait, for PostgreSQL."""
        with self._uow.look_up() as store:
            known = self._among(store, {event["aggregate"] for event in events})
        return [event for event in events if event["aggregate"] in known]

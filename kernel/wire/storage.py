"""A service's database as a Nameko dependency."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider
from sqlalchemy import Connection

from kernel.db import UnitOfWork, database_for


class Storage(DependencyProvider):
    """Gives a service's methods their unit of work: `storage = Storage(Store)`.

    store: takes a connection, holds the service's queries. The database is the one that `DATABASE_URL` names
    for this service, one in a process. Nothing is committed here: the reply leaves before any hook of a
    dependency runs (fact 2), so use cases commit.
    """

    unit_of_work: UnitOfWork[Any]

    def __init__(self, store: Callable[[Connection], Any]) -> None:
        self.store = store

    def setup(self) -> None:
        self.unit_of_work = UnitOfWork(database_for(self.container.service_name), self.store)

    def get_dependency(self, worker_ctx: WorkerContext) -> UnitOfWork[Any]:
        return self.unit_of_work

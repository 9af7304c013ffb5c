"""What every part of the service has: its place, its database, its outbox."""

from __future__ import annotations

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel.config import load
from kernel.db import UnitOfWork, database_for
from kernel.wire import OutboxRelay, Replies, Storage
from services.airport import Airport
from services.lostfound import usecases
from services.lostfound.settings import LostFoundSettings
from services.lostfound.store import LostFoundStore
from services.lostfound.vault import Vault


class Here(DependencyProvider):
    """What use cases know of where they are; keys are read when the service starts, not when this is imported."""

    place: usecases.Place

    def setup(self) -> None:
        self.place = usecases.Place(load(Airport), load(LostFoundSettings), Vault.from_environment())

    def start(self) -> None:
        uow = UnitOfWork(database_for(self.container.service_name), LostFoundStore)
        usecases.open_first_desks(uow, self.place)

    def get_dependency(self, worker_ctx: WorkerContext) -> usecases.Place:
        return self.place


class Rooms:
    """The dependencies that the parts of the service share."""

    replies = Replies()
    storage = Storage(LostFoundStore)
    relay = OutboxRelay()
    place = Here()

"""What every part of the service has: its place, its database, its outbox."""

from __future__ import annotations

from nameko.containers import WorkerContext
from nameko.extensions import DependencyProvider

from kernel.config import load
from kernel.wire import OutboxRelay, Replies, Storage
from services.airport import Airport
from services.shop.settings import ShopSettings
from services.shop.store import ShopStore
from services.shop.usecases.shared import Place
from services.shop.vault import Vault


class Here(DependencyProvider):
    """What use cases know of where they are; keys are read when the service starts, not when this is imported."""

    place: Place

    def setup(self) -> None:
        self.place = Place(load(Airport), load(ShopSettings), Vault.from_environment())

    def get_dependency(self, worker_ctx: WorkerContext) -> Place:
        return self.place


class Rooms:
    """The dependencies that the parts of the service share."""

    replies = Replies()
    storage = Storage(ShopStore)
    relay = OutboxRelay()
    place = Here()

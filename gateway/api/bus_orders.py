"""A traveller's own orders of bus tickets as JSON: sessions, ids, repeats and limits are those of `me`."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from gateway.api.bus_operations import BUS_OPERATIONS
from gateway.api.me import MeApi


class BusOrdersApi(MeApi):
    def routes(self) -> list[BaseRoute]:
        return [
            Route(operation.path, self._endpoint(operation), methods=[operation.method])
            for operation in BUS_OPERATIONS
        ]

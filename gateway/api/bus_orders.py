"""A traveller's own orders of bus tickets as JSON: sessions, ids, repeats and limits are those of `me`."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from gateway.api.bus_operations import BUS_OPERATIONS, BusOperation
from gateway.api.me import MeApi
from gateway.api.me_operations import Operation
from gateway.session import Traveller


class BusOrdersApi(MeApi):
    def routes(self) -> list[BaseRoute]:
        return [
            Route(operation.path, self._endpoint(operation), methods=[operation.method])
            for operation in BUS_OPERATIONS
        ]

    async def _call(
        self, request: Request, operation: Operation, traveller: Traveller, wish: dict[str, Any]
    ) -> Any:
        if isinstance(operation, BusOperation) and operation.prepare is not None:
            wish = await operation.prepare(self._deps, request, wish)
        return await super()._call(request, operation, traveller, wish)

"""The router of all doors: exact about methods, and errors go up to the layer that answers them."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import Receive, Scope, Send

from gateway.errors import UnknownPath, WrongMethod


class Doors:
    """What Starlette's application would be, without its two error layers: `state` is request.app.state."""

    def __init__(self, routes: Sequence[BaseRoute], state: SimpleNamespace) -> None:
        self.state = state
        self._routes = list(routes)
        self._router = Router(self._routes, redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        try:
            await self._router(scope, receive, send)
        except HTTPException as exc:
            if exc.status_code == 404:
                raise UnknownPath from None
            if exc.status_code != 405:
                raise
            allow = self._allowed(scope)
            if scope["method"] != "OPTIONS":
                raise WrongMethod(allow=allow) from None
            await Response(status_code=204, headers={"Allow": ", ".join(allow)})(scope, receive, send)

    def _allowed(self, scope: Scope) -> list[str]:
        """All methods of all routes at this path: two routes may share one."""
        methods = {"OPTIONS"}
        for route in self._routes:
            if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE:
                methods |= route.methods or set()
        return sorted(methods)

"""Whether the gateway lives, and whether it should get requests."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.deps import Deps
from gateway.drain import Drain

_NO_STORE = {"Cache-Control": "no-store"}


def routes(deps: Deps, drain: Drain) -> list[BaseRoute]:
    """/healthz: the process answers. /readyz: it has news to tell and is not on its way out."""

    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=_NO_STORE)

    async def readyz(request: Request) -> Response:
        ready = deps.flights.loaded and not drain.begun
        document = {
            "ready": ready,
            "draining": drain.begun,
            "window_loaded": deps.flights.loaded,
            "stale": deps.flights.stale,
            "broker_connected": deps.rpc.connected,
        }
        return JSONResponse(document, 200 if ready else 503, _NO_STORE)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]

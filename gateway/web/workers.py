"""The service worker that keeps opened tickets and boarding passes for a phone without a network.

One script under several addresses, each registered for its own pages: what it keeps follows from its scope.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.cache import Page
from gateway.pages import respond
from gateway.web.assets import STATIC
from gateway.web.site import Endpoint

_HEADERS: Final = (
    (b"content-type", b"text/javascript; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"vary", b"Accept-Encoding"),
)
"""Browsers ask for a service worker under one name and look for a newer one themselves."""


def worker() -> Endpoint:
    page = Page((STATIC / "worker.js").read_bytes(), _HEADERS)

    async def script(request: Request) -> Response:
        """GET …/worker.js. Its scope /checkin/passes/ lies below /checkin/, as browsers ask."""
        return respond(request, page)

    return script

"""From the address of a form that was sent back to its page.

A form that is refused, or whose reader signs in anew, leaves its own address in the browser. Loaded again, kept as a
tab, opened from the history or with another language, that address is asked for by GET.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.web.site import Endpoint

NAME: Final = "way back"
_NO_STORE: Final = {"Cache-Control": "no-store"}


def ways_back(routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """GET of every address that only takes forms: on to the nearest page above it."""
    pages = {one.path for one in _of(routes, "GET")}
    forms = {one.path for one in _of(routes, "POST")}
    return [Route(path, _up_to(_page_above(path, pages)), name=NAME) for path in sorted(forms - pages)]


def _of(routes: Iterable[BaseRoute], method: str) -> list[Route]:
    return [one for one in routes if isinstance(one, Route) and method in (one.methods or ())]


def _page_above(path: str, pages: set[str]) -> str:
    while path not in pages and path != "/":
        path = path.rpartition("/")[0] or "/"
    return path


def _up_to(above: str) -> Endpoint:
    steps = 0 if above == "/" else above.count("/")

    async def back(request: Request) -> Response:
        asked = quote(request.url.path).split("/")
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(
            "/".join(asked[: steps + 1]) + query if steps else f"/{query}", 303, _NO_STORE
        )

    return back

"""The phone page and its files, read from the disk each time: who works on them reloads."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

_FOLDER: Final = Path(__file__).parents[1] / "phone"
_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_NOT_KEPT: Final = {"Cache-Control": "no-cache"}


def routes() -> list[BaseRoute]:
    return [Route("/", _page), Route("/phone/{name}", _file)]


async def _page(_: Request) -> Response:
    return FileResponse(_FOLDER / "phone.html", media_type="text/html; charset=utf-8", headers=_NOT_KEPT)


async def _file(request: Request) -> Response:
    path = _FOLDER / request.path_params["name"]
    if path.parent != _FOLDER or path.suffix not in _TYPES or not path.is_file():
        return Response(status_code=404)
    return FileResponse(path, media_type=_TYPES[path.suffix], headers=_NOT_KEPT)

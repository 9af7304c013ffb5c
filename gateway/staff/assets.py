"""The console's styles and scripts, under names that change with their content, sent from memory.

A desk that needs a file of its own puts it into `static/` and names it in its template: `{{ asset("inspector.js") }}`.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

import brotli
from starlette.requests import Request
from starlette.responses import Response

from gateway.cache.page import coding_for, matches
from gateway.errors import UnknownPath

STATIC: Final = Path(__file__).parent / "static"
PREFIX: Final = "/staff/static"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOREVER: Final = "public, max-age=31536000, immutable"


class Assets:
    """All files of `static/`, read once."""

    def __init__(self, static: Path = STATIC) -> None:
        self._urls: dict[str, str] = {}
        self._bodies: dict[str, tuple[str, str, dict[str, bytes]]] = {}
        for path in sorted(each for each in static.iterdir() if each.suffix in _TYPES):
            body = path.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:12]
            name = f"{path.stem}.{digest}{path.suffix}"
            codings = {"br": brotli.compress(body), "gzip": gzip.compress(body, 9, mtime=0), "": body}
            self._urls[path.name] = f"{PREFIX}/{name}"
            self._bodies[name] = (f"{_TYPES[path.suffix]}; charset=utf-8", f'"{digest}"', codings)

    def url(self, name: str) -> str:
        """The address of a file of `static/`: it changes when its content does."""
        return self._urls[name]

    async def respond(self, request: Request) -> Response:
        """GET /staff/static/{name}: never changes, holds nothing secret."""
        found = self._bodies.get(request.path_params["name"])
        if found is None:
            raise UnknownPath()
        media_type, etag, codings = found
        coding = coding_for(request.headers.get("accept-encoding", "").encode("latin-1"))
        headers = {"Cache-Control": _FOREVER, "ETag": etag, "Vary": "Accept-Encoding"}
        if matches(request.headers.get("if-none-match", "").encode("latin-1"), etag.encode()):
            return Response(status_code=304, headers=headers)
        if coding:
            headers["Content-Encoding"] = coding
        return Response(codings[coding], headers=headers, media_type=media_type)


@cache
def assets() -> Assets:
    """The assets of this installation."""
    return Assets()

"""The console's styles and scripts, under names that change with their content, sent from memory.

A desk that needs a file of its own puts it into `static/` and names it in its template: `{{ asset("inspector.js") }}`.
`static/vendor/` is made by `python -m deploy.assets` from npm packages; its files are named `vendor/zxing.js`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from functools import cache
from pathlib import Path
from typing import Final

import brotli
from starlette.requests import Request
from starlette.responses import Response

from gateway.cache.page import coding_for, matches
from gateway.errors import UnknownPath

log = logging.getLogger(__name__)

STATIC: Final = Path(__file__).parent / "static"
SHARED: Final = Path(__file__).parents[1] / "static"
"""What travellers' pages have too."""
PREFIX: Final = "/staff/static"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".wasm": "application/wasm",
}
_LARGE: Final = 200_000
# The best compression of a megabyte takes three seconds of every start.
_QUALITY: Final = 9
_FOREVER: Final = "public, max-age=31536000, immutable"


class Assets:
    """All files of `static/`, read once."""

    def __init__(self, static: Path = STATIC) -> None:
        self._urls: dict[str, str] = {}
        self._bodies: dict[str, tuple[str, str, dict[str, bytes]]] = {}
        own = {
            each.name: each
            for folder in (SHARED, static)
            for each in folder.iterdir()
            if each.suffix in _TYPES
        }
        for told, path in sorted((own | _vendored(static)).items()):
            body = path.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:12]
            name = f"{Path(told).stem}.{digest}{path.suffix}"
            codings = {
                "br": brotli.compress(body, quality=_QUALITY if len(body) > _LARGE else 11),
                "gzip": gzip.compress(body, 9, mtime=0),
                "": body,
            }
            self._urls[told] = f"{PREFIX}/{name}"
            self._bodies[name] = (_TYPES[path.suffix], f'"{digest}"', codings)

    def url(self, name: str) -> str:
        """The address of a file of `static/`: it changes when its content does; "" for what was never fetched."""
        if name not in self._urls and name.startswith("vendor/"):
            return ""
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


def _vendored(static: Path) -> dict[str, Path]:
    manifest = static / "vendor" / "manifest.json"
    if not manifest.exists():
        log.warning(
            "older phones can't scan: gateway/staff/static/vendor is missing, run `python -m deploy.assets`"
        )
        return {}
    files: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return {f"vendor/{name}": static / "vendor" / hashed for name, hashed in files.items()}


@cache
def assets() -> Assets:
    """The assets of this installation."""
    return Assets()

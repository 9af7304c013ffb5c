"""Styles and scripts as few, hashed, precompressed files, read once at start and sent from memory.

`static/vendor/` is made by `python -m deploy.assets` from the npm packages of `package.json`; without it the pages
work, plainly dressed, and the log says so.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from dataclasses import dataclass
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
"""What the console has too."""
BUNDLES: Final = {
    "site.css": ("vendor/weui.css", "site.css", "board.css", "flight.css", "account.css"),
    "site.js": ("vendor/htmx.js", "site.js", "live.js", "account.js"),
    "bus.css": ("bus.css",),
    "bus.js": ("bus.js",),
    "checkin.css": ("bus.css", "checkin.css"),
    "checkin.js": ("checkin.js",),
    "lost.css": ("bus.css", "checkin.css", "lost.css"),
    "lost.js": ("lost.js",),
    "shop.css": ("bus.css", "shop.css"),
    "shop.js": ("bus.js", "shop.js"),
    "wallet.js": ("wallet.js",),
    "photos.css": ("photos.css",),
    "photos.js": ("photos.js",),
    "icon.svg": ("icon.svg",),
}
"""What is sent, and the files it is joined from, in this order."""
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOREVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    media_type: str
    etag: str
    bodies: dict[str, bytes]
    """by content coding: "" is plain"""


class Assets:
    """The bundles under names that change with their content."""

    def __init__(self, static: Path = STATIC) -> None:
        self._by_name: dict[str, Asset] = {}
        self._urls: dict[str, str] = {}
        vendored = _vendored(static)
        for bundle, parts in BUNDLES.items():
            files = [folder / vendored.get(part, part) for part in parts for folder in (static, SHARED)]
            body = b"\n".join(path.read_bytes() for path in files if path.exists())
            digest = hashlib.sha256(body).hexdigest()[:12]
            stem, suffix = Path(bundle).stem, Path(bundle).suffix
            name = f"{stem}.{digest}{suffix}"
            self._urls[bundle] = f"/static/{name}"
            self._by_name[name] = Asset(
                f"{_TYPES[suffix]}; charset=utf-8",
                f'"{digest}"',
                {"br": brotli.compress(body), "gzip": gzip.compress(body, 9, mtime=0), "": body},
            )

    def url(self, bundle: str) -> str:
        """The address of a bundle: it changes when its content does."""
        return self._urls[bundle]

    def names(self) -> list[str]:
        return list(self._by_name)

    async def respond(self, request: Request) -> Response:
        """GET /static/{name}: never changes, so it may be kept for ever."""
        asset = self._by_name.get(request.path_params["name"])
        if asset is None:
            raise UnknownPath()
        coding = coding_for(request.headers.get("accept-encoding", "").encode("latin-1"))
        headers = {"Cache-Control": _FOREVER, "ETag": asset.etag, "Vary": "Accept-Encoding"}
        if matches(request.headers.get("if-none-match", "").encode("latin-1"), asset.etag.encode()):
            return Response(status_code=304, headers=headers)
        if coding:
            headers["Content-Encoding"] = coding
        return Response(asset.bodies[coding], headers=headers, media_type=asset.media_type)


@cache
def assets() -> Assets:
    """The assets of this installation."""
    return Assets()


def _vendored(static: Path) -> dict[str, str]:
    manifest = static / "vendor" / "manifest.json"
    if not manifest.exists():
        log.warning("pages are plain: gateway/web/static/vendor is missing, run `python -m deploy.assets`")
        return {}
    files: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return {f"vendor/{name}": f"vendor/{hashed}" for name, hashed in files.items()}

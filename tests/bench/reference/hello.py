"""Bare ASGI: the server's own limit. Serves one fixed body of the size of one flight."""

from __future__ import annotations

import os
from typing import Any

BODY = b"x" * int(os.environ.get("BENCH_BODY_BYTES", "2000"))
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})

"""The hot reads, answered ahead of router and middleware from bytes that exist already.

A GET or HEAD whose path (and query) the cache knows costs one dictionary look-up and one pass over the
request's headers. Everything else, and whatever is unusual about a request, goes on to the application.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.cache import FlightCache
from gateway.cache.page import IDENTITY, coding_for, matches

Pair = tuple[bytes, bytes]

_NO_BODY: Final[dict[str, Any]] = {"type": "http.response.body", "body": b""}
_STALE: Final[Pair] = (b"cache-status", b'flights; hit; detail="stale"')


class Edge:
    """ASGI layer around the application."""

    def __init__(self, app: ASGIApp, cache: FlightCache, headers: list[Pair]) -> None:
        """headers: what every answer carries, the security headers."""
        self._app = app
        self._cache = cache
        self._security = headers
        self._extra: list[Pair] = [(b"age", b"0"), *headers]
        self.hits = 0
        self._taken = 0

    def tick(self) -> None:
        """The age of the news as every answer states it from now on; called each second and when it turns
        stale."""
        extra = freshness_headers(self._cache) + self._security
        if extra != self._extra:
            self._extra = extra

    def take_hits(self) -> int:
        """Hits since the last time, for the metrics: the edge itself only counts."""
        taken, self._taken = self.hits - self._taken, self.hits
        return taken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query = scope["query_string"]
            known = self._cache.paths.get(
                f"{scope['path']}?{query.decode('latin-1')}" if query else scope["path"]
            )
            if known is not None and (page := known.page) is not None:
                method = scope["method"]
                if method == "GET" or method == "HEAD":
                    coding, if_none_match = IDENTITY, b""
                    for name, value in scope["headers"]:
                        if name == b"accept-encoding":
                            coding = coding_for(value)
                        elif name == b"if-none-match":
                            if_none_match = value
                        elif name == b"accept" and not accepts_json(value):
                            break
                    else:
                        self.hits += 1
                        variant = page.variant(coding)
                        variant.stamp(self._extra)
                        if if_none_match and matches(if_none_match, variant.etag):
                            await send(variant.start_304)
                            await send(_NO_BODY)
                        else:
                            await send(variant.start_200)
                            await send(variant.body_message if method == "GET" else _NO_BODY)
                        return
        await self._app(scope, receive, send)


def freshness_headers(cache: FlightCache) -> list[Pair]:
    """How old the news is, and whether it may be out of date (RFC 9111 Age, RFC 9211 Cache-Status)."""
    headers = [(b"age", b"%d" % cache.age_s)]
    if cache.stale:
        headers.append(_STALE)
    return headers


@lru_cache(maxsize=512)
def accepts_json(accept: bytes) -> bool:
    """Whether an `Accept` header lets us answer application/json; an empty one does."""
    best: tuple[int, float] = (-1, 0.0)
    for part in accept.decode("latin-1").lower().split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        rank = {"application/json": 2, "application/*": 1, "*/*": 0}.get(media)
        if rank is not None and rank > best[0]:
            best = (rank, _weight(parameters))
    return best[1] > 0 if best[0] >= 0 else not accept.strip()


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0

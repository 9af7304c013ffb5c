"""One resource as bytes ready to send: body, strong ETag, prebuilt headers, compressed variants."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import brotli

Headers = list[tuple[bytes, bytes]]

IDENTITY: Final = ""
GZIP: Final = "gzip"
BR: Final = "br"

# Smaller bodies fit one packet as they are: compressing them saves a reader nothing.
_WORTH_COMPRESSING_BYTES: Final = 1200
_GZIP_LEVEL: Final = 5
_BR_QUALITY: Final = 4

JSON_HEADERS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-cache"),
    (b"vary", b"Accept-Encoding"),
)


class Variant:
    """One encoding of a page: its bytes, its own strong ETag (quoted) and headers for 200 and 304."""

    __slots__ = ("_stamp", "body", "body_message", "etag", "headers", "headers_304", "start_200", "start_304")

    def __init__(self, body: bytes, etag: bytes, coding: str, base: Sequence[tuple[bytes, bytes]]) -> None:
        self.body = body
        self.etag = etag
        self.headers: Headers = [*base, (b"etag", etag), (b"content-length", b"%d" % len(body))]
        if coding:
            self.headers.append((b"content-encoding", coding.encode()))
        # 304 repeats what a 200 would say, without what describes the body (RFC 9110, 15.4.5).
        self.headers_304: Headers = [pair for pair in base if pair[0] != b"content-type"] + [(b"etag", etag)]
        self.body_message = {"type": "http.response.body", "body": body}
        self._stamp: Headers | None = None
        self.start_200: dict[str, Any] = {}
        self.start_304: dict[str, Any] = {}

    def stamp(self, extra: Headers) -> None:
        """Make the ASGI messages with these further headers, unless they are made already. The same list
        object means the same headers: the edge makes a new one each second."""
        if self._stamp is extra:
            return
        self._stamp = extra
        kind = "http.response.start"
        self.start_200 = {"type": kind, "status": 200, "headers": self.headers + extra}
        self.start_304 = {"type": kind, "status": 304, "headers": self.headers_304 + extra}


class Page:
    """A body and its variants; a compressed one is made when first asked for and kept."""

    __slots__ = ("_base", "_tag", "_variants", "body")

    def __init__(self, body: bytes, base: Sequence[tuple[bytes, bytes]] = JSON_HEADERS) -> None:
        self.body = body
        self._base = base
        self._tag = blake2b(body, digest_size=9).hexdigest()
        self._variants: dict[str, Variant] = {}

    @property
    def etag(self) -> str:
        """The ETag of the uncompressed variant, quoted."""
        return f'"{self._tag}"'

    def variant(self, coding: str) -> Variant:
        """coding: IDENTITY, GZIP or BR. A body too small to be worth it stays as it is."""
        found = self._variants.get(coding)
        if found is None:
            found = self._variants[coding] = self._make(coding)
        return found

    def _make(self, coding: str) -> Variant:
        if coding and len(self.body) < _WORTH_COMPRESSING_BYTES:
            return self.variant(IDENTITY)
        if coding == GZIP:
            body = gzip.compress(self.body, _GZIP_LEVEL, mtime=0)
        elif coding == BR:
            body = brotli.compress(self.body, quality=_BR_QUALITY)
        else:
            return Variant(self.body, f'"{self._tag}"'.encode(), IDENTITY, self._base)
        return Variant(body, f'"{self._tag}-{coding}"'.encode(), coding, self._base)


@lru_cache(maxsize=512)
def coding_for(accept_encoding: bytes) -> str:
    """The best variant for an `Accept-Encoding` header: br, gzip or identity.

    Of br and gzip the heavier weighted wins, br when they are equal. A header that forbids identity and
    names nothing we have still gets identity: a readable answer beats a refusal (RFC 9110, 12.5.3).
    """
    weights: dict[str, float] = {}
    for part in accept_encoding.decode("latin-1").lower().split(","):
        coding, _, parameters = part.strip().partition(";")
        weights[coding.strip()] = _weight(parameters)
    anything = weights.get("*", 0.0)
    br, gz = weights.get("br", anything), weights.get("gzip", weights.get("x-gzip", anything))
    identity = weights.get("identity", 0.0)
    if br > 0 and br >= gz and br >= identity:
        return BR
    return GZIP if gz > 0 and gz >= identity else IDENTITY


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Whether an `If-None-Match` header names this ETag (weak comparison, lists and `*` understood)."""
    if if_none_match == etag:
        return True
    for part in if_none_match.split(b","):
        candidate = part.strip()
        if candidate == b"*" or candidate.removeprefix(b"W/") == etag:
            return True
    return False

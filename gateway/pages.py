"""A prebuilt page as an answer outside of the edge: variants, ETag, 304, freshness, Accept."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from gateway.cache import FlightCache
from gateway.cache.page import Page, coding_for, matches
from gateway.edge import accepts_json, freshness_headers
from gateway.errors import NotAcceptable

JSON = "application/json"


def require_json(request: Request) -> None:
    """Raises NotAcceptable when the reader won't have JSON."""
    accept = request.headers.get("accept")
    if accept is not None and not accepts_json(accept.encode("latin-1")):
        raise NotAcceptable(offered=[JSON])


def respond(request: Request, page: Page, cache: FlightCache | None = None) -> Response:
    """The page as this reader takes it. cache: states the age of the news it was built from."""
    variant = page.variant(coding_for(request.headers.get("accept-encoding", "").encode("latin-1")))
    if_none_match = request.headers.get("if-none-match", "").encode("latin-1")
    fresh = freshness_headers(cache) if cache is not None else []
    if if_none_match and matches(if_none_match, variant.etag):
        response = Response(status_code=304)
        response.raw_headers = variant.headers_304 + fresh
        return response
    response = Response(variant.body)
    response.raw_headers = variant.headers + fresh
    return response

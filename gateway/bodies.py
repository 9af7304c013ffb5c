"""Request bodies: never more than the limit, and JSON that says where it breaks."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import BadJson, BodyTooLarge, LengthRequired, WrongMediaType


class BodyLimit:
    """ASGI layer that cuts a body while it streams in, whatever its Content-Length says."""

    def __init__(self, app: ASGIApp, limit_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        for name, value in scope["headers"]:
            if name == b"content-length":
                if not value.isdigit():
                    raise LengthRequired
                if int(value) > self._limit_bytes:
                    raise BodyTooLarge(limit_bytes=self._limit_bytes)
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit_bytes:
                raise BodyTooLarge(limit_bytes=self._limit_bytes)
            return message

        await self._app(scope, counted, send)


def media_type(request: Request) -> str:
    """The body's media type without parameters, lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_json(request: Request) -> Any:
    """The body parsed. Raises WrongMediaType, BadJson (with the position, never with the text)."""
    if media_type(request) != "application/json":
        raise WrongMediaType(accepted=["application/json"])
    return parse_json(await request.body())


def parse_json(body: bytes) -> Any:
    """Raises BadJson with line and column, counted from 1."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise BadJson(line=exc.lineno, column=exc.colno) from None

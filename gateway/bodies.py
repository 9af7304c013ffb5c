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


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """The whole body. Raises BodyTooLarge as soon as it is known to be longer than `limit_bytes`.

    A declared length is judged before anything is read; one that lies, or none, is caught while reading.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise WrongMediaType(accepted=["identity"])
    declared = request.headers.get("content-length")
    if declared is not None:
        if not (declared.isascii() and declared.isdigit()):
            raise LengthRequired
        if int(declared) > limit_bytes:
            raise BodyTooLarge(limit_bytes=limit_bytes)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit_bytes:
            raise BodyTooLarge(limit_bytes=limit_bytes)
        chunks.append(chunk)
    return b"".join(chunks)

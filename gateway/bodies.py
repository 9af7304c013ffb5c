"""Request bodies: never more than the limit, and JSON that says where it breaks."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import BadJson, BodyTooLarge, LengthRequired, WrongMediaType

_LINGER_S: Final = 3.0
_LINGER_TIMES: Final = 2
"""A body of up to this many times the limit is read to its end before it is refused."""
_BRING_FILES: Final = ("multipart/form-data", "image/")


class BodyLimit:
    """ASGI layer that cuts a body while it streams in, whatever its Content-Length says.

    What is left of a body when the answer is known is read and thrown away: a client that writes all before
    it reads (most do) would otherwise find the connection reset instead of the answer, a 413 or 401 above all.
    """

    def __init__(self, app: ASGIApp, limit_bytes: int, form_limit_bytes: int | None = None) -> None:
        """form_limit_bytes: of photos and forms with files; who takes none refuses them before reading any."""
        self._app = app
        self._limit_bytes = limit_bytes
        self._form_limit_bytes = form_limit_bytes or limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        brings_files = headers.get("content-type", "").lower().startswith(_BRING_FILES)
        limit_bytes = self._form_limit_bytes if brings_files else self._limit_bytes
        body = _Body(headers, receive, limit_bytes)

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                await body.linger()
            await send(message)

        try:
            body.check_declared()
            await self._app(scope, body.receive, answered)
        finally:
            await body.linger()


class _Body:
    """One request's body on its way in."""

    def __init__(self, headers: Headers, receive: Receive, limit_bytes: int) -> None:
        self._receive = receive
        self._limit_bytes = limit_bytes
        self._received = 0
        self._declared = headers.get("content-length")
        # Who asks with Expect whether to send, and got no 100, doesn't send. A body without a declared length
        # may have no end.
        self._open = "expect" not in headers and self._declared not in {None, "0"}

    def check_declared(self) -> None:
        """Raises LengthRequired, BodyTooLarge."""
        if self._declared is None:
            return
        if not (self._declared.isascii() and self._declared.isdigit()):
            raise LengthRequired
        if int(self._declared) > self._limit_bytes:
            if int(self._declared) > self._limit_bytes * _LINGER_TIMES:
                self._open = False
            raise BodyTooLarge(limit_bytes=self._limit_bytes)

    async def receive(self) -> Message:
        """The next message. Raises BodyTooLarge as soon as the limit is passed."""
        message = await self._next()
        if self._received > self._limit_bytes:
            raise BodyTooLarge(limit_bytes=self._limit_bytes)
        return message

    async def _next(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if not message.get("more_body", False):
            self._open = False
        return message

    async def linger(self) -> None:
        """Read what is still to come, within bounds of size and time."""
        try:
            async with asyncio.timeout(_LINGER_S):
                while self._open and self._received <= self._limit_bytes * _LINGER_TIMES:
                    await self._next()
        except TimeoutError:
            self._open = False


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

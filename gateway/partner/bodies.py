"""Request bodies: read up to a limit and not one chunk further."""

from __future__ import annotations

from starlette.requests import Request

from gateway.errors import BodyTooLarge, LengthRequired, WrongMediaType


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

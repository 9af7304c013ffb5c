"""A load generator for sequences of requests: HTTP/1.1 over kept connections, little more than the bytes.

httpx costs a millisecond of the shared cores for each request; this a tenth of it.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Self
from urllib.parse import urlsplit


class Connection:
    """One kept connection to a server that states Content-Length."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = str(parts.hostname), parts.port or 80
        self._netloc = parts.netloc

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def post(self, path: str, document: Any, headers: dict[str, str]) -> tuple[int, Any]:
        """The status and the JSON document of the answer."""
        body = json.dumps(document).encode()
        fields = {"Host": self._netloc, "Content-Type": "application/json", "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in (fields | headers).items())
        self._writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        head_back = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head_back.split(" ", 2)[1])
        _, found, rest = head_back.partition("content-length:")
        assert found, head_back
        content = await self._reader.readexactly(int(rest.partition("\r\n")[0]))
        return status, json.loads(content)

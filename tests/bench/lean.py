"""A load generator for sequences of requests: HTTP/1.1 over kept connections, little more than the bytes.

httpx costs a millisecond of the shared cores for each request; this a tenth of it.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """headers: as they came, in lower case."""

    status: int
    headers: str
    content: bytes

    def header(self, name: str) -> str:
        """ "" when there is none."""
        return self.headers.partition(f"\r\n{name}:")[2].partition("\r\n")[0].strip()


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
        answer = await self.send(path, json.dumps(document).encode(), "application/json", headers)
        return answer.status, json.loads(answer.content)

    async def send(self, path: str, body: bytes, media_type: str, headers: dict[str, str]) -> Answer:
        """POST a body."""
        fields = {"Host": self._netloc, "Content-Type": media_type, "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in (fields | headers).items())
        self._writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        head_back = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        answer = Answer(int(head_back.split(" ", 2)[1]), head_back, b"")
        length = answer.header("content-length")
        assert length, head_back
        return replace(answer, content=await self._reader.readexactly(int(length)))

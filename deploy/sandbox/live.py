"""News for open phone pages, as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Final

_WAITING: Final = 1000
_HEARTBEAT_S: Final = 15.0


class Hub:
    """Whoever listens gets every event from then on; a listener that falls far behind is told to read anew."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[tuple[str, Any]]] = set()

    def tell(self, event: str, data: Any) -> None:
        for queue in self._queues:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(("resync", {}))
            queue.put_nowait((event, data))

    async def listen(self) -> AsyncIterator[bytes]:
        """Server-sent events, for ever."""
        queue: asyncio.Queue[tuple[str, Any]] = asyncio.Queue(_WAITING)
        self._queues.add(queue)
        try:
            yield b"retry: 1000\n\nevent: hello\ndata: {}\n\n"
            while True:
                try:
                    event, data = await asyncio.wait_for(queue.get(), _HEARTBEAT_S)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                yield f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False, default=str)}\n\n".encode()
        finally:
            self._queues.discard(queue)

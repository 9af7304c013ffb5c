"""POST /partner/v1/flights: a signed batch of updates in, one result per item out."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.deps import Deps
from gateway.identity import PartnerIdentity
from gateway.partner import aidx, answers
from gateway.partner.batch import Batch, read_json
from gateway.partner.door import Reply, accepts
from gateway.partner.writes import JSON, Received, SignedWrites
from services.partners.schemas import Scope

log = logging.getLogger(__name__)

XML: Final = ("application/xml", "text/xml")
_INLINE_BYTES = 64 * 1024
"""Bodies up to this are read in the event loop; longer ones in a thread, so that others don't wait."""


class PushEndpoint:
    """Authenticates, verifies, reads, passes on, answers; decides nothing about flights."""

    def __init__(self, deps: Deps, identity: PartnerIdentity) -> None:
        self._deps = deps
        self._writes = SignedWrites(deps, identity)
        self._readers = asyncio.Semaphore(2)

    async def push(self, request: Request, reply: Reply) -> Response:
        """200 with one result per item, or a problem."""
        writer = await self._writes.admit(request, reply, Scope.FLIGHTS_WRITE)
        context = writer.context
        as_xml = accepts(request, (JSON, *XML)) in XML
        pushed = await self._writes.receive(request, reply, writer, (JSON, *XML))
        batch = await self._read(pushed)
        results = batch.results(await self._report(pushed, batch))
        log.info(
            "partner push",
            extra={
                "call_id": context.call_id,
                "client_id": pushed.client_id,
                "count": len(results),
                "size_bytes": len(pushed.body),
            },
        )
        if as_xml:
            return reply.send(answers.to_aidx(results, self._deps.words, context.language), XML[0])
        return reply.send(answers.to_json(results, self._deps.words, context.language), JSON)

    async def _read(self, pushed: Received) -> Batch:
        read = read_json if pushed.media_type == JSON else aidx.read
        if len(pushed.body) <= _INLINE_BYTES:
            return read(pushed.body)
        async with self._readers:
            return await asyncio.to_thread(read, pushed.body)

    async def _report(self, pushed: Received, batch: Batch) -> list[dict[str, Any]]:
        updates = batch.updates()
        if not updates:
            return []
        partner = pushed.partner
        answer = await self._writes.ask(
            "flights",
            "report_updates",
            pushed,
            {
                "request_id": pushed.request_id,
                "source": {
                    "name": partner.client_id,
                    "kind": partner.kind,
                    "airlines": list(partner.airlines),
                },
                "items": updates,
            },
        )
        results: list[dict[str, Any]] = answer["results"]
        return sorted(results, key=lambda result: int(result["index"]))

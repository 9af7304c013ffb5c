"""POST /partner/v1/flights: a signed batch of updates in, one result per item out."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway import calls
from gateway.bodies import read_body
from gateway.deps import Deps
from gateway.errors import WrongMediaType
from gateway.identity import PartnerIdentity, Principal
from gateway.partner import aidx, answers
from gateway.partner.batch import Batch, read_json
from gateway.partner.door import Reply, accepts
from gateway.partner.errors import BadIdempotencyKey, MaybeDone
from gateway.partner.signing import Signature, text_of
from gateway.rpc import CallContext
from kernel.errors import Kind, ServiceError
from kernel.ids import new_id
from services.partners.schemas import Scope

log = logging.getLogger(__name__)

WRITE_RATE_POLICY: Final = "partner-write"
JSON: Final = "application/json"
XML: Final = ("application/xml", "text/xml")
_KEY = re.compile(r"[A-Za-z0-9._~:-]{8,64}\Z")
_INLINE_BYTES = 64 * 1024
"""Bodies up to this are read in the event loop; longer ones in a thread, so that others don't wait."""


@dataclass(frozen=True)
class _Pushed:
    """A push whose sender is known and whose signature held."""

    principal: Principal
    media_type: str
    body: bytes
    idempotency_key: str

    @property
    def request_id(self) -> str:
        client_id = self.principal.partner.client_id
        return hashlib.sha256(f"{client_id}:{self.idempotency_key}".encode()).hexdigest()


class PushEndpoint:
    """Authenticates, verifies, reads, passes on, answers; decides nothing about flights."""

    def __init__(self, deps: Deps, identity: PartnerIdentity) -> None:
        self._deps = deps
        self._identity = identity
        self._readers = asyncio.Semaphore(2)

    async def push(self, request: Request, reply: Reply) -> Response:
        """200 with one result per item, or a problem."""
        context = calls.context_of(request)
        principal = await self._identity.require(request, Scope.FLIGHTS_WRITE, context)
        context = reply.identified(principal)
        reply.spend(self._deps.limits, WRITE_RATE_POLICY, principal.partner.client_id)
        as_xml = accepts(request, (JSON, *XML)) in XML
        pushed = await self._receive(request, principal, context)
        reply.headers["Idempotency-Key"] = pushed.idempotency_key
        batch = await self._read(pushed)
        results = batch.results(await self._report(pushed, batch, context))
        log.info(
            "partner push",
            extra={
                "call_id": context.call_id,
                "client_id": principal.partner.client_id,
                "count": len(results),
                "size_bytes": len(pushed.body),
            },
        )
        if as_xml:
            return reply.send(answers.to_aidx(results, self._deps.words, context.language), XML[0])
        return reply.send(answers.to_json(results, self._deps.words, context.language), JSON)

    async def _receive(self, request: Request, principal: Principal, context: CallContext) -> _Pushed:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in (JSON, *XML):
            raise WrongMediaType(accepted=[JSON, XML[0]])
        signature = Signature.of(request.headers)
        key = request.headers.get("idempotency-key", signature.nonce)
        if not _KEY.match(key):
            raise BadIdempotencyKey
        body = await read_body(request, self._deps.settings.max_body_bytes)
        await self._deps.rpc.call(
            "partners",
            "verify_request",
            {
                "client_id": principal.partner.client_id,
                "timestamp": signature.timestamp,
                "nonce": signature.nonce,
                "signature": signature.value,
                "signed_text": text_of(request, body, signature),
                "request_id": new_id(),
            },
            repeat=True,
            context=context,
        )
        return _Pushed(principal, media_type, body, key)

    async def _read(self, pushed: _Pushed) -> Batch:
        read = read_json if pushed.media_type == JSON else aidx.read
        if len(pushed.body) <= _INLINE_BYTES:
            return read(pushed.body)
        async with self._readers:
            return await asyncio.to_thread(read, pushed.body)

    async def _report(self, pushed: _Pushed, batch: Batch, context: CallContext) -> list[dict[str, Any]]:
        updates = batch.updates()
        if not updates:
            return []
        partner = pushed.principal.partner
        try:
            answer = await self._deps.rpc.call(
                "flights",
                "report_updates",
                {
                    "request_id": pushed.request_id,
                    "source": {
                        "name": partner.client_id,
                        "kind": partner.kind,
                        "airlines": list(partner.airlines),
                    },
                    "items": updates,
                },
                repeat=True,
                context=context,
            )
        except ServiceError as exc:
            if exc.kind is Kind.DEADLINE:
                raise MaybeDone(idempotency_key=pushed.idempotency_key) from exc
            raise
        results: list[dict[str, Any]] = answer["results"]
        return sorted(results, key=lambda result: int(result["index"]))

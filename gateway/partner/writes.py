"""A signed write, before anybody looks at what it says: who sends it, whether they may, whether it is they."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from gateway import calls
from gateway.bodies import media_type, read_body
from gateway.deps import Deps
from gateway.errors import WrongMediaType
from gateway.identity import Partner, PartnerIdentity, Principal
from gateway.partner.door import Reply
from gateway.partner.errors import BadIdempotencyKey, MaybeDone
from gateway.partner.signing import Signature, text_of
from gateway.rpc import CallContext
from kernel.errors import Kind, ServiceError
from kernel.ids import new_id
from services.partners.schemas import Scope

WRITE_RATE_POLICY: Final = "partner-write"
GATE_RATE_POLICY: Final = "partner-gate"
JSON: Final = "application/json"
_KEY = re.compile(r"[A-Za-z0-9._~:-]{8,64}\Z")


@dataclass(frozen=True)
class Writer:
    """A partner that showed a token with the scope that is needed."""

    principal: Principal
    context: CallContext


@dataclass(frozen=True)
class Received:
    """A write whose sender is known and whose signature held."""

    partner: Partner
    context: CallContext
    media_type: str
    body: bytes
    idempotency_key: str

    @property
    def client_id(self) -> str:
        return self.partner.client_id

    @property
    def request_id(self) -> str:
        return hashlib.sha256(f"{self.client_id}:{self.idempotency_key}".encode()).hexdigest()

    @property
    def caller(self) -> dict[str, Any]:
        """checkin.schemas.PartnerSchema."""
        return {"client_id": self.client_id, "airlines": list(self.partner.airlines)}


class SignedWrites:
    """What every write of this door goes through."""

    def __init__(self, deps: Deps, identity: PartnerIdentity) -> None:
        self._deps = deps
        self._identity = identity

    async def admit(
        self,
        request: Request,
        reply: Reply,
        scope: Scope,
        policy: str = WRITE_RATE_POLICY,
        others: Sequence[Scope] = (),
    ) -> Writer:
        """Who writes. Raises as PartnerIdentity.require does, and RateLimited."""
        principal = await self._identity.require(request, scope, calls.context_of(request), *others)
        context = reply.identified(principal)
        reply.spend(self._deps.limits, policy, principal.partner.client_id)
        return Writer(principal, context)

    async def receive(
        self,
        request: Request,
        reply: Reply,
        writer: Writer,
        media_types: Sequence[str] = (JSON,),
        limit_bytes: int | None = None,
    ) -> Received:
        """The body, once its signature held.

        Raises WrongMediaType, NoSignature, BadIdempotencyKey, BodyTooLarge, and what partners.verify_request says.
        """
        kind = media_type(request)
        if kind not in media_types:
            raise WrongMediaType(accepted=list(media_types))
        signature = Signature.of(request.headers)
        key = request.headers.get("idempotency-key", signature.nonce)
        if not _KEY.match(key):
            raise BadIdempotencyKey
        largest = self._deps.settings.max_body_bytes
        body = await read_body(request, min(largest, limit_bytes or largest))
        partner = writer.principal.partner
        await self._deps.rpc.call(
            "partners",
            "verify_request",
            {
                "client_id": partner.client_id,
                "timestamp": signature.timestamp,
                "nonce": signature.nonce,
                "signature": signature.value,
                "signed_text": text_of(request, body, signature),
                "request_id": new_id(),
            },
            repeat=True,
            context=writer.context,
        )
        reply.headers["Idempotency-Key"] = key
        return Received(partner, writer.context, kind, body, key)

    async def ask(self, service: str, method: str, received: Received, wish: dict[str, Any]) -> Any:
        """Pass a write on. A repeat is known by its request id, so asking again does nothing twice.

        Raises MaybeDone when nobody can say whether it was done, and what the service says.
        """
        try:
            return await self._deps.rpc.call(service, method, wish, repeat=True, context=received.context)
        except ServiceError as exc:
            if exc.kind is Kind.DEADLINE:
                raise MaybeDone(idempotency_key=received.idempotency_key) from exc
            raise

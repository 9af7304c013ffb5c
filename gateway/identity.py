"""Who is asking: partners, by bearer token.

A token is a JWT that any copy of the gateway can check by itself; whether its partner still stands, and the
secret it was given for still counts, is asked of the partners service and remembered for seconds only.

    ServiceError
    ├── Unauthenticated
    │   ├── NoToken               partner.no_token
    │   ├── BadToken              partner.bad_token        forged, for another airport, or its secret has ended
    │   └── ExpiredToken          partner.expired_token
    └── Forbidden
        └── MissingScope          partner.missing_scope    data.scope
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet, OctKey
from starlette.requests import Request

from gateway.deps import Rpc
from gateway.rpc.context import CallContext
from kernel.clock import monotonic, real_now
from kernel.config import setting
from kernel.errors import Forbidden, Kind, ServiceError, Unauthenticated
from kernel.ids import new_id
from services.partners.schemas import Scope

TOKEN_LIFETIME_S: Final = 3600
_MAX_TOKEN = 4096
_ALGORITHM: Final = "HS256"


class NoToken(Unauthenticated):
    code = "partner.no_token"


class BadToken(Unauthenticated):
    code = "partner.bad_token"


class ExpiredToken(Unauthenticated):
    code = "partner.expired_token"


class MissingScope(Forbidden):
    code = "partner.missing_scope"


@dataclass(frozen=True)
class TokenSettings:
    signing_keys: tuple[str, ...] = setting(
        "TOKEN_SIGNING_KEY",
        about="signs partners' tokens, at least 32 characters; the first of several signs, all of them verify",
        secret=True,
    )

    def __post_init__(self) -> None:
        if not self.signing_keys or any(len(key) < 32 for key in self.signing_keys):
            raise ValueError("TOKEN_SIGNING_KEY needs at least 32 characters")


@dataclass(frozen=True)
class Partner:
    """A partner as the partners service describes it."""

    client_id: str
    name: str
    kind: str
    airlines: tuple[str, ...]
    scopes: frozenset[str]
    credentials: frozenset[str]

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Partner:
        return cls(
            client_id=document["client_id"],
            name=document["name"],
            kind=document["kind"],
            airlines=tuple(document["airlines"]),
            scopes=frozenset(document["scopes"]),
            credentials=frozenset(document["credentials"]),
        )

    def reports_for(self, airline: str) -> bool:
        """Whether this partner speaks for `airline` (its code)."""
        return "*" in self.airlines or airline in self.airlines


@dataclass(frozen=True)
class Claims:
    """What a token says: who, for which of its secrets, what it may do."""

    client_id: str
    credential: str
    scopes: frozenset[str]


class Tokens:
    """Issues and reads access tokens."""

    def __init__(self, settings: TokenSettings, airport: str) -> None:
        self._audience = f"urn:airport:{airport}:partner-api"
        self._signing = _key(settings.signing_keys[0])
        self._keys = KeySet([_key(text) for text in settings.signing_keys])

    def issue(self, partner: Partner, credential: str, scopes: frozenset[str], now: datetime) -> str:
        """A signed token for `scopes`, good for TOKEN_LIFETIME_S from `now`."""
        issued_at = int(now.timestamp())
        claims = {
            "aud": self._audience,
            "sub": partner.client_id,
            "cred": credential,
            "scope": " ".join(sorted(scopes)),
            "iat": issued_at,
            "exp": issued_at + TOKEN_LIFETIME_S,
            "jti": new_id(),
        }
        return jwt.encode({"alg": _ALGORITHM, "kid": self._signing.kid}, claims, self._signing)

    def read(self, token: str, now: datetime) -> Claims:
        """The claims of a token that we signed, for this airport, not yet over. Raises BadToken, ExpiredToken."""
        if len(token) > _MAX_TOKEN:
            raise BadToken
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            sub={"essential": True},
            cred={"essential": True},
            scope={"essential": True},
        )
        try:
            claims = jwt.decode(token, self._keys, algorithms=[_ALGORITHM]).claims
            registry.validate(claims)
        except ExpiredTokenError as exc:
            raise ExpiredToken from exc
        except (JoseError, ValueError) as exc:
            raise BadToken from exc
        return Claims(str(claims["sub"]), str(claims["cred"]), frozenset(str(claims["scope"]).split()))


class Partners:
    """Partners as last heard of: asked again after a few seconds, forgotten at once when they change.

    While the partners service is away, what was known a minute ago still counts; writing needs a signature
    that only that service can verify, so this lets reading go on and nothing else.
    """

    FRESH_S: Final = 5.0
    KEPT_S: Final = 60.0
    MAX_KEPT: Final = 1000

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._known: dict[str, tuple[float, Partner]] = {}
        self._generation = 0

    def forget(self, client_id: str) -> None:
        """This partner changed; an answer that is under way is not to be kept either."""
        self._generation += 1
        self._known.pop(client_id, None)

    async def get(self, client_id: str, context: CallContext) -> Partner:
        """The partner. Raises BadToken when it is gone or revoked, Unavailable."""
        known = self._known.get(client_id)
        age = monotonic() - known[0] if known else self.KEPT_S
        if known and age < self.FRESH_S:
            return known[1]
        generation = self._generation
        try:
            answer = await self._rpc.call(
                "partners", "get_partner", {"client_id": client_id}, repeat=True, context=context
            )
        except ServiceError as exc:
            if exc.kind is Kind.NOT_FOUND:
                self.forget(client_id)
                raise BadToken from exc
            away = exc.kind in {Kind.UNAVAILABLE, Kind.DEADLINE}
            if away and known and age < self.KEPT_S and generation == self._generation:
                return known[1]
            raise
        partner = Partner.from_document(answer["partner"])
        if generation == self._generation:
            if len(self._known) >= self.MAX_KEPT:
                self._known.clear()
            self._known[client_id] = (monotonic(), partner)
        return partner


@dataclass(frozen=True)
class Principal:
    """A partner that showed a good token, with the scopes that both it and the token have now."""

    partner: Partner
    scopes: frozenset[str]


class PartnerIdentity:
    """Turns the Authorization header of a request into a principal."""

    def __init__(self, tokens: Tokens, partners: Partners) -> None:
        self._tokens = tokens
        self._partners = partners

    async def require(
        self, request: Request, scope: Scope, context: CallContext, *others: Scope
    ) -> Principal:
        """The principal, if it may do what `scope`, or one of the others, names.

        Raises NoToken, BadToken, ExpiredToken, MissingScope, Unavailable.
        """
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise NoToken
        claims = self._tokens.read(token.strip(), real_now())
        partner = await self._partners.get(claims.client_id, context)
        if claims.credential not in partner.credentials:
            raise BadToken
        scopes = claims.scopes & partner.scopes
        if scopes.isdisjoint({scope.value, *(each.value for each in others)}):
            raise MissingScope(scope=scope.value)
        return Principal(partner, scopes)


def challenge(error: ServiceError) -> dict[str, str]:
    """The WWW-Authenticate header that goes with an error of a bearer (RFC 6750, 3)."""
    if isinstance(error, MissingScope):
        value = f'Bearer realm="partner", error="insufficient_scope", scope="{error.data["scope"]}"'
    elif isinstance(error, (BadToken, ExpiredToken)):
        value = 'Bearer realm="partner", error="invalid_token"'
    elif isinstance(error, Unauthenticated):
        value = 'Bearer realm="partner"'
    else:
        return {}
    return {"WWW-Authenticate": value}


def _key(text: str) -> OctKey:
    # The kid lets several keys live side by side; it gives away nothing of the key.
    kid = hashlib.sha256(b"kid:" + text.encode()).hexdigest()[:12]
    return OctKey.import_key(text, {"kid": kid, "use": "sig", "alg": _ALGORITHM})

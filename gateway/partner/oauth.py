"""POST /partner/v1/oauth/token: OAuth2 client credentials (RFC 6749, 4.4), errors as its section 5.2 says.

Authlib judges grant, scope and client authentication; whose secret it is, the partners service says before,
as Authlib's server doesn't wait.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

import orjson
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
)
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from starlette.requests import Request
from starlette.responses import Response

from gateway.bodies import read_body
from gateway.calls import context_of
from gateway.deps import Deps
from gateway.identity import TOKEN_LIFETIME_S, Partner, Tokens
from gateway.limits import RateLimited
from gateway.rpc import CallContext
from kernel.clock import real_now
from kernel.errors import Kind, ServiceError
from services.partners.schemas import Scope

# Authlib writes issued tokens to its debug log.
logging.getLogger("authlib").setLevel(logging.WARNING)

TOKEN_RATE_POLICY: Final = "partner-token"  # noqa: S105 - names an allowance
_MAX_FORM_BYTES = 8192
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True)
class Shown:
    """The client id and secret that a request shows."""

    client_id: str
    secret: str

    def __repr__(self) -> str:
        return "Shown(not shown)"


@dataclass(frozen=True)
class Proven:
    """A client whose secret was right; what Authlib calls the client."""

    partner: Partner
    credential: str

    def check_grant_type(self, grant_type: str) -> bool:
        return bool(grant_type == ClientCredentialsGrant.GRANT_TYPE)


class _TokenRequest(OAuth2Request):
    def __init__(self, form: dict[str, str], proven: Proven | None) -> None:
        # TLS ends in front of the gateway, so the scheme that is seen here says nothing
        super().__init__("POST", "https://gateway/partner/v1/oauth/token")
        self.payload = BasicOAuth2Payload(form)
        self.proven = proven


class _Grant(ClientCredentialsGrant):
    request: _TokenRequest

    def authenticate_token_endpoint_client(self) -> Proven:
        if self.request.proven is None:
            raise InvalidClientError(description="Client authentication failed", status_code=401)
        return self.request.proven

    def validate_requested_scope(self) -> None:
        asked = set((self.request.payload.scope or "").split())
        proven: Proven = self.request.client
        if not asked <= proven.partner.scopes:
            raise InvalidScopeError


class TokenServer(AuthorizationServer):
    """Authlib's server with our tokens; it keeps nothing, as tokens carry their own proof."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(scopes_supported=[scope.value for scope in Scope])
        self._tokens = tokens
        self.register_grant(_Grant)
        self.register_token_generator("default", self._generate)

    def create_oauth2_request(self, request: _TokenRequest) -> _TokenRequest:
        return request

    def save_token(self, token: dict[str, Any], request: _TokenRequest) -> None:
        """Nothing to save: the partners service knows which credentials still count."""

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def handle_response(
        self, status: int, body: dict[str, Any], headers: Sequence[tuple[str, str]]
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        return status, body, dict(headers)

    def _generate(self, *, client: Proven, scope: str | None = None, **_: Any) -> dict[str, Any]:
        scopes = frozenset((scope or "").split()) or client.partner.scopes
        return {
            "access_token": self._tokens.issue(client.partner, client.credential, scopes, real_now()),
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFETIME_S,
            "scope": " ".join(sorted(scopes)),
        }


class TokenEndpoint:
    """Reads the form, has the secret checked, lets Authlib decide, answers."""

    def __init__(self, deps: Deps, tokens: Tokens) -> None:
        self._deps = deps
        self._server = TokenServer(tokens)

    async def answer(self, request: Request) -> Response:
        try:
            spent = self._deps.limits.spend(TOKEN_RATE_POLICY, self._deps.limits.address(request))
        except RateLimited as exc:
            return _busy(429, exc, exc.spent.headers())
        try:
            form = await _read_form(request)
            shown = _shown(request.headers.get("authorization"), form)
            proven = await self._prove(shown, context_of(request))
            status, body, headers = self._server.create_token_response(_TokenRequest(form, proven))
        except OAuth2Error as error:
            status, body, headers = self._server.handle_error_response(None, error)
        except ServiceError as exc:
            if exc.kind not in {Kind.LIMITED, Kind.UNAVAILABLE, Kind.DEADLINE}:
                raise
            return _busy(429 if exc.kind is Kind.LIMITED else 503, exc, spent.headers())
        return _answer(status, body, {**headers, **spent.headers()})

    async def _prove(self, shown: Shown | None, context: CallContext) -> Proven | None:
        if shown is None:
            return None
        try:
            answer = await self._deps.rpc.call(
                "partners",
                "authenticate_client",
                {"client_id": shown.client_id, "client_secret": shown.secret},
                repeat=True,
                context=context,
            )
        except ServiceError as exc:
            if exc.kind in {Kind.UNAUTHENTICATED, Kind.INVALID}:
                return None
            raise
        return Proven(Partner.from_document(answer["partner"]), answer["credential"])


async def _read_form(request: Request) -> dict[str, str]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise InvalidRequestError(description="Send application/x-www-form-urlencoded")
    body = await read_body(request, _MAX_FORM_BYTES)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=20)
    except ValueError as exc:
        raise InvalidRequestError(description="The form can not be read") from exc
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidRequestError(description="A parameter is given more than once")
    if not form.get("grant_type"):
        raise InvalidRequestError(description="grant_type is missing")
    return form


def _shown(authorization: str | None, form: Mapping[str, str]) -> Shown | None:
    """The credentials of the Authorization header or of the form; both at once is an error (RFC 6749, 2.3)."""
    in_form = "client_secret" in form
    if authorization is None:
        if not in_form:
            return None
        return _bounded(form.get("client_id", ""), form["client_secret"])
    if in_form:
        raise InvalidRequestError(description="Show the client secret in one place only")
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return _bounded(unquote_plus(client_id), unquote_plus(secret)) if colon else None


def _bounded(client_id: str, secret: str) -> Shown | None:
    return Shown(client_id, secret) if 1 <= len(client_id) <= 256 and 1 <= len(secret) <= 256 else None


def _busy(status: int, error: ServiceError, headers: Mapping[str, str]) -> Response:
    retry = max(1, round(float(error.data.get("retry_after_s", 2))))
    body = {
        "error": "temporarily_unavailable",
        "error_description": f"Try again in {retry} seconds",
    }
    return _answer(status, body, {"Retry-After": str(retry), **headers})


def _answer(status: int, body: dict[str, Any], headers: Mapping[str, str]) -> Response:
    kept = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return Response(orjson.dumps(body), status, {**kept, **_NO_STORE}, "application/json")

"""Signatures of partners' writes: what is signed, and how the headers carry it.

The text is six lines; docs/partner-api.md shows it being made in shell and Python:

    METHOD
    PATH            as sent, percent-encoding included
    QUERY           as sent, without "?"; an empty line when there is none
    SHA-256 of the body, lower-case hex
    X-Timestamp     Unix seconds
    X-Nonce         16 to 64 of A-Z a-z 0-9 . _ ~ -

X-Signature is the HMAC-SHA256 of that text, lower-case hex. The key never leaves the partners service: the
gateway sends the text and asks whether it is signed, for the first time.

    ServiceError
    └── Unauthenticated
        └── NoSignature           partner.no_signature     data.headers: missing or of the wrong form
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request

from kernel.errors import Unauthenticated
from services.partners.schemas import NONCE_PATTERN, SIGNATURE_PATTERN

_NONCE = re.compile(NONCE_PATTERN)
_SIGNATURE = re.compile(SIGNATURE_PATTERN)
_TIMESTAMP = re.compile(r"[0-9]{1,12}\Z")


class NoSignature(Unauthenticated):
    code = "partner.no_signature"


@dataclass(frozen=True)
class Signature:
    """The three headers of a signed request, in the right form but not yet verified."""

    timestamp: int
    nonce: str
    value: str

    def __repr__(self) -> str:
        return f"Signature(timestamp={self.timestamp}, not shown)"

    @classmethod
    def of(cls, headers: Headers) -> Signature:
        """Raises NoSignature naming the headers that are missing or malformed."""
        timestamp = headers.get("x-timestamp", "")
        nonce = headers.get("x-nonce", "")
        value = headers.get("x-signature", "").lower()
        bad = [
            name
            for name, pattern, text in (
                ("X-Timestamp", _TIMESTAMP, timestamp),
                ("X-Nonce", _NONCE, nonce),
                ("X-Signature", _SIGNATURE, value),
            )
            if not pattern.match(text)
        ]
        if bad:
            raise NoSignature(headers=bad)
        return cls(int(timestamp), nonce, value)


def signed_text(method: str, path: str, query: str, body: bytes, signature: Signature) -> str:
    """The text that a partner signs."""
    digest = hashlib.sha256(body).hexdigest()
    return f"{method}\n{path}\n{query}\n{digest}\n{signature.timestamp}\n{signature.nonce}"


def text_of(request: Request, body: bytes, signature: Signature) -> str:
    """The text for a request as it came over the wire."""
    scope: dict[str, Any] = dict(request.scope)
    raw = scope.get("raw_path")
    path = raw.decode("latin-1").partition("?")[0] if raw else quote(scope["path"], safe="/:@!$&'()*+,;=~-._")
    return signed_text(
        request.method, path, scope.get("query_string", b"").decode("latin-1"), body, signature
    )

"""Whether a request that changes something comes from a page of ours, and from the form that we gave out."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from gateway.bodies import media_type, read_body
from gateway.errors import BadBody, WrongMediaType
from gateway.session.errors import BadForm, CrossSite

_FORM: Final = "application/x-www-form-urlencoded"
_MAX_FORM_BYTES: Final = 8192
_PORTS: Final = {"http": 80, "https": 443}


def own_origin(request: Request, public_url: str) -> str:
    """Our origin as browsers write it: of the public address, else of the address that was asked."""
    if public_url:
        return origin_of(public_url)
    return origin_of(f"{request.url.scheme}://{request.headers.get('host', '')}")


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, in one spelling; "" for what has none."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    if scheme not in _PORTS or not host or parts.username is not None or parts.password is not None:
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" if port in (None, _PORTS[scheme]) else f"{scheme}://{shown}:{port}"


def require_own_page(request: Request, public_url: str) -> None:
    """Raises CrossSite unless the browser says that a page of ours makes this request.

    Sec-Fetch-Site is the browser's own word, which no page can change; Origin serves browsers without it.
    Every browser sends one of them with what changes something, so a request without either is refused.
    Source: OWASP, Cross-Site Request Forgery Prevention, "Fetch Metadata" and "Verifying Origin".
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise CrossSite
        return
    origin = request.headers.get("origin", "")
    if not origin or origin_of(origin) != own_origin(request, public_url):
        raise CrossSite


def form_token(session_token: str) -> str:
    """What a form of this session carries in `csrf`; nobody who can't read the session's cookie can make it."""
    mac = hmac.new(session_token.encode(), b"airport form", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def require_form_token(session_token: str, shown: str) -> None:
    """Raises BadForm unless the form was made for this session; nobody's session has no forms."""
    if not session_token or not hmac.compare_digest(shown.encode(), form_token(session_token).encode()):
        raise BadForm


async def read_form(request: Request) -> dict[str, str]:
    """The fields of one of the small forms around the session. Raises WrongMediaType, BodyTooLarge, BadBody."""
    if media_type(request) != _FORM:
        raise WrongMediaType(accepted=[_FORM])
    body = await read_body(request, _MAX_FORM_BYTES)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=10))
    except ValueError as exc:
        raise BadBody(fields={}) from exc

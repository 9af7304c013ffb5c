"""Headers that every answer carries, whatever made it."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.settings import Settings

CSP: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


_DATA: Final = (b"application/json", b"application/problem+json")
JSON_CSP: Final = "default-src 'none'; frame-ancestors 'none'"


def security_headers(settings: Settings, csp: str = CSP) -> list[tuple[bytes, bytes]]:
    """csp: CSP for whatever a browser may show, JSON_CSP for plain data. HSTS only where people come by https."""
    headers = [
        (b"content-security-policy", csp.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"strict-origin-when-cross-origin"),
    ]
    if settings.is_https:
        headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
    return headers


class SecurityLayer:
    """Adds them to what the application answers; the edge adds them to its own answers itself."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._shown = security_headers(settings)
        self._data = security_headers(settings, JSON_CSP)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower(): value for name, value in message["headers"]}
                kind = present.get(b"content-type", b"")
                ours = self._data if kind.startswith(_DATA) else self._shown
                added = [pair for pair in ours if pair[0] not in present]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, with_headers)

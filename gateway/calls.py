"""The context of one HTTP request: made once at the border, found again by whoever needs it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Scope

from gateway.language import negotiate
from gateway.rpc.context import CallContext
from kernel import tracing

_KEY = "airport.call"


def begin(scope: Scope, default_language: str) -> CallContext:
    """Make the call's context from the request's headers and keep it in the scope."""
    accept_language, traceparent = "", None
    for name, value in scope["headers"]:
        if name == b"accept-language":
            accept_language = value.decode("latin-1")
        elif name == b"traceparent":
            traceparent = value.decode("latin-1")
    context = CallContext(
        language=negotiate(accept_language, default_language),
        traceparent=tracing.valid(traceparent) or tracing.new_traceparent(),
    )
    scope[_KEY] = context
    return context


def put(scope: Scope, context: CallContext) -> None:
    """Whoever looks from now on finds this context."""
    scope[_KEY] = context


def replace(request: Request, context: CallContext) -> None:
    """A door that knows more (the principal, the language of a page) puts its context in place."""
    put(request.scope, context)


def context_of(request: Request) -> CallContext:
    """The context of this request."""
    context: CallContext | None = request.scope.get(_KEY)
    if context is None:
        context = begin(request.scope, "zh")
    return context

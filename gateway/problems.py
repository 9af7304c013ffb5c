"""Every error as an answer: one table from Kind to HTTP status, RFC 9457 documents, words in zh and en.

The last layer around the application: what nobody else caught becomes `internal` here, is logged with its
call id, and never shows a stack trace.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from marshmallow import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import errors
from gateway.calls import context_of
from gateway.limits import RateLimited
from gateway.wording import Words
from kernel.errors import Internal, Kind, ServiceError

log = logging.getLogger(__name__)

STATUS: Final[Mapping[Kind, int]] = {
    Kind.INVALID: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.LIMITED: 429,
    Kind.UNAVAILABLE: 503,
    Kind.DEADLINE: 504,
    Kind.INTERNAL: 500,
}

# What HTTP itself has its own number for; every other error goes by its kind.
STATUS_OF_HTTP: Final[Mapping[str, int]] = {
    errors.WrongMethod.code: 405,
    errors.NotAcceptable.code: 406,
    errors.LengthRequired.code: 411,
    errors.WrongMediaType.code: 415,
}

MEDIA_TYPE: Final = "application/problem+json"
DOCS: Final = "/api/docs/problems"
_MAX_FIELDS = 50
_MAX_FIELD_NAME = 96


def status_of(code: str, kind: Kind) -> int:
    return STATUS_OF_HTTP.get(code, STATUS[kind])


@dataclass(frozen=True)
class Problem:
    """One error in one reader's language, ready to be shown as JSON or on a page."""

    status: int
    code: str
    title: str
    detail: str
    call_id: str
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "type": f"{DOCS}#{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:uuid:{uuid.UUID(self.call_id)}",
            "code": self.code,
            "call_id": self.call_id,
        }
        if self.errors:
            document["errors"] = self.errors
        return document


class Problems:
    """Turns errors into problems and problems into answers."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def describe(self, error: Exception, call_id: str, language: str) -> Problem:
        """The problem that `error` is for a reader of `language`."""
        known = as_service_error(error)
        status = status_of(known.code, known.kind)
        return Problem(
            status=status,
            code=known.code,
            title=self.words.title(known.code, known.kind, language),
            detail=self.words.detail(known.code, known.kind, known.data, language),
            call_id=call_id,
            errors=[
                {"field": name[:_MAX_FIELD_NAME], "detail": self.words.field(message, language)}
                for name, message in _fields(known.data.get("fields"))
            ][:_MAX_FIELDS],
            headers=_headers(known, status),
        )

    def response(
        self, request: Request, error: Exception, headers: Mapping[str, str] | None = None
    ) -> Response:
        """`error` as application/problem+json in the language of the request."""
        context = context_of(request)
        return self.answer(request, self.describe(error, context.call_id, context.language), headers)

    def answer(
        self, request: Request, problem: Problem, headers: Mapping[str, str] | None = None
    ) -> Response:
        """A problem as application/problem+json."""
        return Response(
            orjson.dumps(problem.to_document()),
            problem.status,
            {
                "Cache-Control": "no-store",
                "Content-Language": context_of(request).language,
                "Vary": "Accept-Language",
                **problem.headers,
                **(headers or {}),
            },
            MEDIA_TYPE,
        )


def problem(request: Request, error: Exception, headers: Mapping[str, str] | None = None) -> Response:
    """Shorthand for doors: the application's `Problems` answers."""
    problems: Problems = request.app.state.problems
    return problems.response(request, error, headers)


def as_service_error(error: Exception) -> ServiceError:
    """The named error that an exception stands for; what has no name is Internal."""
    if isinstance(error, ServiceError):
        return error
    if isinstance(error, ValidationError):
        return errors.BadBody(fields=error.normalized_messages())
    if isinstance(error, HTTPException):
        if error.status_code == 404:
            return errors.UnknownPath()
        if error.status_code == 405:
            allow = (error.headers or {}).get("Allow", "")
            return errors.WrongMethod(allow=sorted(part.strip() for part in allow.split(",") if part.strip()))
        if error.status_code < 500:
            return errors.BadRequestLine()
    return Internal()


def _headers(error: ServiceError, status: int) -> dict[str, str]:
    headers = {}
    retry = error.data.get("retry_after_s")
    if isinstance(retry, (int, float)):
        headers["Retry-After"] = str(max(1, round(retry)))
    elif status == 503:
        headers["Retry-After"] = "2"
    if isinstance(error, RateLimited):
        headers.update(error.spent.headers())
    if isinstance(error, errors.WrongMethod):
        headers["Allow"] = ", ".join(error.data.get("allow", []))
    if isinstance(error, errors.WrongMediaType):
        headers["Accept"] = ", ".join(error.data.get("accepted", []))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def _fields(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Flatten marshmallow's messages to (dotted path, message)."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            name = "" if key == "_schema" else str(key)
            yield from _fields(value, f"{path}.{name}" if path and name else path or name)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _fields(value, path)
    elif tree is not None:
        yield path, str(tree)


ErrorPage = Callable[[Request, Problem], Response]
"""A door may show its problems as pages: `error_page` of gateway.web."""


class ProblemLayer:
    """ASGI layer that answers whatever escapes the application inside."""

    def __init__(self, app: ASGIApp, problems: Problems, page: ErrorPage | None = None) -> None:
        self._app = app
        self._problems = problems
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as exc:
            request = Request(scope, receive)
            self._note(exc, request)
            if started:
                raise
            await self._answer(request, exc)(scope, receive, send)

    def _answer(self, request: Request, error: Exception) -> Response:
        if self._page is not None and _wants_page(request):
            context = context_of(request)
            found = self._problems.describe(error, context.call_id, context.language)
            response = self._page(request, found)
            response.headers.update(found.headers)
            return response
        return self._problems.response(request, error)

    @staticmethod
    def _note(error: Exception, request: Request) -> None:
        if as_service_error(error).kind is Kind.INTERNAL:
            route = getattr(request.scope.get("route"), "path", "unknown")
            log.error("request failed", exc_info=error, extra={"route": route})


_MACHINE_PREFIXES = ("/api/", "/partner/", "/live/", "/healthz", "/readyz")


def _wants_page(request: Request) -> bool:
    path = request.url.path
    if path.startswith(_MACHINE_PREFIXES) and not path.startswith("/api/docs"):
        return False
    return "text/html" in request.headers.get("accept", "")

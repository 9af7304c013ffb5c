"""The OpenAPI document over HTTP, and the page that shows it: ours, without a script from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.api.openapi import document
from gateway.api.schemas import NO_PARAMETERS
from gateway.cache.page import Page
from gateway.calls import context_of
from gateway.deps import Deps
from gateway.pages import require_json, respond
from gateway.parameters import read_query
from kernel.errors import Kind

_HERE: Final = Path(__file__).parent
_HTML: Final = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"vary", b"Accept-Encoding, Accept-Language"),
)
_CSS: Final = (
    (b"content-type", b"text/css; charset=utf-8"),
    (b"cache-control", b"public, max-age=3600"),
    (b"vary", b"Accept-Encoding"),
)
_KINDS: Final = frozenset(kind.value for kind in Kind)


class Docs:
    """Made when first asked for and kept: the document doesn't change while the process runs."""

    def __init__(self, deps: Deps, doors: Sequence[str]) -> None:
        self._deps, self._doors = deps, doors
        self._pages: dict[tuple[str, str], Page] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/openapi.json", self.openapi),
            Route("/api/docs", self.docs),
            Route("/api/docs/problems", self.problems),
            Route("/api/docs/style.css", self.style),
        ]

    @cached_property
    def _document(self) -> dict[str, Any]:
        return document(self._doors, self._deps.airport, self._deps.settings.public_url)

    @cached_property
    def _json(self) -> Page:
        return Page(orjson.dumps(self._document, option=orjson.OPT_INDENT_2))

    @cached_property
    def _css(self) -> Page:
        return Page((_HERE / "static" / "docs.css").read_bytes(), _CSS)

    @cached_property
    def _templates(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["kind"] = _kind_in_words
        environment.filters["target"] = lambda reference: reference.rsplit("/", 1)[-1]
        return environment

    async def openapi(self, request: Request) -> Response:
        require_json(request)
        read_query(request, NO_PARAMETERS)
        return respond(request, self._json)

    async def docs(self, request: Request) -> Response:
        return self._html(request, "docs.html")

    async def problems(self, request: Request) -> Response:
        return self._html(request, "problems.html")

    async def style(self, request: Request) -> Response:
        return respond(request, self._css)

    def _html(self, request: Request, template: str) -> Response:
        read_query(request, NO_PARAMETERS)
        language = context_of(request).language
        page = self._pages.get((template, language))
        if page is None:
            text = self._templates.get_template(template).render(
                language=language,
                zh=language == "zh",
                document=self._document,
                responses=self._document["components"]["responses"],
                codes=self._codes(),
            )
            page = self._pages[template, language] = Page(text.encode(), _HTML)
        response = respond(request, page)
        response.headers["Content-Language"] = language
        return response

    def _codes(self) -> list[dict[str, Any]]:
        """Every code with its words; a kind's own words are listed last."""
        words = self._deps.words
        found = [{"code": code, "words": words.of(code, Kind.INTERNAL)} for code in words.codes()]
        return sorted(found, key=lambda entry: (entry["code"] in _KINDS, entry["code"]))


def _kind_in_words(schema: dict[str, Any]) -> str:
    """A schema's type in a few words: text, date, one of a, b; or whole number or null."""
    if "anyOf" in schema:
        return " / ".join(_kind_in_words(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " | ".join("null" if value is None else str(value) for value in schema["enum"])
    kinds = schema.get("type", "any")
    names = [kinds] if isinstance(kinds, str) else kinds
    shown = " / ".join(str(name) for name in names)
    if "format" in schema:
        shown += f" ({schema['format']})"
    bounds = [f"{label} {schema[key]}" for key, label in _BOUNDS.items() if key in schema]
    return f"{shown}, {', '.join(bounds)}" if bounds else shown


_BOUNDS: Final = {"minimum": "≥", "maximum": "≤", "minLength": "length ≥", "maxLength": "length ≤"}

"""How the pages around the session are drawn: a card with a title, in the reader's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from gateway.barcodes import qr_svg
from gateway.calls import context_of
from gateway.deps import Deps
from gateway.language import LANGUAGES
from gateway.problems import status_of
from kernel.errors import ServiceError

_TEMPLATES: Final = Path(__file__).parent / "templates"


class Sheets:
    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        zh, airport = is_chinese(request), self._deps.airport
        html = self._environment.get_template(template).render(
            {"zh": zh, "airport": airport.short_zh if zh else airport.short_en, **values}
        )
        headers = {"Cache-Control": "no-store", "Content-Language": "zh-CN" if zh else "en"}
        return Response(html, status, headers, "text/html")

    def problem(self, request: Request, error: ServiceError, again: str = "") -> Response:
        """What went wrong in words, and the way to begin anew."""
        language, words = "zh" if is_chinese(request) else "en", self._deps.words
        return self.page(
            request,
            "problem.html",
            status_of(error.code, error.kind),
            title=words.title(error.code, error.kind, language),
            detail=words.detail(error.code, error.kind, error.data, language),
            again=f"{again}?{urlencode({'next': '/'})}" if again else "",
        )


def qr(request: Request, address: str) -> Markup:
    label = "登录二维码" if is_chinese(request) else "QR code that opens this page in WeChat"
    return qr_svg(address, label, dark="#0d3b33")


def is_chinese(request: Request) -> bool:
    """Asked for in the address, remembered by the pages' cookie, or the browser's language."""
    for wish in (request.query_params.get("lang", ""), request.cookies.get("lang", "")):
        language = wish.split("-")[0].lower()
        if language in LANGUAGES:
            return language == "zh"
    return context_of(request).language == "zh"

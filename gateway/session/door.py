"""/sign-in and /sign-out: pages and redirects around the session."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.bodies import media_type, read_body
from gateway.cache.page import Page
from gateway.calls import context_of
from gateway.deps import Deps
from gateway.errors import BadBody, WrongMediaType
from gateway.identity import TokenSettings
from gateway.language import LANGUAGES
from gateway.pages import respond
from gateway.problems import status_of
from gateway.session.signin import BACK, START, SignIn, States, own_path, signed_out
from kernel.config import load
from kernel.errors import Kind, ServiceError

_HERE: Final = Path(__file__).parent
_FORM: Final = "application/x-www-form-urlencoded"
_MAX_FORM_BYTES: Final = 8192
_CSS: Final = (
    (b"content-type", b"text/css; charset=utf-8"),
    (b"cache-control", b"public, max-age=3600"),
    (b"vary", b"Accept-Encoding"),
)
_OPEN: Final = {
    "zh": ("用微信打开", "登录需要微信。请用手机微信扫描二维码继续。"),
    "en": ("Open in WeChat", "Signing in works through WeChat. Scan this code with WeChat on your phone."),
}


def routes(deps: Deps) -> list[BaseRoute]:
    """Reads the signing key here, so that a gateway without one doesn't start."""
    door = SignInDoor(deps, SignIn(deps, States(load(TokenSettings).signing_keys)))
    return [
        Route(START, door.begin),
        Route(BACK, door.finish),
        Route(f"{START}/style.css", door.style),
        Route("/sign-out", door.sign_out, methods=["POST"]),
        Route("/sign-out/everywhere", door.sign_out_everywhere, methods=["POST"]),
    ]


class SignInDoor:
    def __init__(self, deps: Deps, sign_in: SignIn) -> None:
        self._deps, self._sign_in = deps, sign_in
        self._template = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        ).get_template("sign_in.html")
        self._css = Page((_HERE / "static" / "sign-in.css").read_bytes(), _CSS)

    async def begin(self, request: Request) -> Response:
        """GET /sign-in?next=…: off to WeChat; outside of it a code to open this address there."""
        wanted = own_path(request.query_params.get("next", "/"))
        if self._deps.account.connected and not in_wechat(request):
            title, detail = _OPEN[self._language(request)]
            address = self._sign_in.address(request, wanted)
            qr = self._qr(request, address)
            return self._page(request, 200, title=title, detail=detail, qr=qr, address=address)
        try:
            return self._sign_in.begin(request)
        except ServiceError as exc:
            return self._problem(request, exc)

    async def finish(self, request: Request) -> Response:
        """GET /sign-in/wechat?code=…&state=…: back from WeChat."""
        try:
            return await self._sign_in.finish(request)
        except ServiceError as exc:
            if exc.kind is Kind.INTERNAL:
                raise
            return self._problem(request, exc, again=START)

    async def sign_out(self, request: Request) -> Response:
        """POST /sign-out, a form of ours; on a page that outlived its session there is nothing left to end."""
        self._deps.sessions.check_origin(request)
        if not self._deps.sessions.form_token(request):
            return signed_out(self._deps)
        await self._check_form(request)
        await self._sign_in.sign_out(request)
        return signed_out(self._deps)

    async def sign_out_everywhere(self, request: Request) -> Response:
        """POST /sign-out/everywhere, a form of ours."""
        await self._check_form(request)
        await self._sign_in.sign_out_everywhere(request)
        return signed_out(self._deps)

    async def style(self, request: Request) -> Response:
        return respond(request, self._css)

    async def _check_form(self, request: Request) -> None:
        self._deps.sessions.check_origin(request)
        if media_type(request) != _FORM:
            raise WrongMediaType(accepted=[_FORM])
        body = await read_body(request, _MAX_FORM_BYTES)
        try:
            form = dict(parse_qsl(body.decode(), max_num_fields=10))
        except ValueError as exc:
            raise BadBody(fields={}) from exc
        self._deps.sessions.check_form(request, form.get("csrf", ""))

    def _qr(self, request: Request, address: str) -> Markup:
        code = segno.make_qr(address, error="m")
        label = "登录二维码" if self._language(request) == "zh" else "QR code that opens this page in WeChat"
        svg = code.svg_inline(scale=4, border=2, dark="#0d3b33", omitsize=True, title=label)
        return Markup(svg)  # noqa: S704 - made here, of squares; the title is ours

    def _problem(self, request: Request, error: ServiceError, again: str = "") -> Response:
        """What went wrong in words, and the way to begin anew."""
        language, words = self._language(request), self._deps.words
        return self._page(
            request,
            status_of(error.code, error.kind),
            title=words.title(error.code, error.kind, language),
            detail=words.detail(error.code, error.kind, error.data, language),
            again=f"{again}?{urlencode({'next': '/'})}" if again else "",
        )

    def _page(self, request: Request, status: int, **values: Any) -> Response:
        language, airport = self._language(request), self._deps.airport
        html = self._template.render(
            {
                "zh": language == "zh",
                "airport": airport.short_zh if language == "zh" else airport.short_en,
                "qr": "",
                "address": "",
                "again": "",
                **values,
            }
        )
        headers = {"Cache-Control": "no-store", "Content-Language": "zh-CN" if language == "zh" else "en"}
        return Response(html, status, headers, "text/html")

    @staticmethod
    def _language(request: Request) -> str:
        """Asked for in the address, remembered by the pages' cookie, or the browser's."""
        for wish in (request.query_params.get("lang", ""), request.cookies.get("lang", "")):
            language = wish.split("-")[0].lower()
            if language in LANGUAGES:
                return language
        return context_of(request).language


def in_wechat(request: Request) -> bool:
    """Whether the page is open in WeChat's own browser."""
    return "micromessenger" in request.headers.get("user-agent", "").lower()

"""The console's frame: language, templates, navigation, calls on behalf of staff, errors as pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway import calls
from gateway.deps import Deps
from gateway.problems import Problems
from gateway.sealing import Sealer
from gateway.session.origin import form_token
from gateway.staff.assets import assets
from gateway.staff.desks import Desk, Form
from gateway.staff.people import People, Staff
from gateway.staff.texts import Texts, texts
from kernel.errors import ServiceError
from kernel.ids import new_id

_TEMPLATES: Final = Path(__file__).parent / "templates"
_COOKIE: Final = "lang"
_COOKIE_S: Final = 365 * 86_400
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "Vary": "Cookie, Accept-Language",
    "X-Frame-Options": "DENY",
}
"""Of every answer of the console but its static files."""
FORM_ID: Final = "form_id"


def link(path: str, **parameters: object) -> str:
    """`path` with the parameters that are not empty."""
    given = {key: value for key, value in parameters.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


class Console:
    """What every desk is given."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self.people = People(deps.rpc, deps.settings.public_url)
        self.sealer = Sealer(deps.rpc, "staff")
        self.zone = deps.airport.zoneinfo
        self.desks: Sequence[Desk] = ()
        self._problems = Problems(deps.words)
        self._environments = {each: self._environment(texts(each)) for each in ("zh", "en")}

    def _environment(self, t: Texts) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.install_gettext_translations(t.catalogue, newstyle=True)  # type: ignore[attr-defined]
        airport = self.deps.airport
        environment.globals.update(
            t=t,
            asset=assets().url,
            link=link,
            airport_short=airport.short_zh if t.language == "zh" else airport.short_en,
        )
        return environment

    # --- pages ---------------------------------------------------------------------------------------------

    def texts(self, request: Request) -> Texts:
        """The reader's language: asked for in the address, remembered by the cookie, or the browser's."""
        for wish in (request.query_params.get("lang", ""), request.cookies.get(_COOKIE, "")):
            language = wish.split("-")[0].lower()
            if language in self._environments:
                break
        else:
            language = calls.context_of(request).language
        context = calls.context_of(request)
        if context.language != language:
            calls.replace(request, dataclasses.replace(context, language=language))
        return texts(language)

    def draw(self, request: Request, template: str, staff: Staff | None, **values: Any) -> bytes:
        """A template within the frame. With `staff` its forms carry their token: {{ keys(token, form_id) }}."""
        t = self.texts(request)
        other = "en" if t.language == "zh" else "zh"
        query = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
        token = self.people.cookies.session(request)
        frame = {
            "staff": staff,
            "menu": [desk for desk in self.desks if desk.in_menu and staff and staff.may(desk.roles)],
            "path": request.url.path,
            "other_language": texts(other),
            "other_href": f"?{urlencode([*query, ('lang', 'zh-CN' if other == 'zh' else 'en')])}",
            "token": form_token(token) if staff and token else "",
            "form_id": new_id(),
        }
        template_ = self._environments[t.language].get_template(template)
        return template_.render(frame | values).encode()

    def page(self, request: Request, html: bytes, status: int = 200) -> Response:
        """A page as an answer."""
        t = self.texts(request)
        response = Response(html, status, {**HEADERS, "Content-Language": t.tag}, "text/html")
        if request.query_params.get(_COOKIE, "").split("-")[0].lower() == t.language:
            secure = request.url.scheme == "https"
            response.set_cookie(
                _COOKIE, t.tag, max_age=_COOKIE_S, samesite="lax", httponly=True, secure=secure
            )
        return response

    def go(self, path: str) -> Response:
        """After a form: on to the page that shows what it did, so that loading again doesn't send it again."""
        return RedirectResponse(path, 303, HEADERS)

    def refused(self, request: Request, error: ServiceError) -> str:
        """What went wrong, as one sentence in the reader's language: beside a form."""
        language = self.texts(request).language
        return self.deps.words.detail(error.code, error.kind, error.data, language)

    def error(self, request: Request, error: ServiceError, staff: Staff | None) -> Response:
        """What went wrong, as a page of the console."""
        t = self.texts(request)
        problem = self._problems.describe(error, calls.context_of(request).call_id, t.language)
        html = self.draw(request, "error.html", staff, problem=problem)
        response = self.page(request, html, problem.status)
        for name, value in problem.headers.items():
            if name.lower() != "www-authenticate":
                response.headers[name] = value
        return response

    # --- calls ---------------------------------------------------------------------------------------------

    async def read(self, request: Request, staff: Staff, service: str, method: str, **arguments: Any) -> Any:
        """Ask a service, as this one of the staff. Raises what it raises, Unavailable, DeadlineExceeded."""
        return await self._call(request, staff, service, method, arguments)

    async def write(
        self, request: Request, staff: Staff, form: Form, service: str, method: str, **arguments: Any
    ) -> Any:
        """Have a service do something, once for each form drawn, however often it is sent; `actor` is who did it."""
        drawn = form.get(FORM_ID, "")
        once = drawn if drawn.isalnum() and len(drawn) == 32 else new_id()
        wish = {"request_id": f"{method}:{once}", "actor": staff.actor, **arguments}
        return await self._call(request, staff, service, method, wish)

    async def write_sealed(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        method: str,
        secret: Mapping[str, str],
        **arguments: Any,
    ) -> Any:
        """`write` to the staff service with something secret, which leaves sealed."""

        async def ask(sealed: str) -> Any:
            return await self.write(request, staff, form, "staff", method, **arguments, sealed=sealed)

        return await self.sealer.sealed(orjson.dumps(dict(secret)).decode(), calls.context_of(request), ask)

    async def note(
        self, request: Request, staff: Staff, action: str, subject: str = "", **detail: Any
    ) -> None:
        """Add to the trail what no service has in its own: `export.taken`, `order.traced`…"""
        wish = {"action": action, "subject": subject[:128], "detail": detail}
        await self.write(request, staff, {}, "staff", "record_action", **wish)

    async def _call(
        self, request: Request, staff: Staff, service: str, method: str, wish: dict[str, Any]
    ) -> Any:
        context = dataclasses.replace(calls.context_of(request), principal={"staff": staff.account_id})
        return await self.deps.rpc.call(service, method, wish, repeat=True, context=context)

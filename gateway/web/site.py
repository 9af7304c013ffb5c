"""What every page shares: language, templates, the frame, caching and compression of the answer."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import brotli
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from gateway import calls
from gateway.cache.page import BR, coding_for, matches
from gateway.deps import Deps
from gateway.web.assets import assets
from gateway.web.texts import LANGUAGES, Texts, texts
from gateway.web.times import age_words, day_words, moment
from kernel import clock

_TEMPLATES: Final = Path(__file__).parent / "templates"
_COOKIE: Final = "lang"
_COOKIE_S: Final = 365 * 86_400
_WORTH_COMPRESSING_B: Final = 600


def link(path: str, **parameters: object) -> str:
    """`path` with the parameters that are not empty."""
    given = {key: value for key, value in parameters.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


class Site:
    """The pages of one gateway."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self._environments = {language: self._environment(texts(language)) for language in LANGUAGES}

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
            airport=airport,
            airport_name=airport.name_zh if t.language == "zh" else airport.name_en,
            airport_short=airport.short_zh if t.language == "zh" else airport.short_en,
        )
        return environment

    def texts(self, request: Request) -> Texts:
        """The reader's language: asked for in the address, remembered by the cookie, or the browser's."""
        for wish in (request.query_params.get("lang", ""), request.cookies.get(_COOKIE, "")):
            language = wish.split("-")[0].lower()
            if language in LANGUAGES:
                break
        else:
            language = calls.context_of(request).language
        context = calls.context_of(request)
        if context.language != language:
            calls.replace(request, dataclasses.replace(context, language=language))
        return texts(language)

    def respond(
        self, request: Request, template: str, *, status: int = 200, store: bool = True, **values: Any
    ) -> Response:
        """A page or a fragment, with ETag and 304, compressed as the reader accepts."""
        t = self.texts(request)
        values = self._frame(request, t) | values
        html = self._environments[t.language].get_template(template).render(values)
        return _answer(request, html.encode(), t, status, store)

    def _frame(self, request: Request, t: Texts) -> dict[str, Any]:
        flights, zone = self.deps.flights, self.deps.airport.zoneinfo
        now = clock.now()
        today = now.astimezone(zone).date()
        as_of = moment(flights.as_of, zone, today)
        other = "en" if t.language == "zh" else "zh"
        query = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
        return {
            "path": request.url.path,
            "other_language": texts(other),
            "other_href": f"?{urlencode([*query, ('lang', 'zh-CN' if other == 'zh' else 'en')])}",
            "stale": flights.stale,
            "as_of": as_of,
            "as_of_day": day_words(t, as_of.at.astimezone(zone).date(), today)
            if as_of and as_of.offset
            else "",
            "age_s": round(flights.age_s or 0),
            "age": age_words(t, flights.age_s or 0),
            "now": now,
            "now_clock": f"{now.astimezone(zone):%H:%M}",
            "clock_rate": clock.rate(),
        }


def _answer(request: Request, body: bytes, t: Texts, status: int, store: bool) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {
        "Cache-Control": "private, no-cache" if store else "no-store",
        "Content-Language": t.tag,
        "Vary": "Accept-Language, Accept-Encoding, Cookie",
    }
    if store and status == 200:
        headers["ETag"] = f"W/{tag}"
    known = request.headers.get("if-none-match", "").encode("latin-1")
    if store and status == 200 and matches(known, tag.encode()):
        response = Response(status_code=304, headers=headers)
    else:
        coding = coding_for(request.headers.get("accept-encoding", "").encode("latin-1"))
        if coding and len(body) > _WORTH_COMPRESSING_B:
            headers["Content-Encoding"] = coding
            body = brotli.compress(body, quality=4) if coding == BR else gzip.compress(body, 5)
        response = Response(body, status, headers, "text/html")
    if request.query_params.get(_COOKIE, "").split("-")[0].lower() == t.language:
        response.set_cookie(
            _COOKIE,
            t.tag,
            max_age=_COOKIE_S,
            samesite="lax",
            httponly=True,
            secure=request.url.scheme == "https",
        )
    return response

"""What every page shares: language, templates, the frame, caching and compression of the answer."""

from __future__ import annotations

import dataclasses
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from gateway import calls, pages
from gateway.cache import Page
from gateway.deps import Deps
from gateway.web.assets import assets
from gateway.web.texts import LANGUAGES, Texts, texts
from gateway.web.times import age_words, day_words, moment
from kernel import clock

_TEMPLATES: Final = Path(__file__).parent / "templates"
_COOKIE: Final = "lang"
_COOKIE_S: Final = 365 * 86_400
_MOST_KEPT: Final = 128
_IOS: Final = re.compile(r"\b(?:iPhone|iPad|iPod)\b")

Draw = Callable[[Request], Awaitable[bytes]]
Endpoint = Callable[[Request], Awaitable[Response]]


def link(path: str, **parameters: object) -> str:
    """`path` with the parameters that are not empty."""
    given = {key: value for key, value in parameters.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


class Site:
    """The pages of one gateway."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self._drawings: OrderedDict[tuple[str, ...], tuple[Page, tuple[object, ...], float]] = OrderedDict()
        self._outdated: dict[str, int] = {}
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

    def endpoint(self, draw: Draw, shared_s: float | None = None) -> Endpoint:
        """The endpoint that answers with what `draw` gives, with ETag and 304, compressed as the reader accepts.

        shared_s: many readers share one drawing while no flight has changed within its minute, and so many seconds
        whatever happens: a storm of readers must cost no storm of drawing. None: each reader gets his own. A drawing
        that says for a moment that a service is away sets `request.state.passing`, and is nobody else's.
        """

        async def respond(request: Request) -> Response:
            t = self.texts(request)
            page = None if shared_s is None else self._kept(request, t, shared_s)
            if page is None:
                # Before the drawing: what changes while it is drawn isn't in it.
                state = self._state(request)
                page = Page(await draw(request), _headers(t))
                if shared_s is not None and not getattr(request.state, "passing", False):
                    self._keep(request, t, (page, state))
            return _with_cookie(request, pages.respond(request, page), t)

        return respond

    def remember_language(self, request: Request, response: Response) -> Response:
        """Keep the language that the address asks for, for a page that isn't drawn by `endpoint`."""
        return _with_cookie(request, response, self.texts(request))

    def draw(self, request: Request, template: str, **values: Any) -> bytes:
        """A template in the reader's language within the frame that all pages share."""
        t = self.texts(request)
        return (
            self._environments[t.language]
            .get_template(template)
            .render(self._frame(request, t) | values)
            .encode()
        )

    def _kept(self, request: Request, t: Texts, shared_s: float) -> Page | None:
        found = self._drawings.get(_key(request, t))
        if found is None:
            return None
        page, state, drawn_s = found
        return page if clock.monotonic() - drawn_s < shared_s or state == self._state(request) else None

    def _keep(self, request: Request, t: Texts, drawn: tuple[Page, tuple[object, ...]]) -> None:
        key = _key(request, t)
        self._drawings[key] = (*drawn, clock.monotonic())
        self._drawings.move_to_end(key)
        if len(self._drawings) > _MOST_KEPT:
            self._drawings.popitem(last=False)

    def outdated(self, path: str) -> None:
        """What is drawn at this address isn't so any more: it is drawn anew when its seconds of being shared are over."""
        self._outdated[path] = self._outdated.get(path, 0) + 1

    def _state(self, request: Request) -> tuple[object, ...]:
        """What a drawing depends on: the flights, whether the news is fresh, the minute, and what was said of its address."""
        flights, times = self.deps.flights, self._outdated.get(request.url.path, 0)
        return *flights.digest(), flights.stale, clock.now().replace(second=0, microsecond=0), times

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


def _key(request: Request, t: Texts) -> tuple[str, ...]:
    """What a drawing is kept by: of an address the last value of each name, name after value, so that no two look alike."""
    asked = {key: value for key, value in request.query_params.items() if key != _COOKIE}
    pairs = (each for pair in sorted(asked.items()) for each in pair)
    return t.language, "wechat" if in_wechat(request) else "", request.url.path, *pairs


def in_wechat(request: Request) -> bool:
    """Whether WeChat's own browser asks: only there can one sign in at once."""
    return "MicroMessenger" in request.headers.get("user-agent", "")


def keeps_no_page(request: Request) -> bool:
    """Whether this browser runs no service worker, so that a page is there without a network only while it is open."""
    return in_wechat(request) and bool(_IOS.search(request.headers.get("user-agent", "")))


def _headers(t: Texts) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"cache-control", b"private, no-cache"),
        (b"content-language", t.tag.encode()),
        (b"vary", b"Accept-Language, Accept-Encoding, Cookie"),
    ]


def _with_cookie(request: Request, response: Response, t: Texts) -> Response:
    """Remember the language that the address asks for."""
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

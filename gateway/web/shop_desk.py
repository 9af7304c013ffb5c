"""What the mall's pages share: questions to the catalogue, drawings for everybody, and whose basket it is.

A page of the catalogue is one drawing for all its readers; it is drawn anew when shop says that something on it
changed, and every half minute. What is a reader's own on it, such as how much lies in the basket, is fetched by it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway import pages
from gateway.baskets import GuestCookie, merge_wish
from gateway.cache import Page
from gateway.cache.mall import Question, Stamp
from gateway.calls import context_of
from gateway.session import Traveller
from gateway.web.site import Draw, Endpoint, Site, in_wechat
from gateway.web.texts import Texts
from gateway.web.times import age_words
from gateway.web.visitors import AWAY, Visitors, page
from kernel import clock
from kernel.errors import Kind, ServiceError

_DRAWN_S: Final = 30.0
"""Whether a shop is open and how long a deal lasts are words on the page: no drawing is older than this."""
_MOST_KEPT: Final = 600


@dataclass(frozen=True)
class _Drawing:
    page: Page
    stamp: Stamp
    drawn_s: float


class ShopDesk:
    def __init__(self, site: Site, visitors: Visitors) -> None:
        self.site, self.visitors = site, visitors
        self.mall = site.deps.mall
        self.zone = site.deps.airport.zoneinfo
        self._drawings: OrderedDict[tuple[str, ...], _Drawing] = OrderedDict()
        self.guests = GuestCookie(site.deps.settings.public_url)

    # --- the catalogue -------------------------------------------------------------------------------

    async def ask(self, request: Request, question: Question) -> Any:
        """An answer for everybody; the page that is drawn with it says how old it is if nobody answers.

        Raises what MallCache.ask raises.
        """
        answer = await self.mall.ask(question, context_of(request))
        stamp: dict[str, int] = getattr(request.state, "mall_stamp", {})
        # The older generation stays: then the drawing holds no longer, which is true.
        request.state.mall_stamp = {**answer.stamp, **stamp}
        if answer.stale:
            request.state.passing = True
            request.state.mall_age_s = max(answer.age_s, getattr(request.state, "mall_age_s", 0.0))
        return answer.value

    async def try_ask(self, request: Request, question: Question) -> Any:
        """The same; None while there is no answer. Then the page is this reader's alone."""
        try:
            return await self.ask(request, question)
        except ServiceError as exc:
            if exc.kind not in AWAY:
                raise
            request.state.passing = True
            return None

    async def call(self, request: Request, method: str, **asked: Any) -> Any:
        """What is somebody's own, or scarce: never kept."""
        return await self.site.deps.rpc.call("shop", method, asked, repeat=True, context=context_of(request))

    # --- pages ---------------------------------------------------------------------------------------

    def shared(self, draw: Draw) -> Endpoint:
        """The endpoint of a page of the catalogue."""

        async def respond(request: Request) -> Response:
            t = self.site.texts(request)
            key = (t.language, request.url.path, *_query(request))
            found = self._drawings.get(key)
            if found is None or not self._holds(found):
                found = await self._drawn(request, t, draw)
                if not getattr(request.state, "passing", False):
                    self._drawings[key] = found
                    self._drawings.move_to_end(key)
                    if len(self._drawings) > _MOST_KEPT:
                        self._drawings.popitem(last=False)
            return self.site.remember_language(request, pages.respond(request, found.page))

        return respond

    def draw(self, request: Request, template: str, **values: Any) -> bytes:
        """A page for everybody. After what it is drawn from was asked for: it says how old that is."""
        t = self.site.texts(request)
        age_s = getattr(request.state, "mall_age_s", None)
        known = {"in_wechat": in_wechat(request), "old": age_words(t, age_s) if age_s is not None else ""}
        return self.site.draw(request, template, **known, **values)

    def draw_own(self, request: Request, template: str, **values: Any) -> bytes:
        """A page for one who is signed in: its forms may be sent by this reader."""
        age_s = getattr(request.state, "mall_age_s", None)
        old = age_words(self.site.texts(request), age_s) if age_s is not None else ""
        return self.visitors.draw(request, template, old=old, **values)

    def said(self, request: Request, error: ServiceError) -> str:
        """A refusal in the reader's words."""
        language = self.site.texts(request).language
        return self.site.deps.words.detail(error.code, error.kind, error.data, language)

    def own(self, request: Request, html: bytes, status: int = 200) -> Response:
        """A page that is nobody else's."""
        answer = page(html, self.site.texts(request).tag, status)
        return self.site.remember_language(request, answer)

    # --- whose basket --------------------------------------------------------------------------------

    async def someone(self, request: Request) -> Traveller | None:
        """Who is signed in; None also while nobody can say."""
        try:
            return await self.visitors.traveller(request)
        except ServiceError as exc:
            if exc.kind not in AWAY:
                raise
            return None

    async def owner(self, request: Request) -> Mapping[str, str]:
        """Whose basket this reader's is, as shop wants it told; {} of a visitor who has none.

        A basket that was filled before signing in is put to the traveller's own: whichever page comes first does it.
        """
        traveller, guest = await self.visitors.traveller(request), self.guests.key(request)
        if traveller is None:
            return {"guest": guest} if guest else {}
        mine = {"passenger_id": traveller.passenger_id}
        if guest:
            try:
                await self.call(request, "merge_basket", **merge_wish(traveller.passenger_id, guest))
                request.state.merged = True
            except ServiceError as exc:
                if exc.kind not in {*AWAY, Kind.NOT_FOUND, Kind.CONFLICT}:
                    raise
        return mine

    def settle(self, request: Request, response: Response) -> Response:
        """Forget the key of a basket that was put to its traveller's own."""
        if getattr(request.state, "merged", False):
            self.guests.keep(response, "")
        return response

    # --- inside --------------------------------------------------------------------------------------

    async def _drawn(self, request: Request, t: Texts, draw: Draw) -> _Drawing:
        began_s, before = clock.monotonic(), self.mall.stamp(())
        html = await draw(request)
        stamp = getattr(request.state, "mall_stamp", before)
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"cache-control", b"private, no-cache"),
            (b"content-language", t.tag.encode()),
            (b"vary", b"Accept-Language, Accept-Encoding, Cookie"),
        ]
        return _Drawing(Page(html, headers), stamp, began_s)

    def _holds(self, found: _Drawing) -> bool:
        fresh = clock.monotonic() - found.drawn_s < _DRAWN_S
        return fresh and self.mall.stamp(found.stamp) == found.stamp


def _query(request: Request) -> list[str]:
    """What pages read of an address: the last value of each name, name after value, so that no two look alike."""
    asked = {key: value for key, value in request.query_params.items() if key != "lang"}
    return [each for pair in sorted(asked.items()) for each in pair]

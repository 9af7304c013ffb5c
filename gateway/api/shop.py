"""The mall for everybody, as JSON: its catalogue from the edge's memory, with ETags, and what coupons there are.

What is scarce or somebody's own (a basket, what it costs, orders) is asked for each time: `shop_own`, `shop_basket`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.api.flights import RATE_POLICY as PUBLIC
from gateway.api.me import RATE_POLICY as OWN
from gateway.api.schemas import NO_PARAMETERS
from gateway.api.shop_reads import READS, SHOP, Read
from gateway.api.shop_refusals import naming
from gateway.api.wishes import as_json, path_id
from gateway.cache import Page, mall_questions
from gateway.cache.mall import Answer, Question
from gateway.calls import context_of
from gateway.deps import Deps
from gateway.pages import require_json, respond
from gateway.parameters import read_query
from services.shop.errors import ShopNotFound

CAMPAIGNS: Final = f"{SHOP}/campaigns"
_IS_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
_MOST_PAGES: Final = 600
_STALE: Final = 'mall; hit; detail="stale"'
_EITHER: Final = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-cache"),
    (b"vary", b"Accept-Encoding, Cookie"),
)
"""Of an address that says more to who is signed in."""


class ShopApi:
    """Endpoints made from the table of reads, and campaigns."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._pages: OrderedDict[bytes, tuple[Any, Page]] = OrderedDict()

    def routes(self) -> list[BaseRoute]:
        made: list[BaseRoute] = [Route(read.path, naming(self._deps, self._endpoint(read))) for read in READS]
        return [*made, Route(CAMPAIGNS, self.campaigns)]

    async def campaigns(self, request: Request) -> Response:
        """GET /api/v1/shop/campaigns: for who is signed in with what is theirs already, and why they can't have more."""
        require_json(request)
        read_query(request, NO_PARAMETERS)
        traveller = await self._deps.sessions.traveller(request)
        if traveller is None:
            question = mall_questions.campaigns()
            return await self._answered(request, question, self._spend(request), either=True)
        spent = self._deps.limits.spend(OWN, traveller.passenger_id).headers()
        told = await self._deps.rpc.call(
            "shop",
            "list_campaigns",
            {"passenger_id": traveller.passenger_id},
            repeat=True,
            context=context_of(request),
        )
        return as_json(told, 200, spent)

    def _endpoint(self, read: Read) -> Any:
        query = read.query() if read.query else NO_PARAMETERS

        async def answer(request: Request) -> Response:
            require_json(request)
            asked = read_query(request, query) | {name: _id(request, name) for name in request.path_params}
            return await self._answered(request, read.question(asked), self._spend(request))

        return answer

    async def _answered(
        self, request: Request, question: Question, spent: dict[str, str], *, either: bool = False
    ) -> Response:
        answer = await self._deps.mall.ask(question, context_of(request))
        response = respond(request, self._page(question, answer, either))
        response.headers.update(spent | {"Age": str(int(answer.age_s))})
        if answer.stale:
            response.headers["Cache-Status"] = _STALE
        return response

    def _page(self, question: Question, answer: Answer, either: bool) -> Page:
        """The answer as bytes, made once for as long as it is the same answer."""
        known = self._pages.get(question.key)
        if known is None or known[0] is not answer.value:
            body = orjson.dumps(answer.value)
            known = (answer.value, Page(body, _EITHER) if either else Page(body))
            self._pages[question.key] = known
        self._pages.move_to_end(question.key)
        if len(self._pages) > _MOST_PAGES:
            self._pages.popitem(last=False)
        return known[1]

    def _spend(self, request: Request) -> dict[str, str]:
        return self._deps.limits.spend(PUBLIC, self._deps.limits.address(request)).headers()


def _id(request: Request, name: str) -> str:
    """An id of the path. Raises UnknownPath, ShopNotFound for what can be none."""
    found = path_id(request, name)
    if name == "shop_id" and not _IS_SLUG.fullmatch(found):
        raise ShopNotFound
    return found

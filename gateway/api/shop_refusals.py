"""Refusals of the mall that are about some of what was asked for: `errors` names each, with the reason in the reader's
words."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gateway import calls
from gateway.deps import Deps
from gateway.problems import Problems
from kernel.errors import ServiceError

_ABOUT: Final[Mapping[str, str]] = {
    "shop.sold_out": "variant_ids",
    "shop.product_not_found": "variant_ids",
    "shop.not_eligible": "variant_ids",
    "shop.shop_closed": "shop_ids",
    "shop.too_late": "shop_ids",
    "shop.coupon_not_usable": "coupon_id",
    "shop.not_returnable": "line_id",
    "shop.bad_flight": "flight_id",
    "shop.bad_tax_number": "private.tax_number",
    "shop.bad_cursor": "cursor",
}
"""By refusal, what of its data names what it is about; else it is about the field of that name."""
_ELSEWHERE: Final = frozenset({"variant_ids", "shop_ids"})
"""Names that only data has: without them the refusal is about the whole."""
Endpoint = Callable[[Request], Awaitable[Response]]


def naming(deps: Deps, endpoint: Endpoint) -> Endpoint:
    """The endpoint, whose refusals say what they are about."""
    problems = Problems(deps.words)

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ServiceError as exc:
            if exc.code not in _ABOUT:
                raise
            return _refused(problems, request, exc)

    return answer


def _refused(problems: Problems, request: Request, error: ServiceError) -> Response:
    context = calls.context_of(request)
    problem = problems.describe(error, context.call_id, context.language)
    words = error.data.get("words")
    why = words[context.language] if isinstance(words, dict) else problem.detail
    told = [{"field": name, "detail": why} for name in _about(error)]
    return problems.answer(request, dataclasses.replace(problem, errors=told or problem.errors))


def _about(error: ServiceError) -> Iterator[str]:
    name = _ABOUT[error.code]
    found = error.data.get(name)
    if isinstance(found, list):
        yield from map(str, found)
    elif found is not None:
        yield str(found)
    elif name not in _ELSEWHERE:
        yield name

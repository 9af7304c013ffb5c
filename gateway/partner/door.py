"""What every address of the partner door does alike: errors as problems, allowances told, formats agreed on."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import Response

from gateway import calls
from gateway.errors import NotAcceptable
from gateway.identity import Principal, challenge
from gateway.limits import Limits, RateLimited
from gateway.partner import words
from gateway.partner.errors import BadAidx
from gateway.problems import problem
from gateway.rpc import CallContext
from kernel.errors import ServiceError
from services.checkin.errors import FlightNotFound, NotYourFlight


class Reply:
    """The headers that an answer will carry, be it a result or a problem."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self.headers: dict[str, str] = {"Cache-Control": "no-store"}

    def identified(self, principal: Principal) -> CallContext:
        """From here on the call is this partner's: services and logs see it as the principal."""
        known = calls.context_of(self._request)
        context = dataclasses.replace(known, principal={"partner": principal.partner.client_id})
        calls.replace(self._request, context)
        return context

    def spend(self, limits: Limits, policy: str, client: str) -> None:
        """Take one from the client's allowance and tell what is left. Raises RateLimited."""
        try:
            self.headers.update(limits.spend(policy, client).headers())
        except RateLimited as exc:
            self.headers.update(exc.spent.headers())
            raise

    def send(self, body: bytes, media_type: str) -> Response:
        language = calls.context_of(self._request).language
        headers = {"Content-Language": language, "Vary": "Accept, Accept-Language", **self.headers}
        return Response(body, 200, headers, media_type)

    def problem(self, error: ServiceError) -> Response:
        if isinstance(error, BadAidx):
            said = words.of_aidx(error.data, calls.context_of(self._request).language)
            error = BadAidx(**{**error.data, "said": said})
        return problem(self._request, error, {**self.headers, **challenge(error)})


@contextmanager
def as_if_missing() -> Iterator[None]:
    """Another airline's flight looks like one that isn't there: who asks learns nothing of it."""
    try:
        yield
    except ServiceError as exc:
        if exc.code in {NotYourFlight.code, FlightNotFound.code}:
            raise FlightNotFound from None
        raise


Endpoint = Callable[[Request, Reply], Awaitable[Response]]


def answered(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint as Starlette wants it; named errors become problems with the headers gathered so far."""

    async def handle(request: Request) -> Response:
        reply = Reply(request)
        try:
            return await endpoint(request, reply)
        except ServiceError as exc:
            return reply.problem(exc)

    return handle


def accepts(request: Request, offered: Sequence[str]) -> str:
    """The media type to answer with, by Accept; the first offered when it names none. Raises NotAcceptable."""
    header = request.headers.get("accept", "").strip()
    if not header:
        return offered[0]
    ranges = [_range(part) for part in header.split(",")]
    best, best_weight = "", 0.0
    for media_type in offered:
        weight = _weight(media_type, ranges)
        if weight > best_weight:
            best, best_weight = media_type, weight
    if not best:
        raise NotAcceptable(offered=list(offered))
    return best


def _range(part: str) -> tuple[str, float]:
    media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return media_range, min(1.0, max(0.0, float(value)))
            except ValueError:
                return media_range, 0.0
    return media_range, 1.0


def _weight(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The weight of the most specific range that matches (RFC 9110, 12.5.1)."""
    for wanted in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        weights = [weight for media_range, weight in ranges if media_range == wanted]
        if weights:
            return max(weights)
    return 0.0

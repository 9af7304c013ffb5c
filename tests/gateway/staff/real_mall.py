"""The mall as its desk calls it, over a database of its own: schemas load, use cases work, answers are checked."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from marshmallow import ValidationError

from kernel.errors import Unavailable
from services.shop.errors import BadRequest
from services.shop.usecases import (
    browsing,
    cases,
    counting,
    coupon_campaigns,
    coupon_till,
    importing,
    invoices,
    picking,
    running,
    takings,
    writing,
)
from tests.fakes.till import FakeTill
from tests.gateway.staff.shop_desk import RPCS
from tests.unit.shop.orders import NOW, PLACE

_ROOMS = (
    running,
    writing,
    importing,
    counting,
    picking,
    cases,
    invoices,
    takings,
    coupon_campaigns,
    coupon_till,
    browsing,
)


class Away:
    """Payments, as takings ask it, while it is away."""

    def call(self, service: str, method: str, request: dict[str, Any], **more: Any) -> Any:
        raise Unavailable


class RealMall:
    """uow: over a database with the mall in it. The airport's time is NOW of tests/unit/shop."""

    def __init__(self, uow: Any) -> None:
        self.uow, self.till = uow, FakeTill()

    def __getattr__(self, method: str) -> Callable[[dict[str, Any]], Any]:
        if method not in RPCS:
            raise AttributeError(method)
        arguments, result = RPCS[method]
        work = next(getattr(room, method) for room in _ROOMS if hasattr(room, method))
        given = {"uow": self.uow, "place": PLACE, "till": self.till, "now": NOW, "caller": Away()}

        def called(request: dict[str, Any]) -> Any:
            try:
                loaded = arguments().load(request)
            except ValidationError as exc:
                raise BadRequest(fields=exc.normalized_messages()) from None
            known = {**given, "request": loaded}
            answer = work(**{name: known[name] for name in inspect.signature(work).parameters})
            assert result().validate(answer) == {}, (method, result().validate(answer))
            return answer

        return called

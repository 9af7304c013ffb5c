"""The mall as bus calls it about coupons: shop's own use cases over a database of its own, and calls that get lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import update

from kernel.db import refuse_in_write_unit
from kernel.errors import RemoteError, ServiceError, Unavailable
from kernel.ids import new_id
from services.bus import schemas, usecases
from services.bus.clients import MallCoupons
from services.bus.domain.coupons import Errand
from services.bus.store.tables import ERRANDS
from services.shop.schemas import coupons as shop_schemas
from services.shop.usecases import coupon_services
from tests.unit.bus.selling import DEPARTURE_ID, EARLY, HERE, TIMETABLES, seats
from tests.unit.shop.coupons import PLACE, claimed, look, mine

BUYER: Final = "p1"
ON_BUSES: Final = {"scope": {"services": ["bus"]}, "threshold_fen": 0}


class Died(BaseException):
    """The process is gone: nobody catches this."""


@dataclass
class Mall:
    """away, dies: asked for "before <method>" and "after <method>": True, and nobody hears, or bus is gone."""

    uow: Any
    away: Callable[[str], bool] = lambda when: False
    dies: Callable[[str], bool] = lambda when: False
    asked: list[str] = field(default_factory=list)

    def call(self, service: str, method: str, request: dict[str, Any]) -> Any:
        refuse_in_write_unit(f"a call of {service}")
        self.asked.append(method)
        self._at(f"before {method}")
        try:
            answer = self._answer(method, request)
        except ServiceError as exc:
            raise RemoteError.from_document(exc.to_document()) from exc
        self._at(f"after {method}")
        return answer

    def _answer(self, method: str, request: dict[str, Any]) -> Any:
        if method == "lock_coupon":
            return coupon_services.lock_coupon(self.uow, shop_schemas.LockCouponSchema().load(request))
        if method == "give_back_coupon":
            loaded = shop_schemas.GiveBackCouponSchema().load(request)
            return coupon_services.give_back_coupon(self.uow, PLACE, loaded)
        loaded = shop_schemas.OrderOfServiceSchema().load(request)
        return getattr(coupon_services, method)(self.uow, loaded)

    def _at(self, when: str) -> None:
        if self.dies(when):
            raise Died(when)
        if self.away(when):
            raise Unavailable(part="shop")

    @property
    def coupons(self) -> MallCoupons:
        return MallCoupons(self)

    # --- what travellers see there

    def coupon(self, **changes: Any) -> str:
        """Five yuan off any bus ticket, unless said; its id."""
        return claimed(self.uow, BUYER, **{"value_fen": 500, **ON_BUSES, **changes})

    def state(self, coupon_id: str) -> str:
        return str(look(self.uow, coupon_id, BUYER)["state"])

    def usable(self) -> list[int]:
        """What the coupons take off that may be used now, amounts only."""
        return sorted(each["value_fen"] for each in mine(self.uow, BUYER) if each["state"] == "claimed")


def hold(
    uow: Any, mall: Mall, coupon_ids: list[str], *kinds: str, here: usecases.Here = HERE, **changes: Any
) -> dict[str, Any]:
    """The order; by default one adult for 15 yuan, less what the coupons take off."""
    given = {
        "request_id": new_id(),
        "passenger_id": BUYER,
        "departure_id": DEPARTURE_ID,
        "from_stop": "XINGSHA",
        "to_stop": "CSX",
        "passengers": [{"kind": kind} for kind in kinds or ("adult",)],
        "coupon_ids": coupon_ids,
    }
    request = schemas.HoldSeatsSchema().load(given | changes)
    counter = usecases.Counter(here, seats(EARLY, here))
    answer = usecases.hold_with_coupons(uow, TIMETABLES, counter, mall.coupons, request)
    assert schemas.OrderResultSchema().validate(answer) == {}
    order: dict[str, Any] = answer["order"]
    return order


def errands(uow: Any) -> list[Errand]:
    """All that there are, the oldest first."""
    with uow.read() as tx:
        ids = tx.connection.execute(ERRANDS.select().order_by(ERRANDS.c.made_at)).scalars().all()
        return [tx.store.errand(each) for each in ids]


def sweep(uow: Any, mall: Mall) -> int:
    return usecases.look_after_coupons(uow, mall.coupons)


def errands_wait(uow: Any, by: timedelta) -> None:
    """As if so much time had passed for all errands."""
    with uow.write() as tx:
        for row in tx.connection.execute(ERRANDS.select().where(ERRANDS.c.look_at.is_not(None))).all():
            earlier = {"look_at": row.look_at - by}
            tx.connection.execute(update(ERRANDS).where(ERRANDS.c.order_id == row.order_id).values(earlier))

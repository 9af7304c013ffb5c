"""What the mall sells, as the saga of orders sees it: parcels for its shops, or the money back.

Order of locks: the buyer, orders by id, stock by (shop, variant), coupons by id. Money that comes late locks the buyer after
its order: who has locked a buyer waits for no order. A new order is written first and then takes
its stock, so that a piece that everybody wants is kept for as little as can be (docs/decisions/0081-stock-orders-parcels.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from kernel.saga.protocols import Delivery
from kernel.saga.states import Sale, State
from kernel.saga.steps import GONE, LATE, SWEEPER
from services.shop import events
from services.shop.domain.numbers import new_code
from services.shop.domain.orders import MallOrder
from services.shop.domain.parcels import Parcel
from services.shop.schemas.order_words import ParcelState
from services.shop.store.order_seals import PARCEL_CODE
from services.shop.store.parcels import Who
from services.shop.usecases import coupon_use, stocking
from services.shop.usecases.limits import why_refused
from services.shop.usecases.promising import keep_promise
from services.shop.usecases.shared import Place, Tx
from services.shop.usecases.telling import tell, tell_parcel, told

SHOP = "shop"
_WHY = {GONE: "sold_out", LATE: "late"}


@dataclass(frozen=True)
class Mall:
    """The goods of the mall. now: the airport's time."""

    place: Place
    now: datetime
    _refused: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Why `deliver` refused late money for an order, for `tell` in the same transaction."""

    @property
    def gone_reason(self) -> str:
        return "付款到账时商品、限购额度、免税条件或优惠券已不满足，全额退款"

    def lock(self, tx: Tx, order_id: str) -> None:
        """Nothing before the order: stock and coupons come after it, here as everywhere in the mall."""

    def free(self, tx: Tx, sale: Sale) -> None:
        order = order_of(tx, sale)
        stocking.free(tx, pieces_of(order.parcels))
        coupon_use.release(tx, SHOP, order.id)
        self._end(tx, order, "its order ended unpaid")

    def deliver(self, tx: Tx, sale: Sale, *, held: bool) -> Delivery:
        """Let the shops begin. What was freed meanwhile is held again, all of it or nothing, unless its buyer has as much
        as they may without it, or may have no duty free any more."""
        order = order_of(tx, sale)
        pieces = pieces_of(order.parcels)
        refused = None if held else why_refused(tx, order, self.now)
        if refused is not None:
            self._refused[order.id] = refused
            return Delivery.GONE
        if not held and not _free(tx, pieces):
            return Delivery.GONE
        if not coupon_use.redeem(tx, SHOP, order.id):
            if held:
                stocking.free(tx, pieces)
                self._end(tx, order, "its coupons were gone")
            return Delivery.GONE
        if not held:
            missing = stocking.hold(tx, pieces)
            assert not missing, "they are locked, and were free"
        for parcel in order.parcels:
            placed = self._placed(tx, parcel)
            keep_promise(tx, self.place, placed, order.flight_id, self.now)
        return Delivery.DONE

    def tell(self, tx: Tx, sale: Sale, why: str) -> None:
        order = replace(order_of(tx, sale), sale=sale)
        if sale.state is State.ISSUED:
            parcels = [told(each) for each in order.parcels]
            tell(tx, events.ORDER_PAID, order, amount_fen=sale.amount_fen, parcels=parcels)
            for each in order.parcels:
                tell_parcel(tx, events.PARCEL_PLACED, order.id, each)
        elif why in _WHY:
            because = self._refused.get(order.id, _WHY[why])
            tell(tx, events.ORDER_REFUNDED, order, refund_fen=sale.amount_fen, why=because)

    def _placed(self, tx: Tx, parcel: Parcel) -> Parcel:
        code, vault = new_code(), self.place.vault
        return tx.store.step_parcel(
            parcel,
            ParcelState.PLACED,
            Who(SWEEPER, "its order is paid", self.now),
            placed_at=self.now,
            code_sealed=vault.seal(code, parcel.id),
            code_index=vault.index(code, PARCEL_CODE),
        )

    def _end(self, tx: Tx, order: MallOrder, reason: str) -> None:
        for parcel in order.parcels:
            if parcel.state is ParcelState.HELD:
                tx.store.step_parcel(parcel, ParcelState.ENDED, Who(SWEEPER, reason, self.now))


def order_of(tx: Tx, sale: Sale) -> MallOrder:
    """The order of a locked sale, as it is now."""
    order = tx.store.order(sale.id)
    assert order is not None, "an order that is locked is there"
    return order


def pieces_of(parcels: Iterable[Parcel]) -> dict[tuple[str, str], int]:
    """What is left of these parcels, by (shop, variant)."""
    pieces: dict[tuple[str, str], int] = {}
    for parcel in parcels:
        for line in parcel.lines:
            if line.left:
                key = (parcel.shop_id, line.variant_id)
                pieces[key] = pieces.get(key, 0) + line.left
    return pieces


def _free(tx: Tx, pieces: Mapping[tuple[str, str], int]) -> bool:
    """Lock what is to be held; whether enough of all is free."""
    enough = True
    for (shop_id, variant_id), quantity in sorted(pieces.items()):
        level = tx.store.stock.lock(shop_id, variant_id)
        enough = enough and level is not None and level.free >= quantity
    return enough

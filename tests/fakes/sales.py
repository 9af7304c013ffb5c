"""The orders of a saga in memory: what `kernel.saga.rows.Sales` does, and what its database refuses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from kernel.saga.rows import WrongStep
from kernel.saga.states import ENDED, MOVES, NEW, OPEN, OWED, UNPAID, Refund, RefundState, Sale, State, Step


class FakeSales:
    """own: by order, the columns that the service added."""

    def __init__(self) -> None:
        self.sales: dict[str, Sale] = {}
        self.own: dict[str, Mapping[str, Any]] = {}
        self.taken: dict[str, list[Step]] = {}
        self.refunds: dict[str, Refund] = {}

    def begin(self, sale: Sale, own: Mapping[str, Any], actor: str, reason: str) -> None:
        assert sale.id not in self.sales
        self.sales[sale.id], self.own[sale.id], self.taken[sale.id] = sale, own, []
        self._append(sale, NEW, sale.held_at, actor, reason)

    def find(self, order_id: str) -> Sale | None:
        return self.sales.get(order_id)

    lock = find

    def step(self, sale: Sale, to: State, now: datetime, actor: str, reason: str, **changes: Any) -> Sale:
        more: dict[str, Any] = {"ended_at": now if to in ENDED else None} | changes
        after = replace(sale, state=to, steps=sale.steps + 1, version=sale.version + 1, **more)
        self._append(after, sale.state.value, now, actor, reason)
        return self._save(sale, after)

    def change(self, sale: Sale, **changes: Any) -> Sale:
        return self._save(sale, replace(sale, version=sale.version + 1, **changes))

    def look_again(self, order_id: str, look_at: datetime) -> None:
        self.sales[order_id] = replace(self.sales[order_id], look_at=look_at)

    def due(self, now: datetime, limit: int) -> list[Sale]:
        due = [(sale.look_at, sale) for sale in self.sales.values() if sale.look_at is not None]
        return [sale for at, sale in sorted(due, key=lambda each: each[0]) if at <= now][:limit]

    def of_buyer(self, buyer_id: str, limit: int, before: tuple[datetime, str] | None) -> list[Sale]:
        mine = [sale for sale in self.sales.values() if sale.buyer_id == buyer_id]
        mine.sort(key=lambda sale: (sale.held_at, sale.id), reverse=True)
        return [sale for sale in mine if before is None or (sale.held_at, sale.id) < before][:limit]

    def lock_buyer(self, buyer_id: str) -> None:
        pass

    def open_holds(self, buyer_id: str, now: datetime) -> int:
        mine = (sale for sale in self.sales.values() if sale.buyer_id == buyer_id)
        return sum(sale.state in OPEN and sale.expires_at > now for sale in mine)

    def ended_unpaid(self, buyer_id: str, since: datetime, now: datetime) -> list[datetime]:
        mine = (sale for sale in self.sales.values() if sale.buyer_id == buyer_id and sale.state in UNPAID)
        ends = (sale.ended_at or sale.expires_at for sale in mine)
        return sorted((at for at in ends if since < at <= now), reverse=True)

    def steps(self, order_id: str) -> list[Step]:
        return list(self.taken.get(order_id, ()))

    def give(self, buyer_id: str, to: str) -> int:
        mine = [sale for sale in self.sales.values() if sale.buyer_id == buyer_id]
        for sale in mine:
            self.change(sale, buyer_id=to)
        return len(mine)

    def add_refund(self, refund: Refund) -> None:
        assert refund.out_refund_no not in self.refunds
        self.refunds[refund.out_refund_no] = refund

    def refund(self, out_refund_no: str) -> Refund | None:
        return self.refunds.get(out_refund_no)

    def refunds_of(self, order_ids: Collection[str]) -> list[Refund]:
        mine = (refund for refund in self.refunds.values() if refund.order_id in order_ids)
        return sorted(mine, key=lambda refund: (refund.order_id, refund.number))

    def refunds_due(self, now: datetime, limit: int) -> list[Refund]:
        due = [(refund.look_at, refund) for refund in self.refunds.values() if refund.look_at is not None]
        return [refund for at, refund in sorted(due, key=lambda each: each[0]) if at <= now][:limit]

    def settle(self, refund: Refund, to: RefundState, **changes: Any) -> Refund:
        if self.refunds[refund.out_refund_no].state is not refund.state:
            raise WrongStep("the refund changed meanwhile")
        more: dict[str, Any] = {"look_at": refund.look_at if to in OWED else None} | changes
        after = self.refunds[refund.out_refund_no] = replace(refund, state=to, **more)
        return after

    def over(self, before: datetime, limit: int) -> list[str]:
        ended = [
            sale
            for sale in self.sales.values()
            if sale.held_at < before and sale.state in (*ENDED, State.ISSUED) and sale.refunding_fen == 0
        ]
        return [sale.id for sale in sorted(ended, key=lambda sale: sale.held_at)][:limit]

    def forget(self, order_ids: Collection[str]) -> None:
        for order_id in order_ids:
            del self.sales[order_id], self.own[order_id], self.taken[order_id]
        self.refunds = {no: each for no, each in self.refunds.items() if each.order_id not in order_ids}

    def _append(self, sale: Sale, before: str, at: datetime, actor: str, reason: str) -> None:
        assert (before, sale.state) in MOVES, f"{before} → {sale.state}"
        step = Step(sale.id, sale.steps, before, sale.state, at, actor, reason)
        self.taken[sale.id].append(step)

    def _save(self, before: Sale, after: Sale) -> Sale:
        if self.sales[before.id].version != before.version:
            raise WrongStep("the order changed meanwhile")
        assert 0 <= after.refunding_fen + after.refunded_fen <= after.amount_fen
        self.sales[before.id] = after
        return after

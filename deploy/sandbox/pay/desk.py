"""All parts of WeChat Pay, wired, and what happens by itself as the platform's clock goes on."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any, Final

import httpx

from deploy.sandbox.account import Account
from deploy.sandbox.database import Database
from deploy.sandbox.journal import Journal
from deploy.sandbox.live import Hub
from deploy.sandbox.pay.bills import Bills
from deploy.sandbox.pay.merchant import Merchant
from deploy.sandbox.pay.notices import Notices
from deploy.sandbox.pay.orders import Orders, Row, instant
from deploy.sandbox.pay.refunds import ACCOUNT, Refunds
from deploy.sandbox.pay.sheet import Sheet
from deploy.sandbox.pay.signatures import Gate
from deploy.sandbox.people import People
from deploy.sandbox.settings import Settings
from deploy.sandbox.timing import Clock
from deploy.sandbox.words import Words

_LONGEST_S: Final = 30.0
_SHORTEST_S: Final = 0.05


@dataclass(frozen=True)
class Around:
    """What WeChat Pay needs of the rest of the platform."""

    settings: Settings
    account: Account
    db: Database
    clock: Clock
    hub: Hub
    journal: Journal
    people: People
    outgoing: httpx.AsyncClient


class PayDesk:
    """gate, orders, refunds, notices, bills, sheet."""

    def __init__(self, around: Around) -> None:
        self._around = around
        settings, db, clock = around.settings, around.db, around.clock
        self.merchant = Merchant(settings.folder, around.account)
        self.gate = Gate(db, clock, self.merchant)
        self.orders = Orders(db, clock, self.merchant, around.people)
        self.refunds = Refunds(db, clock, self.orders, settings.refund_s)
        self.notices = Notices(
            db, clock, around.journal, self.gate, self.merchant, around.outgoing,
            answer_s=settings.answer_s, probe_every=settings.probe_every,
        )  # fmt: skip
        self.bills = Bills(db, clock, self.merchant, self.orders, self.refunds, settings.base_url)
        self.sheet = Sheet(clock, self.merchant, self.orders, self.refunds, self.notices)
        self._woken = asyncio.Event()
        self.refunds.told = self._refund_ended
        self.notices.changed = self.wake
        clock.on_turned.append(self.wake)

    def wake(self) -> None:
        """Something may be due that wasn't a moment ago."""
        self._woken.set()

    async def run(self) -> None:
        """End refunds and send notifications when they are due, for ever."""
        while True:
            self._woken.clear()
            self.refunds.settle_due()
            self.notices.send_due()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._pause_s())

    async def close(self) -> None:
        """Let go of what is being sent; it is sent again after the next start."""
        for task in self.notices.under_way:
            task.cancel()
        await asyncio.gather(*self.notices.under_way, return_exceptions=True)

    def _pause_s(self) -> float:
        now = self._around.clock.now()
        due = [at - now for at in (self.refunds.next_due(), self.notices.next_due()) if at is not None]
        return max(_SHORTEST_S, min([_LONGEST_S, *due]))

    def _refund_ended(self, row: Row) -> None:
        order = self.orders.get(row["out_trade_no"])
        self._around.hub.tell("pay", {"openid": order["payer"]})
        event_type = f"REFUND.{row['status']}"
        if not row["notify_url"]:
            why = Words(
                "退款申请没有带notify_url，不会有通知", "The refund named no notify_url: nobody is told"
            )
            self._around.journal.write("pay", "warn", event_type, why, out_refund_no=row["out_refund_no"])
            return
        self.notices.add(event_type, row["notify_url"], self._told(row))

    def _told(self, row: Row) -> dict[str, Any]:
        found: dict[str, Any] = {
            "mchid": self.merchant.mchid,
            "out_trade_no": row["out_trade_no"],
            "transaction_id": row["transaction_id"],
            "out_refund_no": row["out_refund_no"],
            "refund_id": row["refund_id"],
            "refund_status": row["status"],
            "user_received_account": ACCOUNT,
            "amount": {
                "total": row["total_fen"],
                "refund": row["refund_fen"],
                "payer_total": row["total_fen"],
                "payer_refund": row["refund_fen"],
            },
        }
        return found | ({"success_time": instant(row["done_at"])} if row["done_at"] else {})

"""What the merchant is told: signed, sealed, and again until it answers 200 or 204, for about a day."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any, Final

import httpx

from deploy.sandbox.database import Database
from deploy.sandbox.journal import Journal
from deploy.sandbox.pay.merchant import Merchant
from deploy.sandbox.pay.orders import Row, instant
from deploy.sandbox.pay.signatures import Gate
from deploy.sandbox.timing import Clock
from deploy.sandbox.words import Words
from kernel.clock import monotonic

# Waited before each repeat. Source: docs/sandbox.md, "WeChat Pay".
_MINUTE: Final = 60
_HOUR: Final = 3600
REPEATS_S: Final = (
    15, 15, 30, 3 * _MINUTE, 10 * _MINUTE, 20 * _MINUTE, 30 * _MINUTE, 30 * _MINUTE, 30 * _MINUTE,
    60 * _MINUTE, 3 * _HOUR, 3 * _HOUR, 3 * _HOUR, 6 * _HOUR, 6 * _HOUR,
)  # fmt: skip
_CLAIM_S: Final = 30.0
_GOOD: Final = (200, 204)
_AGENT: Final = "Mozilla/4.0"
_SUMMARIES: Final = {
    "TRANSACTION.SUCCESS": "支付成功",
    "REFUND.SUCCESS": "退款成功",
    "REFUND.ABNORMAL": "退款异常",
    "REFUND.CLOSED": "退款关闭",
}
_TO_LOSE: Final = "pay notices to lose"
_SENT: Final = "pay notices sent"


class Notices:
    """answer_s: what the merchant has to answer in; probe_every: one in so many comes after a probe, 0 none.

    `changed` is called when something new may be due.
    """

    def __init__(
        self, db: Database, clock: Clock, journal: Journal, gate: Gate, merchant: Merchant,
        client: httpx.AsyncClient, *, answer_s: float, probe_every: int,
    ) -> None:  # fmt: skip
        self._db, self._clock, self._journal, self._gate = db, clock, journal, gate
        self._merchant, self._client = merchant, client
        self._answer_s, self._probe_every = answer_s, probe_every
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self.changed: Callable[[], None] = lambda: None

    def add(
        self, event_type: str, url: str, resource: dict[str, Any], *, lost: bool = False, copies: int = 1
    ) -> str:
        """Note what is to be told; its id. copies: how often it comes although it was heard."""
        about = "refund" if event_type.startswith("REFUND.") else "transaction"
        notice_id = str(uuid.uuid4())
        body = {
            "id": notice_id,
            "create_time": instant(self._clock.now()),
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": _SUMMARIES[event_type],
            "resource": self._merchant.seal(resource, about),
        }
        lost = self._loses() or lost
        self._db.run(
            "INSERT INTO pay_notices VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, '')",
            notice_id, event_type, resource["out_trade_no"], url,
            json.dumps(body, ensure_ascii=False, separators=(",", ":")), "lost" if lost else "waiting",
            copies - 1, self._clock.now(), self._clock.now(),
        )  # fmt: skip
        if lost:
            self._journal.write(
                "pay", "warn", event_type,
                Words("按要求：这条通知永远不会到，只能靠查单", "As asked for: this notification never comes. Asking will tell."),
                out_trade_no=resource["out_trade_no"],
            )  # fmt: skip
        self.changed()
        return notice_id

    def lose(self, count: int) -> None:
        """The next `count` notifications never come."""
        self._db.keep(_TO_LOSE, count)

    def probe_next(self) -> None:
        """Precede the next notification by a signature probe, whatever the count."""
        self._db.keep(_SENT, -1)

    def all(self, limit: int = 100) -> list[Row]:
        return self._db.all("SELECT * FROM pay_notices ORDER BY made DESC LIMIT ?", limit)

    def next_due(self) -> float | None:
        row = self._db.one("SELECT MIN(next_at) AS due FROM pay_notices WHERE state = 'waiting'")
        return None if row is None else row["due"]

    def send_due(self) -> None:
        """Begin to send what is due and not under way."""
        sql = "SELECT * FROM pay_notices WHERE state = 'waiting' AND next_at <= ? ORDER BY next_at LIMIT 64"
        for row in self._db.all(sql, self._clock.now()):
            if row["id"] not in self._under_way:
                # Should the platform die meanwhile, it is sent again then.
                claimed = self._clock.now() + _CLAIM_S
                self._db.run("UPDATE pay_notices SET next_at = ? WHERE id = ?", claimed, row["id"])
                task = self._under_way[row["id"]] = asyncio.create_task(self._send(row), name=row["id"])
                task.add_done_callback(self._done)

    @property
    def under_way(self) -> list[asyncio.Task[None]]:
        return list(self._under_way.values())

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task.get_name(), None)
        # The next look comes after this one is over, or it would seem to be under way still.
        self.changed()

    async def _send(self, row: Row) -> None:
        if self._probes():
            await self._probe(row)
        status, took_ms = await self._post(row, self._gate.headers(row["body"].encode()))
        heard = status in _GOOD
        if heard and row["copies"]:
            again = "UPDATE pay_notices SET copies = copies - 1, tries = tries + 1, next_at = ? WHERE id = ?"
            self._db.run(again, self._clock.now(), row["id"])
        elif heard:
            self._db.run("UPDATE pay_notices SET state = 'heard', tries = tries + 1 WHERE id = ?", row["id"])
        else:
            self._put_off(row, status)
        self._tell(row, status, took_ms, heard)

    def _put_off(self, row: Row, status: str | int) -> None:
        state = "waiting" if row["tries"] < len(REPEATS_S) else "given up"
        pause = REPEATS_S[min(row["tries"], len(REPEATS_S) - 1)]
        self._db.run(
            "UPDATE pay_notices SET state = ?, tries = tries + 1, next_at = ?, answered = ? WHERE id = ?",
            state, self._clock.now() + pause, str(status), row["id"],
        )  # fmt: skip

    def _tell(self, row: Row, status: str | int, took_ms: int, heard: bool) -> None:
        tries = row["tries"] + 1
        detail = {
            "url": row["url"],
            "status": status,
            "tries": tries,
            "id": row["id"],
            "out_trade_no": row["out_trade_no"],
        }
        if heard:
            again = (
                Words("，按要求再通知一次", "; it comes once more, as asked for")
                if row["copies"]
                else Words("", "")
            )
            why = Words(
                f"{took_ms} ms 内应答 {status}{again.zh}", f"Answered {status} in {took_ms} ms{again.en}"
            )
        elif tries > len(REPEATS_S):
            why = Words(f"应答 {status}，不再通知", f"The answer was {status}: given up")
        else:
            pause = REPEATS_S[tries - 1]
            why = Words(
                f"应答 {status}（应为 200 或 204），{pause} 秒后再通知",
                f"The answer was {status}, not 200 or 204: once more in {pause} s",
            )
        self._journal.write("pay", "ok" if heard else "bad", row["event_type"], why, **detail)

    async def _probe(self, row: Row) -> None:
        status, _ = await self._post(row, self._gate.probe_headers(row["body"].encode()))
        fooled = isinstance(status, int) and 200 <= status < 300
        why = (
            Words("签名探测被当真：没有验签！", "A signature probe was believed: nobody verifies!")
            if fooled
            else Words(
                f"签名探测被拒绝（{status}），正确",
                f"A signature probe was refused ({status}), as it must be",
            )
        )
        self._journal.write(
            "pay", "bad" if fooled else "ok", "WECHATPAY/SIGNTEST/", why, url=row["url"], status=status
        )

    async def _post(self, row: Row, headers: dict[str, str]) -> tuple[str | int, int]:
        began = monotonic()
        status: str | int
        try:
            async with asyncio.timeout(self._answer_s):
                answer = await self._client.post(
                    row["url"], content=row["body"].encode(), timeout=None,
                    headers=headers | {"Content-Type": "application/json", "User-Agent": _AGENT},
                )  # fmt: skip
            status = answer.status_code
        except TimeoutError:
            status = "too late"
        except httpx.HTTPError as exc:
            status = type(exc).__name__
        return status, round((monotonic() - began) * 1000)

    def _probes(self) -> bool:
        if not self._probe_every:
            return False
        sent = int(self._db.kept(_SENT) or 0) + 1
        self._db.keep(_SENT, sent)
        return sent % self._probe_every == 0

    def _loses(self) -> bool:
        left = int(self._db.kept(_TO_LOSE) or 0)
        if left:
            self._db.keep(_TO_LOSE, left - 1)
        return left > 0

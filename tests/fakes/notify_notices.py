"""Messages to one traveller in memory: what `FakeNotifyStore` gives as `.notices`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from services.notify.store import NewNews, NewNotice, Unsent
from tests.fakes.notify_messages import WAITING, Message


@dataclass
class FakeNotices:
    all: Any

    def refused(self, passenger_id: str, template: str) -> bool:
        return (passenger_id, template) in self.all.refusals

    def write(self, notice: NewNotice) -> int:
        news_id, number = self.all.number(), self.all.number()
        news = NewNews(
            flight_id="",
            kind=notice.kind,
            said=notice.said,
            rank=notice.rank,
            decided_at=notice.created_at,
            created_at=notice.created_at,
            not_before_at=None,
            expires_at=notice.expires_at,
        )
        self.all.news_rows[news_id] = SimpleNamespace(id=news_id, news=news, state="done")
        self.all.message_rows[number] = Message(
            id=number,
            news_id=news_id,
            flight_id="",
            order_id=notice.order_id,
            passenger_id=notice.passenger_id,
            kind=notice.kind,
            role="",
            language=notice.language,
            rank=notice.rank,
            state=notice.state,
            reason=notice.reason,
            created_at=notice.created_at,
            not_before_at=notice.not_before_at,
            expires_at=notice.expires_at,
        )
        return number

    def overtake(self, passenger_id: str, order_id: str, kinds: Collection[str], number: int) -> None:
        for one in self.all.of(passenger_id):
            mine = one.order_id == order_id and not one.flight_id and one.id < number
            if mine and one.state in WAITING and one.kind in kinds:
                one.state = "superseded" if one.unsure_since is None else "unknown"
                one.reason = f"message_{number}"

    def unsent(self, passenger_id: str, order_id: str, kinds: Collection[str]) -> list[Unsent]:
        return [
            Unsent(one.id, one.news_id, one.kind, self.all.news_rows[one.news_id].news.said.get("pieces", []))
            for one in self.all.of(passenger_id)
            if (one.order_id, one.flight_id) == (order_id, "")
            and one.kind in kinds
            and one.state in WAITING
            and one.unsure_since is None
        ]

    def reword(self, message: Unsent, said: dict[str, Any]) -> None:
        row = self.all.news_rows[message.news_id]
        row.news = replace(row.news, said=said)

    def supersede(self, ids: Collection[int], reason: str) -> None:
        for one in ids:
            self.all.message_rows[one].state = "superseded"
            self.all.message_rows[one].reason = reason

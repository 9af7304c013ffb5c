"""Messages to one traveller in memory: what `FakeNotifyStore` gives as `.notices`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from services.notify.store import NewNews, NewNotice
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

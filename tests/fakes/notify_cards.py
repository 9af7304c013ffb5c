"""Cards of notify in memory: the same promises as `services.notify.store.cards.Cards`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.notify.store import CardRow, CodeRow, Errand

_OVER = ("used", "void", "deleted", "refused", "lapsed")


@dataclass
class FakeCards:
    rows: dict[str, CardRow] = field(default_factory=dict)
    code_rows: dict[str, CodeRow] = field(default_factory=dict)
    errand_rows: dict[int, Errand] = field(default_factory=dict)
    numbers: int = 0

    def card(self, campaign_id: str) -> CardRow | None:
        return self.rows.get(campaign_id)

    def is_ours(self, card_id: str) -> bool:
        return any(row.card_id == card_id for row in self.rows.values())

    def note_campaign(self, campaign_id: str, version: int) -> bool:
        known = self.rows.get(campaign_id, CardRow(campaign_id, None, -1, ""))
        if known.version >= version:
            return False
        self.rows[campaign_id] = replace(known, version=version)
        return True

    def save_card(self, campaign_id: str, card_id: str, said: str) -> None:
        self.rows[campaign_id] = replace(self.rows[campaign_id], card_id=card_id, said=said)

    def add_code(self, code: CodeRow) -> None:
        self.code_rows.setdefault(code.code_index, code)

    def code(self, code_index: str) -> CodeRow | None:
        return self.code_rows.get(code_index)

    def codes_of(self, coupon_id: str) -> list[CodeRow]:
        found = [row for row in self.code_rows.values() if row.coupon_id == coupon_id]
        return sorted(found, key=lambda row: row.signed_at)

    def codes_held(self, passenger_ids: Collection[str]) -> list[CodeRow]:
        found = [row for row in self.code_rows.values() if row.passenger_id in passenger_ids]
        return sorted(found, key=lambda row: row.signed_at)

    def set_code(
        self, code_index: str, before: Collection[str], state: str, coupon_id: str | None = None
    ) -> bool:
        row = self.code_rows.get(code_index)
        if row is None or row.state not in before:
            return False
        self.code_rows[code_index] = replace(row, state=state, coupon_id=coupon_id or row.coupon_id)
        return True

    def add_errand(self, kind: str, subject: str, not_before_at: datetime, now: datetime) -> None:
        known = self.errand(kind, subject)
        if known is None:
            self.numbers += 1
            known = Errand(self.numbers, kind, subject, "open", 0, not_before_at, None, now)
        self.errand_rows[known.id] = replace(
            known, state="open", attempts=0, not_before_at=not_before_at, reason=None
        )

    def errand(self, kind: str, subject: str) -> Errand | None:
        found = [e for e in self.errand_rows.values() if (e.kind, e.subject) == (kind, subject)]
        return found[0] if found else None

    def is_due(self, now: datetime) -> bool:
        return any(e.state == "open" and e.not_before_at <= now for e in self.errand_rows.values())

    def begin_errands(self, now: datetime, until: datetime, limit: int) -> list[Errand]:
        due = [e for e in self.errand_rows.values() if e.state == "open" and e.not_before_at <= now]
        due.sort(key=lambda errand: (errand.not_before_at, errand.id))
        begun = [replace(e, not_before_at=until, attempts=e.attempts + 1) for e in due[:limit]]
        self.errand_rows |= {errand.id: errand for errand in begun}
        return sorted(begun, key=lambda errand: errand.id)

    def settle_errand(self, errand: Errand, state: str, reason: str | None, not_before_at: datetime) -> bool:
        known = self.errand_rows[errand.id]
        if known.attempts != errand.attempts:
            return False
        self.errand_rows[errand.id] = replace(known, state=state, reason=reason, not_before_at=not_before_at)
        return True

    def errands(self, state: str, limit: int, campaign_id: str | None = None) -> list[Errand]:
        found = [
            each
            for each in self.errand_rows.values()
            if each.state == state and campaign_id in (None, each.subject, self._campaign_of(each.subject))
        ]
        return sorted(found, key=lambda each: each.id)[:limit]

    def _campaign_of(self, index: str) -> str | None:
        row = self.code_rows.get(index)
        return row.campaign_id if row else None

    def reopen(self, errand_ids: Collection[int], now: datetime) -> int:
        stuck = [e for e in self.errand_rows.values() if e.id in errand_ids and e.state == "stuck"]
        for errand in stuck:
            self.add_errand(errand.kind, errand.subject, now, now)
        return len(stuck)

    def merge(self, from_id: str, into_id: str) -> None:
        for index, row in self.code_rows.items():
            if row.passenger_id == from_id:
                self.code_rows[index] = replace(row, passenger_id=into_id)

    def erase(self, passenger_ids: Collection[str]) -> list[str]:
        theirs = [row for row in self.code_rows.values() if row.passenger_id in passenger_ids]
        for row in theirs:
            self.code_rows[row.code_index] = replace(row, passenger_id="", coupon_id=None, campaign_id="")
        return [row.code_index for row in theirs if row.state in ("taken", "bound")]

    def purge(self, before: datetime) -> None:
        self.code_rows = {
            index: row
            for index, row in self.code_rows.items()
            if not (row.signed_at < before and row.state in _OVER)
        }
        self.errand_rows = {
            e.id: e for e in self.errand_rows.values() if not (e.created_at < before and e.state == "done")
        }

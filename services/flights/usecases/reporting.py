"""report_updates: reports become one truth, with its history, its events and its refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from kernel.db import Transaction, UnitOfWorkLike
from kernel.inbox import answer_once
from kernel.outbox import Event
from services.flights import events
from services.flights.domain import Change, Refused, StepReport, Viewpoint, to_text, to_us
from services.flights.errors import BatchTooLarge, Refusal
from services.flights.schemas import MAX_BATCH, Outcome
from services.flights.store import RefusalRow, Store
from services.flights.usecases.judging import Judged, judge_items
from services.flights.usecases.legs import Legs

_MAX_ITEM_KEPT: Final = 8192


def report_updates(
    uow: UnitOfWorkLike[Store], view: Viewpoint, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Let a batch of reports compete with what is known of their legs.

    request: loaded ReportUpdatesSchema data. now: the airport's time, aware UTC.
    Returns ReportResultSchema: one outcome per item, in the order of the items. One flight_changed event
    per leg that changed to the eye leaves with the commit; refusals are kept for the flight desk.
    Raises BatchTooLarge, RequestReused, RequestInFlight.
    Source: product.md, flights; the rules are domain's.
    """
    items = request["items"]
    if len(items) > MAX_BATCH:
        raise BatchTooLarge(limit=MAX_BATCH)
    source = {**request["source"], "kind": str(request["source"]["kind"])}

    judged = judge_items(items, source, view, now)  # before the transaction: writers wait for each other

    def work(tx: Transaction[Store]) -> dict[str, Any]:
        return _Batch(tx, view, to_us(now)).run(judged, source["name"])

    payload = {"source": source, "items": items}
    return answer_once(uow, request["request_id"], "report_updates", payload, work)


class _Batch:
    """One batch within its transaction."""

    def __init__(self, tx: Transaction[Store], view: Viewpoint, now_us: int) -> None:
        self._tx = tx
        self._view = view
        self._now_us = now_us
        self._refusals: list[RefusalRow] = []

    def run(self, judged: Sequence[Judged], source_name: str) -> dict[str, Any]:
        reports = [one.report for one in judged if one.report is not None]
        legs = Legs.load(self._tx.store, self._view, reports)
        results = [self._result(one, legs, source_name) for one in judged]
        self._save(legs)
        self._tx.store.add_refusals(self._refusals)
        counts = Counter(result["outcome"] for result in results)
        return {
            "results": results,
            "applied": counts[Outcome.APPLIED.value],
            "older": counts[Outcome.OLDER.value],
            "refused": counts[Outcome.REFUSED.value],
        }

    def _result(self, one: Judged, legs: Legs, source_name: str) -> dict[str, Any]:
        outcome, refused = Outcome.REFUSED, one.refused
        if one.report is not None:
            applied = legs.apply(one.report)
            if applied is None:
                refused = Refused(Refusal.UNKNOWN_FLIGHT, {"flight_id": one.report.flight_id})
            else:
                outcome, refused = applied.outcome, applied.refused
                for step, why in applied.displaced:
                    self._refuse(one.flight_id, step.source, why, _step_item(step))
        if refused is not None:
            self._refuse(one.flight_id, source_name, refused, one.item)
        return {
            "index": one.index,
            "outcome": outcome.value,
            "flight_id": one.flight_id,
            "reason": refused.reason.value if refused else None,
            "detail": refused.detail if refused else None,
        }

    def _save(self, legs: Legs) -> None:
        store, outbox = self._tx.store, self._tx.outbox
        saved = legs.finish()
        store.save([leg.row for leg in saved], legs.kept)
        store.save_states(legs.unseen_states())
        store.add_changes(legs.history, self._now_us)
        recorded_at = to_text(self._now_us)
        for leg in saved:
            shown = [_shown(change, recorded_at) for change in leg.changes]
            data = {"flight": leg.document, "changes": shown}
            outbox.add(
                Event(
                    events.FLIGHT_CHANGED,
                    leg.row.flight_id,
                    leg.row.version,
                    data,
                    schema=events.SCHEMA_VERSION,
                )
            )

    def _refuse(self, flight_id: str | None, source_name: str, why: Refused, item: Any) -> None:
        text = orjson.dumps(item)
        if len(text) > _MAX_ITEM_KEPT:
            text = orjson.dumps({"too_long_to_keep_bytes": len(text)})
        self._refusals.append(
            RefusalRow(
                self._now_us,
                flight_id,
                source_name,
                why.reason.value,
                orjson.dumps(why.detail).decode(),
                text.decode(),
            )
        )


def _shown(change: Change, recorded_at: str) -> dict[str, Any]:
    """ChangeSchema."""
    return {
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "event_at": to_text(change.event_us),
        "recorded_at": recorded_at,
        "source_kind": change.kind,
        "source_name": change.source,
    }


def _step_item(step: StepReport) -> dict[str, Any]:
    """What is left of a step that was taken before and has become impossible."""
    return {
        "event_at": to_text(step.event_us),
        "sequence": step.sequence,
        "status": step.status or None,
        "reinstated": step.reinstated,
        "times": {name: {"actual_at": to_text(us) if us >= 0 else None} for name, us in step.moves},
    }

"""A pushed batch: what was understood, what wasn't, and the flights service's judgement put back together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from gateway.errors import BadBody, BadJson
from services.flights.errors import BatchTooLarge, Refusal
from services.flights.schemas import MAX_BATCH, Outcome

MAX_ITEM_DEPTH: Final = 12
"""An update has at most four levels; what is nested deeper than this isn't passed on to be judged."""
_MISSING = "Missing data for required field."
_UNKNOWN = "Unknown field."


@dataclass(frozen=True)
class Unreadable:
    """Why one item never reached the flights service; detail is JSON-ready and never quotes the item."""

    flight_id: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Batch:
    """items in the order they came, each an update or the reason why it can't be one."""

    items: Sequence[Any | Unreadable] = field(default_factory=list)

    def updates(self) -> list[Any]:
        """What the flights service is asked to judge."""
        return [item for item in self.items if not isinstance(item, Unreadable)]

    def results(self, judged: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """One result per item, in order. judged: the results for `updates()`, in its order."""
        waiting = iter(judged)
        results: list[dict[str, Any]] = []
        for index, item in enumerate(self.items):
            if isinstance(item, Unreadable):
                result: dict[str, Any] = {
                    "outcome": Outcome.REFUSED.value,
                    "flight_id": item.flight_id,
                    "reason": Refusal.INVALID.value,
                    "detail": dict(item.detail),
                }
            else:
                result = dict(next(waiting))
            results.append({**result, "index": index})
        return results


def read_json(body: bytes) -> Batch:
    """A batch from `{"updates": [...]}`.

    Items are not judged here, so that one bad item doesn't cost the others.
    Raises BadJson (line, column), BadBody (fields), BatchTooLarge (limit).
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise BadJson(line=exc.lineno, column=exc.colno) from exc
    if not isinstance(document, dict):
        raise BadBody(fields={"_schema": ["Invalid input type."]})
    fields: dict[str, list[str]] = {name: [_UNKNOWN] for name in document if name != "updates"}
    updates: Any = document.get("updates")
    if "updates" not in document:
        fields["updates"] = [_MISSING]
    elif not isinstance(updates, list):
        fields["updates"] = ["Not a valid list."]
    elif not updates:
        fields["updates"] = ["Shorter than minimum length 1."]
    if fields:
        raise BadBody(fields=fields)
    if len(updates) > MAX_BATCH:
        raise BatchTooLarge(limit=MAX_BATCH)
    return Batch([_guarded(item) for item in updates])


def _guarded(item: Any) -> Any | Unreadable:
    return item if depth_within(item, MAX_ITEM_DEPTH) else Unreadable(None, {"problem": "too_deep"})


def depth_within(item: Any, limit: int) -> bool:
    """Whether no branch of a document is nested deeper."""
    level = [item]
    for _ in range(limit):
        level = [
            child
            for node in level
            if isinstance(node, (dict, list))
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return True
    return False

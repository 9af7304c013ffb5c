"""The legs that a batch is about: loaded together, changed in memory, saved together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from services.flights.domain import (
    Applied,
    Change,
    LegKey,
    LegState,
    Report,
    Viewpoint,
    direction_at,
    project,
)
from services.flights.schemas import Outcome
from services.flights.store import Kept, LegRow, Store


class Saved(NamedTuple):
    """A leg that changed to the eye."""

    row: LegRow
    document: dict[str, Any]
    changes: list[Change]


class Legs:
    """Legs of one batch within its transaction."""

    def __init__(self, store: Store, view: Viewpoint, kept: dict[str, Kept]) -> None:
        self.kept = kept
        self.history: list[tuple[str, int, Change]] = []
        self._store = store
        self._view = view
        self._states: dict[str, LegState] = {}
        self._changes: dict[str, list[Change]] = {}
        self._created: dict[str, LegKey] = {}
        self._referrers: set[str] = set()
        self._touched: dict[str, None] = {}
        self._seen: set[str] = set()

    @classmethod
    def load(cls, store: Store, view: Viewpoint, reports: Sequence[Report]) -> Legs:
        """Lock the legs that the reports are about, and make room for those that they create.

        Who makes legs takes the one lock for that before any leg's; so nobody waits in a circle.
        """
        wanted = {report.flight_id for report in reports}
        missing = wanted - store.known(wanted)
        new = {
            report.flight_id: report.leg
            for report in reports
            if report.flight_id in missing and report.has_schedule
        }
        if new:
            store.lock_creation()
        referrers = store.referrers(new)
        legs = cls(store, view, store.lock(wanted | referrers))
        legs._referrers = referrers & legs.kept.keys()
        legs._created = {flight_id: key for flight_id, key in new.items() if flight_id not in legs.kept}
        return legs

    def apply(self, report: Report) -> Applied | None:
        """Let one report compete; None when we don't have its leg."""
        flight_id = report.flight_id
        state = self._state(flight_id)
        if state is None:
            return None
        applied = state.apply(report)
        if flight_id in self._created and flight_id not in self._changes:
            self._changes[flight_id] = [_appearance(state, report)]
        else:
            self._changes.setdefault(flight_id, []).extend(applied.changes)
        if applied.outcome is not Outcome.OLDER or report.step is not None:
            self._touched[flight_id] = None
        return applied

    def _state(self, flight_id: str) -> LegState | None:
        state = self._states.get(flight_id)
        if state is None:
            if flight_id in self.kept:
                state = LegState.from_json(orjson.loads(self.kept[flight_id].state))
            elif flight_id in self._created:
                key = self._created[flight_id]
                state = LegState(key, direction_at(key, self._view.iata) or "departure")
            else:
                return None
            self._states[flight_id] = state
        return state

    def finish(self) -> list[Saved]:
        """Build anew what changed to the eye; also fills `history`."""
        changed = [flight_id for flight_id in self._touched if self._changed_to_the_eye(flight_id)]
        for flight_id in sorted(self._referrers):
            # "known" of the leg that it names has come true.
            if flight_id not in changed and self._state(flight_id) is not None:
                changed.append(flight_id)
        known = self._known_references(changed)
        self._seen = set(changed)
        return [self._saved(flight_id, known) for flight_id in changed]

    def unseen_states(self) -> dict[str, str]:
        """States of legs that learnt something that nobody sees: a confirmation, an overtaken step."""
        return {
            flight_id: _dump(self._states[flight_id].to_json())
            for flight_id in self._touched
            if flight_id not in self._seen
        }

    def _changed_to_the_eye(self, flight_id: str) -> bool:
        if flight_id not in self.kept:
            return True
        first: dict[str, Any] = {}
        last: dict[str, Any] = {}
        for change in self._changes.get(flight_id, ()):
            first.setdefault(change.field, change.old)
            last[change.field] = change.new
        return first != last

    def _known_references(self, flight_ids: Iterable[str]) -> set[str]:
        named = {other for flight_id in flight_ids for other in _references(self._states[flight_id])}
        ours = named & (self.kept.keys() | self._created.keys())
        return ours | self._store.known(named - ours)

    def _saved(self, flight_id: str, known: set[str]) -> Saved:
        state, kept = self._states[flight_id], self.kept.get(flight_id)
        version = kept.version + 1 if kept else 1
        document = project(state, version, self._view, known.__contains__)
        changes = self._changes.get(flight_id, [])
        self.history += [(flight_id, version, change) for change in changes]
        row = LegRow(
            flight_id,
            version,
            state.direction,
            state.value(f"{state.direction}.terminal"),
            state.board_us,
            _terms(state, document),
            _dump(document),
            _dump(state.to_json()),
        )
        return Saved(row, document, changes if kept else [])


def _appearance(state: LegState, report: Report) -> Change:
    """The first line of a history."""
    kind, source = report.source.kind.value, report.source.name
    return Change("status", None, state.status.value, report.event_us, kind, source)


def _references(state: LegState) -> list[str]:
    return [leg[0] for leg in (state.value("inbound"), state.value("onward")) if leg is not None]


def _terms(state: LegState, document: dict[str, Any]) -> frozenset[str]:
    """What it is found by in the index: numbers as people write them, everything else as codes."""
    key = state.key
    terms = {word for word in document["keywords"] if word[0] == "n"}
    terms.add(f"a:{key.airline}")
    before, after = _stops(state)
    terms.update(f"f:{iata}" for iata in before)
    terms.update(f"t:{iata}" for iata in after)
    terms.update(f"r:{flight_id}" for flight_id in _references(state))
    return frozenset(terms)


def _stops(state: LegState) -> tuple[list[str], list[str]]:
    """The journey's airports up to this leg's departure, and from its arrival on."""
    ends, route = [state.key.departure_airport, state.key.arrival_airport], state.value("route") or []
    for index in range(len(route) - 1):
        if route[index : index + 2] == ends:
            return route[: index + 1], route[index + 1 :]
    return ends[:1], ends[1:]


def _dump(value: Any) -> str:
    return orjson.dumps(value).decode()

"""The store of flights in memory: the same promises as `services.flights.store.FlightStore`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.flights.domain import Change
from services.flights.store import Asked, Kept, LegRow, Listed, Place, RefusalRow


@dataclass
class FakeFlightStore:
    rows: dict[str, LegRow] = field(default_factory=dict)
    changes: list[tuple[str, int, Change, int]] = field(default_factory=list)
    refused: list[tuple[int, RefusalRow]] = field(default_factory=list)
    given_numbers: int = 0

    def known(self, flight_ids: Collection[str]) -> set[str]:
        return set(flight_ids) & self.rows.keys()

    def lock_creation(self) -> None:
        pass

    def lock(self, flight_ids: Collection[str]) -> dict[str, Kept]:
        rows = [self.rows[flight_id] for flight_id in sorted(self.known(flight_ids))]
        return {row.flight_id: Kept(row.version, row.board_us, row.terms, row.state) for row in rows}

    def referrers(self, flight_ids: Collection[str]) -> set[str]:
        terms = {f"r:{flight_id}" for flight_id in flight_ids}
        return {row.flight_id for row in self.rows.values() if row.terms & terms}

    def save(self, rows: Sequence[LegRow], before: dict[str, Kept]) -> None:
        for row in rows:
            assert (row.flight_id in self.rows) == (row.flight_id in before)
            self.rows[row.flight_id] = row

    def save_states(self, states: dict[str, str]) -> None:
        for flight_id, state in states.items():
            self.rows[flight_id] = self.rows[flight_id]._replace(state=state)

    def add_changes(self, changes: Sequence[tuple[str, int, Change]], recorded_us: int) -> None:
        self.changes += [(*change, recorded_us) for change in changes]

    def add_refusals(self, rows: Sequence[RefusalRow]) -> None:
        for row in rows:
            self.given_numbers += 1
            self.refused.append((self.given_numbers, row))

    def document(self, flight_id: str) -> str | None:
        row = self.rows.get(flight_id)
        return None if row is None else row.document

    def history(self, flight_id: str, limit: int) -> list[dict[str, Any]]:
        mine = [
            {
                "field": change.field,
                "old": orjson.loads(orjson.dumps(change.old)),
                "new": orjson.loads(orjson.dumps(change.new)),
                "event_us": change.event_us,
                "recorded_us": recorded_us,
                "source_kind": change.kind,
                "source_name": change.source,
            }
            for of, _, change, recorded_us in self.changes
            if of == flight_id
        ]
        return mine[::-1][:limit]

    def window(self, from_us: int, to_us: int, after: Place | None, limit: int) -> list[Listed]:
        return [
            Listed(place, self.rows[place.flight_id].document)
            for place in self._places(from_us, to_us)
            if after is None or place > after
        ][:limit]

    def _places(self, from_us: int, to_us: int) -> list[Place]:
        places = (Place(row.board_us, row.flight_id) for row in self.rows.values())
        return sorted(place for place in places if from_us <= place.board_us < to_us)

    def digest(self, from_us: int, to_us: int) -> tuple[int, int]:
        versions = [self.rows[place.flight_id].version for place in self._places(from_us, to_us)]
        return len(versions), sum(versions)

    def search(self, asked: Asked) -> list[Listed]:
        return [
            one
            for one in self.window(asked.from_us, asked.to_us, asked.after, len(self.rows))
            if _answers(self.rows[one.place.flight_id], asked)
        ][: asked.limit]

    def refusals(self, before_id: int | None, limit: int) -> list[tuple[int, RefusalRow]]:
        older = [one for one in self.refused if before_id is None or one[0] < before_id]
        return older[::-1][:limit]

    def purge_flights(self, before_us: int, limit: int) -> int:
        gone = [row.flight_id for row in self.rows.values() if row.board_us < before_us][:limit]
        for flight_id in gone:
            del self.rows[flight_id]
        self.changes = [change for change in self.changes if change[0] not in gone]
        return len(gone)

    def purge_refusals(self, before_us: int) -> int:
        kept = [one for one in self.refused if one[1].recorded_us >= before_us]
        gone = len(self.refused) - len(kept)
        self.refused = kept
        return gone


def _answers(row: LegRow, asked: Asked) -> bool:
    if asked.direction and row.direction != asked.direction:
        return False
    if asked.terminal and row.terminal != asked.terminal:
        return False
    return any(all(terms & row.terms for terms in way) for way in asked.ways)

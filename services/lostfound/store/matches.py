"""Matches: what was found, with reports that may be of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.lostfound.domain.claims import Match
from services.lostfound.domain.items import OPEN as OPEN_ITEMS
from services.lostfound.matching import Index, Topology
from services.lostfound.schemas.claim_words import FindState, MatchState, ReportState
from services.lostfound.store.claim_rows import match_of, values_of
from services.lostfound.store.claim_tables import FINDS, MATCHES, REPORTS
from services.lostfound.store.tables import ITEMS


class MatchRows:
    """One row for a thing found and a report, for ever: what was dismissed stays so, what was told isn't told again."""

    _connection: Connection

    def matching(self, key: bytes, topology: Topology) -> Index:
        """The matching's own tables, in this transaction. key: of its words' hashes."""
        return Index(self._connection, key=key, topology=topology)

    def matchable(self) -> dict[str, list[str]]:
        """The ids of all that should be in the index: items, reports, finds."""
        open_items = [each.value for each in OPEN_ITEMS]
        asked = {
            "items": select(ITEMS.c.id).where(ITEMS.c.state.in_(open_items)),
            "reports": select(REPORTS.c.id).where(REPORTS.c.state == ReportState.OPEN.value),
            "finds": select(FINDS.c.id).where(FINDS.c.state == FindState.ANNOUNCED.value),
        }
        return {kind: list(self._connection.execute(query).scalars()) for kind, query in asked.items()}

    def match(self, match_id: str) -> Match | None:
        row = self._connection.execute(select(MATCHES).where(MATCHES.c.id == match_id)).first()
        return None if row is None else match_of(row)

    def matches_by_id(self, match_ids: Collection[str]) -> dict[str, Match]:
        query = select(MATCHES).where(MATCHES.c.id.in_(match_ids))
        return {row.id: match_of(row) for row in self._connection.execute(query)}

    def match_of_pair(self, found_id: str, report_id: str) -> Match | None:
        query = select(MATCHES).where(MATCHES.c.found_id == found_id, MATCHES.c.report_id == report_id)
        row = self._connection.execute(query).first()
        return None if row is None else match_of(row)

    def matches_of(self, about_id: str) -> list[Match]:
        """Of a report, an item or a find; the most probable first."""
        query = (
            select(MATCHES)
            .where(or_(MATCHES.c.report_id == about_id, MATCHES.c.found_id == about_id))
            .order_by(MATCHES.c.probability.desc(), MATCHES.c.id)
        )
        return [match_of(row) for row in self._connection.execute(query)]

    def matches_of_many(self, report_ids: Collection[str]) -> dict[str, list[Match]]:
        """By report."""
        found: dict[str, list[Match]] = {each: [] for each in report_ids}
        query = (
            select(MATCHES)
            .where(MATCHES.c.report_id.in_(report_ids))
            .order_by(MATCHES.c.probability.desc(), MATCHES.c.id)
        )
        for row in self._connection.execute(query):
            found[row.report_id].append(match_of(row))
        return found

    def count_matches(self, about_id: str) -> int:
        query = (
            select(func.count())
            .select_from(MATCHES)
            .where(
                or_(MATCHES.c.report_id == about_id, MATCHES.c.found_id == about_id),
                MATCHES.c.state != MatchState.DISMISSED.value,
            )
        )
        return int(self._connection.execute(query).scalar_one())

    def keep_match(self, match: Match) -> Match:
        """Write a match, or what is thought of the pair now, if it was written before; the pair's row, which is held."""
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        statement = build(MATCHES).values(values_of(match))
        thought = {"probability": match.probability, "reasons": match.reasons}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["found_id", "report_id"], set_=thought)
        )
        kept = self.match_of_pair(match.found_id, match.report_id)
        assert kept is not None
        return kept

    def set_match_state(self, match_id: str, state: MatchState) -> None:
        self._connection.execute(update(MATCHES).where(MATCHES.c.id == match_id).values(state=state.value))

    def note_offered(self, match: Match) -> None:
        """match: as it is offered from now on."""
        values = {
            "state": match.state.value,
            "offered_at": match.offered_at,
            "offered_by": match.offered_by,
        }
        self._connection.execute(update(MATCHES).where(MATCHES.c.id == match.id).values(values))

    def note_told(self, match_id: str, at: datetime) -> bool:
        """Whether this is the first time that the owner is told."""
        statement = update(MATCHES).where(
            MATCHES.c.id == match_id,
            MATCHES.c.told_at.is_(None),
            MATCHES.c.state == MatchState.SUGGESTED.value,
        )
        return self._connection.execute(statement.values(told_at=at)).rowcount == 1

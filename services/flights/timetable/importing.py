"""Import a timetable: all of a file, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from kernel.db import Transaction, UnitOfWorkLike
from kernel.ids import new_id
from services.flights.domain import Viewpoint
from services.flights.schemas import MAX_BATCH, SourceKind
from services.flights.store import Store
from services.flights.timetable.expand import DatedLeg, Horizon, dated_legs
from services.flights.timetable.legs import Reading, Reason, RefusedLine
from services.flights.usecases import report_updates

SOURCE: Final = {"name": "timetable", "kind": SourceKind.SCHEDULE.value, "airlines": ["*"]}


@dataclass(frozen=True)
class Wish:
    """What the operator asks for. dry_run: judge all, keep nothing. skip_refused: keep the rest."""

    horizon: Horizon
    dry_run: bool = False
    skip_refused: bool = False


@dataclass
class ImportReport:
    """What became of a file. imported: whether anything was kept. legs: of single days, at this airport."""

    lines: int
    legs: int = 0
    applied: int = 0
    older: int = 0
    marketing: int = 0
    not_passenger: int = 0
    imported: bool = False
    refused: list[RefusedLine] = field(default_factory=list)


class _Undo(Exception):
    """Leaves the transaction without keeping anything."""


class _OneUnit:
    """Lets use cases that open a transaction of their own work in one that is open already."""

    def __init__(self, tx: Transaction[Store], name: str) -> None:
        self._tx = tx
        self.name = name

    @contextmanager
    def write(self) -> Iterator[Transaction[Store]]:
        yield self._tx

    read = write

    @contextmanager
    def look_up(self) -> Iterator[Store]:
        yield self._tx.store


def import_timetable(
    uow: UnitOfWorkLike[Store], view: Viewpoint, reading: Reading, wish: Wish, now: datetime
) -> ImportReport:
    """Report every leg of the horizon to flights as its schedule, in one transaction.

    now: the airport's time, aware UTC; the import's own moment, so that a later import wins over an earlier.
    When a line is refused, by the reader or by flights' own rules, nothing is kept, unless the wish says to
    skip such lines. An import that is repeated changes nothing.
    """
    legs, unexpandable = dated_legs(reading.itineraries, view.iata, wish.horizon)
    report = ImportReport(
        reading.lines,
        legs=len(legs),
        marketing=reading.marketing,
        not_passenger=reading.not_passenger,
        refused=[*reading.refused, *unexpandable],
    )
    if report.refused and not wish.skip_refused and not wish.dry_run:
        return _sorted(report)
    try:
        with uow.write() as tx:
            # Before any leg is locked: a later chunk may make legs (docs/decisions/0012).
            tx.store.lock_creation()
            _report_all(_OneUnit(tx, uow.name), view, legs, report, now)
            if wish.dry_run or (report.refused and not wish.skip_refused):
                raise _Undo
    except _Undo:
        return _sorted(report)
    report.imported = True
    return _sorted(report)


def _report_all(
    unit: UnitOfWorkLike[Store], view: Viewpoint, legs: list[DatedLeg], report: ImportReport, now: datetime
) -> None:
    refused: dict[int, RefusedLine] = {}
    import_id = new_id()
    for number, chunk in enumerate(_chunks(legs)):
        request = {
            "request_id": f"timetable:{import_id}:{number}",
            "source": SOURCE,
            "items": [leg.update(now) for leg in chunk],
        }
        answer = report_updates(unit, view, request, now)
        report.applied += answer["applied"]
        report.older += answer["older"]
        for result in answer["results"]:
            if result["reason"]:
                line = chunk[result["index"]].leg.line
                refused.setdefault(line, RefusedLine(line, Reason.REFUSED_BY_FLIGHTS, _why(result)))
    report.refused += refused.values()


def _chunks(legs: list[DatedLeg]) -> Iterator[list[DatedLeg]]:
    for start in range(0, len(legs), MAX_BATCH):
        yield legs[start : start + MAX_BATCH]


def _why(result: dict[str, Any]) -> str:
    return f"{result['flight_id'] or ''} {result['reason']} {result['detail'] or ''}".strip()


def _sorted(report: ImportReport) -> ImportReport:
    report.refused.sort(key=lambda refusal: (refusal.line, refusal.reason))
    return report

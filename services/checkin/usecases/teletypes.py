"""PNL and ADL as airlines' systems send them: put together from their parts, and applied whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from marshmallow import ValidationError

from services.checkin import schemas
from services.checkin.clients import Caller
from services.checkin.domain import Applied, Sent, Waiting, flattened, of_list, train_for, version_of
from services.checkin.errors import BadSeal, TooManyParts
from services.checkin.schemas.vocabulary import ListOutcome
from services.checkin.store import PartRow
from services.checkin.teletype import (
    Kind,
    Part,
    PassengerList,
    Problem,
    Reading,
    Reason,
    Refused,
    open_part,
    read_list,
)
from services.checkin.usecases.entries import Listing
from services.checkin.usecases.listing import (
    Compare,
    compare_changes,
    judged,
    known_flight,
    look_again,
    report_of,
)
from services.checkin.usecases.shared import Asked, Flight, Place, Tx, Work, answer_in_turn, locked

MOST_WAITING: Final = 297
"""Parts that may wait for one flight: three of the longest lists there can be."""
_FIRST_MINUTE: Final = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Came:
    """A part as it came; fingerprint: by which it is known when it comes again."""

    part: Part
    text: str
    fingerprint: str

    def waiting(self, train: int = 0) -> Waiting:
        part = self.part
        return Waiting(train, part.kind is Kind.ADL, _minute(part.sent_at), part.number, part.is_last)


@dataclass(frozen=True)
class _Call:
    """A locked flight and what was asked. near: the airport's day; now: its time."""

    tx: Tx
    place: Place
    flight: Flight
    request: Mapping[str, Any]
    now: datetime

    @property
    def near(self) -> date:
        return self.now.astimezone(self.place.zone).date()


def apply_teletype(
    uow: Work, caller: Caller, place: Place, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """TeletypeReportSchema: with its last part a list is applied, whole or not at all; before, parts wait, sealed.

    Messages say to the minute when they were sent. Those of one minute count in the order in which they come here; a
    message that came before, whole or in parts, changes nothing. now: the airport's time.
    Raises FlightNotFound, NotYourFlight, BadSeal, TooManyParts, RequestReused, RequestInFlight, Unavailable,
    DeadlineExceeded.
    """
    opened = place.vault.opened(request["sealed"])
    texts = opened.get("texts") if isinstance(opened, dict) else None
    if not (isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts)):
        raise BadSeal
    new = known_flight(uow, caller, place, request["flight_id"], request["partner"])

    def work(tx: Tx) -> dict[str, Any]:
        call = _Call(tx, place, locked(tx, request["flight_id"]), request, now)
        try:
            came = [_opened(call, text) for text in texts]
        except Refused as exc:
            return _answer(call, ListOutcome.REFUSED, Reading(problems=(exc.problem,)))
        return _taken(call, came)

    payload = place.vault.fingerprint({**request, "sealed": opened})
    report = answer_in_turn(
        uow, place, Asked(request["request_id"], "apply_teletype", payload, request["flight_id"]), work
    )
    if new:
        look_again(uow, caller, place, request["flight_id"])
    return report


def _opened(call: _Call, text: str) -> _Came:
    """Raises Refused, also for a message about another flight."""
    part = open_part(text, call.near)
    leg, flight = call.flight.leg, part.flight
    if (f"{flight.carrier}{flight.number}", flight.day_local, flight.board_point) != (
        leg.number,
        leg.day_local,
        leg.departure,
    ):
        raise Refused(Problem(part.number, 0, Reason.OTHER_LIST))
    content = {
        "kind": part.kind.value,
        "number": part.number,
        "last": part.is_last,
        "sent": part.sent_at,
        "lines": [line.text for line in part.lines],
    }
    return _Came(part, text, call.place.vault.fingerprint(content))


def _taken(call: _Call, came: Sequence[_Came]) -> dict[str, Any]:
    store, flight_id = call.tx.store, call.flight.id
    by_print = {each.fingerprint: each for each in came}
    known = store.known_parts(flight_id, list(by_print))
    fresh = [each for print_, each in by_print.items() if print_ not in {row.fingerprint for row in known}]
    waits = next((row.train for row in known if row.version is None), None)
    if not fresh and waits is None:
        return _answer(call, ListOutcome.REPEATED)
    waiting = store.waiting_parts(flight_id)
    train = waits
    if fresh:
        train = train_for([each.waiting() for each in fresh], [row.waiting for row in waiting], waits)
    there = [row for row in waiting if row.train == train]
    texts = [call.place.vault.open(row.sealed, _context(row)) for row in there if row.sealed is not None]
    reading = read_list([*texts, *(each.text for each in fresh)], call.near)
    train = train or store.last_train(flight_id) + 1
    if reading.missing:
        if len(waiting) + len(fresh) > MOST_WAITING:
            raise TooManyParts
        _keep(call, fresh, train)
        return _answer(call, ListOutcome.WAITING, reading)
    if reading.document is None:
        store.drop_train(flight_id, train)
        return _answer(call, ListOutcome.REFUSED, reading)
    report = _applied(call, reading.document, reading)
    if report["outcome"] == ListOutcome.APPLIED.value:
        _keep(call, fresh, train)
        store.settle_train(flight_id, train, report["version"])
    else:
        store.drop_train(flight_id, train)
    return report


def _applied(call: _Call, document: PassengerList, reading: Reading) -> dict[str, Any]:
    store, flight = call.tx.store, call.flight
    sent_at = document.sent_at or call.now
    minute = _minute(sent_at)
    assert minute is not None
    last = store.last_part(flight.id)
    applied = None
    if last is not None and last.version is not None:
        sent_before = last.version // 100 if last.minute is None else last.minute
        applied = Applied(last.version, Sent(sent_before, last.changes))
    version = version_of(Sent(minute, document.kind is Kind.ADL), applied, flight.row.list_version)
    if version is None:
        return _answer(call, ListOutcome.OUTDATED, reading)
    whole = document.kind is Kind.PNL
    schema = schemas.PassengerListSchema() if whole else schemas.ListChangesSchema()
    try:
        loaded = schema.load(document.content())
    except ValidationError as exc:
        wrong = flattened(exc.normalized_messages())
        return _answer(call, ListOutcome.REFUSED, reading, refused=wrong)
    compare: Compare = of_list if whole else compare_changes
    listing = Listing(call.tx, call.place, flight, call.place.maps.of(store, flight.row), loaded)
    report = judged(listing, compare, {**call.request, "version": version})
    return report | _lines(reading)


def _keep(call: _Call, fresh: Sequence[_Came], train: int) -> None:
    """Note parts with their text sealed, for the row that they become."""
    rows = []
    for each in fresh:
        at = each.waiting(train)
        row = PartRow(
            flight_id=call.flight.id,
            fingerprint=each.fingerprint,
            train=train,
            changes=at.changes,
            minute=at.minute,
            number=at.number,
            is_last=at.is_last,
            sealed="",
            version=None,
            heard_at=call.tx.now(),
        )
        sealed = call.place.vault.seal(each.text, _context(row))
        rows.append(PartRow(**{**vars(row), "sealed": sealed}))
    if rows:
        call.tx.store.add_parts(rows)


def _context(row: PartRow) -> str:
    return f"{row.flight_id}/{row.fingerprint}"


def _answer(
    call: _Call,
    outcome: ListOutcome,
    reading: Reading | None = None,
    refused: list[tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """TeletypeReportSchema of a list that wasn't applied."""
    return report_of(call.tx, call.flight, outcome, refused=refused) | _lines(reading or Reading())


def _lines(reading: Reading) -> dict[str, Any]:
    return {
        "missing": list(reading.missing),
        "problems": [_line(problem) for problem in reading.problems],
        "left_out": [_line(problem) for problem in reading.left_out],
    }


def _line(problem: Problem) -> dict[str, Any]:
    return {"part": problem.part, "line": problem.line, "reason": problem.reason.value}


def _minute(at: datetime | None) -> int | None:
    return None if at is None else int((at - _FIRST_MINUTE).total_seconds()) // 60

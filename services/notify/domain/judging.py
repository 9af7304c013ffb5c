"""Which changes of a flight are told, and when: pure, over what followers have been told so far.

What is told follows from the flight as it is and from what was told, never from the single change: a repeat,
a late event or a lost one ends in the same news.
Source: docs/decisions/0030-what-is-told-when.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.notify.domain import facts as of
from services.notify.domain.facts import Facts
from services.notify.domain.kinds import HOLD_OFFS, HoldOff, Register
from services.notify.schemas import NewsKind

WORTH_TELLING: Final = timedelta(minutes=15)
"""A delay is told from here on, and again when the time has moved by as much. Source: product.md, "follow"."""
LONGEST_WAIT: Final = 3
"""A value that keeps changing is told after so many hold-offs: it would never be otherwise."""
TOO_OLD: Final = timedelta(hours=24)
"""News of a flight that was due longer ago is history, not news: an import, or a queue that lay for a day."""

_STAGE_KINDS: Final = {
    of.BOARDING: NewsKind.BOARDING,
    of.LAST_CALL: NewsKind.LAST_CALL,
    of.GATE_CLOSED: NewsKind.GATE_CLOSED,
    of.DEPARTED: NewsKind.DEPARTED,
    of.LANDED: NewsKind.LANDED,
}
_CALLS: Final = frozenset({NewsKind.BOARDING, NewsKind.LAST_CALL, NewsKind.GATE_CLOSED})


@dataclass(frozen=True)
class Pending:
    """A value that waits for the end of its hold-off; since: when this register began to wait."""

    value: str
    since: datetime
    due_at: datetime


@dataclass(frozen=True)
class Memory:
    """What the followers of a flight know. told: one value a register; told_at: when it was last told."""

    told: dict[str, str]
    told_at: dict[str, datetime] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)

    def next_due_at(self) -> datetime | None:
        """When something that waits is to be judged again."""
        return min((each.due_at for each in self.pending.values()), default=None)

    def to_json(self) -> dict[str, Any]:
        return {
            "told": self.told,
            "told_at": {name: at.isoformat() for name, at in self.told_at.items()},
            "pending": {
                name: [each.value, each.since.isoformat(), each.due_at.isoformat()]
                for name, each in self.pending.items()
            },
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Memory:
        read = datetime.fromisoformat
        return cls(
            dict(document["told"]),
            {name: read(at) for name, at in document["told_at"].items()},
            {
                name: Pending(value, read(since), read(due_at))
                for name, (value, since, due_at) in document["pending"].items()
            },
        )


def baseline(facts: Facts) -> Memory:
    """The memory of a flight that begins to be followed: what is so already is news to nobody."""
    return Memory({register.value: _value(register, facts) for register in Register})


@dataclass(frozen=True)
class Moment:
    """now: aware, the airport's time."""

    now: datetime
    hold_off: timedelta


def judge(memory: Memory, facts: Facts, moment: Moment) -> tuple[Memory, list[NewsKind]]:
    """What is to be told now, in this order, and what followers know then.

    Judging the same facts again, or when nothing is due, tells nothing.
    """
    if facts.best_at < moment.now - TOO_OLD:
        return replace(baseline(facts), told_at=memory.told_at), []
    told, told_at = dict(memory.told), dict(memory.told_at)
    pending: dict[str, Pending] = {}
    news: list[NewsKind] = []
    for register in Register:
        value = _value(register, facts)
        for kind in _worth_telling(register, told, facts):
            mode = HoldOff.WAITS if kind is None else HOLD_OFFS[register]
            before = memory.pending.get(register)
            due_at = _due_at(mode, value, before, told_at.get(register), moment)
            if due_at > moment.now:
                since = moment.now if before is None else before.since
                pending[register.value] = Pending(value, since, due_at)
                continue
            told[register.value] = value
            if kind is not None:
                told_at[register.value] = moment.now
                news.append(kind)
                told |= _implied(kind, facts)
    still = {name: each for name, each in pending.items() if told[name] != each.value}
    return Memory(told, told_at, still), news


def _value(register: Register, facts: Facts) -> str:
    match register:
        case Register.TIME:
            return facts.best_at.isoformat()
        case Register.GATE:
            return facts.gate
        case Register.BELT:
            return facts.belt
        case Register.STAGE:
            return str(facts.stage)
        case Register.EXCEPTION:
            return facts.exception


def _worth_telling(register: Register, told: dict[str, str], facts: Facts) -> Iterator[NewsKind | None]:
    """The news in this register, if any; None: what was told is no longer so, but that is no news."""
    known = told[register.value]
    match register:
        case Register.EXCEPTION:
            if facts.exception != known:
                yield _exception_kind(known, facts)
        case Register.TIME:
            if not facts.exception and facts.stage < _time_matters_before(facts) and _moved(known, facts):
                yield NewsKind.DELAYED
        case Register.GATE:
            if facts.gate not in ("", known) and not facts.exception and facts.stage < of.GATE_CLOSED:
                yield NewsKind.GATE
        case Register.STAGE:
            if not facts.exception and facts.stage > int(known):
                yield _STAGE_KINDS[facts.stage]
            elif facts.stage < int(known):
                yield None
        case Register.BELT:
            if facts.belt not in ("", known) and not facts.exception:
                yield NewsKind.BELT


def _exception_kind(known: str, facts: Facts) -> NewsKind | None:
    if facts.exception:
        return NewsKind(facts.exception)
    # After a return every later step speaks for itself.
    return None if known == "returned" else NewsKind.REINSTATED


def _time_matters_before(facts: Facts) -> int:
    return of.DEPARTED if facts.departing else of.LANDED


def _moved(known: str, facts: Facts) -> bool:
    before = datetime.fromisoformat(known)
    off_schedule = max(facts.best_at - facts.scheduled_at, abs(before - facts.scheduled_at))
    return abs(facts.best_at - before) >= WORTH_TELLING and off_schedule >= WORTH_TELLING


def _due_at(
    mode: HoldOff, value: str, before: Pending | None, told_at: datetime | None, moment: Moment
) -> datetime:
    """When this value may be told; not later than now: at once."""
    match mode:
        case HoldOff.AT_ONCE:
            return moment.now
        case HoldOff.FIRST_AT_ONCE:
            return moment.now if told_at is None else told_at + moment.hold_off
        case HoldOff.WAITS:
            if before is None:
                return moment.now + moment.hold_off
            if before.value == value:
                return before.due_at
            return min(moment.now + moment.hold_off, before.since + LONGEST_WAIT * moment.hold_off)


def _implied(kind: NewsKind, facts: Facts) -> dict[str, str]:
    """What else a message of this kind says, so that it isn't told again."""
    if kind in _CALLS and facts.gate:
        return {Register.GATE.value: facts.gate}
    if kind is NewsKind.REINSTATED:
        return {Register.TIME.value: facts.best_at.isoformat(), Register.STAGE.value: str(facts.stage)}
    if kind in (NewsKind.CANCELLED, NewsKind.RETURNED):
        return {Register.STAGE.value: "0"}
    return {}

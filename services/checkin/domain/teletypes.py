"""In which order teletype messages of one flight count, and which parts belong together.

A message says to the minute when it was sent. What came in the same minute counts in the order of its arrival,
which the flight's lock makes one order. Source: docs/sources/passenger-lists.md, "Order".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

_A_MINUTE = 100
"""Versions that one minute has room for before it spills over into the next one's."""


@dataclass(frozen=True)
class Sent:
    """When a message was sent, in minutes since 2020, and whether it holds changes (ADL) or a whole list (PNL)."""

    minute: int
    changes: bool

    @property
    def version(self) -> int:
        """Of the first of its kind in its minute: changes come after the whole list of the same minute."""
        return self.minute * _A_MINUTE + (1 if self.changes else 0)


@dataclass(frozen=True)
class Applied:
    """The last message that made the list what it is."""

    version: int
    sent: Sent


@dataclass(frozen=True)
class Waiting:
    """A part that waits for others. train: parts of one list; minute None: it doesn't say when it was sent."""

    train: int
    changes: bool
    minute: int | None
    number: int
    is_last: bool


def version_of(sent: Sent, last: Applied | None, list_version: int | None) -> int | None:
    """The version that a message makes of the list; None: a newer one was there before it.

    last: the last message; list_version: what holds, perhaps from a list that wasn't teletype.
    """
    if list_version is None or sent.version > list_version:
        return sent.version
    if last is None or last.version != list_version or sent.minute < last.sent.minute:
        return None
    # A whole list of the minute in which changes came is the one that they change.
    if sent.minute == last.sent.minute and not sent.changes and last.sent.changes:
        return None
    return list_version + 1


def train_for(fresh: Sequence[Waiting], waiting: Collection[Waiting], preferred: int | None) -> int | None:
    """Which train new parts of one message join: the oldest that they fit into; None: they start another.

    Two lists of one minute may arrive part by part: a train that has a part of this number isn't theirs.
    """
    heads = {(each.changes, each.minute) for each in fresh}
    numbers = {each.number for each in fresh}
    trains: dict[int, list[Waiting]] = {}
    for each in waiting:
        trains.setdefault(each.train, []).append(each)
    fitting = [
        train
        for train, parts in sorted(trains.items())
        if {(each.changes, each.minute) for each in parts} == heads
        and numbers.isdisjoint(each.number for each in parts)
        and sum(each.is_last for each in [*parts, *fresh]) <= 1
    ]
    return preferred if preferred in fitting else next(iter(fitting), None)

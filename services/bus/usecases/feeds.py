"""Timetables in and out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from kernel.outbox import Event
from services.bus.errors import NoTimetable
from services.bus.events import SCHEMA_VERSION, TIMETABLE_CHANGED
from services.bus.gtfs import Problem, check_feed, read_feed, write_feed
from services.bus.usecases.shared import Work


@dataclass(frozen=True)
class Imported:
    """version: None when nothing was kept. changed: False when this feed holds already."""

    version: int | None
    changed: bool
    problems: tuple[Problem, ...]
    left_out: tuple[str, ...]


def import_feed(uow: Work, packed: bytes, actor: str) -> Imported:
    """Make the GTFS zip the timetable that holds, or say what is wrong with it and keep nothing.

    The same feed again changes nothing. Orders keep the ride that they were held for.
    Source: docs/sources/bus-gtfs.md.
    """
    reading = read_feed(packed)
    problems = reading.problems or ([] if reading.feed is None else check_feed(reading.feed))
    left_out = tuple(reading.left_out)
    if reading.feed is None or problems:
        return Imported(None, False, tuple(problems), left_out)
    # As we write it, so that two zips of the same feed are one.
    archive = write_feed(reading.feed)
    digest = hashlib.sha256(archive).hexdigest()
    with uow.write() as tx:
        tx.store.lock_feeds()
        newest = tx.store.newest_feed()
        if newest is not None and newest.digest == digest:
            return Imported(newest.version, False, (), left_out)
        version = tx.store.add_feed(digest, archive, actor, tx.now())
        data = {"version": version, "digest": digest}
        tx.outbox.add(Event(TIMETABLE_CHANGED, "timetable", version, data, SCHEMA_VERSION))
    return Imported(version, True, (), left_out)


def export_feed(uow: Work) -> bytes:
    """The timetable that holds, as a GTFS zip. Raises NoTimetable."""
    with uow.read() as tx:
        newest = tx.store.newest_feed()
        if newest is None:
            raise NoTimetable
        return tx.store.archive(newest.version)

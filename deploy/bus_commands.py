"""`airport bus …`: the timetable of the airport's buses as a GTFS feed, in and out.

Works on the bus service's database, so it needs neither the broker nor a running service; running copies sell by
the new timetable from their next call on.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from deploy.demo.bus import DEMO, demo_feed
from kernel import clock, config
from kernel.db import Database, UnitOfWork, database_url
from services.airport import Airport
from services.bus import usecases
from services.bus.errors import NoTimetable
from services.bus.gtfs import check_feed, read_feed, write_feed
from services.bus.store import BusStore

_SHOWN_PROBLEMS = 200
_STATEMENT_S = 30


@click.group()
def bus() -> None:
    """The buses' timetable: import, export, demo."""


@contextmanager
def _bus() -> Iterator[UnitOfWork[BusStore]]:
    database = Database(database_url("bus"), statement_s=_STATEMENT_S)
    try:
        yield UnitOfWork(database, BusStore)
    finally:
        database.close()


@bus.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="read and judge all of it, keep nothing")
def import_(file: Path, dry_run: bool) -> None:
    """Make the GTFS zip FILE the timetable that seats are sold by.

    A feed with a problem is not imported at all. Exit status: 0 imported (or fine, with --dry-run), 1 refused.
    """
    sys.exit(0 if _import(file.read_bytes(), file.name, dry_run) else 1)


@bus.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def export(file: Path) -> None:
    """Write the timetable that holds to FILE as a GTFS zip."""
    with _bus() as uow:
        try:
            packed = usecases.export_feed(uow)
        except NoTimetable as exc:
            raise click.ClickException("no timetable was imported yet") from exc
    file.write_bytes(packed)
    click.echo(f"{file}: {len(packed)} bytes")


@bus.command()
def demo() -> None:
    """Import the made-up timetable of Changsha's airport buses, from the first of this month on.

    A timetable of one's own is left as it is.
    """
    if _has_own():
        click.echo("another timetable than the demo's holds: left as it is")
        return
    today: date = clock.now().astimezone(config.load(Airport).zoneinfo).date()
    sys.exit(0 if _import(write_feed(demo_feed(today.replace(day=1))), "demo", dry_run=False) else 1)


def _has_own() -> bool:
    with _bus() as uow:
        try:
            feed = read_feed(usecases.export_feed(uow)).feed
        except NoTimetable:
            return False
    return feed is None or not any(one.feed_version.startswith(DEMO) for one in feed.feed_info)


def _import(packed: bytes, name: str, dry_run: bool) -> bool:
    if dry_run:
        reading = read_feed(packed)
        problems = reading.problems or ([] if reading.feed is None else check_feed(reading.feed))
        done = usecases.Imported(None, False, tuple(problems), tuple(reading.left_out))
    else:
        with _bus() as uow:
            done = usecases.import_feed(uow, packed, _actor())
    for problem in done.problems[:_SHOWN_PROBLEMS]:
        click.echo(str(problem), err=True)
    if len(done.problems) > _SHOWN_PROBLEMS:
        click.echo(f"… and {len(done.problems) - _SHOWN_PROBLEMS} more", err=True)
    if done.left_out:
        click.echo(f"left out: {', '.join(done.left_out)}", err=True)
    if done.problems:
        click.echo(f"{name}: {len(done.problems)} problems; nothing was imported")
    elif dry_run:
        click.echo(f"{name}: fine; dry run, nothing was kept")
    else:
        said = "imported as" if done.changed else "holds already, as"
        click.echo(f"{name}: {said} version {done.version}")
    return not done.problems


def _actor() -> str:
    try:
        return f"airport:{getpass.getuser()}"[:100]
    except (KeyError, OSError):
        return "airport:unknown"

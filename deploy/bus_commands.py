"""`airport bus …`: the timetable of the airport's buses as a GTFS feed, in and out; a departure that doesn't run.

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
from typing import Any, Final

import click
from marshmallow import ValidationError

from deploy.demo.bus import DEMO, demo_feed
from kernel import clock, config
from kernel.db import Database, UnitOfWork, database_url
from kernel.errors import ServiceError
from kernel.ids import new_id
from services.airport import Airport
from services.bus import schemas, usecases
from services.bus.errors import NoTimetable
from services.bus.gtfs import check_feed, read_feed, write_feed
from services.bus.settings import BusSettings, TicketKeys
from services.bus.store import BusStore
from services.bus.ticketing import TicketSigner

_SHOWN_PROBLEMS = 200
_STATEMENT_S = 30
_REFUSALS: Final = {
    "bus.no_timetable": "no timetable was imported yet",
    "bus.departure_not_found": "there is no such departure, or it doesn't run on that day",
    "bus.departure_cancelled": "it was cancelled before",
    "bus.departure_over": "it has gone: nothing is left to cancel, and nobody can be moved to it",
    "bus.same_departure": "nobody can be moved to the bus that is cancelled",
    "bus.not_served": "the other bus doesn't call at everybody's stops",
    "bus.sold_out": "the other bus has not seats enough any more",
    "bus.sales_closed": "the other bus is cancelled too",
}


@click.group()
def bus() -> None:
    """Buses: the timetable in and out, the demo's, and a cancelled departure."""


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


@bus.command()
@click.argument("departure")
@click.option("--reason-zh", required=True, help="told to travellers who read Chinese")
@click.option("--reason-en", required=True, help="told to all others")
@click.option("--move-to", help="departure that everybody goes with; without it all money goes back")
@click.option("--dry-run", is_flag=True, help="say whom it would concern, change nothing")
@click.option("--yes", is_flag=True, help="don't ask")
def cancel(departure: str, dry_run: bool, yes: bool, **asked: str | None) -> None:
    """Cancel DEPARTURE, such as 20261123-A1-in-0900: it is sold no more, and everybody is moved or refunded.

    Travellers are told, and refunds leave, as soon as the suite runs. Exit status: 0 cancelled (or could be, with
    --dry-run), 1 not.
    """
    request = {"departure_id": departure, "move_to": asked["move_to"]}
    reason = {"zh": asked["reason_zh"], "en": asked["reason_en"]}
    with _bus() as uow, _said():
        counter, timetables = _counter(), usecases.Timetables()
        found = usecases.preview_cancellation(uow, timetables, counter, request)
        click.echo(_preview(found, asked["move_to"]))
        if dry_run or not found["fits"]:
            sys.exit(0 if found["fits"] else 1)
        if not yes:
            click.confirm("Cancel it?", abort=True)
        given = request | {"request_id": new_id(), "actor": _actor()[:64], "reason": reason}
        loaded = schemas.CancelDepartureSchema().load(given)
        done = usecases.cancel_departure(uow, timetables, counter, loaded)
    click.echo(f"{departure}: cancelled; {done['moved']} tickets moved, {done['refunded']} refunded")


@contextmanager
def _said() -> Iterator[None]:
    """What the service refuses, in words."""
    try:
        yield
    except ValidationError as exc:
        raise click.ClickException(f"not valid: {exc.normalized_messages()}") from exc
    except ServiceError as exc:
        raise click.ClickException(_REFUSALS.get(exc.code, exc.code)) from exc


def _counter() -> usecases.Counter:
    settings, keys = config.load(BusSettings), config.load(TicketKeys)
    signer = TicketSigner(keys.key_id, keys.seed_bytes())
    return usecases.Counter(
        usecases.Here(config.load(Airport).iata, settings), usecases.Seats(settings, signer, clock.now())
    )


def _preview(found: dict[str, Any], move_to: str | None) -> str:
    concerned = f"{found['tickets']} valid tickets of {found['orders']} orders"
    back = f"{found['refund_fen'] // 100}.{found['refund_fen'] % 100:02} goes back"
    if move_to is None:
        return f"{concerned}; {back}"
    fits = "everybody fits" if found["fits"] else "NOT ENOUGH"
    return f"{concerned}; {found['free']} seats free on {move_to}, {fits}; {back}"


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

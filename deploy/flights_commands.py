"""`airport flights …`: timetables."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from kernel import clock, config
from services.airport import Airport
from services.flights.timetable import Horizon, Reading, read_csv, read_ssim

_SHOWN_REFUSALS = 200


class Day(click.ParamType[date]):
    """A date as 2026-11-24, or days from today as -1 or +14."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        text = str(value)
        try:
            if len(text) <= 5:
                return _today() + timedelta(days=int(text))
            return date.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is neither a date as 2026-11-24 nor a number of days from today", param, ctx)


def _today() -> date:
    here: datetime = clock.now().astimezone(config.load(Airport).zoneinfo)
    return here.date()


@click.group()
def flights() -> None:
    """Timetables: import a file."""


@flights.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format", "kind", type=click.Choice(["ssim", "csv"]), help="default: csv for *.csv, else ssim"
)
@click.option(
    "--from", "first", type=Day(), default="-1", show_default=True, help="first day, or days from today"
)
@click.option(
    "--to", "last", type=Day(), default="+14", show_default=True, help="last day, or days from today"
)
@click.option("--dry-run", is_flag=True, help="read and judge all of it, keep nothing")
@click.option("--skip-refused", is_flag=True, help="import what is right in a file with refused lines")
def import_(file: Path, kind: str | None, first: date, last: date, dry_run: bool, skip_refused: bool) -> None:
    """Import the timetable FILE: SSIM chapter 7 or CSV.

    A file with a refused line is not imported at all, unless --skip-refused is given. Exit status: 0 imported
    (or fine, with --dry-run), 1 refused.
    """
    from services.flights.timetable.importing import Wish
    from services.flights.timetable.own import import_here

    if last < first:
        raise click.BadParameter("ends before it begins", param_hint="--to")
    reading = _read(file, kind or ("csv" if file.suffix.lower() == ".csv" else "ssim"))
    report = import_here(reading, Wish(Horizon(first, last), dry_run, skip_refused))
    for refusal in report.refused[:_SHOWN_REFUSALS]:
        click.echo(f"line {refusal.line}: {refusal.reason.value}: {refusal.detail}", err=True)
    if len(report.refused) > _SHOWN_REFUSALS:
        click.echo(f"… and {len(report.refused) - _SHOWN_REFUSALS} more", err=True)
    left_out = f"{report.marketing} codeshare legs, {report.not_passenger} without passengers left out"
    click.echo(f"{file.name}: {report.lines} lines, {len(report.refused)} refused; {left_out}")
    click.echo(
        f"{first} to {last}: {report.legs} legs, {report.applied} taken, {report.older} older than what is known"
    )
    if report.imported:
        click.echo("Imported.")
    else:
        click.echo("Dry run: nothing was kept." if dry_run else "Nothing was imported.")
    sys.exit(1 if report.refused and not report.imported else 0)


def _read(file: Path, kind: str) -> Reading:
    if kind == "csv":
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            return read_csv(lines)
    with file.open(encoding="latin-1", newline="") as lines:
        return read_ssim(lines)

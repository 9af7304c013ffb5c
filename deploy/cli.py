"""`airport …`: what an operator does with a suite, running or not."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

import click

from deploy import running
from deploy.services import SERVICES


class Commands(click.Group):
    """A group whose parts are imported when they are used: `airport migrate` needs no RabbitMQ client."""

    elsewhere: ClassVar[dict[str, tuple[str, str]]] = {
        "parked": ("deploy.parked:parked", "Messages that were set aside: list, show, replay, drop."),
        "partner": ("deploy.partner_commands:partner", "Partner airlines: add, rotate, revoke."),
        "passengers": ("deploy.passenger_commands:passengers", "Travellers' data: keys, erasures."),
        "notify": ("deploy.notify_commands:notify", "Messages to followers: progress, search."),
        "bus": (
            "deploy.bus_commands:bus",
            "Buses: the timetable in and out, the demo's, and a cancelled departure.",
        ),
        "payments": ("deploy.payment_commands:payments", "Money: trace an order, what people must look at."),
        "shop": ("deploy.shop_commands:shop", "The mall: the demo's shops, goods and coupons."),
        "lostfound": ("deploy.lostfound_commands:lostfound", "Lost and found: desks, chains of custody."),
        "demo": ("deploy.demo_commands:demo", "The demo: bookings to try, a gate's reader, disruptions."),
        "staff": ("deploy.staff_commands:staff", "Staff of the desks: accounts, roles, the trail."),
        "rotate-keys": (
            "deploy.key_commands:rotate_keys",
            "Seal every service's fields anew with the first of FIELD_KEYS.",
        ),
        "menu": ("deploy.notify_commands:menu", "The WeChat account's menu: publish."),
        "flights": ("deploy.flights_commands:flights", "Timetables: import a file."),
        "check": ("deploy.doctor:check", "What is configured, and what of it answers."),
        "openapi": ("deploy.openapi_command:openapi", "The API's OpenAPI document."),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.elsewhere})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.elsewhere:
            return super().get_command(ctx, cmd_name)
        module, _, name = self.elsewhere[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            own = self.commands.get(name)
            rows.append((name, own.get_short_help_str(80) if own else self.elsewhere[name][1]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=Commands)
def airport() -> None:
    """Operate the suite. A suite that `make run` started is found by itself; elsewhere the environment says
    where broker and databases are (see README.md, "Settings")."""
    root = os.environ.get("AIRPORT_ROOT", "")
    var = Path(os.environ.get("AIRPORT_VAR") or Path(root) / "var")
    os.environ["AIRPORT_VAR"] = str(var)
    running.adopt(var)


@airport.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(SERVICES)))
def migrate(names: Iterable[str]) -> None:
    """Bring the databases of all services (or the NAMES given) to the newest revision; make missing ones."""
    from deploy.databases import ensure_database
    from kernel.db import database_url
    from kernel.migrate import upgrade

    for name in names or SERVICES:
        ensure_database(database_url(name))
        upgrade(name, database_url(name))
        click.echo(f"{name}: up to date")


if __name__ == "__main__":
    airport(prog_name="airport")

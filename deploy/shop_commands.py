"""`airport shop …`: the mall, on its own database, so neither the broker nor a running service is needed."""

from __future__ import annotations

import os

import click

from deploy import shop_demo
from kernel import clock
from kernel.config import load
from kernel.db import Database, UnitOfWork, database_url
from services.airport import Airport
from services.shop.settings import ShopSettings
from services.shop.store import ShopStore
from services.shop.usecases import shared as usecases
from services.shop.vault import Vault

_NICE = 10


@click.group()
def shop() -> None:
    """The mall: shops, goods, coupons."""


@shop.command("demo")
@click.option("--pictures", type=click.IntRange(0), default=None, help="Draw at most so many; all otherwise.")
@click.option(
    "--shop", "shops", multiple=True, metavar="ID", help="Only this one; may be given several times."
)
def demo(pictures: int | None, shops: tuple[str, ...]) -> None:
    """Fill the mall with made-up shops, goods and coupon campaigns, and draw their pictures; what is there stays."""
    # Nobody waits for it, and the suite that is starting beside it is waited for.
    os.nice(_NICE)
    place = usecases.Place(load(Airport), load(ShopSettings), Vault.from_environment())
    database = Database(database_url("shop"))
    try:
        filled = shop_demo.fill(UnitOfWork(database, ShopStore), place, clock.now(), pictures, shops)
    finally:
        database.close()
    click.echo(
        f"{filled.shops} shops, {filled.variants} variants, {filled.campaigns} campaigns, {filled.pictures} pictures"
    )

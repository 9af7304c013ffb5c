"""`airport lostfound …`: desks, the matching's index, and the proof that every chain of custody adds up.

Works on the database of lost and found, so it needs neither the broker nor a running service.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from deploy import lost_demo
from kernel import clock
from kernel.config import load
from kernel.db import Database, UnitOfWork, database_url
from kernel.errors import ServiceError
from kernel.ids import new_id
from services.airport import Airport
from services.lostfound import schemas, usecases
from services.lostfound.domain.numbers import as_number
from services.lostfound.settings import LostFoundSettings
from services.lostfound.store import LostFoundStore
from services.lostfound.usecases import indexing
from services.lostfound.vault import Vault

_NICE = 10


@click.group()
def lostfound() -> None:
    """Lost and found: desks, chains of custody."""


@contextmanager
def _lostfound() -> Iterator[UnitOfWork[LostFoundStore]]:
    database = Database(database_url("lostfound"))
    try:
        yield UnitOfWork(database, LostFoundStore)
    except ServiceError as refused:
        raise click.ClickException(json.dumps(refused.to_document(), ensure_ascii=False)) from refused
    finally:
        database.close()


@lostfound.command("verify-custody")
@click.argument("number", metavar="[NUMBER]", required=False)
def verify_custody(number: str | None) -> None:
    """Read every chain of custody, or the one of the item NUMBER, and hash it again.

    Exit status 1 when one doesn't add up: rows are missing or altered, or an item isn't where its last row says.
    """
    items = rows = 0
    broken: list[dict[str, Any]] = []
    with _lostfound() as uow:
        item_id, cursor = _item_id(uow, number), None
        while True:
            answer = usecases.verify_custody(uow, item_id, cursor)
            items, rows = items + answer["items"], rows + answer["rows"]
            broken += answer["broken"]
            cursor = answer["next_cursor"]
            if cursor is None:
                break
    for each in broken:
        click.echo(f"{each['number']}  row {each['seq']}: {each['why']}")
    click.echo(f"{items} items, {rows} rows, {len(broken)} broken")
    if broken:
        raise SystemExit(1)


@lostfound.command("reindex")
def reindex() -> None:
    """Write the matching's index anew, while the service runs: after `airport rotate-keys`."""
    here = usecases.Place(load(Airport), load(LostFoundSettings), Vault.from_environment())
    with _lostfound() as uow:
        done = indexing.reindex(uow, here)
    click.echo(f"{done} things")


@lostfound.command("demo")
def demo() -> None:
    """Fill desks with made-up things and their photos, and file what made-up callers miss; what is there stays.

    While the service runs: it matches the two.
    """
    # Nobody waits for it, and the suite that is starting beside it is waited for.
    os.nice(_NICE)
    here = usecases.Place(load(Airport), load(LostFoundSettings), Vault.from_environment())
    with _lostfound() as uow:
        items, filed = lost_demo.fill(uow, here, clock.now())
    click.echo(f"{items} items, {filed} reports")


@lostfound.group()
def desks() -> None:
    """Where found items are kept."""


@desks.command("list")
def list_desks() -> None:
    """Every desk with its place and its shelves."""
    with _lostfound() as uow, uow.read() as tx:
        for desk in tx.store.desks():
            click.echo(f"{desk.id}  {desk.place}  {desk.name_zh}  {desk.name_en}  {' '.join(desk.shelves)}")


@desks.command("add")
@click.argument("desk_id", metavar="ID")
@click.option("--zh", "name_zh", required=True, help="Its name in Chinese.")
@click.option("--en", "name_en", required=True, help="Its name in English.")
@click.option("--place", required=True, help="Where it is, a code such as T2-ARRIVALS.")
@click.option("--shelf", "shelves", multiple=True, help="A shelf; as often as there are shelves.")
def add(desk_id: str, name_zh: str, name_en: str, place: str, shelves: tuple[str, ...]) -> None:
    """Add the desk ID, or give it this name and place and the shelves it lacks."""
    schema = schemas.AddDeskSchema()
    asked = {
        "request_id": new_id(),
        "actor": f"cli:{getpass.getuser()}",
        "desk_id": desk_id,
        "name_zh": name_zh,
        "name_en": name_en,
        "place": place,
        "shelves": list(shelves),
    }
    if wrong := schema.validate(asked):
        raise click.ClickException(json.dumps(wrong, ensure_ascii=False))
    here = usecases.Place(load(Airport), load(LostFoundSettings), Vault.from_environment())
    with _lostfound() as uow:
        added = usecases.add_desk(uow, here, schema.load(asked))["desk"]
    click.echo(f"{added['id']}  {added['place']}  {len(added['shelves'])} shelves")


def _item_id(uow: UnitOfWork[LostFoundStore], number: str | None) -> str | None:
    if number is None:
        return None
    with uow.read() as tx:
        item = tx.store.item_by_number(as_number(number, load(Airport).iata))
    if item is None:
        raise click.ClickException(f"there is no item {number}")
    return item.id

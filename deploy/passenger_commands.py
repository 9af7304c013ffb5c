"""`airport passengers …`: the keys of travellers' data, and erasures that wait.

Works on the passengers service's database, with or without running services: keys never cross the broker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from kernel import clock
from kernel.db import Database, UnitOfWork, database_url
from kernel.errors import ServiceError
from services.passengers import usecases
from services.passengers.store import PassengersStore
from services.passengers.vault import Vault

_STATEMENT_S = 30.0


@click.group()
def passengers() -> None:
    """Travellers' data: rotate keys, list erasures."""


@contextmanager
def _storage() -> Iterator[UnitOfWork[PassengersStore]]:
    database = Database(database_url("passengers"), statement_s=_STATEMENT_S)
    try:
        yield UnitOfWork(database, PassengersStore)
    except ServiceError as exc:
        raise click.ClickException(exc.code) from exc
    finally:
        database.close()


@passengers.command("rotate-keys")
@click.option(
    "--chunk",
    type=click.IntRange(1, 5000),
    default=100,
    show_default=True,
    help="Rows in one transaction; others wait for no longer than that takes.",
)
def rotate_keys(chunk: int) -> None:
    """Seal everything anew with the first key of FIELD_KEYS, while the suite runs.

    First put the new key in front of FIELD_KEYS and restart gateways and services; then run this; then the old
    key may go, unless another service still needs it (airport partner rotate). Cut off, it goes on where it
    was when run again.
    """
    vault = Vault.from_environment()
    started_at, shown_at = clock.monotonic(), 0.0
    progress = usecases.Progress(0, 0, 0)
    with _storage() as uow:
        for progress in usecases.rotate_keys(uow, vault, chunk):
            now = clock.monotonic()
            if now - shown_at >= 1.0:
                click.echo(f"{progress.done} sealed anew, {progress.left} to go", err=True)
                shown_at = now
    seconds = clock.monotonic() - started_at
    click.echo(f"{progress.done} rows sealed with key {vault.key_id} in {seconds:.1f} s")
    if progress.unreadable:
        raise click.ClickException(
            f"{progress.unreadable} rows can't be opened with any key in FIELD_KEYS: put back the key they need"
        )
    if progress.left:
        raise click.ClickException(
            f"{progress.left} rows are under other keys: a service still has the old FIELD_KEYS; restart it, run again"
        )


@passengers.command()
def keys() -> None:
    """How many rows each key seals."""
    with _storage() as uow, uow.read() as tx:
        counts = tx.store.key_counts()
    current = Vault.from_environment().key_id
    for key_id, count in sorted(counts.items()):
        click.echo(f"{key_id}  {count}{'  current' if key_id == current else ''}")


@passengers.command()
@click.option("--all", "all_", is_flag=True, help="Completed ones as well.")
def erasures(all_: bool) -> None:
    """Erasures that services haven't all confirmed, and since when they are overdue.

    Exit status 1 when one is overdue, so that a monitor may ask. A service that doesn't confirm is away, or its
    event is parked: airport parked list.
    """
    with _storage() as uow:
        listed = usecases.list_erasures(uow, open_only=not all_, limit=500)["erasures"]
    for one in listed:
        waiting = [each["service"] for each in one["services"] if each["done_at"] is None]
        state = "OVERDUE" if one["overdue"] else "open" if waiting else "complete"
        since = f"requested {one['requested_at'][:16]}Z, due {one['due_at'][:16]}Z"
        click.echo(
            f"{one['erasure_id']}  {state}  {since}  {'waits for ' + ', '.join(waiting) if waiting else ''}"
        )
    if any(one["overdue"] for one in listed):
        raise SystemExit(1)

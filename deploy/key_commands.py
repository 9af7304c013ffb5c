"""`airport rotate-keys`: every sealed field of every service under the first key of FIELD_KEYS.

Works on the databases, with or without running services: keys never cross the broker. Travellers' documents have their
own command beside it, `airport passengers rotate-keys`, which this one begins with. What notify seals lives for
minutes, and payments seals nothing: neither needs an old key for longer.
"""

from __future__ import annotations

from typing import Final

import click

from kernel import clock
from kernel.config import load
from kernel.crypto import FieldCipher, FieldKeys
from kernel.db import Database, database_url
from kernel.errors import ServiceError
from kernel.resealing import Progress, SealedTable, reseal
from services.checkin.store.sealed import SEALED as CHECKIN
from services.lostfound.store.sealed import SEALED as LOSTFOUND
from services.partners.store.clients import CREDENTIALS
from services.shop.store.sealed import SEALED as SHOP
from services.staff.store.tables import ACCOUNTS

_STATEMENT_S: Final = 30.0
TABLES: Final[dict[str, tuple[SealedTable, ...]]] = {
    "checkin": CHECKIN,
    "lostfound": LOSTFOUND,
    "partners": (SealedTable(CREDENTIALS, ("sealed_key",)),),
    "shop": SHOP,
    "staff": (SealedTable(ACCOUNTS, ("sealed_secret",)),),
}


@click.command("rotate-keys")
@click.argument("names", nargs=-1, type=click.Choice(sorted(TABLES)))
@click.option(
    "--chunk",
    type=click.IntRange(1, 5000),
    default=100,
    show_default=True,
    help="Rows in one transaction; others wait for no longer than that takes.",
)
@click.pass_context
def rotate_keys(context: click.Context, names: tuple[str, ...], chunk: int) -> None:
    """Seal everything anew with the first key of FIELD_KEYS, while the suite runs; of all services, or the NAMES given.

    First put the new key in front of FIELD_KEYS and restart gateways and services; then run this; then the old key
    may go. Cut off, it goes on where it was when run again.
    """
    if not names:
        from deploy.passenger_commands import rotate_keys as passengers

        context.invoke(passengers, chunk=chunk)
    keys = load(FieldKeys).keys()
    bad = [name for name in names or TABLES if not _rotated(name, keys, chunk)]
    if bad:
        raise click.ClickException(
            f"{', '.join(bad)}: rows are still under other keys. A service has the old FIELD_KEYS, or somebody was"
            " working on them: restart it, run again; for rows that nothing opens, put back the key that they need"
        )


def _rotated(name: str, keys: dict[str, bytes], chunk: int) -> bool:
    """Whether nothing is left under an old key."""
    key_id = next(iter(keys))
    database = Database(database_url(name), statement_s=_STATEMENT_S)
    started_at, progress = clock.monotonic(), Progress(0, 0, 0)
    try:
        for now in reseal(database, FieldCipher(keys), key_id, TABLES[name], chunk):
            progress = now
    except ServiceError as exc:
        raise click.ClickException(f"{name}: {exc.code}") from exc
    finally:
        database.close()
    seconds = clock.monotonic() - started_at
    click.echo(f"{name}: {progress.done} rows sealed with key {key_id} in {seconds:.1f} s")
    if progress.unreadable:
        click.echo(f"{name}: {progress.unreadable} rows can't be opened with any key in FIELD_KEYS", err=True)
    return progress.left == 0

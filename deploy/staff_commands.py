"""`airport staff …`: who works at the desks, and the trail of who did what.

Works on the staff service's database, with or without running services: the first admin is let in here, and nobody
needs to be signed in to verify the trail. Gateways hear of ended sessions from the service's relay.
"""

from __future__ import annotations

import getpass
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import click

from deploy import staff_demo
from kernel import clock
from kernel.crypto import field_cipher
from kernel.db import Database, UnitOfWork, database_url
from kernel.errors import ServiceError
from kernel.ids import new_id
from services.staff import usecases
from services.staff.domain import trail
from services.staff.hashing import Argon2id
from services.staff.schemas import MAX_SHOPS, MIN_PASSWORD, SHOP_PATTERN, Role
from services.staff.store import StaffStore

_STATEMENT_S = 30.0
_PASSWORD_BYTES = 12
_WORDS = {
    "staff.login_taken": "there is such a login already",
    "staff.not_found": "there is no such login",
    "staff.bad_login": "a login is 3 to 40 of a-z, 0-9, dot, dash and underscore",
    "staff.last_admin": "at least one active admin must remain",
}
_SHOP_HELP = "A shop of the mall, by its id; '*' for all. May be given several times."
_ROLE = click.Choice([role.value for role in Role])


@click.group()
def staff() -> None:
    """Staff of the desks: add, list, roles, disable, reset; the trail."""


@contextmanager
def _storage() -> Iterator[UnitOfWork[StaffStore]]:
    database = Database(database_url("staff"), statement_s=_STATEMENT_S)
    try:
        yield UnitOfWork(database, StaffStore)
    except ServiceError as exc:
        raise click.ClickException(_WORDS.get(exc.code, exc.code)) from exc
    finally:
        database.close()


@staff.command()
@click.argument("login")
@click.option("--name", required=True, help="As colleagues read it.")
@click.option("--role", "roles", multiple=True, required=True, type=_ROLE, help="May be given several times.")
@click.option("--shop", "shops", multiple=True, callback=lambda *given: _shops(given[2]), help=_SHOP_HELP)
def add(login: str, name: str, roles: tuple[str, ...], shops: tuple[str, ...]) -> None:
    """Let LOGIN in: prints a first password, once, which is to be changed at the first sign-in."""
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    wish = {
        "request_id": new_id(),
        "actor": _actor(),
        "login": login,
        "name": name,
        "roles": [Role(role) for role in roles],
        "shops": shops,
        "password": password,
    }
    with _storage() as uow:
        account = usecases.add_account(uow, Argon2id(), wish)["account"]
    _show_password(account["login"], password)


@staff.command("list")
def list_() -> None:
    """Everybody, by login."""
    cursor: str | None = ""
    with _storage() as uow:
        while cursor is not None:
            found = usecases.list_accounts(uow, {"text": "", "role": None, "limit": 200, "cursor": cursor})
            for one in found["accounts"]:
                state = "active" if one["active"] else "disabled"
                factor = "" if one["enrolled"] else "  not signed in yet"
                shops = f"  [{','.join(one['shops'])}]" if one["shops"] else ""
                click.echo(f"{one['login']}  {state}  {','.join(one['roles'])}{shops}  {one['name']}{factor}")
            cursor = found["cursor"]


@staff.command()
@click.argument("login")
@click.argument("roles", nargs=-1, required=True, type=_ROLE)
def roles(login: str, roles: tuple[str, ...]) -> None:
    """Give LOGIN these ROLES and no others; ends all sessions of LOGIN."""
    with _storage() as uow:
        wish = _wish(uow, login) | {"roles": [Role(role) for role in roles]}
        usecases.set_roles(uow, wish)
    click.echo(f"{login}: {','.join(roles)}")


@staff.command()
@click.argument("login")
@click.argument("shops", nargs=-1, callback=lambda *given: _shops(given[2]))
def shops(login: str, shops: tuple[str, ...]) -> None:
    """Let LOGIN work at these SHOPS and no others ('*': all, none: none); ends all sessions of LOGIN."""
    with _storage() as uow:
        account = usecases.set_shops(uow, _wish(uow, login) | {"shops": shops})["account"]
    click.echo(f"{login}: {','.join(account['shops']) or 'no shop'}")


@staff.command()
@click.argument("login")
@click.option("--again", is_flag=True, help="Let LOGIN in again.")
def disable(login: str, again: bool) -> None:
    """Keep LOGIN out, and end all sessions of LOGIN, at once."""
    with _storage() as uow:
        usecases.set_active(uow, _wish(uow, login) | {"active": again})
    click.echo(f"{login}: {'active' if again else 'disabled'}")


@staff.command()
@click.argument("login")
def reset(login: str) -> None:
    """Give LOGIN a new first password and take the authenticator away: a lost phone, a forgotten password."""
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    with _storage() as uow:
        usecases.reset_account(uow, Argon2id(), _wish(uow, login) | {"password": password})
    _show_password(login, password)


@staff.command()
@click.option("--verify", is_flag=True, help="Read the whole chain and hash it again.")
@click.option(
    "--expect", default="", help="NUMBER:HASH noted earlier (from the log or --verify): must still be there."
)
@click.option("--export", "target", type=click.File("w", encoding="utf-8"), help="All rows as JSON lines.")
@click.option("--last", default=20, show_default=True, help="Rows to show otherwise.")
def audit(verify: bool, expect: str, target: TextIO | None, last: int) -> None:
    """The trail: the last rows, all of it as a file, or whether it is whole."""
    with _storage() as uow:
        if target is not None:
            _export(uow, target)
        elif verify or expect:
            _verify(uow, expect)
        else:
            found = usecases.list_audit(uow, {"text": "", "limit": last, "cursor": ""})
            for row in reversed(found["rows"]):
                click.echo(_line(row, found["names"]))


@staff.command()
@click.argument("login")
def code(login: str) -> None:
    """The code of the demo's LOGIN, now: only for accounts that `make run` made up, out of var/demo-staff.json."""
    found = staff_demo.code_of(login, clock.real_now())
    if found is None:
        raise click.ClickException(
            f"{staff_demo.kept_in()} knows no {login}; real codes are on people's phones"
        )
    click.echo(found)


@staff.command(hidden=True)
def demo() -> None:
    """Make one account for each role, as `make run` does; their secrets are kept in var/demo-staff.json."""
    with _storage() as uow:
        for login in staff_demo.make(uow, Argon2id(), field_cipher(), _actor()):
            click.echo(login)


def _wish(uow: UnitOfWork[StaffStore], login: str) -> dict[str, Any]:
    """The account by its login, and who asks."""
    with uow.read() as tx:
        account = tx.store.accounts.by_login(login.strip().lower())
    if account is None:
        raise click.ClickException(_WORDS["staff.not_found"])
    return {"request_id": new_id(), "actor": _actor(), "account_id": account.id}


def _shops(shops: tuple[str, ...]) -> tuple[str, ...]:
    """As they came, if they can be ids of shops. Whether there are such shops only the mall knows."""
    for each in shops:
        if not re.match(SHOP_PATTERN, each):
            raise click.BadParameter(f"{each} is no shop's id: a-z, 0-9 and dashes, 48 at most, or '*'")
    if len(shops) > MAX_SHOPS:
        raise click.BadParameter(f"{MAX_SHOPS} shops at most; '*' is all of them")
    return shops


def _show_password(login: str, password: str) -> None:
    assert len(password) >= MIN_PASSWORD
    click.echo(f"login     {login}")
    click.echo(f"password  {password}")
    click.echo("The password is shown this once; it is changed at the first sign-in, at /staff.", err=True)


def _verify(uow: UnitOfWork[StaffStore], expect: str) -> None:
    state = usecases.verify_audit(uow)
    if state["broken_at"] is not None:
        raise click.ClickException(f"the trail is broken at row {state['broken_at']}")
    if expect:
        number, _, sought = expect.partition(":")
        with uow.read() as tx:
            before = int(number) - 1 if number.isdigit() else -1
            row = next(tx.store.trail.after(before), None) if before >= 0 else None
        if row is None or row.seq != before + 1 or row.hash != sought:
            raise click.ClickException(f"the trail is whole, but not the one that held {expect}")
    click.echo(f"whole: {state['rows']} rows, {state['rows']}:{state['head']}")


def _export(uow: UnitOfWork[StaffStore], target: TextIO) -> None:
    with uow.read() as tx:
        broken_at, count, _ = trail.first_broken(_written(tx.store.trail.after(0), target))
    if broken_at is not None:
        raise click.ClickException(f"the trail is broken at row {broken_at}")
    click.echo(f"{count} rows", err=True)


def _written(rows: Iterator[trail.Row], target: TextIO) -> Iterator[trail.Row]:
    for row in rows:
        target.write(json.dumps(vars(row), ensure_ascii=False) + "\n")
        yield row


def _line(row: dict[str, Any], names: dict[str, str]) -> str:
    actor = row["actor"].removeprefix("staff:")
    who = names.get(actor, row["actor"])
    detail = json.dumps(row["detail"], ensure_ascii=False) if row["detail"] else ""
    return f"{row['seq']:>6}  {row['at'][:19]}Z  {who}  {row['action']}  {names.get(row['subject'], row['subject'])}  {detail}"


def _actor() -> str:
    """Who did it and through which door, for the trail: `airport` and the login name."""
    try:
        return f"airport:{getpass.getuser()}"[:100]
    except (KeyError, OSError):
        return "airport:unknown"

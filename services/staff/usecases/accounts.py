"""Accounts as admins see to them, and passwords as their owners do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kernel.ids import new_id
from kernel.inbox import answer_once
from services.staff.domain import Account, normal_shops, passwords, totp
from services.staff.errors import AccountNotFound, LastAdmin, LoginTaken, WeakPassword, WrongPassword
from services.staff.schemas import Role
from services.staff.usecases.shared import (
    Cipher,
    Passwords,
    Tx,
    Work,
    account_view,
    actor_of,
    locked,
    note,
    tell_ended,
)


@dataclass(frozen=True)
class Enrolled:
    """An authenticator that is set up already: the demo's, whose secret is made with the account."""

    secret: bytes


def add_account(
    uow: Work, hasher: Passwords, request: Mapping[str, Any], given: tuple[Cipher, Enrolled] | None = None
) -> dict[str, Any]:
    """AccountResultSchema: a new account; its password must be changed at the first sign-in, unless it is `given`.

    Raises BadLogin, WeakPassword, LoginTaken, Busy.
    """
    login = passwords.normal_login(request["login"])
    passwords.check_login(login)
    password = passwords.normal_password(request["password"])
    passwords.check_password(password, login)
    hashed = hasher.hash(password)

    def work(tx: Tx) -> dict[str, Any]:
        account = Account(
            id=new_id(),
            login=login,
            name=request["name"].strip(),
            roles=_sorted(request["roles"]),
            shops=normal_shops(request["shops"]),
            password_hash=hashed,
            created_at=tx.now(),
        )
        if given is not None:
            cipher, enrolled = given
            sealed = cipher.encrypt(totp.secret_text(enrolled.secret), account.id)
            account = replace(account, sealed_secret=sealed, enrolled=True, must_change=False)
        if not tx.store.accounts.add(account):
            raise LoginTaken
        roles = [role.value for role in account.roles]
        shops = {"shops": list(account.shops)} if account.shops else {}
        note(tx, request["actor"], "account.added", account.id, login=login, roles=roles, **shops)
        return {"account": account_view(tx, account)}

    return answer_once(uow, request["request_id"], "add_account", _without_secrets(request), work)


def set_roles(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """AccountResultSchema; all sessions of the account end. Raises AccountNotFound, LastAdmin."""

    def change(tx: Tx, account: Account) -> Account:
        roles = _sorted(request["roles"])
        was, now = ([role.value for role in each] for each in (account.roles, roles))
        note(tx, request["actor"], "account.roles_set", account.id, was=was, now=now)
        return replace(account, roles=roles)

    return _changed(uow, "set_roles", request, change)


def set_shops(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """AccountResultSchema; all sessions of the account end, so that nobody goes on at a shop that isn't theirs any more.

    Whether there are such shops only the mall knows: one that there isn't opens nothing. Raises AccountNotFound.
    """

    def change(tx: Tx, account: Account) -> Account:
        shops = normal_shops(request["shops"])
        note(tx, request["actor"], "account.shops_set", account.id, was=list(account.shops), now=list(shops))
        return replace(account, shops=shops)

    return _changed(uow, "set_shops", request, change)


def set_active(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """AccountResultSchema; all sessions of the account end. Raises AccountNotFound, LastAdmin."""

    def change(tx: Tx, account: Account) -> Account:
        action = "account.enabled" if request["active"] else "account.disabled"
        note(tx, request["actor"], action, account.id)
        if not request["active"]:
            tx.store.accounts.drop_devices(account.id)
        return replace(account, active=request["active"])

    return _changed(uow, "set_active", request, change)


def reset_account(uow: Work, hasher: Passwords, request: Mapping[str, Any]) -> dict[str, Any]:
    """AccountResultSchema: a new password, to be changed; authenticator, recovery codes and known browsers are gone;
    all sessions end. Raises AccountNotFound, WeakPassword, Busy."""
    password = passwords.normal_password(request["password"])
    with uow.read() as tx:
        found = tx.store.accounts.get(request["account_id"])
    if found is None:
        raise AccountNotFound
    passwords.check_password(password, found.login)
    hashed = hasher.hash(password)

    def change(tx: Tx, account: Account) -> Account:
        tx.store.accounts.put_recovery(account.id, [])
        tx.store.accounts.drop_devices(account.id)
        note(tx, request["actor"], "account.reset", account.id)
        return replace(account, password_hash=hashed, must_change=True, sealed_secret="", enrolled=False)

    return _changed(uow, "reset_account", request, change)


def change_password(uow: Work, hasher: Passwords, request: Mapping[str, Any]) -> dict[str, Any]:
    """DoneSchema; all sessions of the account end, this one too. Raises AccountNotFound, WrongPassword, WeakPassword,
    Busy."""
    old = passwords.normal_password(request["old_password"])
    new = passwords.normal_password(request["new_password"])
    with uow.read() as tx:
        answered = tx.inbox.answer_of(request["request_id"]) is not None
        found = tx.store.accounts.get(request["account_id"])
    if found is None:
        raise AccountNotFound
    if not answered:
        if not hasher.verify(found.password_hash, old):
            raise WrongPassword
        if new == old:
            raise WeakPassword(reason="same")
        passwords.check_password(new, found.login)
    hashed = hasher.hash(new)

    def work(tx: Tx) -> dict[str, Any]:
        account = locked(tx, found.id)
        if account.password_hash != found.password_hash:
            raise WrongPassword  # changed meanwhile: the old one isn't the old one any more
        account = replace(account, password_hash=hashed, must_change=False, version=account.version + 1)
        tx.store.accounts.save(account)
        _end_all(tx, account)
        note(tx, actor_of(account.id), "account.password_changed", account.id)
        return {"done": True}

    return answer_once(uow, request["request_id"], "change_password", _without_secrets(request), work)


def end_sessions(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """DoneSchema: one session, or all. One that has ended is no error. Raises AccountNotFound."""

    def work(tx: Tx) -> dict[str, Any]:
        account = locked(tx, request["account_id"])
        account = replace(account, version=account.version + 1)
        tx.store.accounts.save(account)
        ended = tx.store.accounts.end_sessions(account.id, request["session_id"])
        if ended:
            tell_ended(tx, account, ended)
            note(tx, request["actor"], "sessions.ended", account.id, sessions=len(ended))
        return {"done": True}

    return answer_once(uow, request["request_id"], "end_sessions", dict(request), work)


def _changed(
    uow: Work, method: str, request: Mapping[str, Any], change: Callable[[Tx, Account], Account]
) -> dict[str, Any]:
    def work(tx: Tx) -> dict[str, Any]:
        # All admins first, always in the same order: two of them can't end each other at the same moment.
        admins = {account.id for account in tx.store.accounts.lock_admins()}
        before = locked(tx, request["account_id"])
        account = replace(change(tx, before), version=before.version + 1)
        if admins == {account.id} and not account.is_admin:
            raise LastAdmin
        tx.store.accounts.save(account)
        _end_all(tx, account)
        return {"account": account_view(tx, account)}

    return answer_once(uow, request["request_id"], method, _without_secrets(request), work)


def _end_all(tx: Tx, account: Account) -> None:
    tx.store.accounts.end_sessions(account.id)
    tell_ended(tx, account)


def _sorted(roles: list[Role]) -> tuple[Role, ...]:
    return tuple(role for role in Role if role in roles)


def _without_secrets(request: Mapping[str, Any]) -> dict[str, Any]:
    """What a repeat is compared by: a hash of a password, even a short one of this, must not be kept."""
    return {key: value for key, value in request.items() if "password" not in key}

"""What the use cases share: the shapes they answer in, the trail, the end of sessions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol

from kernel.db import Transaction, UnitOfWorkLike
from kernel.instants import instant_or_none
from kernel.outbox import Event
from services.staff.domain import Account, Entry
from services.staff.errors import AccountNotFound
from services.staff.events import SCHEMA_VERSION, SESSIONS_ENDED
from services.staff.store import StaffStore

Work = UnitOfWorkLike[StaffStore]
Tx = Transaction[StaffStore]
NOBODY = "nobody"


class Passwords(Protocol):
    """Slow hashes, a few at a time; `clients.Argon2` is the real one."""

    def hash(self, password: str) -> str:
        """What to keep. Raises Busy."""

    def verify(self, hashed: str, password: str) -> bool:
        """Whether it is this password; as much work for "" as for a hash. Raises Busy."""


class Cipher(Protocol):
    """What keeps authenticators' secrets from whoever reads the database: `kernel.crypto.FieldCipher`."""

    def encrypt(self, plain: str, context: str) -> str: ...
    def decrypt(self, sealed: str, context: str) -> str: ...


def token_hash(token: str) -> str:
    """What a token is stored and told under: SHA-256, hex. Tokens are 256 secret bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(account_id: str) -> str:
    """How staff are named in every service's trail."""
    return f"staff:{account_id}"


def note(tx: Tx, actor: str, action: str, subject: str = "", **detail: Any) -> None:
    """Add a row to the trail, in the transaction of what it tells of."""
    tx.store.trail.append(Entry(actor, action, subject, detail), tx.now())


def locked(tx: Tx, account_id: str) -> Account:
    """The account, held. Raises AccountNotFound."""
    account = tx.store.accounts.lock(account_id)
    if account is None:
        raise AccountNotFound
    return account


def tell_ended(tx: Tx, account: Account, hashes: list[str] | None = None) -> None:
    """Tell the gateways that sessions ended; None: all of the account's."""
    data: Mapping[str, Any] = {"account_id": account.id, "token_hashes": hashes or []}
    tx.outbox.add(Event(SESSIONS_ENDED, account.id, account.version, dict(data), SCHEMA_VERSION))


def account_view(tx: Tx, account: Account, codes_left: int | None = None) -> dict[str, Any]:
    """AccountSchema."""
    left = (
        tx.store.accounts.count_recovery([account.id]).get(account.id, 0)
        if codes_left is None
        else codes_left
    )
    return {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "roles": [role.value for role in account.roles],
        "shops": list(account.shops),
        "active": account.active,
        "enrolled": account.enrolled,
        "must_change": account.must_change,
        "codes_left": left,
        "created_at": instant_or_none(account.created_at),
        "last_seen_at": instant_or_none(account.last_seen_at),
    }

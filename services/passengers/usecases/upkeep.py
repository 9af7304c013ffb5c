"""What is done without being asked, and the change of keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from kernel.crypto import NotOurs
from services.passengers.domain import CODE_KEPT
from services.passengers.domain.pairings import FORGOTTEN
from services.passengers.store import SEALED_COLUMNS, Resealed, SealedRow
from services.passengers.usecases.shared import Work
from services.passengers.vault import Vault

_SLICE: Final = 1000
"""Rows of a kind deleted in one transaction: writers wait for no longer than that takes."""
_MAX_SLICES: Final = 500


def purge(uow: Work, audit_days: int, expired_documents_days: int) -> int:
    """Forget sessions that are over, used codes, old audit rows and documents long expired; how many rows."""
    gone = 0
    for _ in range(_MAX_SLICES):
        with uow.write() as tx:
            now, store = tx.now(), tx.store
            expired_before = (now - timedelta(days=expired_documents_days)).date()
            went = (
                store.purge_sessions(now, now - CODE_KEPT, _SLICE)
                + store.purge_records(now - timedelta(days=audit_days), _SLICE)
                + store.purge_documents(expired_before, _SLICE)
                + store.purge_pairings(now - FORGOTTEN, _SLICE)
            )
        gone += went
        if went < _SLICE:
            break
    return gone


@dataclass(frozen=True)
class Progress:
    """done: rows sealed anew in this run; left: rows under other keys; unreadable: of those, opened by no key."""

    done: int
    left: int
    unreadable: int


def rotate_keys(uow: Work, vault: Vault, chunk: int) -> Iterator[Progress]:
    """Seal every row anew that isn't under the first key, `chunk` rows a transaction.

    Services go on meanwhile: they open both keys and look for numbers under both. A run that is cut off is
    taken up by the next, as what is done is no longer found. A row that is changed meanwhile is left as it
    is; when the writer still had the old ring, the next run finds it.
    """
    done = unreadable = 0
    left = _left(uow, vault)
    yield Progress(done, left, unreadable)
    for table in SEALED_COLUMNS:
        for key_id in _old_keys(uow, vault):
            after_id = ""
            while rows := _rows(uow, table, key_id, after_id, chunk):
                after_id = rows[-1].id
                resealed = [new for new in (_resealed(vault, row) for row in rows) if new is not None]
                if resealed:
                    with uow.write() as tx:
                        tx.store.reseal(table, resealed, vault.key_id)
                done += len(resealed)
                unreadable += len(rows) - len(resealed)
                yield Progress(done, max(left - done, unreadable), unreadable)
    yield Progress(done, _left(uow, vault), unreadable)


def _rows(uow: Work, table: str, key_id: str, after_id: str, chunk: int) -> list[SealedRow]:
    with uow.read() as tx:
        return tx.store.sealed_rows(table, key_id, after_id, chunk)


def _old_keys(uow: Work, vault: Vault) -> list[str]:
    with uow.read() as tx:
        return sorted(set(tx.store.key_counts()) - {vault.key_id})


def _left(uow: Work, vault: Vault) -> int:
    with uow.read() as tx:
        return sum(count for key_id, count in tx.store.key_counts().items() if key_id != vault.key_id)


def _resealed(vault: Vault, row: SealedRow) -> Resealed | None:
    """The row under the newest key; None when no key opens it."""
    try:
        plain = {column: vault.open(sealed, row.id) for column, sealed in row.sealed.items()}
    except NotOurs:
        return None
    sealed = {column: vault.seal(text, row.id) for column, text in plain.items()}
    index = None if row.kind is None else vault.index(plain["number_sealed"], row.kind)
    return Resealed(row, sealed, index)

"""What is done by the clock."""

from __future__ import annotations

from services.staff.domain import IDLE, allowances
from services.staff.usecases.shared import Work


def purge(uow: Work) -> int:
    """Forget sign-ins, counts, sessions and known browsers that are over. The trail stays. Returns how many rows went."""
    with uow.write() as tx:
        return tx.store.accounts.purge(tx.now(), IDLE, allowances.QUIET)


def head_of_trail(uow: Work) -> tuple[int, str]:
    """(number, hash) of the trail's newest row: noted in the log, it is a witness outside of the database."""
    with uow.read() as tx:
        return tx.store.trail.head()

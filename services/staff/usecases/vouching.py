"""A second person at somebody else's screen: shows with a code of their own that they are there, and becomes a witness.

The code is the phone's that only they have, is used up, and counts for one thing. No session is opened: whoever is
signed in at this screen stays the one who acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.inbox import answer_once
from services.staff.domain import Account, allowances, passwords, totp
from services.staff.errors import TooManyAttempts, VouchRefused
from services.staff.usecases.shared import Cipher, Tx, Work, account_view, actor_of, note
from services.staff.usecases.signing_in import proof_of


def vouch(uow: Work, cipher: Cipher, request: Mapping[str, Any]) -> dict[str, Any]:
    """AccountResultSchema of the second person, in the trail as the one who vouched for `about`.

    Wrong attempts are counted for the pair of who is signed in and who should vouch, before they are judged: nobody can
    hold up a colleague's sign-in, or another's witness. Raises VouchRefused (one answer for an unknown login, another
    role, a wrong or used code; `reason` own for oneself), TooManyAttempts.
    """
    login = passwords.normal_login(request["login"])
    bucket = allowances.key_of(allowances.VOUCH, request["actor"], login)
    with uow.read() as tx:
        answered = tx.inbox.answer_of(request["request_id"]) is not None
        witness = tx.store.accounts.by_login(login)
    if witness is not None and actor_of(witness.id) == request["actor"]:
        raise VouchRefused(reason="own")
    if not answered:
        _count(uow, bucket)

    def work(tx: Tx) -> dict[str, Any]:
        account = None if witness is None else tx.store.accounts.lock(witness.id)
        _use_code(tx, cipher, account, request)
        assert account is not None, "nobody's code is never right"
        tx.store.accounts.forgive(bucket)
        about = request["about"]
        note(tx, actor_of(account.id), "staff.vouched", about, asked_by=request["actor"])
        return {"account": account_view(tx, account)}

    return answer_once(uow, request["request_id"], "vouch", dict(request), work)


def _count(uow: Work, bucket: str) -> None:
    """Raises TooManyAttempts."""
    with uow.write() as tx:
        now = tx.now()
        wait = allowances.wait_s(tx.store.accounts.lock_bucket(bucket, now), now)
        if not wait:
            tx.store.accounts.count_attempt(bucket, now, allowances.QUIET)
    if wait:
        raise TooManyAttempts(retry_after_s=wait)


def _use_code(tx: Tx, cipher: Cipher, account: Account | None, request: Mapping[str, Any]) -> None:
    """Raises VouchRefused unless this one may vouch and the code is theirs and new. Recovery codes are for sign-in."""
    shown = "".join(request["code"].split())
    step = proof_of(tx, cipher, account, shown, tx.now()) if totp.is_code(shown) else None
    may = account is not None and account.enrolled and not set(account.roles).isdisjoint(request["roles"])
    if (
        account is None
        or not may
        or not isinstance(step, int)
        or not tx.store.accounts.take_step(account.id, step)
    ):
        raise VouchRefused(reason="code")

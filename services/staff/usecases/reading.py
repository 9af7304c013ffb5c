"""What admins read: accounts, sessions, the trail; and what desks add to the trail."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kernel.inbox import answer_once
from kernel.instants import instant_or_none
from services.staff.domain import Row, trail
from services.staff.errors import AccountNotFound
from services.staff.usecases.shared import Tx, Work, account_view, note, tell_ended, token_hash

_STAFF = "staff:"


def list_accounts(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """AccountsSchema."""
    with uow.read() as tx:
        store = tx.store.accounts
        found = store.page(request["text"].strip(), request["role"], request["cursor"], request["limit"] + 1)
        shown = found[: request["limit"]]
        left = store.count_recovery([account.id for account in shown])
        accounts = [account_view(tx, account, left.get(account.id, 0)) for account in shown]
    more = len(found) > len(shown)
    return {"accounts": accounts, "cursor": shown[-1].login if more else None}


def get_account(uow: Work, account_id: str) -> dict[str, Any]:
    """AccountResultSchema. Raises AccountNotFound."""
    with uow.read() as tx:
        account = tx.store.accounts.get(account_id)
        if account is None:
            raise AccountNotFound
        return {"account": account_view(tx, account)}


def list_sessions(uow: Work, account_id: str) -> dict[str, Any]:
    """SessionsSchema: those that count, the newest first."""
    with uow.read() as tx:
        now = tx.now()
        found = [each for each in tx.store.accounts.sessions(account_id) if each.live(now)]
    return {
        "sessions": [
            {
                "id": each.id,
                "created_at": instant_or_none(each.created_at),
                "last_seen_at": instant_or_none(each.last_seen_at),
                "expires_at": instant_or_none(each.expires_at),
                "address": each.address,
                "agent": each.agent,
            }
            for each in found
        ]
    }


def end_session(uow: Work, token: str) -> dict[str, Any]:
    """DoneSchema: sign out; a session that has ended is no error."""
    hashed = token_hash(token)
    with uow.write() as tx:
        session = tx.store.accounts.session(hashed)
        account = None if session is None else tx.store.accounts.lock(session.account_id)
        if session is not None and account is not None:
            tx.store.accounts.end_sessions(account.id, session.id)
            tell_ended(tx, account, [hashed])
            note(tx, f"{_STAFF}{account.id}", "sign_in.ended", account.id)
    return {"done": True}


def record_action(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """DoneSchema: what a desk did that no service of its own has in its trail, such as taking data out."""

    def work(tx: Tx) -> dict[str, Any]:
        note(tx, request["actor"], request["action"], request["subject"], **request["detail"])
        return {"done": True}

    return answer_once(uow, request["request_id"], "record_action", dict(request), work)


def list_audit(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """AuditPageSchema. A text that is somebody's login finds what they did and what was done to them."""
    before = int(request["cursor"]) if request["cursor"] else None
    text = request["text"].strip()
    with uow.read() as tx:
        named = tx.store.accounts.by_login(text.lower()) if text else None
        limit = request["limit"]
        if named is None:
            found = tx.store.trail.page(text, before, limit + 1)
        else:
            found = tx.store.trail.about(named.id, before, limit + 1)
        shown = found[:limit]
        names = tx.store.accounts.logins(sorted(_named(shown)))
    more = len(found) > len(shown)
    return {
        "rows": [_row_view(row) for row in shown],
        "names": names,
        "cursor": str(shown[-1].seq) if more else None,
    }


def verify_audit(uow: Work) -> dict[str, Any]:
    """AuditStateSchema: the whole chain, read and hashed again; its end must be where the last commit left it."""
    with uow.read() as tx:
        broken_at, seq, last = trail.first_broken(tx.store.trail.after(0))
        head = tx.store.trail.head()
    if broken_at is None and head != (seq, last):
        broken_at = seq + 1  # rows were cut off at the end
    return {"rows": seq, "head": last, "broken_at": broken_at}


def _row_view(row: Row) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": row.at,
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "detail": json.loads(row.detail),
        "hash": row.hash,
    }


def _named(rows: Sequence[Row]) -> set[str]:
    return {row.subject for row in rows if row.subject} | {
        row.actor.removeprefix(_STAFF) for row in rows if row.actor.startswith(_STAFF)
    }

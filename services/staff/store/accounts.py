"""Accounts, their recovery codes, devices and sessions, sign-ins under way, and counts of attempts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.staff.domain import Account, Bucket, Challenge, Session
from services.staff.schemas import Role
from services.staff.store.tables import (
    ACCOUNTS,
    BUCKETS,
    CHALLENGES,
    DEVICES,
    RECOVERY_CODES,
    SESSIONS,
)


class Accounts:
    """Everything of an account, in one transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # both dialects spell INSERT … ON CONFLICT alike, but SQLAlchemy has one construct for each
        self._upsert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert

    def by_login(self, login: str) -> Account | None:
        """The account, active or not."""
        row = self._connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.login == login)).first()
        return None if row is None else _account(row)

    def get(self, account_id: str) -> Account | None:
        """The account, active or not."""
        row = self._connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.id == account_id)).first()
        return None if row is None else _account(row)

    def lock(self, account_id: str) -> Account | None:
        """The account, held against other writers until the transaction ends."""
        query = select(ACCOUNTS).where(ACCOUNTS.c.id == account_id).with_for_update()
        row = self._connection.execute(query).first()
        return None if row is None else _account(row)

    def lock_admins(self) -> list[Account]:
        """All who can let others in, held until the transaction ends: two of them must not end each other at once."""
        query = (
            select(ACCOUNTS)
            .where(ACCOUNTS.c.active, ACCOUNTS.c.roles.contains(Role.ADMIN.value))
            .order_by(ACCOUNTS.c.id)
            .with_for_update()
        )
        found = [_account(row) for row in self._connection.execute(query)]
        return [account for account in found if account.is_admin]

    def page(self, text: str, role: Role | None, after: str, limit: int) -> list[Account]:
        """Accounts by login after `after` whose login or name holds `text`, and that have the role."""
        query = select(ACCOUNTS).where(ACCOUNTS.c.login > after).order_by(ACCOUNTS.c.login).limit(limit)
        if text:
            sought = text.lower()
            named = func.lower(ACCOUNTS.c.name).contains(sought, autoescape=True)
            query = query.where(or_(ACCOUNTS.c.login.contains(sought, autoescape=True), named))
        if role is not None:
            # Between spaces: `desk` is part of `flight_desk`.
            words = literal(" ") + ACCOUNTS.c.roles + literal(" ")
            query = query.where(words.contains(f" {role.value} ", autoescape=True))
        return [_account(row) for row in self._connection.execute(query)]

    def logins(self, account_ids: list[str]) -> dict[str, str]:
        """Logins by account id."""
        if not account_ids:
            return {}
        query = select(ACCOUNTS.c.id, ACCOUNTS.c.login).where(ACCOUNTS.c.id.in_(account_ids))
        return {row.id: row.login for row in self._connection.execute(query)}

    def add(self, account: Account) -> bool:
        """False, and nothing changed, when the login is taken."""
        statement = self._upsert(ACCOUNTS).values(_values(account)).on_conflict_do_nothing()
        return self._connection.execute(statement).rowcount == 1

    def save(self, account: Account) -> None:
        """Write all of a locked account anew."""
        self._connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account.id).values(_values(account)))

    def take_step(self, account_id: str, step: int) -> bool:
        """Use up the code of a step; False when it, or a later one, was used: one UPDATE decides."""
        statement = (
            update(ACCOUNTS)
            .where(ACCOUNTS.c.id == account_id, ACCOUNTS.c.last_step < step)
            .values(last_step=step)
        )
        return self._connection.execute(statement).rowcount == 1

    # --- recovery codes and devices ----------------------------------------------------------------------

    def put_recovery(self, account_id: str, hashes: list[str]) -> None:
        """These are the account's recovery codes; older ones are gone."""
        self._connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.account_id == account_id))
        rows = [{"account_id": account_id, "code_hash": each} for each in hashes]
        if rows:
            self._connection.execute(insert(RECOVERY_CODES), rows)

    def has_recovery(self, account_id: str, code_hash: str) -> bool:
        """Whether such a recovery code is still there."""
        table = RECOVERY_CODES
        found = exists().where(table.c.account_id == account_id, table.c.code_hash == code_hash)
        return bool(self._connection.execute(select(found)).scalar())

    def take_recovery(self, account_id: str, code_hash: str) -> bool:
        """Use up a recovery code; False when there is none such."""
        table = RECOVERY_CODES
        statement = delete(table).where(table.c.account_id == account_id, table.c.code_hash == code_hash)
        return self._connection.execute(statement).rowcount == 1

    def count_recovery(self, account_ids: list[str]) -> dict[str, int]:
        """Unused recovery codes by account id."""
        table = RECOVERY_CODES
        query = (
            select(table.c.account_id, func.count().label("n"))
            .where(table.c.account_id.in_(account_ids))
            .group_by(table.c.account_id)
        )
        return {row.account_id: row.n for row in self._connection.execute(query)}

    def is_device(self, token_hash: str, account_id: str, now: datetime) -> bool:
        """Whether a browser with this token signed in to the account before."""
        query = select(
            exists().where(
                DEVICES.c.token_hash == token_hash,
                DEVICES.c.account_id == account_id,
                DEVICES.c.expires_at > now,
            )
        )
        return bool(self._connection.execute(query).scalar())

    def add_device(self, token_hash: str, account_id: str, expires_at: datetime) -> None:
        self._connection.execute(
            self._upsert(DEVICES)
            .values(token_hash=token_hash, account_id=account_id, expires_at=expires_at)
            .on_conflict_do_nothing()
        )

    def drop_device(self, token_hash: str, account_id: str) -> None:
        self._connection.execute(
            delete(DEVICES).where(DEVICES.c.token_hash == token_hash, DEVICES.c.account_id == account_id)
        )

    def drop_devices(self, account_id: str) -> None:
        """No browser is known to the account any more."""
        self._connection.execute(delete(DEVICES).where(DEVICES.c.account_id == account_id))

    # --- sign-ins under way -------------------------------------------------------------------------------

    def add_challenge(self, challenge: Challenge) -> None:
        self._connection.execute(self._upsert(CHALLENGES).values(vars(challenge)).on_conflict_do_nothing())

    def challenge(self, token_hash: str) -> Challenge | None:
        row = self._connection.execute(
            select(CHALLENGES).where(CHALLENGES.c.token_hash == token_hash)
        ).first()
        return None if row is None else Challenge(**row._mapping)

    def take_challenge(self, token_hash: str) -> bool:
        """Use it up; False when it was."""
        statement = delete(CHALLENGES).where(CHALLENGES.c.token_hash == token_hash)
        return self._connection.execute(statement).rowcount == 1

    # --- counts of attempts -------------------------------------------------------------------------------

    def lock_bucket(self, key: str, now: datetime) -> Bucket:
        """The count under a key, held until the transaction ends. It is made first where there is none: nobody could
        hold a row that isn't there, and many at once would all find no attempt counted."""
        empty = {"key": key, "count": 0, "last_at": now}
        self._connection.execute(self._upsert(BUCKETS).values(empty).on_conflict_do_nothing())
        row = self._connection.execute(select(BUCKETS).where(BUCKETS.c.key == key).with_for_update()).one()
        return Bucket(**row._mapping)

    def count_attempt(self, key: str, now: datetime, quiet: timedelta) -> int:
        """One more under a key; what lies longer ago than `quiet` is forgotten. The count with this one."""
        anew = BUCKETS.c.last_at <= now - quiet
        count = self._connection.execute(
            self._upsert(BUCKETS)
            .values(key=key, count=1, last_at=now)
            .on_conflict_do_update(
                index_elements=["key"],
                set_={"count": case((anew, 1), else_=BUCKETS.c.count + 1), "last_at": now},
            )
            .returning(BUCKETS.c.count)
        ).scalar_one()
        return int(count)

    def forgive(self, key: str) -> None:
        """Attempts under this key turned out right."""
        self._connection.execute(delete(BUCKETS).where(BUCKETS.c.key == key))

    def give_back(self, key: str) -> None:
        """One attempt under this key turned out right; others' still count."""
        self._connection.execute(
            update(BUCKETS).where(BUCKETS.c.key == key, BUCKETS.c.count > 0).values(count=BUCKETS.c.count - 1)
        )

    # --- sessions -----------------------------------------------------------------------------------------

    def add_session(self, session: Session) -> None:
        self._connection.execute(insert(SESSIONS).values(vars(session)))

    def session(self, token_hash: str) -> Session | None:
        row = self._connection.execute(select(SESSIONS).where(SESSIONS.c.token_hash == token_hash)).first()
        return None if row is None else Session(**row._mapping)

    def sessions(self, account_id: str) -> list[Session]:
        """All kept sessions of an account, the newest first."""
        query = (
            select(SESSIONS)
            .where(SESSIONS.c.account_id == account_id)
            .order_by(SESSIONS.c.created_at.desc(), SESSIONS.c.id.desc())
        )
        return [Session(**row._mapping) for row in self._connection.execute(query)]

    def touch_session(self, session_id: str, now: datetime) -> None:
        """It was seen; one that ended meanwhile stays ended."""
        self._connection.execute(update(SESSIONS).where(SESSIONS.c.id == session_id).values(last_seen_at=now))

    def end_sessions(self, account_id: str, session_id: str | None = None) -> list[str]:
        """End one or all sessions of an account; the hashes of those that ended."""
        statement = delete(SESSIONS).where(SESSIONS.c.account_id == account_id)
        if session_id is not None:
            statement = statement.where(SESSIONS.c.id == session_id)
        ended = self._connection.execute(statement.returning(SESSIONS.c.token_hash))
        return [row.token_hash for row in ended]

    def purge(self, now: datetime, idle: timedelta, quiet: timedelta) -> int:
        """Delete what can't matter any more; returns how many rows went."""
        over = [
            delete(CHALLENGES).where(CHALLENGES.c.expires_at <= now),
            delete(DEVICES).where(DEVICES.c.expires_at <= now),
            delete(BUCKETS).where(BUCKETS.c.last_at <= now - quiet),
            delete(SESSIONS).where(or_(SESSIONS.c.expires_at <= now, SESSIONS.c.last_seen_at <= now - idle)),
        ]
        return sum(self._connection.execute(statement).rowcount for statement in over)


def _account(row: Any) -> Account:
    values = dict(row._mapping)
    roles = tuple(Role(role) for role in values.pop("roles").split())
    return Account(roles=roles, shops=tuple(values.pop("shops").split()), **values)


def _values(account: Account) -> dict[str, Any]:
    words = {"roles": " ".join(role.value for role in account.roles), "shops": " ".join(account.shops)}
    return vars(account) | words

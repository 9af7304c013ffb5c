"""Travellers, their WeChat accounts and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.passengers.domain import CODE_IN_FLIGHT, Passenger, Session, WeChatAccount
from services.passengers.domain.sessions import IDLE
from services.passengers.schemas import Language
from services.passengers.store.tables import (
    COMPANIONS,
    CONSENTS,
    DOCUMENTS,
    PASSENGERS,
    SESSIONS,
    SIGN_IN_CODES,
    WECHAT_ACCOUNTS,
)

_IDENTITIES: Final = 0x70617373  # the number of the one advisory lock of this database
_OWNED: Final[dict[str, Table]] = {
    "wechat_accounts": WECHAT_ACCOUNTS,
    "sessions": SESSIONS,
    "companions": COMPANIONS,
    "documents": DOCUMENTS,
    "consents": CONSENTS,
}


class Accounts:
    """The part of the store that says who somebody is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postgres = connection.dialect.name == "postgresql"
        # both dialects spell INSERT … ON CONFLICT alike, but SQLAlchemy has one construct for each
        self._upsert = (postgresql if self._postgres else sqlite).insert

    # --- travellers

    def lock_identities(self) -> None:
        """Until the transaction ends nobody else makes, merges or erases travellers. Taken before any row."""
        if self._postgres:
            self._connection.execute(select(func.pg_advisory_xact_lock(_IDENTITIES)))

    def passenger(self, passenger_id: str) -> Passenger | None:
        """The traveller of this id, or the one that it was merged into."""
        return self._passenger(passenger_id, lock=False)

    def lock_passenger(self, passenger_id: str) -> Passenger | None:
        """The same, held against other writers until the transaction ends."""
        return self._passenger(passenger_id, lock=True)

    def _passenger(self, passenger_id: str, *, lock: bool) -> Passenger | None:
        # A signpost is never locked: a merge that moves it holds the row that it points to.
        query = select(PASSENGERS).where(PASSENGERS.c.id == passenger_id, PASSENGERS.c.merged_into.is_(None))
        row = self._connection.execute(query.with_for_update() if lock else query).first()
        if row is not None:
            return _passenger(row)
        signpost = select(PASSENGERS.c.merged_into).where(PASSENGERS.c.id == passenger_id)
        into = self._connection.execute(signpost).scalar()
        return None if into is None else self._passenger(into, lock=lock)

    def add_passenger(self, passenger: Passenger) -> None:
        self._connection.execute(insert(PASSENGERS).values(**vars(passenger)))

    def save_passenger(self, passenger: Passenger) -> None:
        """Write what may change in a traveller's life."""
        self._connection.execute(
            update(PASSENGERS)
            .where(PASSENGERS.c.id == passenger.id)
            .values(
                language=passenger.language,
                language_chosen=passenger.language_chosen,
                last_seen_at=passenger.last_seen_at,
                version=passenger.version,
                merged_into=passenger.merged_into,
            )
        )

    def merge(self, gone: str, into: str) -> None:
        """Everything of `gone` is `into`'s from now on; what was merged into `gone` before points there too."""
        for table in _OWNED.values():
            self._connection.execute(
                update(table).where(table.c.passenger_id == gone).values(passenger_id=into)
            )
        self._connection.execute(
            update(PASSENGERS)
            .where(or_(PASSENGERS.c.id == gone, PASSENGERS.c.merged_into == gone))
            .values(merged_into=into)
        )

    def earlier_ids(self, passenger_id: str) -> list[str]:
        """Travellers that were merged into this one."""
        query = (
            select(PASSENGERS.c.id).where(PASSENGERS.c.merged_into == passenger_id).order_by(PASSENGERS.c.id)
        )
        return list(self._connection.execute(query).scalars())

    def erase(self, passenger_id: str) -> dict[str, int]:
        """Delete the traveller and all that is theirs; how many rows of each kind went."""
        counts = {}
        for name in ("documents", "companions", "sessions", "consents", "wechat_accounts"):
            table = _OWNED[name]
            gone = self._connection.execute(delete(table).where(table.c.passenger_id == passenger_id))
            counts[name] = gone.rowcount
        for mine in (PASSENGERS.c.merged_into == passenger_id, PASSENGERS.c.id == passenger_id):
            self._connection.execute(delete(PASSENGERS).where(mine))
        return counts

    def dormant(self, before: datetime, limit: int) -> list[str]:
        """Travellers not seen since `before` whom no WeChat account connects to us any more, oldest first."""
        follows = (
            select(WECHAT_ACCOUNTS.c.openid)
            .where(WECHAT_ACCOUNTS.c.passenger_id == PASSENGERS.c.id, WECHAT_ACCOUNTS.c.subscribed)
            .exists()
        )
        query = (
            select(PASSENGERS.c.id)
            .where(PASSENGERS.c.last_seen_at < before, PASSENGERS.c.merged_into.is_(None), ~follows)
            .order_by(PASSENGERS.c.last_seen_at)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    # --- WeChat accounts

    def account(self, openid: str) -> WeChatAccount | None:
        query = select(WECHAT_ACCOUNTS).where(WECHAT_ACCOUNTS.c.openid == openid)
        row = self._connection.execute(query).first()
        return None if row is None else WeChatAccount(**row._mapping)

    def accounts(self, passenger_id: str) -> list[WeChatAccount]:
        query = (
            select(WECHAT_ACCOUNTS)
            .where(WECHAT_ACCOUNTS.c.passenger_id == passenger_id)
            .order_by(WECHAT_ACCOUNTS.c.openid)
        )
        return [WeChatAccount(**row._mapping) for row in self._connection.execute(query)]

    def passenger_of_union(self, unionid: str) -> str | None:
        """Whose accounts carry this unionid."""
        query = select(WECHAT_ACCOUNTS.c.passenger_id).where(WECHAT_ACCOUNTS.c.unionid == unionid).limit(1)
        return self._connection.execute(query).scalar()

    def add_account(self, account: WeChatAccount) -> None:
        """Two of one openid can't be: the key refuses the second."""
        self._connection.execute(insert(WECHAT_ACCOUNTS).values(**vars(account)))

    def save_account(self, account: WeChatAccount) -> None:
        self._connection.execute(
            update(WECHAT_ACCOUNTS).where(WECHAT_ACCOUNTS.c.openid == account.openid).values(**vars(account))
        )

    # --- sign-in codes and sessions

    def take_code(self, code_hash: str, request_id: str, now: datetime) -> str:
        """`request_id` if the code is this request's to use now, else whose it is; "" while this request is at it.

        One INSERT decides, so that two requests can't both use a code.
        """
        values = {"code_hash": code_hash, "request_id": request_id, "taken_at": now}
        statement = self._upsert(SIGN_IN_CODES).values(values)
        taken = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["code_hash"],
                set_={"taken_at": now},
                where=(SIGN_IN_CODES.c.request_id == request_id)
                & (SIGN_IN_CODES.c.taken_at <= now - CODE_IN_FLIGHT),
            )
        )
        if taken.rowcount == 1:
            return request_id
        query = select(SIGN_IN_CODES.c.request_id).where(SIGN_IN_CODES.c.code_hash == code_hash)
        owner = self._connection.execute(query).scalar_one()
        return "" if owner == request_id else str(owner)

    def release_code(self, code_hash: str) -> None:
        self._connection.execute(delete(SIGN_IN_CODES).where(SIGN_IN_CODES.c.code_hash == code_hash))

    def session(self, token_hash: str) -> Session | None:
        row = self._connection.execute(select(SESSIONS).where(SESSIONS.c.token_hash == token_hash)).first()
        return None if row is None else Session(**row._mapping)

    def sessions(self, passenger_id: str) -> list[Session]:
        """The newest first."""
        query = (
            select(SESSIONS)
            .where(SESSIONS.c.passenger_id == passenger_id)
            .order_by(SESSIONS.c.created_at.desc())
        )
        return [Session(**row._mapping) for row in self._connection.execute(query)]

    def add_session(self, session: Session) -> None:
        self._connection.execute(insert(SESSIONS).values(**vars(session)))

    def touch_session(self, session: Session, now: datetime) -> None:
        """Note that session and traveller were seen; never back in time, as copies' clocks differ."""
        for table, mine in (
            (SESSIONS, SESSIONS.c.token_hash == session.token_hash),
            (PASSENGERS, PASSENGERS.c.id == session.passenger_id),
        ):
            self._connection.execute(
                update(table).where(mine, table.c.last_seen_at < now).values(last_seen_at=now)
            )

    def end_session(self, token_hash: str) -> bool:
        """Whether there was one."""
        gone = self._connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == token_hash))
        return gone.rowcount == 1

    def end_sessions(self, passenger_id: str) -> int:
        return self._connection.execute(
            delete(SESSIONS).where(SESSIONS.c.passenger_id == passenger_id)
        ).rowcount

    def purge_sessions(self, now: datetime, codes_before: datetime, limit: int) -> int:
        """Delete sessions that are over and codes that can't come again, each at most `limit`; how many went."""
        over = or_(SESSIONS.c.expires_at <= now, SESSIONS.c.last_seen_at <= now - IDLE)
        gone = 0
        for key, rule in (
            (SESSIONS.c.token_hash, over),
            (SIGN_IN_CODES.c.code_hash, SIGN_IN_CODES.c.taken_at < codes_before),
        ):
            some = select(key).where(rule).limit(limit)
            gone += self._connection.execute(delete(key.table).where(key.in_(some))).rowcount
        return gone


def _passenger(row: Any) -> Passenger:
    return Passenger(**{**row._mapping, "language": Language(row.language)})

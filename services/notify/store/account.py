"""The account's tokens and state, and customer-service messages."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.notify.store.rows import AccountState
from services.notify.store.tables import ACCOUNT, CUSTOMER_MESSAGES, TOKENS


class Account:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._upsert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert

    def token(self, name: str) -> tuple[str, datetime] | None:
        """The sealed token of that name and its end."""
        row = self._connection.execute(select(TOKENS).where(TOKENS.c.name == name)).first()
        return None if row is None else (row.sealed, row.expires_at)

    def save_token(self, name: str, sealed: str, expires_at: datetime) -> None:
        values = {"name": name, "sealed": sealed, "expires_at": expires_at}
        statement = self._upsert(TOKENS).values(values)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={"sealed": sealed, "expires_at": expires_at}
            )
        )

    def state(self, appid: str) -> AccountState:
        query = select(ACCOUNT.c.paused_until, ACCOUNT.c.reason, ACCOUNT.c.alert)
        row = self._connection.execute(query.where(ACCOUNT.c.appid == appid)).first()
        return AccountState() if row is None else AccountState(**row._mapping)

    def save_state(self, appid: str, state: AccountState) -> None:
        statement = self._upsert(ACCOUNT).values({"appid": appid} | asdict(state))
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["appid"], set_=asdict(state))
        )

    def begin_customer_message(self, request_id: str, fingerprint: str, openid: str, at: datetime) -> bool:
        """Whether this request is new; from now on it isn't."""
        values = {"request_id": request_id, "fingerprint": fingerprint, "openid": openid, "at": at}
        statement = self._upsert(CUSTOMER_MESSAGES).values(values).on_conflict_do_nothing()
        return self._connection.execute(statement).rowcount == 1

    def customer_message(self, request_id: str) -> tuple[str, int | None]:
        """(fingerprint, errcode) of a request that began; errcode is None while its answer isn't known."""
        row = self._connection.execute(
            select(CUSTOMER_MESSAGES.c.fingerprint, CUSTOMER_MESSAGES.c.errcode).where(
                CUSTOMER_MESSAGES.c.request_id == request_id
            )
        ).one()
        return row.fingerprint, row.errcode

    def end_customer_message(self, request_id: str, errcode: int) -> None:
        self._connection.execute(
            update(CUSTOMER_MESSAGES)
            .where(CUSTOMER_MESSAGES.c.request_id == request_id)
            .values(errcode=errcode)
        )

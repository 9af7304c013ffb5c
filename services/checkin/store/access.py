"""Who may see which booking: accounts that are bound, codes, grants, and wrong guesses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.postgres import lock
from services.checkin.domain import Booking
from services.checkin.store.rows import CodeRow
from services.checkin.store.tables import BINDINGS, BOOKINGS, CODES, GONE, GRANTS, GUESSES, TRAVELLERS

_ONE_GUESS_AT_A_TIME: Final = 5_120_873_341
_ONE_MERGE_AT_A_TIME: Final = 5_120_873_342
NO_GUESS: Final = "-"
"""In an address's place: a code was sent for that booking, and nobody was wrong."""
_ACCOUNTS: Final = (
    select(BINDINGS.c.booking_id, BINDINGS.c.passenger_id)
    .where(BINDINGS.c.booking_id.in_(bindparam("ids", expanding=True)))
    .order_by(BINDINGS.c.bound_at, BINDINGS.c.passenger_id)
)


_WITH_ACCOUNTS: Final = (
    select(*(BOOKINGS.c[field.name] for field in fields(Booking)), BINDINGS.c.passenger_id.label("account"))
    .join_from(BOOKINGS, BINDINGS, BINDINGS.c.booking_id == BOOKINGS.c.id, isouter=True)
    .where(BOOKINGS.c.id == bindparam("booking"))
    .order_by(BINDINGS.c.bound_at, BINDINGS.c.passenger_id)
)


class AccessRows:
    """Bindings, codes, grants, guesses."""

    _connection: Connection
    _accounts: dict[str, list[str]]

    def bind(self, booking_id: str, passenger_id: str, how: str, now: datetime) -> None:
        """Bound twice is bound once."""
        self._accounts.pop(booking_id, None)
        row = {"booking_id": booking_id, "passenger_id": passenger_id, "how": how, "bound_at": now}
        self._insert(BINDINGS, row)

    def is_bound(self, booking_id: str, passenger_id: str) -> bool:
        return passenger_id in self.accounts_of([booking_id]).get(booking_id, ())

    def accounts_of(self, booking_ids: Collection[str]) -> dict[str, list[str]]:
        """Bound accounts by booking, the first bound first. Asked once a transaction: who may, is also told."""
        unknown = [each for each in booking_ids if each not in self._accounts]
        if unknown:
            self._accounts |= {each: [] for each in unknown}
            for row in self._connection.execute(_ACCOUNTS, {"ids": unknown}):
                self._accounts[row.booking_id].append(row.passenger_id)
        return {each: self._accounts[each] for each in booking_ids if self._accounts[each]}

    def booking_with_accounts(self, booking_id: str) -> Booking | None:
        """A booking; who is bound to it is known afterwards without another question."""
        rows = self._connection.execute(_WITH_ACCOUNTS, {"booking": booking_id}).all()
        if not rows:
            return None
        self._accounts[booking_id] = [row.account for row in rows if row.account is not None]
        *values, _ = rows[0]
        return Booking(*values)

    def bookings_of_account(self, passenger_id: str) -> list[str]:
        query = select(BINDINGS.c.booking_id).where(BINDINGS.c.passenger_id == passenger_id)
        return list(self._connection.execute(query).scalars())

    def save_code(self, code: CodeRow) -> None:
        """Another code makes the one before useless."""
        self._connection.execute(delete(CODES).where(CODES.c.booking_id == code.booking_id))
        self._connection.execute(insert(CODES).values(asdict(code)))

    def code(self, booking_id: str) -> CodeRow | None:
        """Held against others who try at the same time."""
        query = select(CODES).where(CODES.c.booking_id == booking_id).with_for_update()
        row = self._connection.execute(query).first()
        return None if row is None else CodeRow(**row._mapping)

    def drop_code(self, booking_id: str) -> None:
        self._connection.execute(delete(CODES).where(CODES.c.booking_id == booking_id))

    def spend_try(self, booking_id: str) -> None:
        statement = update(CODES).where(CODES.c.booking_id == booking_id)
        self._connection.execute(statement.values(tries_left=CODES.c.tries_left - 1))

    def add_grant(self, token_hash: str, booking_id: str, expires_at: datetime) -> None:
        row = {"token_hash": token_hash, "booking_id": booking_id, "expires_at": expires_at}
        self._connection.execute(insert(GRANTS).values(row))

    def is_granted(self, token_hash: str, booking_id: str, now: datetime) -> bool:
        query = select(GRANTS.c.booking_id).where(
            GRANTS.c.token_hash == token_hash, GRANTS.c.booking_id == booking_id, GRANTS.c.expires_at > now
        )
        return self._connection.execute(query).first() is not None

    # --- guesses

    def lock_guesses(self) -> None:
        """One guess is judged at a time, so that a hundred sent at once aren't all the first."""
        lock(self._connection, _ONE_GUESS_AT_A_TIME)

    def count_guesses(self, counted: str, key: str, since: datetime) -> tuple[int, datetime | None]:
        """How many were wrong since, and when the first of them was. counted: address, target or all."""
        query = select(func.count(), func.min(GUESSES.c.at)).where(GUESSES.c.at > since)
        query = query.where(GUESSES.c.address != NO_GUESS if counted == "all" else GUESSES.c[counted] == key)
        row = self._connection.execute(query).one()
        return row[0], row[1]

    def add_guess(self, at: datetime, address: str, target: str) -> None:
        self._connection.execute(insert(GUESSES).values(at=at, address=address, target=target))

    # --- accounts that merge or go

    def merge(self, from_id: str, into_id: str) -> None:
        """What one account has belongs to another."""
        self._accounts.clear()
        theirs = select(BINDINGS.c.booking_id).where(BINDINGS.c.passenger_id == into_id)
        mine = BINDINGS.c.passenger_id == from_id
        self._connection.execute(
            update(BINDINGS).where(mine, BINDINGS.c.booking_id.not_in(theirs)).values(passenger_id=into_id)
        )
        self._connection.execute(delete(BINDINGS).where(mine))
        self._connection.execute(
            update(BOOKINGS).where(BOOKINGS.c.given_by == from_id).values(given_by=into_id)
        )
        self._connection.execute(update(GONE).where(GONE.c.into == from_id).values(into=into_id))

    def flights_given_by(self, passenger_ids: Collection[str]) -> list[str]:
        """The flights of bookings for which these accounts gave something, in the order in which they are locked."""
        query = select(BOOKINGS.c.flight_id).where(BOOKINGS.c.given_by.in_(passenger_ids)).distinct()
        return sorted(self._connection.execute(query).scalars())

    def erase(self, passenger_ids: Collection[str]) -> dict[str, int]:
        """Forget which bookings these accounts had, and what they gave; how many of each.

        The airline's list stays the airline's; it goes when the flight is over.
        """
        self._accounts.clear()
        given = list(
            self._connection.execute(
                select(BOOKINGS.c.id).where(BOOKINGS.c.given_by.in_(passenger_ids))
            ).scalars()
        )
        if given:
            self._connection.execute(
                update(TRAVELLERS).where(TRAVELLERS.c.booking_id.in_(given)).values(given_sealed=None)
            )
            self._connection.execute(
                update(BOOKINGS).where(BOOKINGS.c.id.in_(given)).values(given_sealed=None, given_by=None)
            )
        gone = self._connection.execute(delete(BINDINGS).where(BINDINGS.c.passenger_id.in_(passenger_ids)))
        return {"bindings": gone.rowcount, "given": len(given)}

    def note_gone(self, passenger_id: str, into: str | None, now: datetime) -> None:
        self._insert(GONE, {"passenger_id": passenger_id, "into": into, "gone_at": now})

    def note_erased(self, passenger_ids: Collection[str], now: datetime) -> None:
        """Whoever had become one of these is nobody any more, too."""
        self._connection.execute(update(GONE).where(GONE.c.passenger_id.in_(passenger_ids)).values(into=None))
        for each in passenger_ids:
            self.note_gone(each, None, now)

    def lock_merges(self) -> None:
        """Accounts become others one after the other: two at one moment would not see what the other moves."""
        lock(self._connection, _ONE_MERGE_AT_A_TIME)

    def hold_merges(self) -> None:
        """Until the transaction ends nobody becomes another or is forgotten; any number may hold this at once.

        Taken before anything else that is held, and before it is asked who somebody is now: what is written for
        them then moves with them, or is written for whom they became.
        """
        lock(self._connection, _ONE_MERGE_AT_A_TIME, shared=True)

    def merged_into(self, passenger_id: str) -> list[str]:
        query = select(GONE.c.passenger_id).where(GONE.c.into == passenger_id)
        return list(self._connection.execute(query).scalars())

    def present(self, passenger_id: str) -> str | None:
        """Who this account is now; None: erased."""
        row = self._connection.execute(select(GONE.c.into).where(GONE.c.passenger_id == passenger_id)).first()
        return passenger_id if row is None else row[0]

    def _insert(self, table: Any, row: dict[str, Any]) -> None:
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        self._connection.execute(build(table).values(row).on_conflict_do_nothing())

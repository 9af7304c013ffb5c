"""Whose coupons they are: accounts that merge or go, and what time does to coupons by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kernel.postgres import key_of, lock
from services.shop.schemas.coupon_words import CampaignState
from services.shop.store.coupon_tables import (
    CAMPAIGNS,
    CLAIMED,
    COUPONS,
    OVER,
    OWNERS,
    SHARES,
    STEPS,
    UNTOLD,
    USES,
)

_ONE_MERGE_AT_A_TIME: Final = 8_204_556_713
# Made once: making a statement costs as much as executing it.
_PRESENT: Final = select(OWNERS.c.became).where(OWNERS.c.passenger_id == bindparam("account"))


class OwnerRows:
    """Accounts are held before coupons and campaigns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, what: str) -> None:
        """What an account may do so many times is judged one after the other, so that ten at once aren't all the first.

        Also a till's receipt.
        """
        lock(self._connection, key_of(f"coupons {what}"))

    def lock_merges(self) -> None:
        """Accounts become others, or nobody, while nothing is written for any; before everything else that is held."""
        lock(self._connection, _ONE_MERGE_AT_A_TIME)

    def hold_merges(self) -> None:
        """Until the transaction ends nobody becomes another or is forgotten; any number may hold this at once.

        Taken before anything else that is held, and before it is asked who somebody is now.
        """
        lock(self._connection, _ONE_MERGE_AT_A_TIME, shared=True)

    def present(self, passenger_id: str) -> str | None:
        """Who this account is now; None: erased."""
        row = self._connection.execute(_PRESENT, {"account": passenger_id}).first()
        return passenger_id if row is None else row[0]

    def note_gone(self, passenger_id: str, became: str | None, now: datetime) -> None:
        """From now on it is another, or nobody; so is whoever had become it."""
        self._connection.execute(update(OWNERS).where(OWNERS.c.became == passenger_id).values(became=became))
        row = {"passenger_id": passenger_id, "became": became, "at": now}
        build = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        made = build(OWNERS).values(row)
        self._connection.execute(
            made.on_conflict_do_update(index_elements=["passenger_id"], set_={"became": became})
        )

    def merged_into(self, passenger_id: str) -> list[str]:
        query = select(OWNERS.c.passenger_id).where(OWNERS.c.became == passenger_id)
        return list(self._connection.execute(query).scalars())

    def last_nth(self, campaign_id: str, passenger_id: str) -> int:
        """The number of the passenger's newest of this campaign; 0: none."""
        query = select(func.max(COUPONS.c.nth)).where(
            COUPONS.c.campaign_id == campaign_id, COUPONS.c.passenger_id == passenger_id
        )
        return self._connection.execute(query).scalar() or 0

    def coupon_ids_of(self, passenger_id: str) -> list[str]:
        query = select(COUPONS.c.id).where(COUPONS.c.passenger_id == passenger_id)
        return list(self._connection.execute(query.order_by(COUPONS.c.id)).scalars())

    def give(self, coupon_id: str, into: str, nth: int | None) -> None:
        """The coupon, held, is another's."""
        mine = update(COUPONS).where(COUPONS.c.id == coupon_id)
        self._connection.execute(mine.values(passenger_id=into, nth=nth, version=COUPONS.c.version + 1))

    # --- time

    def locks_over(self, now: datetime, limit: int) -> list[tuple[str, str, str]]:
        """Coupon, service and order of locks that ended."""
        query = (
            select(COUPONS.c.id, USES.c.service, USES.c.order_id)
            .join(COUPONS, (COUPONS.c.id == USES.c.coupon_id) & (COUPONS.c.uses == USES.c.number))
            .where(COUPONS.c.lock_until <= now)
            .limit(limit)
        )
        return [(row.id, row.service, row.order_id) for row in self._connection.execute(query)]

    def expired(self, now: datetime, limit: int) -> list[str]:
        """Coupons whose time is over although they say otherwise."""
        query = select(COUPONS.c.id).where(CLAIMED, COUPONS.c.valid_until <= now)
        return list(self._connection.execute(query.order_by(COUPONS.c.valid_until).limit(limit)).scalars())

    def ending(self, now: datetime, within: timedelta, limit: int) -> list[str]:
        """Coupons that end so soon and whose owner wasn't told."""
        query = select(COUPONS.c.id).where(
            UNTOLD, COUPONS.c.valid_until > now, COUPONS.c.valid_until <= now + within
        )
        return list(self._connection.execute(query.order_by(COUPONS.c.valid_until).limit(limit)).scalars())

    def forget_coupons(self, before: datetime, limit: int) -> int:
        """Delete coupons that were over before, with all that was noted of them; returns how many.

        Of campaigns that ended: while one runs, what was claimed of it counts. Change goes before what it is of.
        """
        change = COUPONS.alias("change")
        query = (
            select(COUPONS.c.id)
            .join(CAMPAIGNS, CAMPAIGNS.c.id == COUPONS.c.campaign_id)
            .where(
                OVER,
                COUPONS.c.valid_until < before,
                CAMPAIGNS.c.state == CampaignState.ENDED.value,
                ~exists().where(change.c.source == "given_back", change.c.parent_id == COUPONS.c.id),
            )
            .order_by(COUPONS.c.valid_until)
            .limit(limit)
        )
        ids = list(self._connection.execute(query).scalars())
        if ids:
            for table in (SHARES, USES):
                self._connection.execute(delete(table).where(table.c.coupon_id.in_(ids)))
            self._connection.execute(delete(COUPONS).where(COUPONS.c.id.in_(ids)))
            self._connection.execute(delete(STEPS).where(STEPS.c.coupon_id.in_(ids)))
        return len(ids)

    # --- figures

    def figures(self, campaign_id: str) -> dict[str, Any]:
        """How a campaign's coupons stand, and what they were used for."""
        states = (
            select(COUPONS.c.state, func.count())
            .where(COUPONS.c.campaign_id == campaign_id, COUPONS.c.nth.is_not(None))
            .group_by(COUPONS.c.state)
        )
        change = (
            select(func.count())
            .select_from(COUPONS)
            .where(COUPONS.c.campaign_id == campaign_id, COUPONS.c.nth.is_(None))
        )
        used = (
            select(
                USES.c.service,
                func.count(),
                func.coalesce(func.sum(USES.c.discount_fen - USES.c.given_back_fen), 0),
                func.count().filter(USES.c.given_back_fen > 0),
            )
            .join(COUPONS, COUPONS.c.id == USES.c.coupon_id)
            .where(COUPONS.c.campaign_id == campaign_id, USES.c.redeemed_at.is_not(None))
            .group_by(USES.c.service)
        )
        by_service = self._connection.execute(used).all()
        return {
            "states": {row[0]: row[1] for row in self._connection.execute(states)},
            "change_coupons": self._connection.execute(change).scalar_one(),
            "used": sum(count for _, count, _, _ in by_service),
            "given_back": int(sum(back for _, _, _, back in by_service)),
            "discount_fen": int(sum(off for _, _, off, _ in by_service)),
            "by_service": {service: int(off) for service, _, off, _ in by_service},
        }

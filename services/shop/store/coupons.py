"""Coupons, their steps, and what they were used for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, func, insert, select, update

from kernel.postgres import together
from services.shop.domain.campaigns import Value
from services.shop.domain.coupons import NEW, Coupon, Discount, Share, Use
from services.shop.schemas.coupon_words import CampaignKind, CouponState, Source
from services.shop.store.campaigns import campaign_of
from services.shop.store.coupon_tables import CAMPAIGNS, CHANGE, COUPONS, SHARES, STEPS, USES


class WrongStep(RuntimeError):
    """The coupon isn't as the caller read it any more: nothing was written."""


@dataclass(frozen=True)
class CouponUse:
    """One time that a coupon was locked for an order."""

    coupon_id: str
    number: int
    service: str
    order_id: str
    discount_fen: int
    given_back_fen: int
    locked_at: datetime
    redeemed_at: datetime | None
    ended_at: datetime | None
    title_zh: str
    title_en: str


_CAMPAIGN: Final = "campaign_"
_WHOLE: Final = (
    select(
        *COUPONS.c,
        *(column.label(_CAMPAIGN + column.name) for column in CAMPAIGNS.c if column.name != "id"),
        USES.c.service,
        USES.c.order_id,
        USES.c.discount_fen,
        USES.c.redeemed_at,
    )
    .join(CAMPAIGNS, CAMPAIGNS.c.id == COUPONS.c.campaign_id)
    .outerjoin(USES, and_(USES.c.coupon_id == COUPONS.c.id, USES.c.number == COUPONS.c.uses))
)
# Made once: making a statement costs as much as executing it.
_OF_PASSENGER: Final = (
    _WHOLE.where(
        COUPONS.c.passenger_id == bindparam("passenger"),
        COUPONS.c.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(COUPONS.c.claimed_at.desc(), COUPONS.c.id.desc())
    .limit(bindparam("most"))
)
_PLAIN: Final = (
    "id",
    "passenger_id",
    "nth",
    "claimed_at",
    "valid_from",
    "valid_until",
    "parent_id",
    "code_sealed",
    "card_code_sealed",
    "uses",
    "service",
    "order_id",
    "discount_fen",
    "lock_until",
    "soon_told",
    "steps",
    "version",
)


class CouponRows:
    """Coupons are held in the order of their ids, after whatever of an order is held."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- reading

    def coupon(self, coupon_id: str) -> Coupon | None:
        return self._one(_WHOLE.where(COUPONS.c.id == coupon_id))

    def coupon_by_code(self, digests: Sequence[str]) -> Coupon | None:
        """digests: of its own code under every key."""
        return self._one(_WHOLE.where(COUPONS.c.code_digest.in_(digests)))

    def coupon_by_card(self, digests: Sequence[str]) -> Coupon | None:
        """digests: of WeChat's code under every key."""
        return self._one(_WHOLE.where(COUPONS.c.card_code_digest.in_(digests)))

    def coupons_of(
        self,
        passenger_id: str,
        states: Collection[CouponState],
        limit: int,
        after: tuple[datetime, str] | None = None,
    ) -> list[Coupon]:
        """The newest first. after: claimed_at and id of the last one seen."""
        query = _OF_PASSENGER
        if after is not None:
            at, coupon_id = after
            query = query.where(
                (COUPONS.c.claimed_at < at) | and_(COUPONS.c.claimed_at == at, COUPONS.c.id < coupon_id)
            )
        asked = {"passenger": passenger_id, "states": [each.value for each in states], "most": limit}
        return [_coupon(row) for row in self._connection.execute(query, asked)]

    def lock_coupons(self, coupon_ids: Collection[str]) -> list[Coupon]:
        """Those that there are, by id, held against other writers."""
        if not coupon_ids:
            return []
        held = select(COUPONS.c.id).where(COUPONS.c.id.in_(coupon_ids)).order_by(COUPONS.c.id)
        self._connection.execute(held.with_for_update(key_share=True)).all()
        # Asked after it is held: what another transaction just did is seen.
        query = _WHOLE.where(COUPONS.c.id.in_(coupon_ids)).order_by(COUPONS.c.id)
        return [_coupon(row) for row in self._connection.execute(query)]

    def claimed_by(self, campaign_ids: Collection[str], passenger_id: str) -> dict[str, int]:
        """How many of these campaigns' coupons the passenger claimed; change coupons don't count."""
        query = (
            select(COUPONS.c.campaign_id, func.count())
            .where(
                COUPONS.c.campaign_id.in_(campaign_ids),
                COUPONS.c.passenger_id == passenger_id,
                COUPONS.c.nth.is_not(None),
            )
            .group_by(COUPONS.c.campaign_id)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def uses_of_orders(self, service: str, order_ids: Collection[str]) -> list[CouponUse]:
        """Every time that a coupon was locked for one of these orders, by coupon and number."""
        query = (
            select(USES, CAMPAIGNS.c.title_zh, CAMPAIGNS.c.title_en)
            .join(COUPONS, COUPONS.c.id == USES.c.coupon_id)
            .join(CAMPAIGNS, CAMPAIGNS.c.id == COUPONS.c.campaign_id)
            .where(USES.c.service == service, USES.c.order_id.in_(order_ids))
            .order_by(USES.c.coupon_id, USES.c.number)
        )
        return [CouponUse(**row._mapping) for row in self._connection.execute(query)]

    def shares(self, coupon_id: str, number: int) -> tuple[Share, ...]:
        """What one use took off which lines."""
        query = select(SHARES.c.ref, SHARES.c.quantity, SHARES.c.share_fen, SHARES.c.returned).where(
            SHARES.c.coupon_id == coupon_id, SHARES.c.number == number
        )
        return tuple(Share(*row) for row in self._connection.execute(query.order_by(SHARES.c.ref)))

    def steps_of_coupon(self, coupon_id: str) -> list[tuple[str, datetime]]:
        query = select(STEPS.c.after, STEPS.c.at).where(STEPS.c.coupon_id == coupon_id)
        return [(row.after, row.at) for row in self._connection.execute(query.order_by(STEPS.c.number))]

    # --- writing

    def begin_coupon(self, coupon: Coupon, digests: tuple[str, str | None], actor: str, reason: str) -> None:
        """A new one with its first step. digests: of its code, and of WeChat's."""
        self._append(coupon, NEW, coupon.claimed_at, actor, reason)
        change = coupon.source is Source.GIVEN_BACK
        row = {name: getattr(coupon, name) for name in _PLAIN if name in COUPONS.c}
        with together(self._connection):
            self._connection.execute(
                insert(COUPONS).values(
                    **row,
                    campaign_id=coupon.campaign.id,
                    state=coupon.state.value,
                    source=coupon.source.value,
                    value_fen=coupon.value.value_fen if change else None,
                    threshold_fen=coupon.value.threshold_fen if change else None,
                    code_digest=digests[0],
                    card_code_digest=digests[1],
                )
            )

    def step_coupon(
        self, coupon: Coupon, to: CouponState, now: datetime, actor: str, reason: str, **changes: Any
    ) -> Coupon:
        """The coupon in its next state, with the audit's row. Raises WrongStep when it changed since it was read; the
        database refuses a step that isn't legal."""
        after = replace(
            coupon, state=to, steps=coupon.steps + 1, version=coupon.version + 1, **_known(changes)
        )
        self._append(after, coupon.state.value, now, actor, reason)
        self._save(coupon, state=to.value, steps=after.steps, **changes)
        return after

    def change_coupon(self, coupon: Coupon, **changes: Any) -> Coupon:
        """Another value of what is no step. Raises WrongStep."""
        self._save(coupon, **changes)
        return replace(coupon, version=coupon.version + 1, **_known(changes))

    def changes_of(self, coupon_ids: Collection[str]) -> list[str]:
        """Ids of the change coupons of these."""
        query = select(COUPONS.c.id).where(CHANGE, COUPONS.c.parent_id.in_(coupon_ids))
        return list(self._connection.execute(query).scalars())

    def grow_change(self, change: Coupon, value: Value) -> Coupon:
        """A change coupon, held, worth more. Raises WrongStep."""
        self._save(change, value_fen=value.value_fen, threshold_fen=value.threshold_fen)
        return replace(change, value=value, version=change.version + 1)

    def add_use(self, number: int, use: Use, discount: Discount, now: datetime) -> None:
        """The coupon is locked for the nth time."""
        quantities = {item.ref: item.quantity for item in use.items}
        self._connection.execute(
            insert(USES).values(
                coupon_id=discount.coupon_id,
                number=number,
                service=use.service,
                order_id=use.order_id,
                discount_fen=discount.discount_fen,
                given_back_fen=0,
                locked_at=now,
            )
        )
        rows = [
            {
                "coupon_id": discount.coupon_id,
                "number": number,
                "ref": ref,
                "quantity": quantities[ref],
                "share_fen": share,
                "returned": 0,
            }
            for ref, share in sorted(discount.shares.items())
        ]
        self._connection.execute(insert(SHARES), rows)

    def end_use(self, use: CouponUse, now: datetime, given_back_fen: int = 0) -> None:
        """The order has it no more."""
        self._set_use(use, ended_at=now, given_back_fen=given_back_fen)

    def redeem_use(self, use: CouponUse, now: datetime) -> None:
        self._set_use(use, redeemed_at=now)

    def give_back_use(self, use: CouponUse, given_back_fen: int) -> None:
        """given_back_fen: in all."""
        self._set_use(use, given_back_fen=given_back_fen)

    def save_returned(self, coupon_id: str, number: int, shares: Collection[Share]) -> None:
        for share in shares:
            self._connection.execute(
                update(SHARES)
                .where(SHARES.c.coupon_id == coupon_id, SHARES.c.number == number, SHARES.c.ref == share.ref)
                .values(returned=share.returned)
            )

    def _set_use(self, use: CouponUse, **changes: Any) -> None:
        mine = update(USES).where(USES.c.coupon_id == use.coupon_id, USES.c.number == use.number)
        self._connection.execute(mine.values(changes))

    def _append(self, coupon: Coupon, before: str, now: datetime, actor: str, reason: str) -> None:
        with together(self._connection):
            self._connection.execute(
                insert(STEPS).values(
                    coupon_id=coupon.id,
                    number=coupon.steps,
                    previous=coupon.steps - 1 or None,
                    before=before,
                    after=coupon.state.value,
                    at=now,
                    actor=actor,
                    reason=reason,
                )
            )

    def _save(self, coupon: Coupon, **changes: Any) -> None:
        saved = self._connection.execute(
            update(COUPONS)
            .where(COUPONS.c.id == coupon.id, COUPONS.c.version == coupon.version)
            .values(changes | {"version": coupon.version + 1})
        )
        if saved.rowcount != 1:
            raise WrongStep(coupon.id)

    def _one(self, query: Select[Any]) -> Coupon | None:
        row = self._connection.execute(query).first()
        return None if row is None else _coupon(row)


def _known(changes: dict[str, Any]) -> dict[str, Any]:
    """What a coupon shows of the changes: digests are the table's alone."""
    return {name: value for name, value in changes.items() if not name.endswith("_digest")}


def _coupon(row: Any) -> Coupon:
    campaign = campaign_of(row, _CAMPAIGN)
    value = campaign.value
    if row.value_fen is not None:
        value = Value(CampaignKind.AMOUNT, value_fen=row.value_fen, threshold_fen=row.threshold_fen)
    return Coupon(
        **{name: getattr(row, name) for name in _PLAIN},
        campaign=campaign,
        state=CouponState(row.state),
        source=Source(row.source),
        value=value,
        used_at=row.redeemed_at,
    )

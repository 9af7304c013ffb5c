"""Campaigns."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, insert, or_, select, update

from services.shop.domain.campaigns import Campaign, Scope, Value
from services.shop.schemas.coupon_words import CampaignKind, CampaignState, FundedBy, Service
from services.shop.store.coupon_tables import CAMPAIGNS

_PLAIN: Final = (
    "id",
    "title_zh",
    "title_en",
    "terms_zh",
    "terms_en",
    "stock",
    "claimed",
    "per_person",
    "starts_at",
    "ends_at",
    "valid_from",
    "valid_until",
    "valid_days",
    "stack_group",
    "card_id",
    "version",
    "created_at",
)
_ON: Final = CampaignState.ON.value


class CampaignRows:
    """Who holds a campaign waits for no coupon: it comes last."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def campaign(self, campaign_id: str) -> Campaign | None:
        row = self._connection.execute(select(CAMPAIGNS).where(CAMPAIGNS.c.id == campaign_id)).first()
        return None if row is None else campaign_of(row)

    def lock_campaign(self, campaign_id: str) -> Campaign | None:
        """Held against other writers; coupons that refer to it aren't held up."""
        query = select(CAMPAIGNS).where(CAMPAIGNS.c.id == campaign_id).with_for_update(key_share=True)
        row = self._connection.execute(query).first()
        return None if row is None else campaign_of(row)

    def take_coupon(self, campaign_id: str) -> int | None:
        """One more is out; how many are left then. None: there was none. Whoever else wants one waits for this
        transaction."""
        taken = (
            update(CAMPAIGNS)
            .where(
                CAMPAIGNS.c.id == campaign_id,
                CAMPAIGNS.c.state == _ON,
                CAMPAIGNS.c.claimed < CAMPAIGNS.c.stock,
            )
            .values(claimed=CAMPAIGNS.c.claimed + 1)
            .returning(CAMPAIGNS.c.stock - CAMPAIGNS.c.claimed)
        )
        left: int | None = self._connection.execute(taken).scalar()
        return left

    def add_campaign(self, campaign: Campaign, actor: str) -> None:
        self._connection.execute(insert(CAMPAIGNS).values(**_row(campaign), created_by=actor))

    def save_campaign(self, campaign: Campaign) -> None:
        """It is locked; how many are out isn't saved here."""
        row = _row(campaign)
        del row["claimed"]
        saved = self._connection.execute(
            update(CAMPAIGNS)
            .where(CAMPAIGNS.c.id == campaign.id, CAMPAIGNS.c.version == campaign.version - 1)
            .values(row)
        )
        assert saved.rowcount == 1, "it is locked"

    def campaigns_shown(self, now: datetime, starting_before: datetime, limit: int) -> list[Campaign]:
        """On, not over, and begun or about to; those that end first come first."""
        query = (
            select(CAMPAIGNS)
            .where(
                CAMPAIGNS.c.state == _ON,
                CAMPAIGNS.c.ends_at > now,
                CAMPAIGNS.c.starts_at < starting_before,
                or_(CAMPAIGNS.c.valid_until.is_(None), CAMPAIGNS.c.valid_until > now),
            )
            .order_by(CAMPAIGNS.c.ends_at, CAMPAIGNS.c.id)
            .limit(limit)
        )
        return [campaign_of(row) for row in self._connection.execute(query)]

    def list_campaigns(
        self, states: Collection[CampaignState], before: str | None, limit: int
    ) -> list[Campaign]:
        """All, the newest first. before: an id."""
        query = select(CAMPAIGNS).order_by(CAMPAIGNS.c.id.desc()).limit(limit)
        if states:
            query = query.where(CAMPAIGNS.c.state.in_([each.value for each in states]))
        if before is not None:
            query = query.where(CAMPAIGNS.c.id < before)
        return [campaign_of(row) for row in self._connection.execute(query)]

    def campaigns_over(self, now: datetime, limit: int) -> list[str]:
        """On or paused, although their time to be claimed is over."""
        live = (_ON, CampaignState.PAUSED.value)
        query = select(CAMPAIGNS.c.id).where(CAMPAIGNS.c.state.in_(live), CAMPAIGNS.c.ends_at <= now)
        return list(self._connection.execute(query.limit(limit)).scalars())


def campaign_of(row: Any, prefix: str = "") -> Campaign:
    """prefix: of its columns' names, where the row holds other tables' too."""
    values = row._mapping
    return Campaign(
        **{name: values[prefix + name] for name in _PLAIN},
        value=Value(
            kind=CampaignKind(values[prefix + "kind"]),
            value_fen=values[prefix + "value_fen"] or 0,
            pct=values[prefix + "pct"] or 0,
            cap_fen=values[prefix + "cap_fen"],
            threshold_fen=values[prefix + "threshold_fen"],
        ),
        scope=Scope(
            frozenset(Service(each) for each in orjson.loads(values[prefix + "services"])),
            frozenset(orjson.loads(values[prefix + "shop_ids"])),
            frozenset(orjson.loads(values[prefix + "categories"])),
        ),
        funded_by=FundedBy(values[prefix + "funded_by"]),
        state=CampaignState(values[prefix + "state"]),
    )


def _row(campaign: Campaign) -> dict[str, Any]:
    value, scope = campaign.value, campaign.scope
    return {name: getattr(campaign, name) for name in _PLAIN} | {
        "kind": value.kind.value,
        "value_fen": value.value_fen or None,
        "pct": value.pct or None,
        "cap_fen": value.cap_fen,
        "threshold_fen": value.threshold_fen,
        "services": _list(scope.services),
        "shop_ids": _list(scope.shop_ids),
        "categories": _list(scope.categories),
        "funded_by": campaign.funded_by.value,
        "state": campaign.state.value,
    }


def _list(words: Collection[str]) -> str:
    return orjson.dumps(sorted(str(each) for each in words)).decode()

"""Entrypoints of notify about cards in WeChat's wallet."""

from __future__ import annotations

from typing import Any

from kernel import clock
from kernel.wire import Replies, Storage, handle_event, rpc, timer
from services.notify import card_schemas, usecases
from services.notify.usecases import CardDesk
from services.notify.worker import Desk


class Carding:
    """Part of NotifyService."""

    replies: Replies
    storage: Storage
    desk: Desk

    @rpc(arguments=card_schemas.SignCardSchema())
    def sign_card(self, request: dict[str, Any]) -> dict[str, Any]:
        """SignedCardSchema. Errors: notify.no_card, .card_not_possible, .not_reachable, .quota_spent, .wechat_*, shop.*."""
        return usecases.sign_card(self._cards, request)

    @rpc(arguments=card_schemas.NoteCardSchema())
    def note_card(self, request: dict[str, Any]) -> dict[str, Any]:
        """schemas.NotedSchema."""
        return usecases.note_card(self._cards, request)

    @rpc(arguments=card_schemas.ListCardErrandsSchema())
    def list_card_errands(self, request: dict[str, Any]) -> dict[str, Any]:
        """CardErrandsSchema."""
        return usecases.list_card_errands(self.storage, request["state"].value, request["campaign_id"])

    @rpc(arguments=card_schemas.RetryCardErrandsSchema())
    def retry_card_errands(self, request: dict[str, Any]) -> dict[str, Any]:
        """RetriedSchema."""
        return usecases.retry_card_errands(self.storage, request["errand_ids"])

    @handle_event("shop", "campaign_changed")
    def on_campaign_changed(self, event: dict[str, Any]) -> None:
        """Its card is made, or says what the campaign says now."""
        usecases.note_campaign(self.storage, event["data"])

    @handle_event("shop", "coupon_redeemed")
    def on_coupon_redeemed(self, event: dict[str, Any]) -> None:
        """Its card is consumed."""
        usecases.note_used(self.storage, event["data"])

    @handle_event("shop", "coupon_given_back")
    def on_coupon_given_back(self, event: dict[str, Any]) -> None:
        """It is good again, and may get another card; its owner hears of it."""
        usecases.note_given_back(self.storage, event["data"])
        usecases.note_mall(self.storage, self.desk.view, event, clock.now())
        self.desk.wake()

    @handle_event("shop", "coupon_voided")
    def on_coupon_voided(self, event: dict[str, Any]) -> None:
        """Its card is good for nothing any more."""
        usecases.note_void(self.storage, event["data"])

    @timer(every_s=1)
    def run_card_errands(self) -> None:
        """Do what is due; copies share the work."""
        usecases.run_card_errands(self._cards)

    @property
    def _cards(self) -> CardDesk:
        desk = self.desk
        return CardDesk(self.storage, self.replies, desk.wechat, desk.tokens, desk.shown)

"""Entrypoints of notify: validate, call the use case. Results are JSON-ready."""

from __future__ import annotations

from typing import Any

from kernel import clock
from kernel.schemas import NoArgumentsSchema
from kernel.wire import Glance, OutboxRelay, Replies, Storage, handle_event, rpc, timer
from services.notify import schemas, usecases
from services.notify.carding import Carding
from services.notify.malling import Malling
from services.notify.store import NotifyStore
from services.notify.worker import Desk


class NotifyService(Carding, Malling):
    """Who follows which flight, what they are told, and everything else that leaves for WeChat."""

    name = "notify"
    replies = Replies()
    storage = Storage(NotifyStore)
    relay = OutboxRelay()
    desk = Desk()
    followed = Glance(NotifyStore, usecases.concerns, lambda store, ids: store.news.followed_among(ids))

    @rpc(arguments=schemas.FollowSchema())
    def follow(self, request: dict[str, Any]) -> dict[str, Any]:
        """FollowResultSchema. Errors: notify.flight_not_found, .too_many_follows, request.reused, .in_flight."""
        answer = usecases.follow(self.storage, self.replies, self.desk.view, request, clock.now())
        self.desk.wake()
        return answer

    @rpc(arguments=schemas.UnfollowSchema())
    def unfollow(self, request: dict[str, Any]) -> dict[str, Any]:
        """FollowingSchema. Errors: request.reused, request.in_flight."""
        return usecases.unfollow(self.storage, request)

    @rpc(arguments=schemas.PassengerIdSchema())
    def list_follows(self, request: dict[str, Any]) -> dict[str, Any]:
        """FollowsSchema."""
        return usecases.list_follows(self.storage, request["passenger_id"])

    @rpc(arguments=schemas.IsFollowingSchema())
    def is_following(self, request: dict[str, Any]) -> dict[str, Any]:
        """FollowingSchema."""
        return usecases.is_following(self.storage, request["passenger_id"], request["flight_id"])

    @rpc(arguments=schemas.ListMessagesSchema())
    def list_messages(self, request: dict[str, Any]) -> dict[str, Any]:
        """MessagePageSchema. Errors: notify.bad_cursor."""
        return usecases.list_messages(self.storage, request)

    @rpc(arguments=schemas.SearchMessagesSchema())
    def search_messages(self, request: dict[str, Any]) -> dict[str, Any]:
        """MessagePageSchema. Errors: notify.bad_cursor."""
        return usecases.search_messages(self.storage, request)

    @rpc(arguments=NoArgumentsSchema())
    def status(self, request: dict[str, Any]) -> dict[str, Any]:
        """StatusSchema."""
        account = self.desk.wechat.settings
        return usecases.status(self.storage, self.desk.view, account, clock.real_now())

    @rpc(arguments=schemas.CustomerMessageSchema())
    def send_customer_message(self, request: dict[str, Any]) -> dict[str, Any]:
        """SentSchema. Errors: notify.not_reachable, .window_closed, .bad_message, .quota_spent, .wechat_*."""
        return usecases.send_customer_message(self.storage, self.desk.wechat, self.desk.tokens, request)

    @rpc(arguments=schemas.SendCodeSchema())
    def send_code(self, request: dict[str, Any]) -> dict[str, Any]:
        """QueuedSchema. Errors: notify.not_reachable, .wechat_not_connected, request.reused, request.in_flight."""
        desk = self.desk
        place = usecases.Place(desk.view, clock.now())
        answer = usecases.send_code(self.storage, desk.wechat, desk.tokens.cipher, place, request)
        desk.wake()
        return answer

    @rpc(arguments=schemas.SignPageSchema())
    def sign_js_page(self, request: dict[str, Any]) -> dict[str, Any]:
        """PageSignatureSchema. Errors: notify.foreign_page, .quota_spent, .wechat_*."""
        desk = self.desk
        return usecases.sign_js_page(desk.wechat, desk.tokens, desk.public_url, request["url"])

    @rpc(arguments=schemas.OpenidSchema())
    def get_wechat_language(self, request: dict[str, Any]) -> dict[str, Any]:
        """WeChatLanguageSchema. Errors: notify.quota_spent, .wechat_*."""
        return usecases.wechat_language(self.desk.wechat, self.desk.tokens, request["openid"])

    @rpc(arguments=schemas.PublishMenuSchema())
    def publish_menu(self, request: dict[str, Any]) -> dict[str, Any]:
        """MenuResultSchema. Errors: notify.bad_menu, .quota_spent, .wechat_*."""
        desk = self.desk
        return usecases.publish_menu(desk.wechat, desk.tokens, request["menu"], dry_run=request["dry_run"])

    @rpc(arguments=schemas.ReceiptSchema())
    def note_receipt(self, request: dict[str, Any]) -> dict[str, Any]:
        """NotedSchema."""
        at = request["at"] or clock.real_now()
        return usecases.note_receipt(self.storage, request["msgid"], request["status"], at)

    @rpc(arguments=schemas.PassengerIdSchema())
    def export_passenger(self, request: dict[str, Any]) -> dict[str, Any]:
        """ExportSchema."""
        return usecases.export_passenger(self.storage, request["passenger_id"])

    @handle_event("flights", "flight_changed", glance="followed")
    def on_flight_changed(self, event: dict[str, Any]) -> None:
        """Judge the flight as it is now; its version says whether this was heard before."""
        if usecases.hear(self.storage, self.desk.view, event["data"]["flight"], clock.now()):
            self.desk.wake()

    @handle_event("bus", "tickets_issued")
    def on_tickets_issued(self, event: dict[str, Any]) -> None:
        """Bought."""
        self._tell_of_bus(event)

    @handle_event("bus", "tickets_changed")
    def on_tickets_changed(self, event: dict[str, Any]) -> None:
        """On another bus now."""
        self._tell_of_bus(event)

    @handle_event("bus", "tickets_returned")
    def on_tickets_returned(self, event: dict[str, Any]) -> None:
        """Returned; what is paid back is said."""
        self._tell_of_bus(event)

    @handle_event("bus", "departs_soon")
    def on_departs_soon(self, event: dict[str, Any]) -> None:
        """In an hour."""
        self._tell_of_bus(event)

    @handle_event("bus", "bus_cancelled")
    def on_bus_cancelled(self, event: dict[str, Any]) -> None:
        """Moved to another bus, or paid back."""
        self._tell_of_bus(event)

    @handle_event("bus", "roll_offered")
    def on_roll_offered(self, event: dict[str, Any]) -> None:
        """The flight is late: a later bus costs nothing."""
        self._tell_of_bus(event)

    @handle_event("bus", "order_refunded")
    def on_order_refunded(self, event: dict[str, Any]) -> None:
        """Paid, but there was no seat any more."""
        self._tell_of_bus(event)

    def _tell_of_bus(self, event: dict[str, Any]) -> None:
        usecases.note_bus(self.storage, self.desk.view, event, clock.now())
        self.desk.wake()

    @handle_event("payments", "payment_late")
    def on_payment_late(self, event: dict[str, Any]) -> None:
        """Paid after its end: goes back by itself."""
        self._tell_of_payment(event)

    @handle_event("payments", "refund_done")
    def on_refund_done(self, event: dict[str, Any]) -> None:
        """Paid back."""
        self._tell_of_payment(event)

    @handle_event("payments", "refund_abnormal")
    def on_refund_abnormal(self, event: dict[str, Any]) -> None:
        """Held up: staff see to it, and the traveller needn't worry."""
        self._tell_of_payment(event)

    def _tell_of_payment(self, event: dict[str, Any]) -> None:
        usecases.note_payment(self.storage, self.replies, self.desk.view, event, clock.now())
        self.desk.wake()

    @handle_event("checkin", "checked_in")
    def on_checked_in(self, event: dict[str, Any]) -> None:
        """The pass is there."""
        self._tell_of_checkin(event)

    @handle_event("checkin", "seat_changed")
    def on_seat_changed(self, event: dict[str, Any]) -> None:
        """By an airline or at a desk."""
        self._tell_of_checkin(event)

    @handle_event("checkin", "reseated")
    def on_reseated(self, event: dict[str, Any]) -> None:
        """Another aircraft came: another seat, or none."""
        self._tell_of_checkin(event)

    @handle_event("checkin", "cancelled")
    def on_checkin_cancelled(self, event: dict[str, Any]) -> None:
        """The check-in was, by somebody else."""
        self._tell_of_checkin(event)

    @handle_event("checkin", "off_loaded")
    def on_off_loaded(self, event: dict[str, Any]) -> None:
        """Taken off: an agent must see them."""
        self._tell_of_checkin(event)

    @handle_event("checkin", "reinstated")
    def on_reinstated(self, event: dict[str, Any]) -> None:
        """Put back by a desk."""
        self._tell_of_checkin(event)

    @handle_event("checkin", "cleared")
    def on_cleared(self, event: dict[str, Any]) -> None:
        """A desk settled what was in the way."""
        self._tell_of_checkin(event)

    @handle_event("checkin", "disrupted")
    def on_disrupted(self, event: dict[str, Any]) -> None:
        """The flight is cancelled, later, or at another gate; who follows it hears of that as news."""
        self._tell_of_checkin(event)

    def _tell_of_checkin(self, event: dict[str, Any]) -> None:
        usecases.note_checkin(self.storage, self.desk.view, event, clock.now())
        self.desk.wake()

    @handle_event("lostfound", "report_filed")
    def on_report_filed(self, event: dict[str, Any]) -> None:
        """We look for it from now on."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "report_changed")
    def on_report_changed(self, event: dict[str, Any]) -> None:
        """Told when it expired; whoever changes or closes a report themselves knows."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "match_found")
    def on_match_found(self, event: dict[str, Any]) -> None:
        """Something like theirs was handed in."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "claim_submitted")
    def on_claim_submitted(self, event: dict[str, Any]) -> None:
        """It is being looked at."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "claim_decided")
    def on_claim_decided(self, event: dict[str, Any]) -> None:
        """Approved: where and until when. Refused: why."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "pickup_set")
    def on_pickup_set(self, event: dict[str, Any]) -> None:
        """When they come for it."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "pickup_due")
    def on_pickup_due(self, event: dict[str, Any]) -> None:
        """Nobody came yet, and soon it is too late."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "code_renewed")
    def on_code_renewed(self, event: dict[str, Any]) -> None:
        """The page shows a new code."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "claim_lapsed")
    def on_claim_lapsed(self, event: dict[str, Any]) -> None:
        """Nobody came in time."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "item_returned")
    def on_item_returned(self, event: dict[str, Any]) -> None:
        """It was handed over."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "find_changed")
    def on_find_changed(self, event: dict[str, Any]) -> None:
        """What they announced came to a desk."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "courier_paid")
    def on_courier_paid(self, event: dict[str, Any]) -> None:
        """It leaves with the next courier."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "courier_sent")
    def on_courier_sent(self, event: dict[str, Any]) -> None:
        """With its tracking number."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "courier_delivered")
    def on_courier_delivered(self, event: dict[str, Any]) -> None:
        """Its owner has it; item_returned, beside it, isn't told."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "courier_came_back")
    def on_courier_came_back(self, event: dict[str, Any]) -> None:
        """It is fetched at a desk after all."""
        self._tell_of_lost(event)

    @handle_event("lostfound", "courier_refunded")
    def on_courier_refunded(self, event: dict[str, Any]) -> None:
        """It isn't sent, and the fee goes back."""
        self._tell_of_lost(event)

    def _tell_of_lost(self, event: dict[str, Any]) -> None:
        usecases.note_lost(self.storage, self.desk.view, event, clock.now())
        self.desk.wake()

    @handle_event("passengers", "passenger_changed")
    def on_passenger_changed(self, event: dict[str, Any]) -> None:
        """Keep where a traveller is reached; its version says whether this is old."""
        usecases.note_passenger(self.storage, event["data"])

    @handle_event("passengers", "passengers_merged")
    def on_passengers_merged(self, event: dict[str, Any]) -> None:
        """Give one traveller's follows and messages to another."""
        usecases.note_merge(self.storage, event["id"], event["data"]["from"], event["data"]["into"])

    @handle_event("passengers", "erasure_requested")
    def on_erasure_requested(self, event: dict[str, Any]) -> None:
        """Delete everything about a traveller."""
        usecases.erase(self.storage, event["id"], event["data"])

    @timer(every_s=3600, lease="notify.purge")
    def purge(self) -> None:
        """Forget what is old, once an hour whatever the number of copies."""
        keep_days = self.desk.view.settings.keep_days
        usecases.purge(self.storage, clock.real_now(), clock.now(), keep_days)

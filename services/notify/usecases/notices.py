"""Messages to one traveller: what other services tell of theirs, and codes of other services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.inbox import answer_once, fingerprint
from services.notify import clients, domain, templates
from services.notify.clients import Caller, WeChat
from services.notify.domain import Notice
from services.notify.errors import NotReachable, WeChatNotConnected
from services.notify.schemas import NoticeKind
from services.notify.store import NewNotice, NotifyStore, Recipient
from services.notify.usecases.shared import View, Work, held, in_real_time, present
from services.notify.usecases.tokens import Cipher

CODE_CONTEXT: Final = "notify:code"
"""What a code is sealed for: nothing else of ours opens it."""


def note_bus(uow: Work, view: View, event: Mapping[str, Any], now: datetime) -> None:
    """Tell a traveller what bus says of their order; a repeat tells nothing. now: the airport's time."""
    data = event["data"]
    notice = domain.bus_notice(event["name"], event["at"], data)
    _tell(uow, view, event["id"], data["passenger_id"], notice, now)


def note_checkin(uow: Work, view: View, event: Mapping[str, Any], now: datetime) -> None:
    """Tell the accounts of a booking what checkin says of one of its travellers; a repeat tells nothing.

    A flight's news aren't told twice: who follows it hears of them as news. now: the airport's time.
    """
    data = event["data"]
    notice = domain.checkin_notice(event["name"], data)
    if notice is None:
        return
    with uow.write() as tx:
        if not tx.inbox.first_time(domain.once_for(event)):
            return
        tx.store.people.hold_merges()
        for account in dict.fromkeys(present(tx.store, each) for each in data["accounts"]):
            followed = tx.store.people.follow_of(account, data["flight_id"]) is not None
            if notice.kind is not NoticeKind.CHECKIN_FLIGHT or not followed:
                _note(tx, Place(view, now), account, notice)


def note_lost(uow: Work, view: View, event: Mapping[str, Any], now: datetime) -> None:
    """Tell somebody what lostfound says of their report, claim or find; a repeat tells nothing. now: the airport's time."""
    data = event["data"]
    notice = domain.lost_notice(event["name"], event["at"], data)
    if notice is not None:
        _tell(uow, view, event["id"], data["passenger_id"], notice, now)


def note_mall(uow: Work, view: View, event: Mapping[str, Any], now: datetime) -> None:
    """Tell a traveller what the mall says of their order or coupon; a repeat tells nothing. now: the airport's time."""
    data = event["data"]
    notice = domain.mall_notice(event["name"], event["at"], data)
    if notice is not None:
        _tell(uow, view, event["id"], data["passenger_id"], notice, now)


def note_payment(uow: Work, caller: Caller, view: View, event: Mapping[str, Any], now: datetime) -> None:
    """Tell whoever paid what payments says of their money; a repeat tells nothing. now: the airport's time.

    Raises Unavailable, DeadlineExceeded: who paid is asked of payments.
    """
    data = event["data"]
    passenger_id = clients.payer_of(caller, data["out_trade_no"])
    notice = domain.payment_notice(event["name"], event["at"], data)
    _tell(uow, view, event["id"], passenger_id, notice, now)


def send_code(
    uow: Work, wechat: WeChat, cipher: Cipher, place: Place, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Have a code sent to a traveller: schemas.QueuedSchema. It is kept sealed, and never shown again.

    Raises NotReachable, WeChatNotConnected, RequestReused, RequestInFlight.
    """
    if not wechat.connected:
        raise WeChatNotConnected
    lives = timedelta(minutes=request["minutes"])
    words: dict[str, str | domain.Two] = {
        "purpose": dict(request["purpose"]),
        "minutes": str(request["minutes"]),
    }
    notice = Notice(NoticeKind.CODE, "", "/me/messages", place.now + lives, words=words)
    sealed = cipher.encrypt(request["code"], CODE_CONTEXT)

    def work(tx: Any) -> dict[str, Any]:
        passenger_id = held(tx.store, request["passenger_id"])
        recipient = tx.store.people.recipient(passenger_id)
        if recipient is None or not recipient.reachable or _refused(tx.store, recipient, notice.kind):
            raise NotReachable
        return {"message_id": str(_write(tx, place, recipient, notice, {"sealed": sealed}))}

    # Of a code only a print under a key is kept: of its digits alone the code could be found again.
    asked = {
        "passenger_id": request["passenger_id"],
        "code": cipher.index(request["code"], CODE_CONTEXT),
        **words,
    }
    return answer_once(uow, request["request_id"], "send_code", fingerprint("send_code", asked).hex(), work)


@dataclass(frozen=True)
class Place:
    """now: the airport's time."""

    view: View
    now: datetime


def _tell(uow: Work, view: View, event_id: str, passenger_id: str, notice: Notice, now: datetime) -> None:
    with uow.write() as tx:
        if not tx.inbox.first_time(event_id):
            return
        _note(tx, Place(view, now), held(tx.store, passenger_id), notice)


def _note(tx: Any, place: Place, passenger_id: str, notice: Notice) -> None:
    store: NotifyStore = tx.store
    if not store.people.gone(passenger_id)[0]:
        recipient = store.people.recipient(passenger_id) or Recipient(passenger_id, None, "zh", False, 0)
        if notice.pieces:
            _gather(tx, place, recipient, notice)
            return
        number = _write(tx, place, recipient, notice, {})
        overtaken = [each.value for each in domain.NOTICES[notice.kind].overtakes]
        if overtaken:
            store.notices.overtake(passenger_id, notice.order_id, overtaken, number)


def _gather(tx: Any, place: Place, recipient: Recipient, notice: Notice) -> None:
    """Write a message whose pieces may join those that wait, or take something from them."""
    store: NotifyStore = tx.store
    zone, order_id = place.view.zone.key, notice.order_id
    kinds = [each.value for each in domain.concerned(notice)]
    written: Notice | None = notice
    gone: list[int] = []
    for older in store.notices.unsent(recipient.passenger_id, order_id, kinds):
        kind = NoticeKind(older.kind)
        if kind is notice.kind:
            written = None if written is None else domain.joined(written, older.pieces)
            gone.append(older.id)
        elif notice.kind is NoticeKind.COUPON_BACK:
            told = domain.with_coupon(kind, order_id, older.pieces)
            store.notices.reword(older, told.said(zone))
            return
        elif kind is NoticeKind.COUPON_BACK:
            written = domain.with_coupon(notice.kind, order_id, (written or notice).pieces)
            gone.append(older.id)
        else:
            left = domain.without(kind, order_id, older.pieces, notice)
            if left is None:
                gone.append(older.id)
            elif len(left.pieces) < len(older.pieces):
                store.notices.reword(older, left.said(zone))
    number = None if written is None else _write(tx, place, recipient, written, {})
    if gone:
        store.notices.supersede(gone, "undone" if number is None else f"message_{number}")


def _write(tx: Any, place: Place, recipient: Recipient, notice: Notice, more: dict[str, Any]) -> int:
    """The message; one that can't go out is written too, so that staff can see why it didn't."""
    view, now, real_now = place.view, place.now, tx.now()
    state, reason, not_before_at = "queued", None, None
    opens_at = notice.opens_at(now.astimezone(view.zone), view.settings.quiet())
    if not recipient.reachable:
        state, reason = "refused", "not_following"
    elif _refused(tx.store, recipient, notice.kind):
        state, reason = "refused", "refused_kind"
    elif opens_at is not None:
        state, not_before_at = "deferred", real_now + in_real_time(opens_at - now)
    elif notice.gathers and (wait := view.gathering(notice.kind)):
        state, not_before_at = "deferred", real_now + wait
    worth_for = in_real_time(notice.expires_at(opens_at or now) - now)
    number: int = tx.store.notices.write(
        NewNotice(
            kind=notice.kind.value,
            passenger_id=recipient.passenger_id,
            order_id=notice.order_id,
            said=notice.said(view.zone.key) | more,
            language=recipient.language,
            rank=0 if domain.NOTICES[notice.kind].urgent else 1,
            state=state,
            reason=reason,
            created_at=real_now,
            not_before_at=not_before_at,
            expires_at=real_now + worth_for,
        )
    )
    return number


def _refused(store: NotifyStore, recipient: Recipient, kind: NoticeKind) -> bool:
    words = templates.wording().words
    keys = {words[kind.value, language].template.key for language in templates.LANGUAGES}
    return any(store.notices.refused(recipient.passenger_id, key) for key in keys)

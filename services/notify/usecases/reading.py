"""Who was told what, when; and how the telling goes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from kernel.instants import instant
from services.notify import templates
from services.notify.errors import BadCursor
from services.notify.schemas import MAX_PAGE
from services.notify.settings import WeChatSettings
from services.notify.store import MessageRow, Wanted, page_of
from services.notify.usecases.shared import (
    View,
    Work,
    follow_document,
)

_NEWS_SHOWN: Final = 20
_EXPORTED: Final = 5000
_ANY: Final = {"flight_id": None, "order_id": None, "state": None, "from_at": None, "to_at": None}


def list_messages(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """A traveller's messages, the newest first: schemas.MessagePageSchema. Raises BadCursor."""
    return search_messages(uow, _ANY | request)


def search_messages(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """Messages by traveller, flight, order, state and time, the newest first: schemas.MessagePageSchema.

    A traveller's are also those of travellers that became one with them. Raises BadCursor.
    """
    limit, state = request["limit"], request["state"]
    with uow.read() as tx:
        found = tx.store.messages.find(
            Wanted(
                passenger_ids=_ids(tx, request["passenger_id"]),
                flight_id=request["flight_id"],
                order_id=request["order_id"],
                state=None if state is None else state.value,
                from_at=request["from_at"],
                to_at=request["to_at"],
                before_id=_before(request["cursor"]),
                limit=limit + 1,
            )
        )
    return {
        "messages": [_document(row) for row in found[:limit]],
        "cursor": str(found[limit - 1].id) if len(found) > limit else None,
    }


def _ids(tx: Any, passenger_id: str | None) -> tuple[str, ...]:
    if passenger_id is None:
        return ()
    _, into = tx.store.people.gone(passenger_id)
    present = into or passenger_id
    return (present, *tx.store.people.merged_into(present))


def _before(cursor: str) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 18):
        raise BadCursor
    return int(cursor)


def _document(row: MessageRow) -> dict[str, Any]:
    title, lines = templates.wording().lines(row.kind, row.language, row.role, row.said)
    return {
        "id": str(row.id),
        "passenger_id": row.passenger_id,
        "flight_id": row.flight_id or None,
        "order_id": row.order_id or None,
        "path": page_of(row.flight_id, row.said),
        "kind": row.kind,
        "role": row.role or None,
        "language": row.language,
        "title": title,
        "lines": lines,
        "state": row.state,
        "reason": row.reason,
        "attempts": row.attempts,
        "created_at": instant(row.created_at),
        "sent_at": None if row.sent_at is None else instant(row.sent_at),
        "received_at": None if row.received_at is None else instant(row.received_at),
        "wechat_msgid": row.wechat_msgid,
    }


def status(uow: Work, view: View, wechat: WeChatSettings, now: datetime) -> dict[str, Any]:
    """How the telling goes: schemas.StatusSchema. now: the world's time."""
    appid = wechat.appid
    local = now.astimezone(view.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    with uow.read() as tx:
        backlog = tx.store.messages.backlog()
        today = tx.store.messages.counts_since(midnight)
        progress = tx.store.news.progress(MAX_PAGE)
        account = tx.store.account.state(appid)
    unreached = sum(max(0, one.followers - one.reached) for one in progress)
    paused = account.paused_until is not None and account.paused_until > now
    waiting = backlog.queued + unreached
    rate = view.settings.rate_per_s
    return {
        "connected": bool(appid),
        "rate_per_s": rate,
        "waiting": waiting,
        "deferred": backlog.deferred,
        "sending": backlog.sending,
        "oldest_waiting_at": None if backlog.oldest_at is None else instant(backlog.oldest_at),
        "seconds_left": None if paused or not appid else -(-waiting // max(1, int(rate))),
        "today": today,
        "news": [
            {
                "id": str(one.id),
                "flight_id": one.flight_id,
                "kind": one.kind,
                "decided_at": instant(one.decided_at),
                "followers": one.followers,
                "reached": one.reached,
            }
            for one in progress[:_NEWS_SHOWN]
        ],
        "paused_until": instant(account.paused_until) if paused and account.paused_until else None,
        "pause_reason": account.reason if paused else None,
        "alert": account.alert or _lacking(wechat),
    }


def _lacking(wechat: WeChatSettings) -> str | None:
    """The templates that a connected account was given no id for: their messages fail."""
    missing = sorted(templates.templates().keys() - wechat.template_ids().keys())
    return f"WECHAT_TEMPLATES lacks {', '.join(missing)}" if wechat.appid and missing else None


def export_passenger(uow: Work, passenger_id: str) -> dict[str, Any]:
    """Everything held about a traveller: schemas.ExportSchema. Messages: the newest 5,000."""
    with uow.read() as tx:
        ids = _ids(tx, passenger_id)
        recipient = tx.store.people.recipient(ids[0])
        follows = tx.store.people.follows(ids[0])
        messages = tx.store.messages.find(Wanted(passenger_ids=ids, limit=_EXPORTED))
        cards = tx.store.cards.codes_held(ids)
    held = None
    if recipient is not None:
        held = {
            "openid": recipient.openid,
            "language": recipient.language,
            "subscribed": recipient.subscribed,
            "consent": recipient.consent,
            "blocked_at": None if recipient.blocked_at is None else instant(recipient.blocked_at),
        }
    plain = [follow_document(one, None) for one in follows]
    return {
        "recipient": held,
        "follows": [{name: one[name] for name in ("flight_id", "role", "since")} for one in plain],
        "messages": [_document(row) for row in messages],
        "cards": [
            {"campaign_id": each.campaign_id, "coupon_id": each.coupon_id, "state": each.state}
            for each in cards
        ],
    }


def purge(uow: Work, now: datetime, airport_now: datetime, keep_days: int) -> None:
    """Forget old messages and cards that are over, and follows of flights of days ago; in pieces that hold nobody up."""
    with uow.write() as tx:
        tx.store.cards.purge(now - timedelta(days=keep_days))
    for _ in range(100):
        with uow.write() as tx:
            flights = tx.store.news.purge_flights(airport_now - timedelta(days=3), 100)
            messages = tx.store.messages.purge(now - timedelta(days=keep_days), now, 1000)
        if flights < 100 and messages < 1000:
            return

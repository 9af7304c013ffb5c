"""Coupons in WeChat's wallet: signing for one, and what WeChat and the mall tell of them.

Nothing here is waited for by anybody who buys: a coupon is good on its page whatever WeChat does.
Source: docs/decisions/0084-wechat-cards.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from kernel import clock, ids
from kernel.instants import instant
from services.notify import domain, mall
from services.notify.card_schemas import MAX_ERRANDS, CardEvent
from services.notify.clients import Caller, WeChat
from services.notify.domain import CodeState, ErrandKind
from services.notify.errors import CardNotPossible, NoCard, NotReachable, WeChatNotConnected
from services.notify.store import CodeRow, Errand, NotifyStore
from services.notify.usecases.shared import Work, held, in_real_time, present
from services.notify.usecases.tokens import Tokens

COLUMN: Final = "card_codes.code"
LIVE: Final = (CodeState.TAKEN, CodeState.BOUND)
_CLAIMED: Final = "claimed"
_CHANGE: Final = "given_back"
_TILL: Final = "till"


@dataclass(frozen=True)
class CardDesk:
    """What it takes to deal with cards. shown: what all of them show."""

    uow: Work
    caller: Caller
    wechat: WeChat
    tokens: Tokens
    shown: domain.Shown


def sign_card(desk: CardDesk, request: dict[str, Any]) -> dict[str, Any]:
    """What wx.addCard takes for one card of this traveller's: card_schemas.SignedCardSchema.

    The code in it is new, for this person's openid, and good once. Raises NoCard while WeChat has none for the
    campaign, CardNotPossible, NotReachable, WeChatNotConnected, WeChatAway, WeChatRefuses, QuotaSpent, RemoteError.
    """
    if not desk.wechat.connected:
        raise WeChatNotConnected
    with desk.uow.read() as tx:
        passenger_id = present(tx.store, request["passenger_id"])
        recipient = tx.store.people.recipient(passenger_id)
    if recipient is None or not recipient.openid:
        raise NotReachable
    campaign_id = _campaign_for(desk.caller, passenger_id, request["campaign_id"], request["coupon_id"])
    with desk.uow.read() as tx:
        card = tx.store.cards.card(campaign_id)
    if card is None or card.card_id is None:
        raise NoCard
    ticket = desk.tokens.card_ticket()
    code = domain.new_card_code()
    index = desk.tokens.cipher.index(code, COLUMN)
    sealed = desk.tokens.cipher.encrypt(code, context=index)
    with desk.uow.write() as tx:
        now = tx.now()
        # They may have become another while shop and WeChat were asked.
        passenger_id = held(tx.store, passenger_id)
        if tx.store.people.gone(passenger_id)[0]:
            raise NotReachable
        row = CodeRow(
            index,
            sealed,
            card.card_id,
            campaign_id,
            passenger_id,
            request["coupon_id"],
            CodeState.SIGNED,
            now,
        )
        tx.store.cards.add_code(row)
        tx.store.cards.add_errand(ErrandKind.LOOK, index, now + domain.LOOK_FIRST, now)
    return {"card_id": card.card_id, "card_ext": _card_ext(ticket, card.card_id, code, recipient.openid)}


def note_card(desk: CardDesk, request: dict[str, Any]) -> dict[str, Any]:
    """Note what WeChat told of a card: schemas.NotedSchema. Cards of others on this account are left alone.

    A code that we never signed is taken out of use: whoever holds it has no coupon.
    """
    index = desk.tokens.cipher.index(request["code"], COLUMN)
    with desk.uow.write() as tx:
        cards = tx.store.cards
        if not cards.is_ours(request["card_id"]):
            return {"known": False}
        now, row = tx.now(), cards.code(index)
        if row is None:
            sealed = desk.tokens.cipher.encrypt(request["code"], context=index)
            cards.add_code(CodeRow(index, sealed, request["card_id"], "", "", None, CodeState.REFUSED, now))
            cards.add_errand(ErrandKind.UNAVAILABLE, index, now, now)
            return {"known": False}
        match request["event"]:
            case CardEvent.GOT:
                _taken(tx.store, index, now)
            case CardEvent.DELETED:
                if cards.set_code(index, LIVE, CodeState.DELETED) and row.coupon_id is not None:
                    cards.add_errand(ErrandKind.DROP, index, now, now)
            case CardEvent.CONSUMED:
                _consumed(tx.store, row, now)
    return {"known": True}


def note_campaign(uow: Work, data: dict[str, Any]) -> None:
    """A campaign changed: its card is made or changed, once WeChat can be asked. Older news changes nothing."""
    with uow.write() as tx:
        if tx.store.cards.note_campaign(data["campaign_id"], data["version"]):
            now = tx.now()
            tx.store.cards.add_errand(ErrandKind.CARD, data["campaign_id"], now, now)


def note_used(uow: Work, data: dict[str, Any]) -> None:
    """A coupon was used: its card is consumed, at a till once the use can't be taken back any more."""
    wait = domain.TILL_UNDO if data["service"] == _TILL else timedelta(0)
    _let_do(uow, data["coupon_id"], (ErrandKind.CONSUME, LIVE), wait)


def note_void(uow: Work, data: dict[str, Any]) -> None:
    """A coupon is good for nothing any more: so is what lies in the wallet."""
    _let_do(uow, data["coupon_id"], (ErrandKind.UNAVAILABLE, LIVE))


def note_given_back(uow: Work, data: dict[str, Any]) -> None:
    """A use was taken back. Where the card was consumed, the coupon may be put into the wallet as another one."""
    _let_do(uow, data["coupon_id"], (ErrandKind.DROP, (CodeState.USED,)))


def _let_do(
    uow: Work, coupon_id: str, what: tuple[ErrandKind, tuple[CodeState, ...]], wait: timedelta = timedelta(0)
) -> None:
    kind, states = what
    with uow.write() as tx:
        now = tx.now()
        for code in tx.store.cards.codes_of(coupon_id):
            if code.state in states:
                tx.store.cards.add_errand(kind, code.code_index, now + in_real_time(wait), now)


def list_card_errands(uow: Work, state: str, campaign_id: str | None = None) -> dict[str, Any]:
    """card_schemas.CardErrandsSchema; campaign_id: of this campaign only."""
    with uow.read() as tx:
        errands = tx.store.cards.errands(state, MAX_ERRANDS, campaign_id)
        return {"errands": [_errand_document(tx.store, errand) for errand in errands]}


def retry_card_errands(uow: Work, errand_ids: list[int]) -> dict[str, Any]:
    """Try again what was stuck, once its cause is mended: card_schemas.RetriedSchema."""
    with uow.write() as tx:
        return {"retried": tx.store.cards.reopen(errand_ids, tx.now())}


def _campaign_for(caller: Caller, passenger_id: str, campaign_id: str | None, coupon_id: str | None) -> str:
    """The campaign whose card it is. Raises CardNotPossible, RemoteError."""
    if coupon_id is None:
        assert campaign_id is not None
        why = mall.get_campaign(caller, campaign_id, passenger_id)["why_not"]
        if why is not None:
            raise CardNotPossible(why=why)
        return campaign_id
    coupon = mall.get_coupon(caller, passenger_id, coupon_id)
    if coupon["in_wallet"]:
        raise CardNotPossible(why="in_wallet")
    if coupon["source"] == _CHANGE:
        # A change coupon has a worth of its own; the campaign's card would say another.
        raise CardNotPossible(why="change")
    if coupon["state"] != _CLAIMED:
        raise CardNotPossible(why=coupon["state"])
    return str(coupon["campaign_id"])


def _card_ext(ticket: str, card_id: str, code: str, openid: str) -> str:
    timestamp, nonce = str(int(clock.real_now().timestamp())), ids.new_secret(16)
    told = {"code": code, "openid": openid, "timestamp": timestamp, "nonce_str": nonce}
    return json.dumps(told | {"signature": domain.sign_card(ticket, told | {"card_id": card_id})})


def _taken(store: NotifyStore, index: str, now: datetime) -> None:
    if store.cards.set_code(index, (CodeState.SIGNED, CodeState.LAPSED), CodeState.TAKEN):
        store.cards.add_errand(ErrandKind.BIND, index, now, now)


def _consumed(store: NotifyStore, row: CodeRow, now: datetime) -> None:
    """Our own call is told too. One that wasn't ours is seen: a shop used WeChat's app in place of the till."""
    if row.state == CodeState.USED or store.cards.errand(ErrandKind.CONSUME, row.code_index) is not None:
        return
    store.cards.add_errand(ErrandKind.CONSUME, row.code_index, now, now)
    errand = store.cards.errand(ErrandKind.CONSUME, row.code_index)
    assert errand is not None
    store.cards.settle_errand(errand, "stuck", "consumed_elsewhere", now)


def _errand_document(store: NotifyStore, errand: Errand) -> dict[str, Any]:
    is_card = errand.kind == ErrandKind.CARD
    code = None if is_card else store.cards.code(errand.subject)
    campaign_id = errand.subject if is_card else code.campaign_id if code else None
    return {
        "id": errand.id,
        "kind": errand.kind,
        "campaign_id": campaign_id or None,
        "coupon_id": code.coupon_id if code else None,
        "attempts": errand.attempts,
        "reason": errand.reason,
        "created_at": instant(errand.created_at),
        "not_before_at": instant(errand.not_before_at),
    }

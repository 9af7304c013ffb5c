"""What is to be done about cards, until it is: at least once each, and each may be done twice without harm.

WeChat and the mall are asked outside of transactions. What fails for a moment is tried again, longer and longer; what is
refused stands still where staff see it.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any, Final

from kernel import clock
from kernel.errors import DeadlineExceeded, Kind, RemoteError, RequestInFlight, Unavailable
from services.notify import domain, mall
from services.notify.domain import CodeState, ErrandKind
from services.notify.errors import QuotaSpent, WeChatAway, WeChatNotConnected, WeChatRefuses
from services.notify.store import CodeRow, Errand
from services.notify.usecases.account import asked
from services.notify.usecases.cards import LIVE, CardDesk
from services.notify.usecases.tokens import raise_for

log = logging.getLogger(__name__)

BATCH: Final = 20
_HELD: Final = timedelta(seconds=60)
_USED: Final = "redeemed"
_MOMENTARY: Final = frozenset({Kind.UNAVAILABLE, Kind.DEADLINE, Kind.LIMITED, Kind.INTERNAL})
_IN_WALLET: Final = "NORMAL"
_UNKNOWN_CODE: Final = 40056
_OVER_CAMPAIGN: Final = "over"
_OVER: Final = {
    "redeemed": ErrandKind.CONSUME,
    "expired": ErrandKind.UNAVAILABLE,
    "void": ErrandKind.UNAVAILABLE,
}


class _Later(Exception):
    """Nothing is wrong: it is looked at again in a while."""


class _Refused(Exception):
    """Somebody must look; the message is the reason's code."""


def run_card_errands(desk: CardDesk) -> int:
    """Do what is due, at most `BATCH`; how many were tried. Without an account everything waits."""
    if not desk.wechat.connected:
        return 0
    with desk.uow.read() as tx:
        if not tx.store.cards.is_due(tx.now()):
            return 0
    with desk.uow.write() as tx:
        begun = tx.store.cards.begin_errands(tx.now(), tx.now() + _HELD, BATCH)
    for errand in begun:
        _try(desk, errand)
    return len(begun)


def _try(desk: CardDesk, errand: Errand) -> None:
    state, reason, pause = "done", None, timedelta(0)
    try:
        _do(desk, errand)
    except _Later:
        state, pause = "open", domain.LOOK_AGAIN
    except _Refused as exc:
        state, reason = "stuck", str(exc)
    except WeChatRefuses as exc:
        state, reason = "stuck", f"wechat_{exc.data['errcode']}"
    except QuotaSpent as exc:
        state, reason, pause = "open", "quota_spent", timedelta(seconds=exc.data["retry_after_s"])
    except (WeChatAway, WeChatNotConnected, Unavailable, DeadlineExceeded, RemoteError) as exc:
        momentary = not isinstance(exc, RemoteError) or _passes(exc)
        state = "open" if momentary and errand.attempts < domain.TRIES else "stuck"
        reason, pause = exc.code, domain.errand_pause(errand.attempts)
    if state == "stuck":
        log.error("a card needs somebody", extra={"kind": errand.kind, "errand": errand.id, "reason": reason})
    with desk.uow.write() as tx:
        tx.store.cards.settle_errand(errand, state, reason and reason[:64], tx.now() + pause)


def _do(desk: CardDesk, errand: Errand) -> None:
    kind = ErrandKind(errand.kind)
    if kind is ErrandKind.CARD:
        return _keep_card(desk, errand.subject)
    with desk.uow.read() as tx:
        row = tx.store.cards.code(errand.subject)
    if row is None:
        return None
    match kind:
        case ErrandKind.LOOK:
            _look(desk, row, errand.attempts)
        case ErrandKind.BIND:
            _bind(desk, row)
        case ErrandKind.CONSUME:
            # A use that was taken back in the meantime leaves the card good.
            if row.coupon_id is None or mall.coupon_state(desk.caller, row.coupon_id) == _USED:
                _end(desk, row, kind, CodeState.USED)
        case ErrandKind.DROP:
            if row.coupon_id is not None:
                mall.drop_card(desk.caller, f"drop:{row.code_index}"[:128], row.coupon_id, _named(desk, row))
        case ErrandKind.UNAVAILABLE:
            _end(desk, row, kind, CodeState.VOID)


# --- the card of a campaign ----------------------------------------------------------------------------------


def _keep_card(desk: CardDesk, campaign_id: str) -> None:
    """Make the campaign's card, or let it say what the campaign says now; then tell the mall its id."""
    try:
        campaign = mall.get_campaign(desk.caller, campaign_id)
    except RemoteError as exc:
        if exc.kind is Kind.NOT_FOUND:
            # A draft, or over: nobody can claim, so nobody needs a card.
            return
        raise
    with desk.uow.read() as tx:
        card = tx.store.cards.card(campaign_id)
    wanted = domain.card_of(campaign, desk.shown)
    card_id = card.card_id if card else None
    if card_id is None and campaign["why_not"] == _OVER_CAMPAIGN:
        return
    if card is None or card_id is None:
        card_id = str(_ok(desk, "/card/create", {"card": wanted})["card_id"])
        _save_card(desk, campaign_id, card_id, wanted)
    else:
        changes = domain.changes_of(json.loads(card.said), wanted)
        if changes is not None:
            _ok(desk, "/card/update", {"card_id": card_id} | changes)
            _save_card(desk, campaign_id, card_id, wanted)
    if campaign["card_id"] != card_id:
        mall.set_campaign_card(desk.caller, campaign_id, card_id)


def _save_card(desk: CardDesk, campaign_id: str, card_id: str, said: dict[str, Any]) -> None:
    with desk.uow.write() as tx:
        tx.store.cards.save_card(campaign_id, card_id, json.dumps(said, ensure_ascii=False))


# --- one code ------------------------------------------------------------------------------------------------


def _look(desk: CardDesk, row: CodeRow, attempts: int) -> None:
    """Was the card taken, though no event came? WeChat pushes three times, then never again."""
    if row.state != CodeState.SIGNED:
        return
    answer = _told(desk, "/card/code/get", _named(desk, row) | {"check_consume": False})
    taken = not answer.get("errcode") and answer.get("user_card_status") == _IN_WALLET
    if not taken and answer.get("errcode") != _UNKNOWN_CODE:
        raise_for(int(answer.get("errcode") or 0), clock.real_now())
    if not taken and attempts < domain.LOOKS:
        raise _Later
    with desk.uow.write() as tx:
        now = tx.now()
        state = CodeState.TAKEN if taken else CodeState.LAPSED
        if tx.store.cards.set_code(row.code_index, (CodeState.SIGNED,), state) and taken:
            tx.store.cards.add_errand(ErrandKind.BIND, row.code_index, now, now)


def _bind(desk: CardDesk, row: CodeRow) -> None:
    """Claim the coupon by its card, or note that the one that was claimed lies in the wallet.

    Refused, because none is left or they have theirs: the card is taken out of use.
    """
    if row.state not in LIVE:
        return
    request_id, card = f"card:{row.code_index}"[:128], _named(desk, row)
    coupon_id = row.coupon_id
    try:
        if coupon_id is None:
            who, what = row.passenger_id, row.campaign_id
            coupon_id = mall.claim_by_card(desk.caller, request_id, who, what, card)
        elif row.state == CodeState.TAKEN:
            mall.bind_card(desk.caller, request_id, row.passenger_id, coupon_id, card)
    except RemoteError as exc:
        if _passes(exc):
            raise
        # It may have been claimed by an attempt whose answer was lost.
        coupon_id = mall.coupon_of_card(desk.caller, card["code"])
        if coupon_id is None:
            return _refuse(desk, row, exc.code)
    with desk.uow.write() as tx:
        tx.store.cards.set_code(row.code_index, LIVE, CodeState.BOUND, coupon_id)
    # It may have been used in the meantime, when nobody knew yet that it lies in the wallet.
    over = _OVER.get(mall.coupon_state(desk.caller, coupon_id))
    if over is not None:
        with desk.uow.write() as tx:
            tx.store.cards.add_errand(over, row.code_index, tx.now(), tx.now())
    return None


def _passes(error: RemoteError) -> bool:
    """Whether it may go well a little later."""
    return error.kind in _MOMENTARY or error.code == RequestInFlight.code


def _refuse(desk: CardDesk, row: CodeRow, code: str) -> None:
    log.warning("a card was taken for which there is no coupon", extra={"reason": code})
    with desk.uow.write() as tx:
        if tx.store.cards.set_code(row.code_index, LIVE, CodeState.REFUSED):
            tx.store.cards.add_errand(ErrandKind.UNAVAILABLE, row.code_index, tx.now(), tx.now())


def _end(desk: CardDesk, row: CodeRow, kind: ErrandKind, state: CodeState) -> None:
    """Used, or good for nothing: WeChat is told, whose answer that it knows already is as good."""
    answer = _told(desk, f"/card/code/{kind.value}", _named(desk, row))
    errcode = int(answer.get("errcode") or 0)
    if not domain.settles(kind, errcode):
        if domain.waits(errcode):
            raise_for(errcode, clock.real_now())
        raise _Refused(f"wechat_{errcode}")
    with desk.uow.write() as tx:
        tx.store.cards.set_code(row.code_index, LIVE, state)


# --- WeChat --------------------------------------------------------------------------------------------------


def _named(desk: CardDesk, row: CodeRow) -> dict[str, str]:
    return {"card_id": row.card_id, "code": desk.tokens.cipher.decrypt(row.code, context=row.code_index)}


def _told(desk: CardDesk, path: str, payload: dict[str, Any]) -> dict[str, Any]:
    return asked(desk.tokens, lambda token: desk.wechat.post(path, token, payload))


def _ok(desk: CardDesk, path: str, payload: dict[str, Any]) -> dict[str, Any]:
    answer = _told(desk, path, payload)
    raise_for(int(answer.get("errcode") or 0), clock.real_now())
    return answer

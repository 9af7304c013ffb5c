"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from kernel.errors import RequestInFlight
from kernel.inbox import answer_once
from kernel.instants import instant
from services.passengers.domain import Session, WeChatIdentity, expires_at, live, needs_touch
from services.passengers.errors import CodeRefused, NoSession, WeChatAway, WeChatNotConnected
from services.passengers.secrecy import token_hash
from services.passengers.usecases.accounts import identified
from services.passengers.usecases.shared import (
    Tx,
    Work,
    changed,
    known,
    mine,
    note,
    passenger_view,
    sessions_ended,
)
from services.passengers.vault import Vault


class WeChatOAuth(Protocol):
    """Who a code belongs to; `clients.WeChat` is the real one."""

    def identity_of(self, code: str) -> WeChatIdentity: ...


def sign_in(uow: Work, vault: Vault, wechat: WeChatOAuth, request: Mapping[str, Any]) -> dict[str, Any]:
    """SignedInSchema: a new session of the traveller whom WeChat's code belongs to; the browser's old one ends.

    Nothing of the token is kept but its hash: a repeat of the same request derives it again.
    Raises CodeRefused (also for a code that another request used), WeChatAway, WeChatNotConnected,
    RequestReused, RequestInFlight.
    """
    request_id, code = request["request_id"], request["code"]
    identity = _asked(uow, wechat, request_id, code)
    tokens = vault.tokens(request_id, code)

    def work(tx: Tx) -> dict[str, Any]:
        assert identity is not None, "there is an answer, or WeChat was asked"
        passenger, news = identified(tx, identity, request["language"])
        passenger = replace(passenger, last_seen_at=max(passenger.last_seen_at, tx.now()))
        if news:
            passenger = changed(tx, passenger)
        else:
            tx.store.save_passenger(passenger)
        end_previous(tx, request["previous_token"])
        now = tx.now()
        tx.store.add_session(Session(token_hash(tokens[0]), passenger.id, now, now, expires_at(now)))
        note(tx, passenger.id, "signed_in")
        return {}

    answer_once(uow, request_id, "sign_in_with_wechat", vault.fingerprint(request), work)
    return signed_in(uow, tokens)


def get_session(uow: Work, token: str) -> dict[str, Any]:
    """SessionStateSchema. Raises NoSession for unknown, ended, idle and old ones alike."""
    with uow.read() as tx:
        session = tx.store.session(token_hash(token))
        now = tx.now()
        if session is None or not live(session, now):
            raise NoSession
        passenger = tx.store.passenger(session.passenger_id)
        if passenger is None:
            raise NoSession
        answer = {"passenger": passenger_view(tx, passenger), "expires_at": instant(session.expires_at)}
    if needs_touch(session, now):
        with uow.write() as tx:
            tx.store.touch_session(session, now)
    return answer


def end_session(uow: Work, token: str) -> dict[str, Any]:
    """End one session; one that has ended is no error."""
    with uow.write() as tx:
        end_previous(tx, token)
    return {"done": True}


def end_all_sessions(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """Sign out everywhere. Raises PassengerNotFound, RequestReused, RequestInFlight."""

    def work(tx: Tx) -> dict[str, Any]:
        passenger = mine(tx, request["passenger_id"])
        count = tx.store.end_sessions(passenger.id)
        sessions_ended(tx, passenger, {"passenger_id": passenger.id})
        note(tx, passenger.id, "signed_out_everywhere", sessions=count)
        return {"done": True}

    return answer_once(uow, request["request_id"], "end_all_sessions", request, work)


def _asked(uow: Work, wechat: WeChatOAuth, request_id: str, code: str) -> WeChatIdentity | None:
    """Whose code it is; None when this request was answered before."""
    code_hash = token_hash(code)
    with uow.write() as tx:
        if tx.inbox.answer_of(request_id) is not None:
            return None
        taken = tx.store.take_code(code_hash, request_id, tx.now())
    if taken == "":
        raise RequestInFlight(retry_after_s=1)
    if taken != request_id:
        raise CodeRefused
    try:
        return wechat.identity_of(code)
    except (WeChatAway, WeChatNotConnected):
        # WeChat may not have seen the code: the browser can show it again.
        with uow.write() as tx:
            tx.store.release_code(code_hash)
        raise


def signed_in(uow: Work, tokens: list[str]) -> dict[str, Any]:
    """SignedInSchema of whichever of the tokens has a session. Raises NoSession."""
    with uow.read() as tx:
        for token in tokens:
            session = tx.store.session(token_hash(token))
            if session is not None:
                passenger = known(tx, session.passenger_id)
                shown = {
                    "token": token,
                    "passenger_id": passenger.id,
                    "expires_at": instant(session.expires_at),
                }
                return {"session": shown, "passenger": passenger_view(tx, passenger)}
    raise NoSession  # signed in, and out again before this repeat


def end_previous(tx: Tx, token: str | None) -> None:
    """End the session of a token, if there is one, and tell it."""
    if not token:
        return
    hashed = token_hash(token)
    session = tx.store.session(hashed)
    if session is None or not tx.store.end_session(hashed):
        return
    passenger = tx.store.passenger(session.passenger_id)
    if passenger is not None:
        sessions_ended(tx, passenger, {"token_hashes": [hashed]})
        note(tx, passenger.id, "signed_out")

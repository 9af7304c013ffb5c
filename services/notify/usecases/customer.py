"""Customer-service messages: the answer to what somebody wrote in the chat."""

from __future__ import annotations

import logging
from typing import Any, Final

from kernel import clock
from kernel.errors import RequestReused
from kernel.inbox import fingerprint
from services.notify import domain
from services.notify.clients import NoAnswer, WeChat
from services.notify.domain import Meaning
from services.notify.errors import BadMessage, NotReachable, WeChatNotConnected, WindowClosed
from services.notify.usecases.shared import Work
from services.notify.usecases.tokens import Tokens, raise_for

log = logging.getLogger(__name__)

READ_S: Final = 1.5
"""The call is part of an RPC of 3 s."""
_PATH: Final = "/cgi-bin/message/custom/send"


def send_customer_message(
    uow: Work, wechat: WeChat, tokens: Tokens, request: dict[str, Any]
) -> dict[str, Any]:
    """Send a text or an article to somebody who wrote to us: schemas.SentSchema. At most once for a request_id.

    WeChat can't recognise a repeat here, so one whose answer was lost is `unknown`, and isn't sent again.
    Raises NotReachable, WindowClosed, BadMessage, QuotaSpent, WeChatAway, WeChatRefuses, WeChatNotConnected,
    RequestReused.
    """
    if not wechat.connected:
        raise WeChatNotConnected
    message = {name: request[name] for name in ("openid", "text", "news")}
    print_ = fingerprint("send_customer_message", message).hex()
    token = tokens.access()
    with uow.write() as tx:
        account = tx.store.account
        fresh = account.begin_customer_message(request["request_id"], print_, request["openid"], tx.now())
        before = account.customer_message(request["request_id"])
    if before[0] != print_:
        raise RequestReused
    errcode = _sent(wechat, tokens, token, _payload(request)) if fresh else before[1]
    if errcode is None:
        return {"state": "unknown"}
    if fresh:
        with uow.write() as tx:
            tx.store.account.end_customer_message(request["request_id"], errcode)
    _raise_for(errcode)
    return {"state": "sent"}


def _sent(wechat: WeChat, tokens: Tokens, token: str, payload: dict[str, Any]) -> int | None:
    """WeChat's errcode; None when its answer was lost."""
    try:
        errcode = int(wechat.post(_PATH, token, payload, READ_S).get("errcode") or 0)
        if domain.meaning(errcode) is Meaning.STALE_ACCESS:
            token = tokens.instead_of(token)
            errcode = int(wechat.post(_PATH, token, payload, READ_S).get("errcode") or 0)
    except NoAnswer as exc:
        return None if exc.arrived else -1
    return errcode


def _payload(request: dict[str, Any]) -> dict[str, Any]:
    if request["text"] is not None:
        return {"touser": request["openid"], "msgtype": "text", "text": {"content": request["text"]}}
    return {"touser": request["openid"], "msgtype": "news", "news": {"articles": [request["news"]]}}


def _raise_for(errcode: int) -> None:
    match domain.meaning(errcode):
        case Meaning.NOT_FOLLOWING | Meaning.REFUSED_KIND:
            raise NotReachable
        case Meaning.WINDOW_CLOSED:
            raise WindowClosed
        case Meaning.BAD_MESSAGE:
            log.error("WeChat refuses a customer-service message", extra={"errcode": errcode})
            raise BadMessage(errcode=errcode)
        case _:
            raise_for(errcode, clock.real_now())

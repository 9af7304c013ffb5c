"""The account's menu, and signatures for its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kernel import clock, ids
from services.notify import domain
from services.notify.clients import NoAnswer, WeChat
from services.notify.domain import Meaning
from services.notify.errors import ForeignPage, WeChatAway, WeChatNotConnected
from services.notify.usecases.tokens import Tokens, raise_for

_NO_MENU: Final = 46003


def sign_js_page(wechat: WeChat, tokens: Tokens, public_url: str, url: str) -> dict[str, Any]:
    """What `wx.config` takes for a page of ours: schemas.PageSignatureSchema.

    Raises ForeignPage for a page of another origin, WeChatAway, WeChatRefuses, WeChatNotConnected.
    """
    if not wechat.connected:
        raise WeChatNotConnected
    if not domain.is_own_page(url, public_url):
        raise ForeignPage
    nonce, timestamp = ids.new_id(), int(clock.real_now().timestamp())
    return {
        "appId": wechat.settings.appid,
        "timestamp": timestamp,
        "nonceStr": nonce,
        "signature": domain.sign_page(tokens.ticket(), nonce, timestamp, url),
    }


def publish_menu(wechat: WeChat, tokens: Tokens, menu: dict[str, Any], *, dry_run: bool) -> dict[str, Any]:
    """Check a menu, compare it with the published one, publish it if it differs: schemas.MenuResultSchema.

    Raises BadMenu, WeChatAway, WeChatRefuses, QuotaSpent, WeChatNotConnected.
    """
    domain.check_menu(menu)
    if not wechat.connected:
        raise WeChatNotConnected
    published = asked(tokens, lambda token: wechat.get("/cgi-bin/menu/get", token))
    errcode = int(published.get("errcode") or 0)
    if errcode != _NO_MENU:
        raise_for(errcode, clock.real_now())
    diff = domain.menu_changes(published.get("menu") or {}, menu)
    if dry_run or not diff:
        return {"diff": diff, "published": False}
    answer = asked(tokens, lambda token: wechat.post("/cgi-bin/menu/create", token, menu))
    raise_for(int(answer.get("errcode") or 0), clock.real_now())
    return {"diff": diff, "published": True}


def wechat_language(wechat: WeChat, tokens: Tokens, openid: str) -> dict[str, Any]:
    """The language that a follower uses WeChat in: schemas.WeChatLanguageSchema; null when WeChat doesn't say.

    Raises WeChatAway, WeChatRefuses, QuotaSpent, WeChatNotConnected.
    Source: developers.weixin.qq.com, "获取用户基本信息": zh_CN, zh_TW, en and others; nothing of who doesn't follow.
    """
    if not wechat.connected:
        raise WeChatNotConnected
    answer = asked(tokens, lambda token: wechat.get("/cgi-bin/user/info", token, openid=openid))
    told = str(answer.get("language") or "")
    if answer.get("errcode") or not told:
        return {"language": None}
    return {"language": "zh" if told.startswith("zh") else "en"}


def asked(tokens: Tokens, ask: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """WeChat's answer; a token that it refuses is renewed once. Raises as Tokens.access."""
    token = tokens.access()
    try:
        answer = ask(token)
        if domain.meaning(int(answer.get("errcode") or 0)) is Meaning.STALE_ACCESS:
            answer = ask(tokens.instead_of(token))
    except NoAnswer as exc:
        raise WeChatAway(retry_after_s=5) from exc
    return answer

"""What the account sends to users: template, subscription and customer-service messages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from deploy.sandbox.templates import Template
from deploy.sandbox.words import Wrong

if TYPE_CHECKING:
    from deploy.sandbox.platform import Platform

_SAME_MESSAGE_S: Final = 600
_LONGEST_TEXT_BYTES: Final = 2048


class Sending:
    def __init__(self, platform: Platform) -> None:
        self._all = platform

    def template(self, asked: dict[str, Any]) -> int:
        """Send a template message; its msgid. Whether it arrived is told later, by TEMPLATESENDJOBFINISH.

        Raises Wrong 40003, 40037, 43004, 43101, 45009 or 47003.
        """
        platform = self._all
        platform.quotas.spend("template")
        user = platform.people.get(str(asked.get("touser") or ""))
        template = platform.templates.get(asked.get("template_id"), "template")
        values = template.check(asked.get("data"))
        known = self._sent_before(user["openid"], asked.get("client_msg_id"))
        if known:
            return known
        self._check_open(user, template)
        msgid = platform.callback.next_msgid()
        self._remember(user["openid"], asked.get("client_msg_id"), msgid)
        if not user["blocks"]:
            self._show(user["openid"], template, values, str(asked.get("url") or ""), msgid)
        status = "failed:user block" if user["blocks"] else "success"
        event = platform.callback.event(user["openid"], "TEMPLATESENDJOBFINISH", MsgID=msgid, Status=status)
        platform.callback.deliver_later(event, platform.settings.event_delay_s)
        return msgid

    def subscription(self, asked: dict[str, Any]) -> None:
        """Send a subscription message. Raises Wrong 40003, 40037, 43004, 43101, 45009 or 47003."""
        platform = self._all
        platform.quotas.spend("subscribe")
        user = platform.people.get(str(asked.get("touser") or ""))
        template = platform.templates.get(asked.get("template_id"), "subscribe")
        values = template.check(asked.get("data"))
        self._check_open(user, template)
        self._show(
            user["openid"], template, values, str(asked.get("page") or ""), platform.callback.next_msgid()
        )

    def custom(self, body: str, asked: dict[str, Any]) -> None:
        """Send a customer-service message. Raises Wrong 40003, 40008, 40033, 44004, 45002, 45008, 45015 or 45047."""
        platform = self._all
        if "\\u" in body:
            raise Wrong(
                40033,
                "请求里有 \\uXXXX 转义：用户会看到转义原文。请用 UTF-8 原文（ensure_ascii=False）。",
                "The request has \\uXXXX escapes, which users would see. Send UTF-8 (ensure_ascii=False).",
            )
        platform.quotas.spend("custom")
        user = platform.people.get(str(asked.get("touser") or ""))
        kind = str(asked.get("msgtype"))
        reader = self._readers.get(kind)
        if reader is None:
            raise Wrong(40008, f"没有消息类型 {kind!r}。", f"There is no type of message {kind!r}.")
        shown = reader(asked.get(kind) if isinstance(asked.get(kind), dict) else {})
        if not user["subscribed"]:
            raise Wrong(45015, "用户没有关注公众号。", "The user doesn't follow the account.")
        platform.people.spend_allowance(user["openid"])
        platform.chat.add(user["openid"], {"wxcard": "card", "msgmenu": "choices"}.get(kind, kind), shown)

    @property
    def _readers(self) -> Mapping[str, Callable[[Any], dict[str, Any]]]:
        media = dict.fromkeys(("image", "voice", "video", "music", "mpnews", "mpnewsarticle"), self._media)
        return {"text": _text, "news": _news, "msgmenu": _choices, "wxcard": self._card} | media

    def _card(self, inner: dict[str, Any]) -> dict[str, Any]:
        card = self._all.cards.get(str(inner.get("card_id")))
        base = card["body"]["base_info"]
        return {"card_id": card["card_id"], "title": base["title"], "brand": base["brand_name"]}

    def _media(self, inner: dict[str, Any]) -> dict[str, Any]:
        media_id = inner.get("media_id") or inner.get("thumb_media_id") or inner.get("article_id")
        raise Wrong(40007, f"没有 media_id {media_id!r}。", f"There is no media_id {media_id!r}.")

    def _check_open(self, user: dict[str, Any], template: Template) -> None:
        self._all.people.follower(user["openid"])
        if user["refuses"] or template.id in self._all.people.refused(user["openid"]):
            raise Wrong(
                43101,
                f"{user['nickname']} 拒收“{template.title}”。",
                f"{user['nickname']} refuses “{template.title}”.",
            )

    def _sent_before(self, openid: str, client_msg_id: Any) -> int | None:
        row = self._all.db.one(
            "SELECT * FROM sent_once WHERE openid = ? AND client_msg_id = ?", openid, str(client_msg_id or "")
        )
        if row is None or self._all.clock.now() - row["at"] > _SAME_MESSAGE_S:
            return None
        self._all.note(
            "message/template/send", f"client_msg_id {client_msg_id} 十分钟内重复，没有再发。",
            f"client_msg_id {client_msg_id} again within ten minutes: not sent twice.",
        )  # fmt: skip
        return int(row["msgid"])

    def _remember(self, openid: str, client_msg_id: Any, msgid: int) -> None:
        if client_msg_id:
            self._all.db.run(
                "INSERT OR REPLACE INTO sent_once VALUES (?, ?, ?, ?)",
                openid, str(client_msg_id), msgid, self._all.clock.now(),
            )  # fmt: skip

    def _show(self, openid: str, template: Template, values: dict[str, str], url: str, msgid: int) -> None:
        lines = [{"label": label, "value": value} for label, value in template.lines(values)]
        body = {"title": template.title, "key": template.key, "lines": lines, "url": url}
        self._all.chat.add(openid, "template", body, msgid=msgid)


def read_json(body: str) -> dict[str, Any]:
    """A request's JSON object. Raises Wrong 44002 or 47001."""
    if not body.strip():
        raise Wrong(44002, "POST 的内容为空。", "Nothing was posted.")
    try:
        found = json.loads(body)
    except ValueError as exc:
        raise Wrong(47001, f"不是 JSON：{exc}。", f"That is no JSON: {exc}.") from exc
    if not isinstance(found, dict):
        raise Wrong(47001, "应为 JSON 对象。", "A JSON object is expected.")
    return found


def _text(inner: dict[str, Any]) -> dict[str, Any]:
    content = inner.get("content")
    if not isinstance(content, str) or not content:
        raise Wrong(44004, "text.content 为空。", "text.content is empty.")
    if len(content.encode()) > _LONGEST_TEXT_BYTES:
        raise Wrong(45002, "text.content 超过 2048 字节。", "text.content has more than 2048 bytes.")
    return {"text": content}


def _news(inner: dict[str, Any]) -> dict[str, Any]:
    articles = inner.get("articles")
    if not isinstance(articles, list) or len(articles) != 1:
        raise Wrong(
            45008, "客服图文消息只能有 1 条。", "A customer-service news message has exactly one article."
        )
    names = ("title", "description", "picurl", "url")
    if not all(isinstance(article, dict) and article.get("title") for article in articles):
        raise Wrong(40035, "图文缺少 title。", "The article lacks a title.", at="title")
    return {"articles": [{name: str(article.get(name, "")) for name in names} for article in articles]}


def _choices(inner: dict[str, Any]) -> dict[str, Any]:
    options = inner.get("list")
    good = isinstance(options, list) and all(
        isinstance(option, dict) and option.get("content") and "id" in option for option in options
    )
    if not good or not options:
        raise Wrong(40035, "msgmenu.list 不完整。", "msgmenu.list is not complete.", at="list")
    return {
        "head": inner.get("head_content", ""),
        "options": [{"id": str(option["id"]), "text": option["content"]} for option in options],
        "tail": inner.get("tail_content", ""),
    }

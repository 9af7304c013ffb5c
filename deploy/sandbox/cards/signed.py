"""What a page must have signed for addCard and chooseCard. Source: developers.weixin.qq.com, JS-SDK 附录4."""

from __future__ import annotations

import json
from typing import Any, Final

from deploy.sandbox import crypto
from deploy.sandbox.tokens import Tickets
from deploy.sandbox.words import Words

_NONCE: Final = 32


class CardRefused(Exception):
    """The phone won't do with cards what a page asks."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.why = Words(zh, en)


def read_ext(card_ext: Any) -> dict[str, str]:
    """cardExt's fields as texts. Raises CardRefused."""
    try:
        found = json.loads(card_ext) if isinstance(card_ext, str) else card_ext
        return {str(name): str(value) for name, value in found.items()}
    except (ValueError, AttributeError) as exc:
        raise CardRefused("cardExt 应为 JSON 文本。", "cardExt is a JSON text.") from exc


def check_ext(tickets: Tickets, card_id: str, ext: dict[str, str]) -> None:
    """Raises CardRefused for a signature that isn't the account's over exactly these values."""
    if not ext.get("timestamp", "").isdecimal():
        raise CardRefused("cardExt 缺少 timestamp。", "cardExt lacks its timestamp.")
    if not ext.get("nonce_str") or len(ext["nonce_str"]) > _NONCE:
        raise CardRefused("cardExt 的 nonce_str 应有 1 到 32 个字符。", "nonce_str has 1 to 32 characters.")
    parts = [ext.get(name, "") for name in ("timestamp", "code", "openid", "nonce_str")]
    if crypto.card_signature([tickets.get("wx_card")[0], card_id, *parts]) == ext.get("signature"):
        return
    if crypto.card_signature([tickets.get("jsapi")[0], card_id, *parts]) == ext.get("signature"):
        raise CardRefused(
            "签名用了 jsapi_ticket，应当用卡券 api_ticket。",
            "It was signed with the jsapi_ticket, not the api_ticket.",
        )
    raise CardRefused(
        "cardExt 签名不对：应为 api_ticket、timestamp、card_id、code、openid、nonce_str 的值排序后拼接的 sha1。",
        "The cardExt signature is wrong: sha1 of the sorted values of api_ticket, timestamp, card_id, code, "
        "openid and nonce_str.",
    )


def check_choice(tickets: Tickets, appid: str, asked: dict[str, Any]) -> None:
    """Raises CardRefused for a chooseCard whose cardSign isn't over exactly these values."""
    if asked.get("signType", "SHA1") != "SHA1":
        raise CardRefused("signType 应为 SHA1。", "signType is SHA1.")
    names = ("shopId", "timestamp", "nonceStr", "cardId", "cardType")
    parts = [str(asked.get(name) or "") for name in names]
    if crypto.card_signature([tickets.get("wx_card")[0], appid, *parts]) != asked.get("cardSign"):
        raise CardRefused(
            "cardSign 不对：应为 api_ticket、appid、shopId、timestamp、nonceStr、cardId、cardType 的值排序后拼接的 sha1。",
            "The cardSign is wrong: sha1 of the sorted values of api_ticket, appid, shopId, timestamp, nonceStr, "
            "cardId and cardType.",
        )

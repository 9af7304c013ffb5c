"""Cards as an account makes and signs them."""

from __future__ import annotations

import json
from typing import Any

from deploy.sandbox import crypto
from kernel import ids
from tests.support.sandbox import Sandbox


def card(**changes: Any) -> dict[str, Any]:
    """What /card/create takes; `changes` of base_info, None to leave one out."""
    base = {
        "logo_url": "http://x/l.png",
        "brand_name": "机场商城",
        "title": "满100减20",
        "color": "Color010",
        "notice": "出示二维码",
        "description": "每单一张",
        "code_type": "CODE_TYPE_QRCODE",
        "sku": {"quantity": 1},
        "date_info": {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 30, "fixed_begin_term": 0},
    } | changes
    base = {name: value for name, value in base.items() if value is not None}
    return {
        "card": {"card_type": "GENERAL_COUPON", "general_coupon": {"base_info": base, "default_detail": "-"}}
    }


def card_ext(wechat: Sandbox, card_id: str, kind: str = "wx_card", **signed: str) -> str:
    """What wx.addCard takes for a card, signed with a ticket of `kind`."""
    ticket = wechat.api("/cgi-bin/ticket/getticket", type=kind)["ticket"]
    values = {"timestamp": "1700000000", "nonce_str": ids.new_id()[:32]} | signed
    signature = crypto.signature(ticket, card_id, *values.values())
    return json.dumps(values | {"signature": signature})


def choice(wechat: Sandbox, card_id: str = "", kind: str = "") -> dict[str, Any]:
    """What wx.chooseCard takes, signed."""
    ticket = wechat.api("/cgi-bin/ticket/getticket", type="wx_card")["ticket"]
    given = {
        "timestamp": 1700000000,
        "nonceStr": "n",
        "cardId": card_id,
        "cardType": kind,
        "signType": "SHA1",
    }
    values = [ticket, wechat.account.appid, "1700000000", "n", card_id, kind]
    return given | {"cardSign": crypto.signature(*(value for value in values if value))}

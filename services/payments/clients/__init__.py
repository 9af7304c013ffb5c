"""Outgoing calls of payments: one provider, WeChat Pay."""

from __future__ import annotations

from services.payments.clients.envelopes import Keys, NotGenuine
from services.payments.clients.wechat_pay import BEIJING, NoAnswer, Refused, WeChatPay

__all__ = ["BEIJING", "Keys", "NoAnswer", "NotGenuine", "Refused", "WeChatPay"]

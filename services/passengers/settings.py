"""What an operator may set of passengers."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.config import setting


@dataclass(frozen=True)
class WeChatSettings:
    """The Official Account that travellers sign in with."""

    appid: str = setting("WECHAT_APPID", "", about="the Official Account's appid; empty: none is connected")
    secret: str = setting("WECHAT_SECRET", "", about="the account's AppSecret", secret=True)
    api_url: str = setting(
        "WECHAT_API_URL",
        "https://api.weixin.qq.com",
        about="where WeChat's API is called, without a slash at the end",
    )

    def __post_init__(self) -> None:
        if self.appid and not self.secret:
            raise ValueError("WECHAT_SECRET is needed when WECHAT_APPID is set")
        if not self.api_url.startswith(("https://", "http://")) or self.api_url.endswith("/"):
            raise ValueError("WECHAT_API_URL is an http(s) address without a slash at the end")


@dataclass(frozen=True)
class PassengersSettings:
    erasure_due_h: int = setting(
        "ERASURE_DUE_H", 24, about="hours until an erasure that a service hasn't confirmed is overdue"
    )
    dormant_days: int = setting(
        "PASSENGERS_DORMANT_DAYS",
        1095,
        about="days unseen after which a traveller who doesn't follow us is erased",
    )
    audit_days: int = setting(
        "PASSENGERS_AUDIT_DAYS", 1095, about="days that audit rows and the log of unmaskings are kept"
    )
    expired_documents_days: int = setting(
        "PASSENGERS_EXPIRED_DOCUMENTS_DAYS", 180, about="days that an expired identity document is kept"
    )

    def __post_init__(self) -> None:
        if min(self.erasure_due_h, self.dormant_days, self.audit_days, self.expired_documents_days) < 1:
            raise ValueError("ERASURE_DUE_H and PASSENGERS_*_DAYS are at least 1")

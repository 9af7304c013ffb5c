"""What an operator may set of notify."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.config import setting


@dataclass(frozen=True)
class WeChatSettings:
    """The Official Account that messages go out from."""

    appid: str = setting("WECHAT_APPID", "", about="the Official Account's appid; empty: none is connected")
    secret: str = setting("WECHAT_SECRET", "", about="the account's AppSecret", secret=True)
    api_url: str = setting(
        "WECHAT_API_URL",
        "https://api.weixin.qq.com",
        about="where WeChat's API is called, without a slash at the end",
    )
    templates: tuple[str, ...] = setting(
        "WECHAT_TEMPLATES",
        (),
        about="the account's message templates as key:template_id, by the keys of templates/wechat.json",
    )

    def __post_init__(self) -> None:
        if self.appid and not self.secret:
            raise ValueError("WECHAT_SECRET is needed when WECHAT_APPID is set")
        if not self.api_url.startswith(("https://", "http://")) or self.api_url.endswith("/"):
            raise ValueError("WECHAT_API_URL is an http(s) address without a slash at the end")
        if any(not all(pair.partition(":")[::2]) for pair in self.templates):
            raise ValueError("WECHAT_TEMPLATES is key:template_id, separated by commas")

    def template_ids(self) -> dict[str, str]:
        """Template ids by key."""
        return {key: id_ for key, _, id_ in (pair.partition(":") for pair in self.templates)}


@dataclass(frozen=True)
class NotifySettings:
    public_url: str = setting(
        "GATEWAY_PUBLIC_URL",
        "http://127.0.0.1:8000",
        about="how travellers reach the gateway, without a slash at the end",
    )
    rate_per_s: float = setting(
        "NOTIFY_RATE_PER_S", 100.0, about="WeChat messages sent in a second, over all copies"
    )
    hold_off_s: float = setting(
        "NOTIFY_HOLD_OFF_S", 60.0, about="seconds within which an undone change is told to nobody"
    )
    gather_s: float = setting(
        "NOTIFY_GATHER_S",
        20.0,
        about="seconds that messages about an order of the mall wait for others, to be one with them",
    )
    quiet_hours: str = setting(
        "NOTIFY_QUIET_HOURS",
        "23-7",
        about="hours, local, in which what can wait does; - for none",
    )
    keep_days: int = setting(
        "NOTIFY_KEEP_DAYS", 180, about="days after which it is forgotten who was told what"
    )

    card_logo_url: str = setting(
        "NOTIFY_CARD_LOGO_URL",
        "",
        about="the picture on coupons in WeChat's card wallet, as WeChat gave its address for an upload; empty: our own icon",
    )

    def __post_init__(self) -> None:
        if not 0 < self.rate_per_s <= 10_000:
            raise ValueError("NOTIFY_RATE_PER_S is more than 0 and at most 10000")
        if not 0 <= self.hold_off_s <= 600:
            raise ValueError("NOTIFY_HOLD_OFF_S is 0 to 600")
        if not 0 <= self.gather_s <= 600:
            raise ValueError("NOTIFY_GATHER_S is 0 to 600")
        if self.keep_days < 7:
            raise ValueError("NOTIFY_KEEP_DAYS is at least 7")
        self.quiet()

    def quiet(self) -> tuple[int, int] | None:
        """First hour and end of the quiet hours; None for none. Raises ValueError for what isn't so."""
        if self.quiet_hours == "-":
            return None
        first, _, last = self.quiet_hours.partition("-")
        if not (first.isdecimal() and last.isdecimal() and int(first) < 24 and int(last) < 24):
            raise ValueError("NOTIFY_QUIET_HOURS is two hours such as 23-7, or -")
        return int(first), int(last)

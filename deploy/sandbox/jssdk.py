"""What `wx.config` does when a page calls it: check the signature, and say why it is wrong."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from deploy.sandbox import crypto
from deploy.sandbox.account import Account
from deploy.sandbox.timing import Clock
from deploy.sandbox.tokens import Tickets
from deploy.sandbox.words import Words

KNOWN_APIS: Final = frozenset(
    [
        "updateAppMessageShareData",
        "updateTimelineShareData",
        "onMenuShareAppMessage",
        "onMenuShareTimeline",
        "chooseImage",
        "previewImage",
        "uploadImage",
        "downloadImage",
        "getNetworkType",
        "openLocation",
        "getLocation",
        "hideOptionMenu",
        "showOptionMenu",
        "hideMenuItems",
        "showMenuItems",
        "hideAllNonBaseMenuItem",
        "showAllNonBaseMenuItem",
        "closeWindow",
        "scanQRCode",
        "chooseWXPay",
        "addCard",
        "chooseCard",
        "openCard",
    ]
)


class JsSdk:
    def __init__(self, tickets: Tickets, clock: Clock, account: Account, public_url: str) -> None:
        self._tickets, self._clock, self._account = tickets, clock, account
        self._public_url = public_url

    def judge(self, config: dict[str, Any], page_url: str) -> Words | None:
        """Why `config` is refused on the page at `page_url`; None when it is good."""
        wanted = ("appId", "timestamp", "nonceStr", "signature")
        missing = [name for name in wanted if not config.get(name)]
        if missing:
            return Words(f"wx.config 缺少 {missing}。", f"wx.config lacks {', '.join(missing)}.")
        if config["appId"] != self._account.appid:
            return Words("appId 不是本公众号的。", "The appId isn't this account's.")
        host = urlsplit(page_url).netloc
        if host not in self._account.domains:
            return Words(f"{host} 不在 JS 接口安全域名里。", f"{host} isn't among the account's JS domains.")
        unknown = [name for name in config.get("jsApiList") or [] if name not in KNOWN_APIS]
        if unknown:
            return Words(f"没有接口 {unknown}。", f"There is no such JS API: {', '.join(unknown)}.")
        return self._judge_signature(config, page_url)

    def _judge_signature(self, config: dict[str, Any], page_url: str) -> Words | None:
        nonce, timestamp = str(config["nonceStr"]), str(config["timestamp"])
        ticket, _ = self._tickets.get("jsapi")
        url = page_url.split("#")[0]

        def signs(candidate: str, with_ticket: str = ticket) -> bool:
            signed = crypto.js_signature(with_ticket, nonce, timestamp, candidate)
            return bool(signed == config["signature"])

        if signs(url):
            return None
        guesses = {
            page_url: ("签名用的 url 带了 # 之后的部分。", "The url that was signed has its #fragment."),
            url.split("?")[0]: (
                "签名用的 url 少了 ? 之后的参数。",
                "The url that was signed lacks its query.",
            ),
            f"{self._public_url}/": (
                "签名的是首页，不是当前页。",
                "The home page's url was signed, not this page's.",
            ),
            url.rstrip("/"): (
                "签名用的 url 少了末尾的 /。",
                "The url that was signed lacks the slash at its end.",
            ),
        }
        for candidate, (zh, en) in guesses.items():
            if signs(candidate):
                return Words(zh, en)
        if signs(url, self._tickets.get("wx_card")[0]):
            return Words(
                "用了卡券的 api_ticket，应当用 jsapi_ticket。",
                "The cards' api_ticket was used, not the jsapi_ticket.",
            )
        text = f"jsapi_ticket=…&noncestr={nonce}&timestamp={timestamp}&url={url}"
        return Words(
            f"签名不对。应为 sha1({text})；检查 ticket 是否最新、noncestr 与 nonceStr 是否同值、url 是否一字不差。",
            f"The signature is wrong. It should be sha1 of {text}: an old ticket, another nonceStr, or another url?",
        )

"""What an operator may set of payments."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.config import setting

APIV3_KEY_BYTES = 32


@dataclass(frozen=True)
class WeChatPaySettings:
    """The merchant that travellers pay to. Keys are PEM texts, or paths of files that hold one."""

    mchid: str = setting(
        "WECHATPAY_MCHID", "", about="the merchant's number; empty: no merchant is connected"
    )
    appid: str = setting("WECHAT_APPID", "", about="the Official Account's appid; empty: none is connected")
    serial: str = setting("WECHATPAY_SERIAL", "", about="serial number of the merchant's API certificate")
    private_key: str = setting(
        "WECHATPAY_PRIVATE_KEY", "", about="the merchant's private key, PEM or a path", secret=True
    )
    apiv3_key: str = setting(
        "WECHATPAY_APIV3_KEY", "", about="the merchant's APIv3 key, 32 characters", secret=True
    )
    public_key_id: str = setting(
        "WECHATPAY_PUBLIC_KEY_ID", "", about="id of WeChat Pay's public key, PUB_KEY_ID_…"
    )
    public_key: str = setting("WECHATPAY_PUBLIC_KEY", "", about="WeChat Pay's public key, PEM or a path")
    url: str = setting(
        "WECHATPAY_URL",
        "https://api.mch.weixin.qq.com",
        about="where WeChat Pay's API is called, without a slash at the end",
    )
    notify_url: str = setting(
        "WECHATPAY_NOTIFY_URL", "", about="where WeChat Pay tells of payments: public, https, without a query"
    )

    def __post_init__(self) -> None:
        if not self.url.startswith(("https://", "http://")) or self.url.endswith("/"):
            raise ValueError("WECHATPAY_URL is an http(s) address without a slash at the end")
        if not self.mchid:
            return
        needed = {
            "WECHAT_APPID": self.appid,
            "WECHATPAY_SERIAL": self.serial,
            "WECHATPAY_PRIVATE_KEY": self.private_key,
            "WECHATPAY_APIV3_KEY": self.apiv3_key,
            "WECHATPAY_PUBLIC_KEY_ID": self.public_key_id,
            "WECHATPAY_PUBLIC_KEY": self.public_key,
            "WECHATPAY_NOTIFY_URL": self.notify_url,
        }
        missing = [key for key, value in needed.items() if not value]
        if missing:
            raise ValueError(f"{', '.join(missing)} needed when WECHATPAY_MCHID is set")
        if len(self.apiv3_key.encode()) != APIV3_KEY_BYTES:
            raise ValueError("WECHATPAY_APIV3_KEY has 32 characters")
        if "?" in self.notify_url or "#" in self.notify_url:
            raise ValueError("WECHATPAY_NOTIFY_URL has no query")

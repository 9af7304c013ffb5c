"""The WeChat Official Account that this gateway answers for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kernel.config import setting

_AES_KEY: Final = re.compile(r"[A-Za-z0-9]{43}")
_CODE: Final = re.compile(r"[A-Za-z0-9]{8,64}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9]{3,32}")


@dataclass(frozen=True)
class WeChatAccount:
    """Empty: no account is connected. The pages work, signing in explains itself, the callback isn't there."""

    appid: str = setting("WECHAT_APPID", "", about="the Official Account's appid; empty: none is connected")
    token: str = setting(
        "WECHAT_TOKEN", "", about="the token of 服务器配置: signs WeChat's callbacks", secret=True
    )
    aes_key: str = setting(
        "WECHAT_AES_KEY",
        "",
        about="the EncodingAESKey, 43 characters: callbacks must be encrypted; empty: plain callbacks",
        secret=True,
    )
    open_url: str = setting(
        "WECHAT_OPEN_URL",
        "https://open.weixin.qq.com",
        about="where WeChat's web sign-in begins, without a slash at the end",
    )

    domain_codes: tuple[str, ...] = setting(
        "WECHAT_DOMAIN_CODES",
        (),
        about="codes of the MP_verify_CODE.txt files by which WeChat checks a domain; the gateway serves them",
    )

    def __post_init__(self) -> None:
        if self.appid and not _TOKEN.fullmatch(self.token):
            raise ValueError("WECHAT_TOKEN needs 3 to 32 letters or digits when WECHAT_APPID is set")
        if self.aes_key and not _AES_KEY.fullmatch(self.aes_key):
            raise ValueError("WECHAT_AES_KEY has 43 letters and digits")
        if not all(_CODE.fullmatch(code) for code in self.domain_codes):
            raise ValueError("WECHAT_DOMAIN_CODES are letters and digits, separated by commas")

    @property
    def connected(self) -> bool:
        return bool(self.appid)

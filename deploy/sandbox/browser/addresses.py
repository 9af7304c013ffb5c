"""Two names of one place: the account's public address, and the port under which the phone's frame sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

INSIDE: Final = "/.wechat"


@dataclass(frozen=True)
class Addresses:
    """public: where people out there go (no slash at the end); wechat: WeChat's own; browser: this port."""

    public: str
    wechat: str
    browser: str

    def inwards(self, url: str) -> str:
        """An address the gateway names, as the frame can open it. Addresses elsewhere stay."""
        if url == self.public or url.startswith((f"{self.public}/", f"{self.public}?", f"{self.public}#")):
            return self.browser + url[len(self.public) :]
        sign_in = f"{self.wechat}/connect/oauth2/authorize"
        if url.startswith(sign_in):
            return f"{self.browser}{INSIDE}/authorize{url[len(sign_in) :]}"
        return url

    def outwards(self, text: str) -> str:
        """A header or a query that may name the frame's address, as the gateway must see it."""
        text = text.replace(quote(self.browser, safe=""), quote(self.public, safe=""))
        return text.replace(self.browser, self.public)

    def is_ours(self, url: str) -> bool:
        """Whether the frame can open it."""
        return self.inwards(url) != url

    @property
    def public_host(self) -> str:
        return urlsplit(self.public).netloc

"""What the sandbox reads from its environment, once, at start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kernel.config import setting


@dataclass(frozen=True)
class Settings:
    host: str = setting("SANDBOX_HOST", "127.0.0.1", about="address the sandbox listens on")
    port: int = setting("SANDBOX_PORT", 8100, about="port of the sandbox: WeChat's API and the phone page")
    browser_port: int = setting("SANDBOX_BROWSER_PORT", 8101, about="port of the sandbox phone's browser")
    var: str = setting(
        "AIRPORT_VAR", "var", about="folder of data, logs and process files; var, or var/PROFILE"
    )
    gateway_url: str = setting(
        "GATEWAY_PUBLIC_URL",
        "http://127.0.0.1:8000",
        about="the address people use, e.g. https://fly.example; https turns HSTS on",
    )
    callback_url: str = setting(
        "SANDBOX_CALLBACK_URL", "", about="where the sandbox pushes messages; /wechat/callback of the gateway"
    )
    answer_s: float = setting(
        "SANDBOX_ANSWER_S", 5.0, about="seconds the account has to answer a push before it comes again"
    )
    event_delay_s: float = setting(
        "SANDBOX_EVENT_DELAY_S", 0.3, about="seconds until the sandbox reports a template message as done"
    )

    refund_s: float = setting(
        "SANDBOX_REFUND_S", 3.0, about="seconds until a refund that the sandbox accepted is done"
    )
    probe_every: int = setting(
        "SANDBOX_PROBE_EVERY",
        5,
        about="one pay notification in so many is preceded by one with a wrong signature; 0 = none",
    )

    def __post_init__(self) -> None:
        if not 0.05 <= self.answer_s <= 60:
            raise ValueError("SANDBOX_ANSWER_S lies between 0.05 and 60")
        if not self.gateway_url.startswith(("http://", "https://")):
            raise ValueError("GATEWAY_PUBLIC_URL starts with http:// or https://")

    @property
    def base_url(self) -> str:
        """The platform's own address: stands for api.weixin.qq.com, open.weixin.qq.com and mp.weixin.qq.com."""
        return f"http://{self.host}:{self.port}"

    @property
    def public_url(self) -> str:
        return self.gateway_url.rstrip("/")

    @property
    def pushes_to(self) -> str:
        return self.callback_url or f"{self.public_url}/wechat/callback"

    @property
    def folder(self) -> Path:
        return Path(self.var) / "sandbox"

"""What the gateway reads from its environment, once, at start."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

import limits

from kernel.config import setting


@dataclass(frozen=True)
class Settings:
    host: str = setting("GATEWAY_HOST", "127.0.0.1", about="address the gateway listens on")
    port: int = setting("GATEWAY_PORT", 8000, about="port the gateway listens on")
    public_url: str = setting(
        "GATEWAY_PUBLIC_URL",
        "",
        about="the address people use, e.g. https://fly.example; https turns HSTS on",
    )
    ops_port: int = setting("GATEWAY_OPS_PORT", 0, about="port of the gateway's /metrics; 0 is off")
    amqp_url: str = setting("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/", about="RabbitMQ", secret=True)
    log_level: str = setting("LOG_LEVEL", "INFO", about="DEBUG, INFO, WARNING or ERROR")
    language: str = setting("GATEWAY_LANGUAGE", "zh", about="language of a reader who names none: zh or en")
    trusted_proxies: tuple[str, ...] = setting(
        "GATEWAY_TRUSTED_PROXIES", (), about="networks whose X-Forwarded-For is believed, e.g. 10.0.0.0/8"
    )
    max_body_bytes: int = setting(
        "GATEWAY_MAX_BODY_BYTES", 8_000_000, about="largest request body; more is answered 413"
    )
    public_rate: str = setting(
        "GATEWAY_PUBLIC_RATE", "1200/minute", about="requests of one address that need more than memory"
    )
    rpc_deadline_s: float = setting(
        "GATEWAY_RPC_DEADLINE_S", 4.0, about="time a call to a service may take, seconds"
    )
    rpc_in_flight: int = setting("GATEWAY_RPC_IN_FLIGHT", 256, about="calls under way at once")
    rpc_queue: int = setting(
        "GATEWAY_RPC_QUEUE", 256, about="calls that may wait for a place; more are answered 503"
    )
    window_days_back: int = setting("GATEWAY_WINDOW_DAYS_BACK", 1, about="days before today kept in memory")
    window_days_ahead: int = setting("GATEWAY_WINDOW_DAYS_AHEAD", 3, about="days after today kept in memory")
    digest_every_s: float = setting(
        "GATEWAY_DIGEST_EVERY_S", 30.0, about="seconds between checks of the window against the service"
    )
    stale_after_s: float = setting(
        "GATEWAY_STALE_AFTER_S", 90.0, about="seconds without a good check before the news is called stale"
    )
    live_per_address: int = setting(
        "GATEWAY_LIVE_PER_ADDRESS", 200, about="live streams one address may hold open"
    )
    live_total: int = setting("GATEWAY_LIVE_TOTAL", 5000, about="live streams the gateway holds open")
    drain_s: float = setting("GATEWAY_DRAIN_S", 8.0, about="longest wait for open requests at the end, ≤ 10")

    def __post_init__(self) -> None:
        if self.language not in {"zh", "en"}:
            raise ValueError("GATEWAY_LANGUAGE is zh or en")
        if not 0 <= self.drain_s <= 10:
            raise ValueError("GATEWAY_DRAIN_S lies between 0 and 10")
        if not (0 <= self.window_days_back <= 7 and 0 <= self.window_days_ahead <= 14):
            raise ValueError("GATEWAY_WINDOW_DAYS_BACK is 0 to 7 and GATEWAY_WINDOW_DAYS_AHEAD 0 to 14")
        for network in self.trusted_proxies:
            _checked("GATEWAY_TRUSTED_PROXIES", ipaddress.ip_network, network)
        _checked("GATEWAY_PUBLIC_RATE", limits.parse, self.public_rate)

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")


def _checked(key: str, read: Callable[[str], object], text: str) -> None:
    try:
        read(text)
    except ValueError as exc:
        raise ValueError(f"{key}: {exc}") from exc

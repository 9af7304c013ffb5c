"""What an operator may set of partners."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.config import setting


@dataclass(frozen=True)
class WebhookSettings:
    allow_private: bool = setting(
        "PARTNERS_WEBHOOK_ALLOW_PRIVATE",
        False,
        about="let webhooks go to private addresses, any port and plain http: development only",
    )
    keep_days: int = setting(
        "PARTNERS_WEBHOOK_KEEP_DAYS", 14, about="days that deliveries of webhooks can be listed and replayed"
    )

    def __post_init__(self) -> None:
        if self.keep_days < 4:
            raise ValueError("PARTNERS_WEBHOOK_KEEP_DAYS is at least 4: deliveries are tried for three")

"""What a process of services reads from its environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernel.config import setting
from kernel.wire import queues


@dataclass(frozen=True)
class WireSettings:
    amqp_url: str = setting(
        "AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/", about="the broker's address", secret=True
    )
    max_workers: int = setting(
        "SERVICE_MAX_WORKERS", 20, about="calls and events that one service works on at a time"
    )
    queue_type: str = setting(
        queues.QUEUE_TYPE_KEY, "classic", about="classic on one broker node, quorum on a cluster"
    )
    ops_host: str = setting("SERVICES_OPS_HOST", "127.0.0.1", about="where the services' metrics are served")
    ops_port: int = setting(
        "SERVICES_OPS_PORT", 0, about="port of /metrics, /healthz and /readyz of the services; 0 is off"
    )

    def __post_init__(self) -> None:
        if self.queue_type not in queues.QUEUE_TYPES:
            raise ValueError(f"{queues.QUEUE_TYPE_KEY} is classic or quorum, not {self.queue_type!r}")
        if not 1 <= self.max_workers <= 1000:
            raise ValueError(f"SERVICE_MAX_WORKERS is 1 to 1000, not {self.max_workers}")

    def nameko_config(self) -> dict[str, Any]:
        """The same as Nameko's containers want it."""
        return {
            "AMQP_URI": self.amqp_url,
            "HEARTBEAT": 10,
            "max_workers": self.max_workers,
            "serializer": "json",
            "ACCEPT": ["json"],
            "QUEUE_TYPE": self.queue_type,
        }

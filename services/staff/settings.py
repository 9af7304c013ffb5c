"""What the staff service reads from its environment, once, at start."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.config import setting


@dataclass(frozen=True)
class StaffSettings:
    hashers: int = setting(
        "STAFF_HASHERS",
        2,
        about="staff passwords verified at once in one process of the service; each takes 19 MiB",
    )
    waiting: int = setting(
        "STAFF_HASHERS_QUEUE", 16, about="sign-ins of staff that may wait for that; more are answered 503"
    )

    def __post_init__(self) -> None:
        if not 1 <= self.hashers <= 16 or not 0 <= self.waiting <= 1000:
            raise ValueError("STAFF_HASHERS is 1 to 16 and STAFF_HASHERS_QUEUE 0 to 1000")

"""The platform's clock: the world's, turned forward as far as a test asks. Seconds since 1970."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kernel.clock import real_now

_BEIJING = ZoneInfo("Asia/Shanghai")


class Clock:
    def __init__(self) -> None:
        self.offset_s = 0.0
        self.on_turned: list[Callable[[], None]] = []

    def now(self) -> float:
        return self.read().timestamp()

    def real(self) -> float:
        """What it would be if no test had turned it."""
        return real_now().timestamp()

    def read(self) -> datetime:
        """Aware UTC."""
        return real_now() + timedelta(seconds=self.offset_s)

    def day(self) -> str:
        """WeChat counts quotas by the day in Beijing."""
        return self.read().astimezone(_BEIJING).date().isoformat()

    def advance(self, seconds: float) -> None:
        self.offset_s += seconds
        self._tell()

    def reset(self) -> None:
        self.offset_s = 0.0
        self._tell()

    def _tell(self) -> None:
        for turned in self.on_turned:
            turned()

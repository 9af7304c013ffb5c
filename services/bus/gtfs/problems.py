"""What can be wrong with a feed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """file: empty for the zip itself. line: 0 when it isn't about one line. reason: a stable word."""

    file: str
    line: int
    reason: str
    detail: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file or "feed"
        return f"{place}: {self.reason}: {self.detail}" if self.detail else f"{place}: {self.reason}"

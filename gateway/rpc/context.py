"""Who calls, on whose behalf, in which language, within which trace: travels with every call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kernel.ids import new_id


@dataclass
class Spent:
    """Seconds that the calls of one HTTP request have taken: together they get one deadline, not one each."""

    seconds: float = 0.0


@dataclass(frozen=True)
class CallContext:
    """call_id: of the HTTP request. principal: e.g. {"partner": "cz"}; None is a traveller."""

    call_id: str = field(default_factory=new_id)
    language: str = "zh"
    principal: dict[str, Any] | None = None
    traceparent: str | None = None
    spent: Spent = field(default_factory=Spent, compare=False, repr=False)

"""What a service's store suite runs over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData


@dataclass(frozen=True)
class Suite:
    """One service's real store and its fake. store: takes a Connection; fake: makes an empty one."""

    service: str
    store: Callable[[Any], Any]
    metadata: MetaData
    fake: Callable[[], Any]

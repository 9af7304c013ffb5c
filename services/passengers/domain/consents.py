"""What a traveller agreed to: the newest word on each kind counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.passengers.schemas import CURRENT_CONSENTS, ConsentKind


@dataclass(frozen=True)
class ConsentEntry:
    """One answer, never changed afterwards. granted: False is a withdrawal."""

    kind: ConsentKind
    version: str
    granted: bool
    at: datetime


def current_state(history: Sequence[ConsentEntry]) -> dict[ConsentKind, ConsentEntry | None]:
    """The newest entry of every kind, None where nothing was ever said. history: oldest first."""
    state: dict[ConsentKind, ConsentEntry | None] = dict.fromkeys(ConsentKind)
    for entry in history:
        state[entry.kind] = entry
    return state


def in_force(entry: ConsentEntry | None) -> bool:
    """Whether it allows anything today: granted, and to the text that is shown now.

    Source: PIPL, article 14: a changed purpose or way needs a new consent.
    """
    return entry is not None and entry.granted and entry.version == CURRENT_CONSENTS[entry.kind]

"""What goes in and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Side = Literal["found", "lost"]


@dataclass(frozen=True)
class Thing:
    """Something found, or somebody's report of a loss; whatever isn't known stays empty.

    category, colours: codes of the desk's vocabulary; others are compared by themselves alone.
    brand, words, marks: as people write, in Chinese, English or both. Words named in a reason are of `words` and
    `brand` only, never of `marks`.
    serial_key, document_keys, name_keys: blind indexes made by the caller, all forms that should meet: the whole
    number and what a masked one shows; a name as written and in the Latin letters of a passport.
    places: codes of the topology. from_at, to_at: aware; found between, or lost between.
    flight_id: such as `CZ3101-20261123-CSX-PEK`. seat: such as `12A`. bus: a departure's id.
    """

    id: str
    side: Side
    category: str | None = None
    colours: tuple[str, ...] = ()
    brand: str = ""
    words: str = ""
    marks: str = ""
    serial_key: str | None = None
    document_keys: tuple[str, ...] = ()
    name_keys: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    from_at: datetime | None = None
    to_at: datetime | None = None
    flight_id: str | None = None
    seat: str | None = None
    bus: str | None = None


@dataclass(frozen=True)
class Reason:
    """Why two things match, in words. public: gives away nothing that the owner should be asked about."""

    code: str
    zh: str
    en: str
    public: bool


@dataclass(frozen=True)
class Match:
    """A thing of the other side. probability: how often such a match is right, 0..1 (calibrated)."""

    id: str
    probability: float
    reasons: tuple[Reason, ...]

"""What the store takes and gives beside the domain's objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Audited:
    """Who did what, when and through which door. detail: ids, counts and words of ours."""

    passenger_id: str
    action: str
    actor: str
    detail: dict[str, Any]
    at: datetime


@dataclass(frozen=True)
class Unmasking:
    """A document's number was shown in full."""

    passenger_id: str
    document_id: str
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True)
class SealedRow:
    """What is sealed in one row, by column. table: documents or companions; kind: the document's."""

    table: str
    id: str
    sealed: dict[str, str]
    kind: str | None = None


@dataclass(frozen=True)
class Resealed:
    """A row under the new key; index: the document number's, None where there is none."""

    was: SealedRow
    sealed: dict[str, str]
    index: str | None = None

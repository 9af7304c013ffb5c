"""FRONT DOOR: which document number can be right, and what of it may be shown. Pure functions.

One statement of the rules for all who take documents: `read_document` raises the errors of `passengers.errors`.
"""

from __future__ import annotations

from services.passengers.domain.documents import (
    ReadDocument,
    ShownForm,
    masked,
    normal_number,
    read_document,
)
from services.passengers.schemas import Checked, DocumentKind

__all__ = ["Checked", "DocumentKind", "ReadDocument", "ShownForm", "masked", "normal_number", "read_document"]

"""What of orders is sealed: codes of parcels, and what buyers wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import Connection, update

from kernel.crypto import FieldCipher
from kernel.resealing import SealedTable
from services.shop.store.case_tables import CASE_PHOTOS, CASES, INVOICES
from services.shop.store.order_tables import PARCELS

PARCEL_CODE: Final = "parcel code"
"""By which name a parcel's code is indexed."""


def _parcels(connection: Connection, cipher: FieldCipher, row: Any, plain: Mapping[str, str]) -> None:
    """Codes are found under the new key from now on."""
    code = orjson.loads(plain["code_sealed"])
    changed = {"code_index": cipher.index(code, PARCEL_CODE)}
    connection.execute(update(PARCELS).where(PARCELS.c.id == row.id).values(changed))


ORDER_SEALED: Final = (
    SealedTable(PARCELS, ("code_sealed",), reindex=_parcels),
    SealedTable(CASES, ("words_sealed",)),
    SealedTable(CASE_PHOTOS, ("thumbnail_sealed", "jpeg_sealed")),
    SealedTable(INVOICES, ("written_sealed",)),
)

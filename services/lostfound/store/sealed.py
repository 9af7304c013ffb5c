"""FRONT DOOR of the operator's command: what of this database is sealed, and found by a keyed hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import Connection, update

from kernel.crypto import FieldCipher
from kernel.resealing import SealedTable
from services.lostfound.domain.keys import document_key, serial_key
from services.lostfound.store.claim_seals import CLAIM_SEALED
from services.lostfound.store.tables import ITEM_PHOTOS, ITEMS


def _items(connection: Connection, cipher: FieldCipher, row: Any, plain: Mapping[str, str]) -> None:
    """Serial and document numbers are found under the new key from now on."""
    personal = orjson.loads(plain["personal_sealed"])
    serial, document = serial_key(personal), document_key(personal)
    connection.execute(
        update(ITEMS)
        .where(ITEMS.c.id == row.id)
        .values(
            serial_index=serial and cipher.index(serial, "serial"),
            document_index=document and cipher.index(document, "document"),
        )
    )


SEALED: Final = (
    SealedTable(ITEMS, ("personal_sealed",), reindex=_items),
    SealedTable(ITEM_PHOTOS, ("thumbnail_sealed", "jpeg_sealed")),
    *CLAIM_SEALED,
)

"""What of reports, claims, handovers and finds is sealed, and found or compared by a keyed hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import Connection, update

from kernel.crypto import FieldCipher
from kernel.resealing import SealedTable
from services.lostfound.domain.keys import normal
from services.lostfound.domain.reports import phone_key
from services.lostfound.store.claim_tables import CLAIMS, EVIDENCE, FINDS, HANDOVERS, REPORTS
from services.lostfound.store.courier_tables import ORDERS


def _reports(connection: Connection, cipher: FieldCipher, row: Any, plain: Mapping[str, str]) -> None:
    """Phones and document numbers are found under the new key from now on."""
    contact = orjson.loads(plain.get("contact_sealed", "null")) or {"phone": ""}
    document = orjson.loads(plain.get("document_sealed", "null")) or {"number": ""}
    phone, number = phone_key(contact["phone"]), normal(document["number"])
    connection.execute(
        update(REPORTS)
        .where(REPORTS.c.id == row.id)
        .values(
            phone_index=cipher.index(phone, "report phone") if phone else None,
            document_index=cipher.index(number, "report document") if number else None,
        )
    )


def _claims(connection: Connection, cipher: FieldCipher, row: Any, plain: Mapping[str, str]) -> None:
    """Pick-up codes are compared under the new key from now on."""
    if "code_sealed" in plain:
        code = f"{row.id} {orjson.loads(plain['code_sealed'])}"
        index = cipher.index(code, "pickup code")
        connection.execute(update(CLAIMS).where(CLAIMS.c.id == row.id).values(code_index=index))


CLAIM_SEALED: Final = (
    SealedTable(REPORTS, ("marks_sealed", "document_sealed", "contact_sealed"), reindex=_reports),
    SealedTable(CLAIMS, ("proof_sealed", "code_sealed"), reindex=_claims),
    SealedTable(HANDOVERS, ("identity_sealed", "signature_sealed")),
    SealedTable(ORDERS, ("address_sealed",)),
    SealedTable(FINDS, ("document_sealed", "contact_sealed")),
    SealedTable(EVIDENCE, ("jpeg_sealed", "thumbnail_sealed")),
)

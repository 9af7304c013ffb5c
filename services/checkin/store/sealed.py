"""FRONT DOOR of the operator's command: what of this database is sealed, and found by a keyed hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import Connection, delete, insert

from kernel.crypto import FieldCipher
from kernel.resealing import SealedTable
from services.checkin.domain import normal
from services.checkin.store.tables import BOOKINGS, PAPERS, TELETYPE_PARTS, TRAVELLERS


def _papers(connection: Connection, cipher: FieldCipher, row: Any, plain: Mapping[str, str]) -> None:
    """Document numbers are found under the new key as well from now on."""
    numbers = [normal(paper["number"]) for paper in orjson.loads(plain["details_sealed"])["papers"]]
    connection.execute(delete(PAPERS).where(PAPERS.c.traveller_id == row.id))
    rows = [{"traveller_id": row.id, "number_index": cipher.index(each, "paper")} for each in set(numbers)]
    if rows:
        connection.execute(insert(PAPERS), rows)


SEALED: Final = (
    SealedTable(BOOKINGS, ("contact_sealed", "given_sealed")),
    SealedTable(TRAVELLERS, ("name_sealed", "details_sealed", "given_sealed"), reindex=_papers),
    SealedTable(TELETYPE_PARTS, ("sealed",), lambda row: f"{row.flight_id}/{row.fingerprint}"),
)

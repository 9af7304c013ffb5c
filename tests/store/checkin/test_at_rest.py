"""Document numbers in what PostgreSQL leaves on its disk: tables, indexes, and the log of what was written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest

from kernel.db import UnitOfWork
from services.checkin import schemas, usecases
from services.checkin.errors import TravellerNotFound
from services.checkin.store import CheckinStore
from tests.unit.checkin.examples import (
    ABROAD_ID,
    GOODS,
    NOW,
    PLACE,
    access,
    aircraft,
    bound,
    check_in,
    find,
    person,
    push_aircraft,
    push_list,
    sealed,
)
from tests.unit.checkin.examples import booking as booked

_OF_TABLES = """
    SELECT pg_read_binary_file(folder || '/' || name, 0, 100000000, true)
    FROM (SELECT 'base/' || oid AS folder FROM pg_database WHERE datname = current_database()) AS place,
         LATERAL pg_ls_dir(folder) AS name
    WHERE name ~ '^[0-9]'
"""
_OF_LOG = "SELECT pg_read_binary_file('pg_wal/' || name, 0, 100000000, true) FROM pg_ls_waldir() WHERE modification >= %s"


def planted() -> list[str]:
    """Forty passports."""
    return [f"E9{number:07d}" for number in range(8_419_001, 8_419_041)]


def on_disk(uow: UnitOfWork[Any], since: datetime) -> list[bytes]:
    """Every file of the database and of its log, once all is written."""
    connection = psycopg2.connect(uow.database.url.render_as_string(hide_password=False))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
            found: list[bytes] = []
            for query, values in ((_OF_TABLES, ()), (_OF_LOG, (since,))):
                cursor.execute(query, values)
                found += [bytes(row[0]) for row in cursor if row[0] is not None]
            return found
    finally:
        connection.close()


def test_document_numbers_are_in_no_file_of_postgresql(postgres_uow: UnitOfWork[CheckinStore]) -> None:
    since = datetime.now(UTC) - timedelta(seconds=2)
    uow, numbers = postgres_uow, planted()
    people = [
        person("QIAN", "QI", ref=str(at), papers=[{"kind": "passport", "number": number}])
        for at, number in enumerate(numbers[:38])
    ]
    push_list(uow, booked("GHI789", *people), flight_id=ABROAD_ID)
    push_aircraft(uow, aircraft(), flight_id=ABROAD_ID)
    find(uow, "eve", surname="qian", document=numbers[0])
    mine = bound(uow, "GHI789")
    paper = {
        "traveller_id": mine["travellers"][0]["id"],
        "kind": "passport",
        "text": numbers[38],
        "expires_on": "2033-01-01",
    }
    contact = {"phone": "+8613700137000", "destination": "Sukhumvit Road 9"}
    done = check_in(
        uow,
        mine,
        traveller_ids=[mine["travellers"][0]["id"]],
        sealed=sealed({"papers": [paper], "contact": contact}),
    )
    assert done["travellers"][0]["standing"] == "checked_in"
    wish = {"request_id": "refused when it was read", "access": access(mine["booking_id"])}
    wish |= {"traveller_ids": [mine["travellers"][1]["id"]], "dangerous_goods": GOODS}
    wish["sealed"] = sealed({"papers": [{**paper, "text": numbers[39]}]})
    with pytest.raises(TravellerNotFound):
        usecases.check_in(uow, PLACE, schemas.CheckInSchema().load(wish), NOW)
    contents = on_disk(uow, since)
    assert sum(b"GHI789" in content for content in contents) > 2, "tables and log show what is no secret"
    for secret in [*numbers, "QIAN", "13700137000", "Sukhumvit"]:
        assert not any(secret.encode() in content for content in contents), secret

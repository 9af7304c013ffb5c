"""The demo's lost and found: full enough to look at, the same after a second start, and its owners are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy import lost_demo
from deploy.demo.lost import ON_BOARD, lying, missed, on_board
from kernel import migrate
from kernel.clock import real_now
from kernel.db import Database, UnitOfWork
from kernel.ids import new_id
from services.lostfound import schemas, usecases
from services.lostfound.schemas import partners as partner_schemas
from services.lostfound.store import LostFoundStore
from services.lostfound.usecases import partners
from tests.unit.lostfound.claims import settle
from tests.unit.lostfound.examples import PLACE, broken, sealed


@pytest.fixture
def uow(tmp_path: Path) -> Iterator[Any]:
    """A database with no desk yet. One kind will do: how the two differ is tested elsewhere."""
    url = f"sqlite:///{tmp_path / 'lostfound.sqlite3'}"
    migrate.upgrade("lostfound", url)
    database = Database(url)
    yield UnitOfWork(database, LostFoundStore)
    database.close()


def listed(uow: Any) -> list[dict[str, Any]]:
    wish = schemas.SearchItemsSchema().load({"limit": 100})
    found: list[dict[str, Any]] = usecases.search_items(uow, PLACE, wish)["items"]
    return found


def test_there_is_something_to_look_at_once_and_no_more_of_it_at_the_next_start(uow: Any) -> None:
    now = real_now()
    assert lost_demo.fill(uow, PLACE, now, photos=1) == (len([*lying()]), len(missed()))
    assert lost_demo.fill(uow, PLACE, now + timedelta(hours=1), photos=1) == (0, 0)
    items = listed(uow)
    assert Counter(item["desk_id"] for item in items).keys() == {"t1", "t2"}
    assert len({item["category"] for item in items}) > 20
    assert sum(len(item["photos"]) for item in items) == 1
    public = usecases.list_public(uow, PLACE, schemas.ListPublicSchema().load({}))
    assert len(public["items"]) > 20
    assert broken(uow) == []


def test_most_of_what_callers_miss_is_found_by_the_matching(uow: Any) -> None:
    lost_demo.fill(uow, PLACE, real_now(), photos=0)
    settle(uow)
    with uow.read() as tx:
        reports = [row.id for row in tx.connection.exec_driver_sql("SELECT id FROM reports")]
        matched = [bool(tx.store.matches_of(report)) for report in reports]
    assert sum(matched) >= 3


def test_what_the_demos_airlines_find_is_taken_by_the_partner_api(uow: Any) -> None:
    flights = [
        "CZ3101-20261122-CSX-PEK",
        "3U8633-20261122-CSX-CTU",
        "HU7135-20261122-CSX-HAK",
        "MF8201-20261122-CSX-XMN",
    ]
    items = on_board(flights, real_now())
    request = {
        "request_id": new_id(),
        "partner": {"client_id": "demo-carrier", "airlines": ["*"]},
        "items": sealed(items),
    }
    report = partners.register_found(uow, PLACE, partner_schemas.RegisterFoundSchema().load(request))
    assert [each["outcome"] for each in report["results"]] == ["registered"] * ON_BOARD

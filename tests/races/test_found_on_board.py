"""An airline's jobs and a desk at the same moment: each reference is one item, each item goes one way.

Controls show what would be without the one order of references, and without the database's own look at them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from kernel.db import UnitOfWork
from services.lostfound import schemas, usecases
from services.lostfound.domain.items import Item
from services.lostfound.store import LostFoundStore
from services.lostfound.store.items import _values as item_values
from services.lostfound.store.tables import ITEMS
from services.lostfound.usecases import partners, registering
from tests.races.test_found_items import Uow, opened
from tests.races.test_last_seat import at_once
from tests.store.lostfound.test_airlines import found_on_board, hand, one, register_found
from tests.support.databases import Postgres
from tests.unit.lostfound.examples import PLACE, ask, broken, chain, jacket, sealed, send

MANY = 12
Job = Callable[[Uow, list[str]], Any]


class Meeting(LostFoundStore):
    """Both have written one item before either writes the next."""

    both_wrote: threading.Barrier
    met = False

    def add_item(self, item: Item) -> None:
        super().add_item(item)
        if not self.met:
            self.met = True
            self.both_wrote.wait()


class LooksFirst(LostFoundStore):
    """What would be if a reference were looked up first and written afterwards, and no index stood behind."""

    both_looked: threading.Barrier

    def add_item(self, item: Item) -> None:
        assert self.item_with_ref(item.external_ref or "") is None
        self.both_looked.wait()
        self._connection.execute(insert(ITEMS), item_values(item))


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Uow, Uow]]:
    """Two copies of the service on one database."""
    if request.param == "sqlite":
        yield from opened(f"sqlite:///{tmp_path / 'lostfound.sqlite3'}")
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        yield from opened(postgres.new_database("lostfound"))


@pytest.fixture
def postgresql_copies(postgres: Postgres) -> Iterator[tuple[Uow, Uow]]:
    yield from opened(postgres.new_database("lostfound"))


def bring(uow: Uow, references: list[str]) -> Any:
    return register_found(uow, *(found_on_board(each) for each in references))


def bring_a_sheet(uow: Uow, references: list[str]) -> Any:
    rows = sealed([{**jacket(), "external_ref": each} for each in references])
    return usecases.import_items(uow, PLACE, ask(schemas.ImportItemsSchema(), desk_id="t2", rows=rows))


def test_two_jobs_that_bring_the_same_references_register_each_once(copies: tuple[Uow, Uow]) -> None:
    forth = [found_on_board(f"HND-{at:02}") for at in range(MANY)]
    answers: dict[int, list[dict[str, Any]]] = {}

    def job(at: int, items: list[dict[str, Any]]) -> Callable[[], None]:
        return lambda: answers.update({at: register_found(copies[at], *items)})

    assert at_once([job(0, forth), job(1, forth[::-1])]) == {"done": 2}
    outcomes = Counter(result["outcome"] for results in answers.values() for result in results)
    assert outcomes == {"registered": MANY, "repeated": MANY}
    told = [{each["reference"]: each["item"]["id"] for each in answers[at]} for at in (0, 1)]
    assert told[0] == told[1]
    assert [each["reference"] for each in answers[1]] == [item["reference"] for item in forth[::-1]]


def test_two_sheets_with_the_same_references_never_wait_for_each_other(copies: tuple[Uow, Uow]) -> None:
    rows = [{**jacket(), "external_ref": f"old-{at:02}"} for at in range(MANY)]
    answers: dict[int, dict[str, Any]] = {}

    def job(at: int, sheet: list[dict[str, Any]]) -> Callable[[], None]:
        asked = ask(schemas.ImportItemsSchema(), desk_id="t2", rows=sealed(sheet))
        return lambda: answers.update({at: usecases.import_items(copies[at], PLACE, asked)})

    assert at_once([job(0, rows), job(1, rows[::-1])]) == {"done": 2}
    outcomes = Counter(name for told in answers.values() for name, each in told.items() for _ in each)
    assert outcomes == {"registered": MANY, "repeated": MANY}
    assert [each["row"] for each in (*answers[1]["registered"], *answers[1]["repeated"])] == [
        *range(1, MANY + 1)
    ]


@pytest.mark.parametrize("job", [bring, bring_a_sheet], ids=lambda each: each.__name__)
def test_control_without_one_order_two_who_bring_the_same_wait_for_each_other_in_a_circle(
    postgresql_copies: tuple[Uow, Uow], job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (partners, registering):
        monkeypatch.setattr(module, "_reference", lambda row: None)
    monkeypatch.setattr(Meeting, "both_wrote", threading.Barrier(2, timeout=30), raising=False)
    one, other = (UnitOfWork(copy.database, Meeting) for copy in postgresql_copies)
    endings = at_once([lambda: job(one, ["HND-1", "HND-2"]), lambda: job(other, ["HND-2", "HND-1"])])
    assert endings["done"] < 2, "the database had to break the circle"


@pytest.mark.parametrize("job", [bring, bring_a_sheet], ids=lambda each: each.__name__)
def test_control_a_reference_that_is_looked_up_before_it_is_written_becomes_two_items(
    postgresql_copies: tuple[Uow, Uow], job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql_copies[0].write() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE items DROP CONSTRAINT items_external_ref_key")
    monkeypatch.setattr(LooksFirst, "both_looked", threading.Barrier(2, timeout=30), raising=False)
    one, other = (UnitOfWork(copy.database, LooksFirst) for copy in postgresql_copies)
    assert at_once([lambda: job(one, ["HND-1"]), lambda: job(other, ["HND-1"])]) == {"done": 2}
    found = "SELECT count(*), count(DISTINCT external_ref) FROM items"
    with one.read() as tx:
        assert tuple(tx.connection.exec_driver_sql(found).one()) == (2, 1)


def test_an_item_that_its_airline_and_a_desk_send_at_once_leaves_once(copies: tuple[Uow, Uow]) -> None:
    mine, theirs = copies
    for at in range(4):
        item = one(mine, reference=f"HND-{at}")
        works: list[Callable[[], Any]] = [
            lambda item=item: hand(mine, item["id"]),  # type: ignore[misc]
            lambda item=item: send(theirs, item, to_desk="t1"),  # type: ignore[misc]
        ]
        assert at_once(works) == {"done": 1, "WrongState": 1}
        assert [kind for kind, _ in chain(mine, item)] == ["registered", "sent"]
    assert broken(mine) == []

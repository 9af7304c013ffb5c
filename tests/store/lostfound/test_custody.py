"""Who had what when: chains that only grow, transfers, counts of desks; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.lostfound import schemas, usecases
from services.lostfound.errors import (
    BadRequest,
    NotHere,
    StocktakeClosed,
    StocktakeOpen,
    WrongState,
)
from services.lostfound.schemas import CustodyKind
from tests.unit.lostfound.examples import (
    PLACE,
    accept,
    ask,
    broken,
    chain,
    full,
    happen,
    register,
    send,
)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


# --- the chain


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE custody SET actor = 'staff:nobody'",
        "UPDATE custody SET note = 'changed' WHERE seq = 2",
        "DELETE FROM custody",
        "DELETE FROM custody WHERE seq = 2",
    ],
)
def test_no_statement_changes_or_takes_away_a_row_of_custody(desks: Any, change: str) -> None:
    item = register(desks)
    happen(desks, item["id"], CustodyKind.RESERVED)
    with pytest.raises(DBAPIError, match="custody only grows"), desks.write() as tx:
        tx.connection.execute(text(change))
    assert chain(desks, item) == [("registered", "desk:t2"), ("reserved", "desk:t2")]


@pytest.mark.parametrize(
    ("seq", "previous", "from_holder"),
    [(2, 1, "desk:t1"), (3, 2, "desk:t2"), (2, None, None), (2, 1, None), (1, None, None)],
    ids=["from elsewhere", "over a gap", "from nowhere", "from nobody", "a second first row"],
)
def test_no_row_is_added_that_does_not_start_where_the_chain_ends(
    desks: Any, seq: int, previous: int | None, from_holder: str | None
) -> None:
    item = register(desks)
    good = {
        "item_id": item["id"],
        "seq": 2,
        "previous": 1,
        "from_holder": "desk:t2",
        "at": _text(datetime.now(UTC)),
    }
    for row, ending in (
        ({**good, "seq": seq, "previous": previous, "from_holder": from_holder}, pytest.raises(DBAPIError)),
        (good, pytest.raises(ZeroDivisionError, match="the control: that row is taken")),
    ):
        with ending, desks.write() as tx:
            tx.connection.execute(
                text(
                    "INSERT INTO custody (item_id, seq, previous, kind, from_holder, to_holder, actor, at, note, hash)"
                    " VALUES (:item_id, :seq, :previous, 'sent', :from_holder, 'transfer:1', 'x', :at, '', 'h')"
                ),
                row,
            )
            raise ZeroDivisionError("the control: that row is taken")
    assert broken(desks) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE items SET state = 'returned', holder = 'owner', shelf = NULL, closed_at = changed_at",
        "UPDATE items SET holder = 'desk:t1', desk_id = 't1', shelf = NULL",
        "UPDATE items SET custody_seq = 1",
        "UPDATE items SET custody_hash = 'other'",
    ],
)
def test_an_item_that_was_changed_behind_its_custody_is_told(desks: Any, change: str) -> None:
    item = register(desks)
    happen(desks, item["id"], CustodyKind.RESERVED)
    assert broken(desks) == [], "the control"
    with desks.write() as tx:
        tx.connection.execute(text(change))
    assert [each["item_id"] for each in broken(desks)] == [item["id"]]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE items SET state = 'returned'",
        "UPDATE items SET state = 'disposed', closed_at = changed_at",
        "UPDATE items SET holder = 'owner'",
        "UPDATE items SET holder = 'desk:t1'",
        "UPDATE items SET closed_at = changed_at",
        "UPDATE items SET custody_seq = 0",
    ],
)
def test_the_database_keeps_state_and_holder_together(desks: Any, change: str) -> None:
    register(desks)
    with pytest.raises(DBAPIError), desks.write() as tx:
        tx.connection.execute(text(change))


def test_the_way_to_the_owner_by_courier_and_back_adds_up(desks: Any) -> None:
    item = register(desks)
    happen(desks, item["id"], CustodyKind.RESERVED)
    happen(desks, item["id"], CustodyKind.COURIER_TOOK, "courier:c1")
    happen(desks, item["id"], CustodyKind.CAME_BACK, "desk:t1")
    happen(desks, item["id"], CustodyKind.RESERVED)
    happen(desks, item["id"], CustodyKind.HANDED_OVER, "owner")
    holders = [holder for _, holder in chain(desks, item)]
    assert holders == ["desk:t2", "desk:t2", "courier:c1", "desk:t1", "desk:t1", "owner"]
    assert broken(desks) == []
    verified = usecases.verify_custody(desks, item["id"], None)
    assert (verified["items"], verified["rows"]) == (1, 6)


# --- transfers


def test_a_transfer_is_nobodys_until_what_was_scanned_is_accepted(desks: Any) -> None:
    one, two, three = (register(desks) for _ in range(3))
    transfer = send(desks, one, two, three, carrier="shuttle driver")
    schemas.TransferSchema().load(transfer)
    assert chain(desks, one)[-1] == ("sent", f"transfer:{transfer['id']}")
    first = accept(desks, transfer, one["number"].lower(), two["number"], "CSX-BBBBBB-B", shelf="A-2")
    schemas.AcceptedSchema().load(first)
    assert first["accepted"] == sorted([one["number"], two["number"]])
    assert (first["under_way"], first["unexpected"]) == ([three["number"]], ["CSX-BBBBBB-B"])
    assert (first["transfer"]["state"], full(desks, one)["item"]["shelf"]) == ("under_way", "A-2")
    again = accept(desks, transfer, one["number"])
    assert (again["accepted"], again["unexpected"]) == ([], []), "it arrived; that is no news"
    asked = ask(schemas.ReportMissingSchema(), item_id=three["id"], reason="not in the bag")
    assert usecases.report_missing(desks, PLACE, asked)["item"]["missing_at"] is not None
    last = accept(desks, transfer, three["number"])
    assert (last["transfer"]["state"], full(desks, three)["item"]["missing_at"]) == ("accepted", None)
    for desk_id in ("t1", "t2"):
        listed = usecases.list_transfers(desks, schemas.ListTransfersSchema().load({"desk_id": desk_id}))
        schemas.TransferPageSchema().load(listed)
        assert [each["id"] for each in listed["transfers"]] == [transfer["id"]]
    assert broken(desks) == []


def test_all_of_a_transfer_leaves_or_none_of_it(desks: Any) -> None:
    stored, reserved = register(desks), register(desks)
    elsewhere = register(desks, desk_id="t1")
    happen(desks, reserved["id"], CustodyKind.RESERVED)
    with pytest.raises(WrongState):
        send(desks, stored, reserved)
    with pytest.raises(NotHere):
        send(desks, stored, elsewhere)
    with pytest.raises(BadRequest):
        send(desks, stored, to_desk="t2")
    assert len(chain(desks, stored)) == 1


def test_an_airline_brings_its_items_to_a_desk(desks: Any) -> None:
    item = register(desks, desk_id=None, shelf=None, airline="CZ", item={"place": "AIRCRAFT"})
    transfer = send(desks, item, to_desk="t2", actor="partner:cz")
    assert transfer["from_holder"] == "airline:CZ"
    accept(desks, transfer, item["number"], shelf="A-1")
    assert [holder for _, holder in chain(desks, item)] == [
        "airline:CZ",
        f"transfer:{transfer['id']}",
        "desk:t2",
    ]


# --- stock-takes


def count(uow: Any, stocktake_id: str, *numbers: str, shelf: str | None = None) -> dict[str, str]:
    values = {"stocktake_id": stocktake_id, "numbers": list(numbers), "shelf": shelf}
    answer = usecases.scan_stocktake(uow, PLACE, ask(schemas.ScanStocktakeSchema(), **values))
    schemas.ScanStocktakeResultSchema().load(answer)
    return {each["number"]: each["result"] for each in answer["results"]}


def test_a_count_finds_what_is_other_than_the_books_say_and_mends_them(desks: Any) -> None:
    right, wrong_shelf, lost, given = (register(desks) for _ in range(4))
    away, found = register(desks, desk_id="t1"), register(desks)
    missed = ask(schemas.ReportMissingSchema(), item_id=found["id"], reason="not on its shelf")
    usecases.report_missing(desks, PLACE, missed)
    begun = usecases.begin_stocktake(desks, PLACE, ask(schemas.BeginStocktakeSchema(), desk_id="t2"))
    stocktake = begun["stocktake"]
    assert stocktake["expected"] == 5
    with pytest.raises(StocktakeOpen):
        usecases.begin_stocktake(desks, PLACE, ask(schemas.BeginStocktakeSchema(), desk_id="t2"))
    here = count(desks, stocktake["id"], right["number"], found["number"], away["number"], "?", shelf="A-1")
    assert here == {
        right["number"]: "expected",
        found["number"]: "expected",
        away["number"]: "unexpected",
        "?": "unknown",
    }
    assert count(desks, stocktake["id"], wrong_shelf["number"], shelf="B-1") == {
        wrong_shelf["number"]: "misplaced"
    }
    happen(desks, given["id"], CustodyKind.RESERVED)
    happen(desks, given["id"], CustodyKind.HANDED_OVER, "owner")
    open_ = usecases.get_stocktake(desks, stocktake["id"])
    closing = ask(schemas.CloseStocktakeSchema(), stocktake_id=stocktake["id"])
    closed = usecases.close_stocktake(desks, PLACE, closing)
    for answer in (begun, open_, closed):
        schemas.StocktakeResultSchema().load(answer)
    kinds = {each["number"]: each["kind"] for each in closed["differences"]}
    assert kinds == {
        lost["number"]: "missing",
        wrong_shelf["number"]: "misplaced",
        away["number"]: "unexpected",
        "?": "unknown",
    }
    assert {each["number"]: each["kind"] for each in open_["differences"]} == kinds
    assert full(desks, lost)["item"]["missing_at"] is not None
    assert full(desks, wrong_shelf)["item"]["shelf"] == "B-1"
    assert full(desks, found)["item"]["missing_at"] is None
    assert usecases.get_stocktake(desks, stocktake["id"])["differences"] != []
    with pytest.raises(StocktakeClosed):
        count(desks, stocktake["id"], lost["number"])
    listed = usecases.list_stocktakes(desks, schemas.ListStocktakesSchema().load({"desk_id": "t2"}))
    assert [each["state"] for each in listed["stocktakes"]] == ["closed"]
    assert broken(desks) == []

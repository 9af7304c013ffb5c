"""Whatever is asked of items, in whatever order: what is refused changes nothing, what is done is in a chain that adds up."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.errors import ServiceError
from services.lostfound import schemas, usecases
from services.lostfound.schemas import CustodyKind
from tests.unit.lostfound.examples import (
    LIU,
    PLACE,
    WANG,
    accept,
    ask,
    confirm,
    full,
    happen,
    open_desks,
    propose,
    register,
    send,
)

HANDS = {
    "reserve": (CustodyKind.RESERVED, None),
    "release": (CustodyKind.RELEASED, None),
    "hand over": (CustodyKind.HANDED_OVER, "owner"),
    "courier": (CustodyKind.COURIER_TOOK, "courier:c1"),
    "come back": (CustodyKind.CAME_BACK, "desk:t1"),
}
WHAT = [*HANDS, "send", "accept", "shelf", "missing", "correct", "count", "police", "void", "stock-take"]
STEPS = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(0, 1)), min_size=5, max_size=25)


class Desk:
    """Two items and what can be done with them."""

    def __init__(self, uow: Any) -> None:
        self.uow = uow
        self.items = [register(uow), register(uow, item={"category": "jewellery"})]
        self.transfers: list[dict[str, Any]] = []

    def do(self, what: str, which: int) -> None:
        item = self.items[which]
        if what in HANDS:
            kind, holder = HANDS[what]
            happen(self.uow, item["id"], kind, holder)
        elif what == "send":
            at_t1 = full(self.uow, item)["item"]["desk_id"] == "t1"
            self.transfers.append(send(self.uow, item, to_desk="t2" if at_t1 else "t1"))
        elif what == "accept":
            for transfer in self.transfers:
                accept(self.uow, transfer, item["number"])
        elif what == "police":
            confirm(self.uow, propose(self.uow, item))
        elif what == "stock-take":
            self._count()
        else:
            self._write(what, item["id"])

    def _write(self, what: str, item_id: str) -> None:
        asked: dict[str, dict[str, Any]] = {
            "shelf": {"shelf": "B-1"},
            "missing": {"reason": "gone"},
            "void": {"reason": "twice"},
            "count": {"cash": [{"currency": "CNY", "amount_minor": 100}], "witness": WANG},
            "correct": {
                "version": full(self.uow, {"id": item_id})["item"]["version"],
                "changes": {"brand": what},
            },
        }
        schema, work = {
            "shelf": (schemas.PutOnShelfSchema, usecases.put_on_shelf),
            "missing": (schemas.ReportMissingSchema, usecases.report_missing),
            "void": (schemas.VoidItemSchema, usecases.void_item),
            "count": (schemas.CountCashSchema, usecases.count_cash),
            "correct": (schemas.ChangeItemSchema, usecases.change_item),
        }[what]
        work(self.uow, PLACE, ask(schema(), item_id=item_id, **asked[what]))

    def _count(self) -> None:
        """A desk where nobody finds the second item."""
        begun = usecases.begin_stocktake(self.uow, PLACE, ask(schemas.BeginStocktakeSchema(), desk_id="t2"))
        values = {"stocktake_id": begun["stocktake"]["id"]}
        scanned = {**values, "numbers": [self.items[0]["number"]], "shelf": "A-2"}
        usecases.scan_stocktake(self.uow, PLACE, ask(schemas.ScanStocktakeSchema(), **scanned))
        usecases.close_stocktake(self.uow, PLACE, ask(schemas.CloseStocktakeSchema(), actor=LIU, **values))

    def look(self) -> list[Any]:
        return [full(self.uow, item) for item in self.items]


@settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_any_sequence_of_calls_leaves_chains_that_add_up(
    sqlite_uow: Any, steps: list[tuple[str, int]]
) -> None:
    open_desks(sqlite_uow)
    desk = Desk(sqlite_uow)
    for what, which in steps:
        before = desk.look()
        try:
            desk.do(what, which)
        except ServiceError:
            if what not in ("stock-take", "police"):
                assert desk.look() == before, f"{what} was refused and changed something"
    for item in desk.items:
        verified = usecases.verify_custody(sqlite_uow, item["id"], None)
        assert verified["broken"] == []
        assert verified["rows"] >= 1

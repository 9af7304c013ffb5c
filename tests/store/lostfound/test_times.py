"""Days and instants that no calendar here can show are refused where they come in. Over both databases."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from services.lostfound import schemas, usecases
from services.lostfound.schemas import reports
from tests.store.lostfound.test_airlines import found_on_board, one, register_found
from tests.unit.lostfound.examples import PLACE, WANG

ENDS = ("9999-12-31T23:00:00Z", "0001-01-01T00:00:00+14:00")


@pytest.mark.parametrize("at", ENDS)
def test_an_airline_cannot_break_the_public_list(desks: Any, at: str) -> None:
    one(desks)
    (result,) = register_found(desks, found_on_board("ODD", found_from=at))
    assert (result["outcome"], list(result["reasons"])) == ("refused", ["found_from"])
    (result,) = register_found(desks, found_on_board("ODD", found_to="9999-12-31T23:00:00Z"))
    assert (result["outcome"], list(result["reasons"])) == ("refused", ["found_to"])
    listed = usecases.list_public(desks, PLACE, schemas.ListPublicSchema().load({}))
    assert len(listed["items"]) == 1


@pytest.mark.parametrize("at", ENDS)
def test_neither_do_desks_ask_for_what_cannot_be(at: str) -> None:
    request = {"request_id": "r" * 8, "actor": WANG, "item_id": "i", "version": 1}
    for schema, asked in (
        (schemas.ChangeItemSchema, {**request, "changes": {"found_from": at}}),
        (schemas.SearchItemsSchema, {"from_day": at[:10]}),
        (schemas.SearchItemsSchema, {"to_day": at[:10]}),
        (schemas.FiguresArgumentsSchema, {"from_day": at[:10], "to_day": at[:10]}),
        (reports.SearchReportsSchema, {"actor": WANG, "filed_from": at}),
    ):
        with pytest.raises(ValidationError):
            schema().load(asked)

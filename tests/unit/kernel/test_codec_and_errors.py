"""What travels: JSON, and errors as one document."""

from __future__ import annotations

import json
from decimal import Decimal
from uuid import UUID

import pytest

from kernel.errors import Conflict, Kind
from kernel.wire import codec
from kernel.wire.errors import bad_request, error_body, error_of, read_error


class SoldOut(Conflict):
    code = "desk.sold_out"


def test_what_orjson_knows_and_what_it_does_not_both_travel() -> None:
    assert codec.decode(codec.encode({"name": "长沙", "at": None})) == {"name": "长沙", "at": None}
    value = {"amount": Decimal("1.10"), "id": UUID(int=1), "kind": Kind.CONFLICT, "set": {2, 1}}
    assert codec.decode(codec.encode(value)) == {
        "amount": "1.10",
        "id": str(UUID(int=1)),
        "kind": "conflict",
        "set": [1, 2],
    }
    assert json.loads(codec.encode({1: 2**70})) == {"1": 2**70}


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        codec.encode({"value": object()})
    with pytest.raises(ValueError):
        codec.decode(b"{")


def test_an_error_arrives_as_it_was_raised() -> None:
    body = json.loads(error_body(SoldOut(left=2500, seats=[1, 2])))
    assert body["result"] is None
    error = read_error(body["error"])
    assert (error.code, error.kind, error.data) == (
        "desk.sold_out",
        Kind.CONFLICT,
        {"left": 2500, "seats": [1, 2]},
    )


def test_a_plain_services_error_is_internal_and_names_its_type() -> None:
    error = read_error({"exc_type": "ValueError", "exc_args": ["2500"], "value": "2500"})
    assert (error.code, error.kind, error.data) == ("internal", Kind.INTERNAL, {"exc_type": "ValueError"})


def test_what_is_our_fault_says_nothing_but_where_to_look() -> None:
    error = error_of(ValueError("Zhang Wei"), "desk.sell.2")
    assert error.to_document() == {"code": "internal", "kind": "internal", "data": {"call_id": "desk.sell.2"}}
    refusal = SoldOut()
    assert error_of(refusal, None) is refusal


def test_a_broken_request_gets_its_services_own_code() -> None:
    error = bad_request("desk", {"seat": ["Not a valid integer."]})
    assert (error.code, error.kind) == ("desk.bad_request", Kind.INVALID)


def test_what_is_wrong_with_the_items_of_a_list_travels_under_their_numbers() -> None:
    body = json.loads(error_body(bad_request("desk", {"items": {0: {"kind": ["No."]}}})))
    assert read_error(body["error"]).data == {"fields": {"items": {"0": {"kind": ["No."]}}}}

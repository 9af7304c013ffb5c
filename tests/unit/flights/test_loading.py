"""The quick reader says what marshmallow says, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load

from kernel.loading import Unsure, loader, reader
from services.flights.schemas import Milestone, Status, UpdateSchema
from tests.unit.flights.examples import leg

SCHEMA = UpdateSchema()
READ = reader(SCHEMA)

_instants = st.sampled_from(
    [
        "2026-11-23T08:00:00Z",
        "2026-11-23T08:00+08:00",
        "2026-11-23T08:00:00.25-05:00",
        "2026-11-23T24:00:00Z",
        "2026-11-23T08:00:00",
        "20261123T080000Z",
        "2026-11-23T08:00:60Z",
        "２026-11-23T08:00:00Z",
        "",
        None,
        5,
    ]
)
_gates = st.sampled_from(["12", "", "x" * 13, "A\n1", None, 7, True])
_codes = st.sampled_from(["CSX", "csx", "CSX\n", "PEK", 3, None])
_legs = st.fixed_dictionaries(
    {
        "airline": st.sampled_from(["CZ", "9C", "CSN", "C", 1]),
        "number": st.sampled_from(["3101", "0", "12345", 3101, "3101\n"]),
        "departure_airport": _codes,
        "arrival_airport": _codes,
        "origin_date": st.sampled_from(["2026-11-23", "2026-11-31", "20261123", "2026-W48-1", None]),
    },
    optional={
        "repeat": st.sampled_from([1, 9, 0, "2", True, 1.0]),
        "suffix": st.sampled_from(["", "A", "a"]),
    },
)
_updates = st.fixed_dictionaries(
    {"leg": st.just(leg()) | _legs, "event_at": _instants},
    optional={
        "sequence": st.sampled_from([0, 7, -1, 2**40, True, "1", 1.0]),
        "status": st.sampled_from([*[s.value for s in Status], "gone", None, 4]),
        "reinstated": st.sampled_from([True, False, 1, "true", None]),
        "times": st.dictionaries(
            st.sampled_from([*[m.value for m in Milestone], "lunch"]),
            st.dictionaries(st.sampled_from(["actual_at", "estimated_at", "at"]), _instants, max_size=2)
            | st.none(),
            max_size=2,
        ),
        "departure": st.dictionaries(st.sampled_from(["gate", "stand", "belt"]), _gates, max_size=2),
        "delays": st.none()
        | st.lists(
            st.sampled_from([{"code": "93"}, {"code": "9"}, {"code": "71A", "minutes": 5}, {}, 3]), max_size=9
        ),
        "codeshares": st.none() | st.lists(st.sampled_from(["MF1", "?", 3, None]), max_size=3),
        "route": st.lists(_codes, max_size=3) | st.just("CSX"),
        "inbound": st.none() | _legs,
        "colour": st.just("red"),
    },
)


def loaded(item: Any) -> Any:
    try:
        return SCHEMA.load(item)
    except ValidationError:
        return "invalid"


@given(_updates | st.sampled_from([None, [], "x", 3]))
@settings(max_examples=400, deadline=None)
def test_it_reads_what_marshmallow_reads_or_is_unsure(item: Any) -> None:
    try:
        read = READ(item)
    except Unsure:
        return
    assert read == loaded(item)
    assert list(map(type, read.values())) == list(map(type, (loaded(item)[name] for name in read)))


def test_it_is_sure_of_the_usual_report() -> None:
    """Control: a reader that is never sure would pass the test above."""
    usual = {
        "leg": {**leg(), "suffix": "A"},
        "event_at": "2026-11-23T08:00:00+08:00",
        "sequence": 3,
        "status": "boarding",
        "times": {"off_block": {"estimated_at": "2026-11-23T08:00:00Z", "actual_at": None}},
        "departure": {"gate": "12"},
        "delays": [{"code": "93", "minutes": 20}],
        "codeshares": ["MF1101"],
        "route": ["CSX", "PEK"],
        "inbound": leg(),
    }
    assert READ(usual) == SCHEMA.load(usual)


class _Odd(Schema):
    price = fields.Decimal()


class _Hooked(Schema):
    text = fields.String()

    @pre_load
    def strip(self, data: Any, **_: Any) -> Any:
        return {"text": data["text"].strip()}


class _Renamed(Schema):
    text = fields.String(data_key="Text")


class _Lenient(Schema):
    class Meta:
        unknown = EXCLUDE

    text = fields.String()


class _Formatted(Schema):
    at = fields.AwareDateTime(format="rfc")


class _Untyped(Schema):
    anything = fields.Dict()


@pytest.mark.parametrize(
    ("schema", "item"),
    [
        (_Odd(), {"price": "1.50"}),
        (_Hooked(), {"text": " a "}),
        (_Renamed(), {"Text": "a"}),
        (_Lenient(), {"text": "a", "colour": "red"}),
        (_Formatted(), {"at": "Mon, 23 Nov 2026 08:00:00 +0000"}),
        (_Untyped(), {"anything": {"a": 1}}),
    ],
)
def test_a_schema_that_says_more_than_it_understands_is_left_to_marshmallow(
    schema: Schema, item: dict[str, Any]
) -> None:
    with pytest.raises(TypeError):
        reader(schema)
    assert loader(schema)(item) == schema.load(item)


def test_what_it_is_unsure_of_is_worded_by_marshmallow() -> None:
    with pytest.raises(ValidationError, match="Unknown field"):
        loader(SCHEMA)({"leg": leg(), "event_at": "2026-11-23T08:00:00Z", "colour": "red"})

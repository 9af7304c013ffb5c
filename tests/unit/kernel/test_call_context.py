"""How long a service may work for a caller, and what travels with a call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.context import CallContext
from kernel.wire.context import (
    DEFAULT_CALL_S,
    LONGEST_CALL_S,
    budget_s,
    caller_waits_s,
    expiration_of,
    headers_for,
    strip,
)


@given(st.floats(min_value=0.001, max_value=LONGEST_CALL_S))
def test_the_work_ends_before_the_caller_gives_up(waits_s: float) -> None:
    assert 0 < budget_s(waits_s) < waits_s
    assert waits_s - budget_s(waits_s) <= 1.0


def test_the_gateways_four_seconds_leave_a_service_three() -> None:
    assert budget_s(4.0) == 3.0


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        (1500, 1.5),
        (0, 0.0),
        (-5, 0.0),
        (float("nan"), 0.0),
        (float("inf"), LONGEST_CALL_S),
        (10**9, LONGEST_CALL_S),
        (None, DEFAULT_CALL_S),
        ("soon", DEFAULT_CALL_S),
        (True, DEFAULT_CALL_S),
    ],
)
def test_a_stated_deadline_is_never_taken_on_trust(stated: object, seconds: float) -> None:
    assert caller_waits_s({"deadline_ms": stated}) == seconds


def test_only_headers_of_ours_are_read() -> None:
    headers = {"nameko.language": "zh", "x-death": [], "nameko.call_id_stack": ["a.1"]}
    assert strip(headers) == {"language": "zh", "call_id_stack": ["a.1"]}
    assert strip(None) == {}


@pytest.mark.parametrize("stack", ["a.1", 7, [1], {"a": 1}])
def test_a_call_stack_of_another_shape_is_left_out(stack: object) -> None:
    assert strip({"nameko.call_id_stack": stack}) == {}


def test_what_is_unknown_does_not_travel() -> None:
    assert headers_for(CallContext(call_ids=("a.1",)), 0.25) == {
        "nameko.call_id_stack": ["a.1"],
        "nameko.deadline_ms": 250,
    }


@given(st.floats(min_value=-10, max_value=1e6))
def test_a_time_to_live_is_whole_milliseconds_and_never_none(seconds: float) -> None:
    assert int(expiration_of(seconds)) >= 1
    assert abs(int(expiration_of(seconds)) - max(1, seconds * 1000)) <= 1

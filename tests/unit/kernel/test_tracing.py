"""Trace context travels whether or not anybody collects spans."""

from __future__ import annotations

import pytest

from kernel import tracing

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_without_a_collector_a_trace_is_passed_on_as_it_came() -> None:
    assert not tracing.enabled()
    with tracing.span("desk.sell", GIVEN, {}) as traceparent:
        assert traceparent == GIVEN


def test_a_new_trace_is_a_valid_one_and_unlike_any_other() -> None:
    first, second = tracing.new_traceparent(), tracing.new_traceparent()
    assert tracing.valid(first) == first
    assert first != second


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "00",
        GIVEN.upper(),
        "01" + GIVEN[2:],
        GIVEN.replace("b7ad6b7169203331", "0" * 16),
        GIVEN + "-x",
    ],
)
def test_what_is_no_traceparent_is_not_taken(text: str | None) -> None:
    assert tracing.valid(text) is None

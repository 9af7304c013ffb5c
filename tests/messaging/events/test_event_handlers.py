"""What becomes of an event whose handler fails, and of what is no event (facts 6 and 7)."""

from __future__ import annotations

import json

import pytest

from kernel.wire import queues
from tests.messaging.events.conftest import Suite, Wire, envelope, eventually

QUEUE = queues.event_queue_name("counter", "sold", "ledger")
PARKED = queues.parked_queue_name("ledger")


def test_an_event_from_an_outbox_takes_effect_in_another_service(suite: Suite, wire: Wire) -> None:
    suite.start("ledger")
    suite.start("counter")
    wire.call("counter", "sell", {"request_id": "r-00000001", "key": "seat 1", "events": [{"key": "seat 1"}]})
    assert wire.answer() == {"result": {"sold": "seat 1"}, "error": None}
    eventually(lambda: suite.count("ledger", "seat 1") == 1)
    eventually(lambda: suite.unsent("counter") == 0)


def test_the_same_event_twice_takes_effect_once(suite: Suite, wire: Wire) -> None:
    ledger = suite.start("ledger")
    body = envelope(key="seat 1")
    for _ in range(5):
        wire.publish("counter.events", "sold", body)
    eventually(lambda: suite.count("ledger", "attempt seat 1") == 5)
    ledger.stop()  # after a drain nothing is under way
    assert suite.count("ledger", "seat 1") == 1
    assert wire.depth(QUEUE) == 0


def test_an_event_that_a_glance_turns_away_costs_no_worker_and_is_gone(suite: Suite, wire: Wire) -> None:
    ledger = suite.start("ledger")
    for key, glance in (("away", "nobody's business"), ("odd", "stumbles"), ("seat 1", "worth a worker")):
        wire.publish("counter.events", "sold", envelope(key=key, glance=glance))
    eventually(lambda: suite.count("ledger", "seat 1") == 1)
    eventually(lambda: suite.count("ledger", "odd") == 1)
    ledger.stop()
    assert suite.count("ledger", "attempt away") == 0
    assert wire.depth(QUEUE) == wire.depth(PARKED) == 0


@pytest.mark.parametrize("kind", queues.QUEUE_TYPES)
def test_a_failed_event_is_tried_again_until_it_works(suite: Suite, wire: Wire, kind: str) -> None:
    suite.start("ledger", QUEUE_TYPE=kind)
    wire.publish("counter.events", "sold", envelope(key="seat 1", failures=3))
    eventually(lambda: suite.count("ledger", "seat 1") == 1)
    assert suite.count("ledger", "attempt seat 1") == 4
    assert wire.depth(PARKED) == 0


@pytest.mark.parametrize("kind", queues.QUEUE_TYPES)
def test_an_event_that_never_works_is_parked_with_the_reason(suite: Suite, wire: Wire, kind: str) -> None:
    suite.start("ledger", QUEUE_TYPE=kind)
    body = envelope(key="seat 1", failures=99)
    wire.publish("counter.events", "sold", body)
    properties, parked = eventually(lambda: wire.take(PARKED))
    assert parked == body
    assert properties.headers["x-parked-reason"] == "failed"
    assert properties.headers["x-failed-code"] == "ValueError"
    assert properties.headers["x-attempts"] == 4
    assert properties.headers["x-origin-queue"] == QUEUE
    assert "as the test wants" not in json.dumps(properties.headers)
    assert suite.count("ledger", "attempt seat 1") == 4
    assert wire.depth(QUEUE) == 0


def test_an_event_waits_in_its_tier_while_others_pass(suite: Suite, wire: Wire) -> None:
    suite.start("ledger", EVENT_RETRY_S="4,30,300")
    wire.publish("counter.events", "sold", envelope(key="slow", failures=1))
    eventually(lambda: wire.depth(f"{QUEUE}.retry.5s") == 1)
    wire.publish("counter.events", "sold", envelope(key="quick"))
    eventually(lambda: suite.count("ledger", "quick") == 1)
    assert suite.count("ledger", "slow") == 0
    eventually(lambda: suite.count("ledger", "slow") == 1)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(b"{not json", "application/json", id="undecodable"),
        pytest.param(b'{"id": "1", "data": {}}', None, id="no content type"),
        pytest.param(b'["no", "envelope"]', "application/json", id="no envelope"),
        pytest.param(b"\xff\xfe", "application/json", id="not utf-8"),
    ],
)
def test_poison_is_parked_as_it_came_and_the_next_event_works(
    suite: Suite, wire: Wire, body: bytes, content_type: str | None
) -> None:
    service = suite.start("ledger")
    wire.publish("counter.events", "sold", body, content_type)
    wire.publish("counter.events", "sold", envelope(key="seat 1"))
    eventually(lambda: suite.count("ledger", "seat 1") == 1)
    properties, parked = eventually(lambda: wire.take(PARKED))
    assert parked == body
    assert properties.headers["x-death"][0]["queue"] == QUEUE
    assert service.process.poll() is None


def test_control_nameko_loses_a_failed_event_or_tries_it_hot(suite: Suite, wire: Wire) -> None:
    suite.start("naive")
    wire.publish("counter.events", "asked", b'"anything"')
    eventually(lambda: suite.count("naive", "insisted") > 50)
    assert suite.count("naive", "forgotten") == 1

"""What a worker raises, returns and leaves behind (facts 2, 5, 6, 17, 22, 23)."""

from __future__ import annotations

from pathlib import Path

from nameko.exceptions import serialize

from kernel.wire import queues
from tests.messaging.calls.harness import Wire, eventually, new_name, running
from tests.messaging.calls.notes import notes


def test_what_a_use_case_commits_is_there_when_the_answer_is(wire: Wire, desk: str, tmp_path: Path) -> None:
    path = tmp_path / "rows"
    wire.call(desk, "commit_in_use_case", {"path": str(path)})
    assert notes(path) == ["committed"]


def test_control_what_a_hook_commits_is_not_there_yet(wire: Wire, desk: str, tmp_path: Path) -> None:
    path = tmp_path / "rows"
    assert wire.call(desk, "commit_in_hook", {"path": str(path)}).result == {"done": True}
    assert notes(path) == []
    eventually(lambda: notes(path) == ["committed"])


def test_an_escaped_timeout_is_answered_and_costs_no_worker(wire: Wire, amqp_url: str) -> None:
    name = new_name("desk")
    with running("ours", f"Desk={name}", AMQP_URL=amqp_url, SERVICE_MAX_WORKERS="2") as services:
        for _ in range(5):
            assert wire.call(name, "escape").document["kind"] == "deadline"
        assert wire.call(name, "leave").document["code"] == "internal"
        assert wire.call(name, "echo", {"a": 1}).result == {"a": 1}
        assert "a Timeout escaped" in services.log


def test_control_escaped_timeouts_make_a_plain_service_a_zombie(wire: Wire, amqp_url: str) -> None:
    name = new_name("plain")
    with running("stock", f"Plain={name}", AMQP_URL=amqp_url, MAX_WORKERS="2") as services:
        assert wire.call(name, "echo", {"a": 1}).result == {"a": 1}
        for _ in range(2):
            wire.send(name, "escape")
        assert wire.try_call(name, "echo", {"a": 1}, seconds=1.5) is None
        assert services.alive


def test_poison_is_parked_and_the_service_goes_on(wire: Wire, desk: str) -> None:
    parked = queues.parked_queue_name(desk)
    before = wire.depth(parked)
    wire.send(desk, "echo", {"a": 1}, reply_to=None)
    wire.send(desk, "echo", {"a": 1}, content_type=None)
    wire.send(desk, "echo", {"a": 1}, content_type="text/plain")
    wire.send(desk, "echo", body=b"{not json")
    wire.send(desk, "echo", headers={"compression": "bzip2"})
    assert wire.call(desk, "echo", {"a": 2}).result == {"a": 2}
    eventually(lambda: wire.depth(parked) == before + 5)


def test_control_a_message_without_reply_to_ends_a_plain_service(wire: Wire, amqp_url: str) -> None:
    name = new_name("plain")
    with running("stock", f"Plain={name}", AMQP_URL=amqp_url) as services:
        wire.send(name, "echo", {"a": 1}, reply_to=None)
        assert services.wait(10.0) not in (None, 0)
        assert "KeyError" in services.log
    eventually(lambda: wire.depth(f"rpc-{name}") == 1)  # and the next copy gets it


def test_a_body_of_another_shape_gets_an_answer(wire: Wire, desk: str) -> None:
    for body in (b"[]", b"{}", b'{"args": [1], "kwargs": {}}', b'{"args": [], "kwargs": {"request": 1}}'):
        assert wire.call(desk, "echo", body=body).document["code"] == "wire.bad_call"
    assert wire.call(desk, "nothing_of_that_name").document["code"] == "wire.unknown_method"


def test_headers_of_another_shape_do_no_harm(wire: Wire, desk: str) -> None:
    strange = {
        "nameko.call_id_stack": 7,
        "nameko.principal": {"partner": "cz"},
        "nameko.language": 3,
        "nameko.deadline_ms": "soon",
    }
    answer = wire.call(desk, "context", headers=strange)
    assert answer.result["principal"] == '{"partner":"cz"}'
    assert len(answer.result["call_ids"]) == 1


def test_errors_keep_their_structure(wire: Wire, desk: str) -> None:
    document = wire.call(desk, "refuse").document
    assert document == {"code": "desk.sold_out", "kind": "conflict", "data": {"left": 2500, "seats": [1, 2]}}


def test_control_nameko_makes_texts_of_an_errors_arguments(wire: Wire, plain: str) -> None:
    answer = wire.call(plain, "refuse")
    assert answer.error is not None
    assert answer.error["exc_args"] == ["2500"] == serialize(ValueError(2500))["exc_args"]


def test_requests_and_results_go_through_their_schemas(wire: Wire, desk: str) -> None:
    assert wire.call(desk, "seat", {"seat": 7}).result == {"seat": 8}
    document = wire.call(desk, "seat", {"seat": "seven"}).document
    assert document["code"] == f"{desk}.bad_request"
    assert document["kind"] == "invalid"
    assert document["data"]["fields"] == {"seat": ["Not a valid integer."]}


def test_what_is_our_fault_tells_the_caller_a_call_id_only(wire: Wire, desk: str, desk_process) -> None:  # type: ignore[no-untyped-def]
    document = wire.call(desk, "fail", {"text": "Zhang Wei 430102199001011234"}).document
    assert document["code"] == "internal"
    assert set(document["data"]) == {"call_id"}
    assert document["data"]["call_id"] in desk_process.log
    assert "Zhang" not in desk_process.log
    assert wire.call(desk, "no_json").document["code"] == "internal"


def test_the_publishers_limit_follows_the_workers(wire: Wire, desk: str, plain: str) -> None:
    assert wire.call(desk, "publisher_limit").result["limit"] >= 20
    # The control: whatever max_workers is, the eleventh that publishes waits.
    assert wire.call(plain, "publisher_limit").result["limit"] == 10


def test_control_a_plain_service_can_not_answer_while_its_publishers_are_busy(
    wire: Wire, amqp_url: str
) -> None:
    name = new_name("plain")
    with running("stock", f"Plain={name}", AMQP_URL=amqp_url, MAX_WORKERS="20"):
        assert wire.call(name, "echo").result == {}
        assert wire.try_call(name, "hold_publishers", seconds=1.0) is None
        assert wire.try_call(name, "echo", seconds=1.0) is None


def test_no_raw_body_gets_into_the_log(
    wire: Wire, desk: str, desk_process, plain: str, plain_process
) -> None:  # type: ignore[no-untyped-def]
    body = b'{"passport": "E12345678"'
    wire.send(desk, "echo", body=body)
    wire.call(desk, "echo")
    assert "message parked" in desk_process.log
    assert "E12345678" not in desk_process.log
    # The control: kombu's own line quotes it.
    wire.send(plain, "echo", body=body)
    eventually(lambda: "E12345678" in plain_process.log)

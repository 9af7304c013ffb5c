"""Ending in good order: nothing worked on twice, nothing stuck (facts 3, 11)."""

from __future__ import annotations

from pathlib import Path

from tests.messaging.calls.harness import Services, Wire, deadline, eventually, new_name, running
from tests.messaging.calls.notes import notes


def test_a_drained_service_finishes_its_work_and_answers(wire: Wire, amqp_url: str, tmp_path: Path) -> None:
    """Three seconds of work, told to stop in the middle, with another copy waiting for its messages."""
    name, path = new_name("desk"), tmp_path / "rows"
    with running("ours", f"Desk={name}", AMQP_URL=amqp_url) as old:
        call = wire.send(name, "work", {"path": str(path), "work_s": 3}, **deadline(10))
        eventually(lambda: notes(path) == ["begun"])
        old.terminate()
        with running("ours", f"Desk={name}", AMQP_URL=amqp_url):
            answer = wire.wait(call)
            assert answer is not None
            assert answer.result == {"done": True}
            assert old.wait(5.0) == 0
            assert wire.call(name, "echo", {"a": 1}).result == {"a": 1}
        assert notes(path) == ["begun", "done"]


def test_control_a_plain_service_lets_its_work_be_done_twice(
    wire: Wire, amqp_url: str, tmp_path: Path
) -> None:
    name, path = new_name("plain"), tmp_path / "rows"
    with running("stock", f"Plain={name}", AMQP_URL=amqp_url) as old:
        wire.send(name, "work", {"path": str(path), "work_s": 4})
        eventually(lambda: notes(path) == ["begun"])
        old.terminate()
        with running("stock", f"Plain={name}", AMQP_URL=amqp_url):
            eventually(lambda: notes(path).count("begun") == 2)


def test_a_drained_service_takes_nothing_new(wire: Wire, amqp_url: str, tmp_path: Path) -> None:
    name, path = new_name("desk"), tmp_path / "rows"
    with running("ours", f"Desk={name}", AMQP_URL=amqp_url) as services:
        wire.send(name, "work", {"path": str(path), "work_s": 1.5})
        eventually(lambda: notes(path) == ["begun"])
        services.terminate()
        eventually(lambda: wire.consumers(f"rpc-{name}") == 0)
        late = wire.send(name, "echo", {"a": 1})
        assert services.wait(5.0) == 0
        assert notes(path) == ["begun", "done"]
        assert wire.wait(late, 0.2) is None
        assert wire.depth(f"rpc-{name}") == 1
    wire.channel.queue_purge(f"rpc-{name}")


def test_a_service_that_never_reached_its_broker_stops_when_told() -> None:
    services = Services("ours", "Desk=desk", AMQP_URL="amqp://nobody:x@127.0.0.1:1/")
    try:
        eventually(lambda: "the broker can't be reached" in services.log)
        services.terminate()
        assert services.wait(5.0) == 0
    finally:
        services.end()


def circle(there: str, here: str) -> dict[str, object]:
    """A request by which `here` calls `there`, which calls `here`, which has no worker left to answer."""
    back = {"service": here, "method": "echo", "request": {}}
    return {"service": there, "method": "call_out", "request": back}


def test_a_circle_of_calls_ends_at_the_deadline_and_stops_when_told(wire: Wire, amqp_url: str) -> None:
    here, there = new_name("desk"), new_name("desk")
    with running(
        "ours", f"Desk={here}", f"Desk={there}", AMQP_URL=amqp_url, SERVICE_MAX_WORKERS="1"
    ) as services:
        answer = wire.call(here, "call_out", circle(there, here), **deadline(2.0))
        assert answer.took_s < 2.0
        innermost = answer.result["result"]
        assert "deadline" in (answer.result["outcome"], (innermost or {}).get("outcome"))
        wire.send(here, "call_out", circle(there, here), **deadline(2.0))
        services.terminate()
        assert services.wait(8.0) == 0


def test_control_a_circle_of_plain_calls_never_ends(wire: Wire, amqp_url: str) -> None:
    here, there = new_name("plain"), new_name("plain")
    targets = f'{{"{here}": "{there}", "{there}": "{here}"}}'
    specs = (f"Asking={here}", f"Asking={there}")
    with running("stock", *specs, AMQP_URL=amqp_url, MAX_WORKERS="1", TARGETS=targets) as services:
        assert wire.try_call(here, "call_out", circle(there, here), seconds=2.0) is None
        services.terminate()
        assert services.wait(3.0) is None

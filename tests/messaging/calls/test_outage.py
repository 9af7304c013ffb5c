"""The broker goes away for half a minute and comes back (facts 12, 18); a service dies.

The outage has a broker of its own and runs in the background, begun by the first test of the run, so that
the others don't wait for it.
"""

from __future__ import annotations

import json
import re

from deploy.ports import free_port
from tests.messaging.calls.harness import Wire, eventually, get, new_name, running
from tests.messaging.calls.outage import Outage, Report


def test_a_service_outlives_an_outage_and_answers_within_seconds(outage: Outage) -> None:
    report: Report = outage.report()
    assert report.ours_survived, report.ours_log
    assert report.first_answer_s is not None
    assert report.first_answer_s < 10.0
    assert report.unready_during is True


def test_control_a_plain_service_with_an_answer_to_give_dies_of_it(outage: Outage) -> None:
    assert outage.report().plain_exit_status not in (None, 0)


def test_control_a_plain_services_attempts_grow_rare(outage: Outage) -> None:
    waits_s = [float(each) for each in re.findall(r"Retrying in ([\d.]+) seconds", outage.report().plain_log)]
    assert max(waits_s) >= 10.0
    ours_s = [
        json.loads(line)["retry_in_s"]
        for line in outage.report().ours_log.splitlines()
        if "retry_in_s" in line
    ]
    assert len(ours_s) > 5
    assert max(ours_s) <= 2.5


def test_a_service_that_dies_ends_its_process(wire: Wire, amqp_url: str) -> None:
    """The supervisor starts the process again; its other services finish what they have."""
    broken, other = new_name("desk"), new_name("desk")
    port = free_port()
    specs = (f"Desk={broken}", f"Desk={other}")
    with running("ours", *specs, AMQP_URL=amqp_url, SERVICES_OPS_PORT=str(port)) as services:
        assert get(port, "/readyz")[0] == 200
        slow = wire.send(other, "work", {"path": "/dev/null", "work_s": 1})
        wire.call(other, "echo")
        wire.call(broken, "break_container")
        answer = wire.wait(slow)
        assert answer is not None
        assert answer.result == {"done": True}
        assert services.wait(10.0) == 1
        assert f"{broken} died" in services.log
    eventually(lambda: wire.consumers(f"rpc-{other}") == 0)

"""The desk of lost and found over a real broker: sealed at the door, opened in the service, proven by the command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kernel.ids import new_id
from kernel.sealing import seal
from services.lostfound import schemas
from tests.messaging.calls.harness import Wire
from tests.support.stack import Stack
from tests.unit.lostfound.examples import LIU, MARKS, WANG, jacket


@pytest.fixture
def wire(stack: Stack) -> Iterator[Wire]:
    wire = Wire(stack.amqp_url)
    yield wire
    wire.close()


def test_a_jacket_comes_in_goes_to_the_other_terminal_and_its_custody_is_proven(
    stack: Stack, wire: Wire
) -> None:
    def ask(method: str, /, **request: Any) -> dict[str, Any]:
        answer = wire.call("lostfound", method, request)
        assert answer.error is None, answer.error
        result: dict[str, Any] = answer.result
        return result

    def write(method: str, /, actor: str = LIU, **request: Any) -> dict[str, Any]:
        return ask(method, request_id=new_id(), actor=actor, **request)

    vocabulary = ask("list_vocabulary")
    schemas.VocabularySchema().load(vocabulary)
    assert {"t1", "t2"} <= {desk["id"] for desk in vocabulary["desks"]}, "the first start opened them"
    key = ask("get_sealing_key")["key"]
    personal = seal(key, json.dumps({"marks": MARKS}))
    item = write("register_item", desk_id="t2", shelf="A-1", item=jacket(), personal=personal)["item"]
    transfer = write("send_transfer", item_ids=[item["id"]], to_desk="t1")["transfer"]
    arrived = write("accept_transfer", WANG, transfer_id=transfer["id"], numbers=[item["number"]])
    assert arrived["accepted"] == [item["number"]]
    shown = ask("get_item", number=item["number"])
    schemas.FullItemSchema().load(shown)
    assert shown["personal"]["marks"] == MARKS
    assert [row["to_holder"] for row in shown["custody"]] == [
        "desk:t2",
        f"transfer:{transfer['id']}",
        "desk:t1",
    ]
    process = stack.run("verify", "-m", "deploy.cli", "lostfound", "verify-custody", item["number"])
    assert process.wait(30.0)
    assert process.returncode == 0
    assert "1 items, 3 rows, 0 broken" in stack.log("verify")
    assert MARKS not in stack.log("services")

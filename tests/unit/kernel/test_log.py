"""What gets into the log, and what doesn't."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from kernel import context
from kernel import log as kernel_log
from kernel.context import CallContext
from kernel.log import ALLOWED, Ended, LogSettings, call_ended


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {
        name: logging.getLogger(name).level
        for name in ("amqp", "kombu", "nameko", "pika", "urllib3", "eventlet")
    }
    yield
    root.handlers[:], root.level = handlers, level
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)
    logging.captureWarnings(False)
    kernel_log._calls.open("", None)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def configured(level: str = "INFO") -> io.StringIO:
    stream = io.StringIO()
    kernel_log.configure("test", LogSettings(level), stream)
    return stream


def test_a_record_is_one_line_of_json() -> None:
    stream = configured()
    logging.getLogger("services.desk").warning("sold out", extra={"service": "desk", "count": 3})
    [line] = lines(stream)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "warning",
        "process": "test",
        "logger": "services.desk",
        "message": "sold out",
        "service": "desk",
        "count": 3,
    }


def test_a_field_that_is_not_on_the_list_is_dropped() -> None:
    stream = configured()
    personal = {
        "name_of_passenger": "Zhang Wei",
        "document": "E12345678",
        "body": "…",
        "phone": "13800000000",
    }
    assert not ALLOWED & set(personal)
    logging.getLogger("x").warning("claimed", extra=personal | {"service": "lostfound"})
    text = stream.getvalue()
    assert not [value for value in personal.values() if value in text]
    assert "lostfound" in text


def test_an_error_is_told_by_type_and_place_and_not_by_its_text() -> None:
    stream = configured()
    try:
        raise ValueError("Zhang Wei 430102199001011234")
    except ValueError:
        logging.getLogger("x").exception("it failed")
    assert "Zhang" not in stream.getvalue()
    [line] = lines(stream)
    assert line["error"] == "ValueError"
    assert "test_log.py" in line["error_at"][-1]


def test_development_may_see_the_text() -> None:
    stream = configured("DEBUG")
    try:
        raise ValueError("left is right")
    except ValueError:
        logging.getLogger("x").exception("it failed")
    assert lines(stream)[0]["error_text"] == "left is right"


def test_a_line_names_the_call_it_belongs_to() -> None:
    stream = configured()
    with context.entered(CallContext(call_ids=("gateway.1", "desk.sell.2"))):
        logging.getLogger("x").info("selling")
    assert lines(stream)[0]["call_id"] == "desk.sell.2"


def test_kombus_quotation_of_a_body_is_dropped() -> None:
    stream = configured()
    message = "Can't decode message body: %r (type:%r encoding:%r raw:%r')"
    logging.getLogger("kombu.mixins").error(message, ValueError(), "application/json", "utf-8", b"E12345678")
    assert "E12345678" not in stream.getvalue()
    assert lines(stream)[0]["message"] == "a message could not be decoded"


def test_a_call_leaves_a_line_at_info_and_none_above() -> None:
    ended = Ended("desk.sell.2", "desk", "sell", 0.0123, 1.5, "conflict", "desk.sold_out")
    stream = configured()
    call_ended(ended)
    [line] = lines(stream)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "process": "test",
        "message": "call",
        "call_id": "desk.sell.2",
        "service": "desk",
        "method": "sell",
        "duration_ms": 12.3,
        "deadline_left_ms": 1500,
        "outcome": "conflict",
        "code": "desk.sold_out",
    }
    stream = configured("WARNING")
    call_ended(ended)
    assert stream.getvalue() == ""


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="LOG_LEVEL"):
        LogSettings("LOUD")

"""Structured logs: one JSON document a line, and nothing personal in them.

A record's extra fields pass only if they are on `ALLOWED`; errors are named by type and place, without their
text, which may hold what a person typed (`LOG_LEVEL=DEBUG` shows it, for development). Messages are constant
texts: who calls `log.info("…%s", name)` with a traveller's data defeats the filter.

The fields of a call are a flight recorder's: call id, service, method, how long, how much time was left, how
it ended.
"""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TextIO

import orjson

from kernel import clock, context
from kernel.config import load, setting

ALLOWED: Final = frozenset(
    {
        "aggregate_version",
        "attempt",
        "client_id",
        "code",
        "count",
        "deadline_left_ms",
        "delay_ms",
        "duration_ms",
        "event",
        "event_id",
        "exit_code",
        "host",
        "kind",
        "lag_s",
        "method",
        "outcome",
        "path",
        "pid",
        "port",
        "process",
        "publisher",
        "queue",
        "reason",
        "request_id",
        "retry_in_s",
        "route",
        "service",
        "signal",
        "size_bytes",
        "status",
        "target",
        "tier",
        "version",
    }
)
"""Names of extra fields that may be logged. None of them ever holds a name, a document, a message's body,
an address, a phone number, a token or free text of a person. `path` is a route's template, never a URL."""

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_FRAMES: Final = 12


@dataclass(frozen=True)
class LogSettings:
    level: str = setting("LOG_LEVEL", "INFO", about="DEBUG, INFO, WARNING or ERROR")

    def __post_init__(self) -> None:
        if self.level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError(f"LOG_LEVEL is DEBUG, INFO, WARNING or ERROR, not {self.level!r}")


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def __init__(self, process: str, show_error_text: bool = False) -> None:
        super().__init__()
        self._process = process
        self._show_error_text = show_error_text

    def format(self, record: logging.LogRecord) -> str:
        document: dict[str, Any] = {
            "at": _stamp(),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        call_id = context.current().call_id
        if call_id is not None:
            document["call_id"] = call_id
        for name, value in vars(record).items():
            if name not in _STANDARD and name in ALLOWED:
                document[name] = value
        if record.exc_info and record.exc_info[1] is not None:
            document |= self._error(record.exc_info[1])
        return orjson.dumps(document, default=str).decode()

    def _error(self, exc: BaseException) -> dict[str, Any]:
        frames = traceback.extract_tb(exc.__traceback__)[-_FRAMES:]
        shown = {
            "error": type(exc).__name__,
            "error_at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        cause = exc.__cause__ or exc.__context__
        if cause is not None:
            shown["error_cause"] = type(cause).__name__
        if self._show_error_text:
            shown["error_text"] = str(exc)
        return shown


class NoRawBodies(logging.Filter):
    """Drops the arguments of kombu's and py-amqp's lines that quote messages: bodies are people's data."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str) and ("message body" in record.msg or "raw" in record.msg):
            record.msg, record.args = "a message could not be decoded", ()
        return True


def configure(process: str, settings: LogSettings | None = None, stream: TextIO | None = None) -> None:
    """Log to `stream` (stdout) as JSON from now on. process: what this process is, e.g. gateway."""
    settings = settings or load(LogSettings)
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonFormatter(process, settings.level == "DEBUG"))
    handler.addFilter(NoRawBodies())
    # Asked of the system for every record, and shown in none of ours.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.level)
    # What others tell at INFO is about themselves; their warnings matter.
    for noisy in ("amqp", "kombu", "nameko", "pika", "urllib3", "eventlet"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    for quoting in ("kombu", "kombu.mixins", "kombu.message", "amqp"):
        logging.getLogger(quoting).addFilter(NoRawBodies())
    logging.captureWarnings(True)
    _calls.open(process, handler.stream if root.level <= logging.INFO else None)


class _Calls:
    """The line of every call, past logging's own machinery, which costs ten times as much."""

    def __init__(self) -> None:
        self._stream: TextIO | None = None
        self._process = ""

    def open(self, process: str, stream: TextIO | None) -> None:
        self._process, self._stream = process, stream

    @property
    def wanted(self) -> bool:
        return self._stream is not None

    def write(self, fields: dict[str, Any]) -> None:
        stream = self._stream
        if stream is not None:
            head = {"at": _stamp(), "level": "info", "process": self._process, "message": "call"}
            # A closed output must not cost the call that is told of.
            with suppress(OSError, ValueError):
                stream.write(orjson.dumps(head | fields).decode() + "\n")
                stream.flush()


_calls = _Calls()


@dataclass(frozen=True, slots=True)
class Ended:
    """What a flight recorder keeps of one piece of work. outcome: ok or the error's kind; code: the error's.
    deadline_left_s: negative when it came too late; None for work without a deadline."""

    call_id: str | None
    service: str
    method: str
    duration_s: float
    deadline_left_s: float | None
    outcome: str
    code: str | None = None


def call_ended(ended: Ended) -> None:
    """Log one line at INFO."""
    if not _calls.wanted:
        return
    fields: dict[str, Any] = {
        "call_id": ended.call_id,
        "service": ended.service,
        "method": ended.method,
        "duration_ms": round(ended.duration_s * 1000, 2),
        "outcome": ended.outcome,
    }
    if ended.deadline_left_s is not None:
        fields["deadline_left_ms"] = round(ended.deadline_left_s * 1000)
    if ended.code is not None:
        fields["code"] = ended.code
    _calls.write(fields)


def _stamp() -> str:
    return clock.real_now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

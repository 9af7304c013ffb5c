"""What became of a list, an aircraft or a teletype message, with what is wrong in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.partner import words as refusal_words
from gateway.wording import Words
from services.checkin.teletype import Problem


def told(report: Mapping[str, Any], words: Words, language: str) -> dict[str, Any]:
    """checkin's report with words: `refused` are entries of a list, `problems` and `left_out` lines of a message."""
    shown = dict(report)
    shown["refused"] = [_entry(each, words, language) for each in report["refused"]]
    for name in ("problems", "left_out"):
        if name in report:
            shown[name] = [
                {**each, "message": refusal_words.of_line(each["reason"], language)} for each in report[name]
            ]
    return shown


def of_unreadable(problems: Sequence[Problem]) -> dict[str, Any]:
    """The report of messages that don't even say which flight they are about."""
    return {
        "outcome": "refused",
        "flight_id": None,
        "version": None,
        "travellers": 0,
        "added": 0,
        "changed": 0,
        "deleted": 0,
        "off_loaded": [],
        "unseated": [],
        "refused": [],
        "missing": [],
        "problems": [
            {"part": each.part, "line": each.line, "reason": each.reason.value} for each in problems
        ],
        "left_out": [],
    }


def _entry(entry: Mapping[str, Any], words: Words, language: str) -> dict[str, Any]:
    """A rule of checkin's has a code of its own; a rule of form is told in the form's words."""
    message = refusal_words.of_entry(entry["reason"], language)
    if message is not None:
        return {"at": entry["at"], "reason": entry["reason"], "message": message}
    return {"at": entry["at"], "reason": "invalid", "message": words.field(entry["reason"], language)}

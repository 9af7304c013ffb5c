"""What is wrong with a boarding pass text, or with a value that should go into one.

Exception
└── BcbpError           field, offset, problem
    └── NotSigned       reason: no_signature | unknown_key | forged
"""

from __future__ import annotations

from enum import StrEnum


class BcbpError(Exception):
    """field: its name in `BoardingPass` or `Leg`, with `legs[1].` before it for the second leg.

    offset: where it stands, or would stand, in the text; from 0. problem: what is wrong, without the value itself,
    which may be a person's.
    """

    def __init__(self, field: str, offset: int, problem: str) -> None:
        super().__init__(f"{field} at {offset}: {problem}")
        self.field = field
        self.offset = offset
        self.problem = problem


class Reason(StrEnum):
    """Why a text isn't proved."""

    NO_SIGNATURE = "no_signature"  # none, or one that isn't ours
    UNKNOWN_KEY = "unknown_key"  # perhaps newer than the keys at hand: fetch them, try again
    FORGED = "forged"  # it reads like one and wasn't signed by us, or was misread


class NotSigned(BcbpError):
    """The text is read, and proves nothing."""

    def __init__(self, reason: Reason, offset: int) -> None:
        super().__init__("security", offset, reason.value)
        self.reason = reason

"""What can be wrong with a list. Nothing that was written there is repeated: lists are full of names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a list, or a line of it, isn't taken."""

    # of a message
    TOO_LONG = "too_long"
    NO_MESSAGE = "no_message"  # neither PNL nor ADL
    BAD_CHARACTER = "bad_character"  # not of the 7-bit teletype set
    BAD_FLIGHT = "bad_flight"
    NO_END = "no_end"
    OTHER_END = "other_end"  # of another part, or of another kind of message
    # of parts
    OTHER_LIST = "other_list"  # parts of different flights or messages
    PART_CONFLICT = "part_conflict"  # two different texts for one part
    BEYOND_END = "beyond_end"  # a part after the last, or two last ones
    # of lines without which the rest can't be understood
    BAD_TOTAL = "bad_total"
    TOTALS = "totals"  # names and totals don't agree, or totals don't among parts
    NO_TOTAL = "no_total"  # a name before any total
    NO_SECTION = "no_section"  # of an ADL: a name before ADD, CHG or DEL
    SECTION = "section"  # of a PNL: it has none
    BAD_NAME = "bad_name"
    PARTY = "party"  # a party isn't as large as it says
    NO_LOCATOR = "no_locator"
    BAD_LOCATOR = "bad_locator"
    NO_CABIN = "no_cabin"  # the list doesn't say in which cabin a class is sold
    BAD_TICKET = "bad_ticket"
    BAD_INFANT = "bad_infant"
    WHOSE = "whose"  # a remark that fits nobody, or more than one
    # of lines that can be left out
    UNKNOWN = "unknown"
    NOT_USED = "not_used"  # understood, and of no use to check-in
    NOT_CONFIRMED = "not_confirmed"
    NOTHING_TO_CONTINUE = "nothing_to_continue"
    BAD_VALUE = "bad_value"
    TWICE = "twice"
    TOO_MANY = "too_many"
    CUT = "cut"  # too long a text: its beginning was taken


@dataclass(frozen=True)
class Problem:
    """part: 0 when it isn't about one. line: in the part's text, from 1; 0 when it isn't about one."""

    part: int
    line: int
    reason: Reason

    def __str__(self) -> str:
        place = (
            f"part {self.part}, line {self.line}"
            if self.line
            else f"part {self.part}"
            if self.part
            else "list"
        )
        return f"{place}: {self.reason.value}"


class Refused(Exception):
    """Inside the package: a problem for which a text isn't taken at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem

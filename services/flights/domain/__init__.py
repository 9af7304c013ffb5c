"""The rules of a leg: pure, without I/O and without a clock.

instants      whole microseconds, UTC
leg           a leg's identity
weights       whose word counts more: a table
transitions   what may follow what: a table
registers     one value per field, whatever the order of reports
fold          where a leg stands, whatever the order of reports
timerules     times that no leg could have lived
state         everything known of a leg, and what one more report makes of it
delay         how late it is, and what that is called
projection    the leg as everybody sees it
"""

from services.flights.domain.fold import Refused, StepReport
from services.flights.domain.instants import from_us, local_day, to_text, to_us
from services.flights.domain.leg import LegKey, direction_at, plain_number
from services.flights.domain.projection import Names, Viewpoint, project
from services.flights.domain.registers import Change
from services.flights.domain.report import Report, Source, read_leg, read_report
from services.flights.domain.state import Applied, LegState
from services.flights.domain.timerules import judge_times
from services.flights.domain.transitions import TRANSITIONS, Step
from services.flights.domain.weights import WEIGHTS

__all__ = [
    "TRANSITIONS",
    "WEIGHTS",
    "Applied",
    "Change",
    "LegKey",
    "LegState",
    "Names",
    "Refused",
    "Report",
    "Source",
    "Step",
    "StepReport",
    "Viewpoint",
    "direction_at",
    "from_us",
    "judge_times",
    "local_day",
    "plain_number",
    "project",
    "read_leg",
    "read_report",
    "to_text",
    "to_us",
]

"""The rules of check-in: windows, who must see an agent, seats, lists, the gate, guessing."""

from __future__ import annotations

from services.checkin.domain.agents import (
    agent_reasons,
    left_alone,
    party_reasons,
    seat_reasons,
    settled_reasons,
    still_settled,
)
from services.checkin.domain.boarding import Shown, fits, judge, plain_number
from services.checkin.domain.flight import Leg, leg_of
from services.checkin.domain.goods import DECLARATION, GOODS
from services.checkin.domain.guessing import LIMITS, LONGEST, Counted, Limit, mask_phone
from services.checkin.domain.lists import (
    Difference,
    Entry,
    Known,
    flattened,
    of_changes,
    of_list,
    person_of,
)
from services.checkin.domain.names import Person, is_surname_of, normal
from services.checkin.domain.reasons import Reason
from services.checkin.domain.reseating import How, Move, Seated, reseat
from services.checkin.domain.seating import Sitter, refusal, seats_for, sitter_of
from services.checkin.domain.seatmap import Seat, SeatMap, problems_of, seat_map_of
from services.checkin.domain.teletypes import Applied, Sent, Waiting, train_for, version_of
from services.checkin.domain.travellers import Booking, Traveller, may_become
from services.checkin.domain.windows import Window, window_of, window_words

__all__ = [
    "DECLARATION",
    "GOODS",
    "LIMITS",
    "LONGEST",
    "Applied",
    "Booking",
    "Counted",
    "Difference",
    "Entry",
    "How",
    "Known",
    "Leg",
    "Limit",
    "Move",
    "Person",
    "Reason",
    "Seat",
    "SeatMap",
    "Seated",
    "Sent",
    "Shown",
    "Sitter",
    "Traveller",
    "Waiting",
    "Window",
    "agent_reasons",
    "fits",
    "flattened",
    "is_surname_of",
    "judge",
    "left_alone",
    "leg_of",
    "mask_phone",
    "may_become",
    "normal",
    "of_changes",
    "of_list",
    "party_reasons",
    "person_of",
    "plain_number",
    "problems_of",
    "refusal",
    "reseat",
    "seat_map_of",
    "seat_reasons",
    "seats_for",
    "settled_reasons",
    "sitter_of",
    "still_settled",
    "train_for",
    "version_of",
    "window_of",
    "window_words",
]

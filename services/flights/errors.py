"""FRONT DOOR: errors that callers of flights may see.

    ServiceError
    ├── NotFound
    │   └── FlightNotFound        flights.not_found
    ├── Invalid
    │   ├── BadRequest            flights.bad_request      data.fields: {path: [reason codes or texts]}
    │   └── BadSearch             flights.bad_search       data.field, data.reason
    └── TooLarge
        └── BatchTooLarge         flights.batch_too_large  data.limit

What is wrong with one item of a batch is no error of the call: it is that item's result, with one of
the reasons in `REFUSALS`.
"""

from __future__ import annotations

from enum import StrEnum

from kernel.errors import Invalid, NotFound, TooLarge


class FlightNotFound(NotFound):
    code = "flights.not_found"


class BadRequest(Invalid):
    code = "flights.bad_request"


class BadSearch(Invalid):
    code = "flights.bad_search"


class BatchTooLarge(TooLarge):
    code = "flights.batch_too_large"


class Refusal(StrEnum):
    """Why one reported update was refused. Words live in the gateway."""

    INVALID = "invalid"  # the item breaks the schema; detail.fields
    UNKNOWN_AIRLINE = "unknown_airline"  # no airline has this code
    NOT_YOUR_AIRLINE = "not_your_airline"  # the partner may not report for this airline
    UNKNOWN_AIRPORT = "unknown_airport"  # no airport has this code; detail.airport
    NOT_THIS_AIRPORT = "not_this_airport"  # neither end of the leg is the airport we serve
    UNKNOWN_FLIGHT = "unknown_flight"  # no such leg, and the report has no schedule to create it with
    OUTSIDE_WINDOW = "outside_window"  # origin date or a time absurdly far from today or from the schedule
    FROM_THE_FUTURE = "from_the_future"  # event_at lies more than 5 minutes ahead
    IMPOSSIBLE_STEP = "impossible_step"  # e.g. boarding after landing; detail.from, detail.to
    IMPOSSIBLE_TIMES = "impossible_times"  # e.g. landed before take-off; detail

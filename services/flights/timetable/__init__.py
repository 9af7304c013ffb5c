"""Timetables: SSIM chapter 7 and CSV files, read into legs that operate by day and period.

    reading = read_ssim(lines)  or  read_csv(lines)       what the lines say, and those that were refused
    dated_legs(reading.itineraries, airport, horizon)     the legs of single days at the airport we serve
    import_timetable(…)                                   all of it into flights, or nothing

Rules and formats: docs/sources/timetables.md.
"""

from services.flights.timetable.csvfile import read_csv
from services.flights.timetable.expand import Horizon, dated_legs
from services.flights.timetable.legs import Itinerary, PeriodicLeg, Reading, Reason, RefusedLine
from services.flights.timetable.ssim import read_ssim

__all__ = [
    "Horizon",
    "Itinerary",
    "PeriodicLeg",
    "Reading",
    "Reason",
    "RefusedLine",
    "dated_legs",
    "read_csv",
    "read_ssim",
]

"""What travellers take along: the boarding pass to print, and the flight for their calendar.

    pdf = await print_passes([PrintedPass(…), …], made_at)     one A4 page a passenger and leg; in a thread
    ics = flight_calendar(FlightEvent(…), made_at)             RFC 5545

Both take plain texts and know neither services nor pages.
"""

from __future__ import annotations

from gateway.passes.calendar import FlightEvent, flight_calendar
from gateway.passes.printed import Both, PrintedPass, print_passes, render_passes

__all__ = ["Both", "FlightEvent", "PrintedPass", "flight_calendar", "print_passes", "render_passes"]

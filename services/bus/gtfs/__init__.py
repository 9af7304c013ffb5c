"""A feed as a GTFS zip: read, check, write. What is read, written and read again is the same feed."""

from __future__ import annotations

from services.bus.gtfs.checks import check_feed
from services.bus.gtfs.reading import Problem, Reading, read_feed
from services.bus.gtfs.writing import write_feed

__all__ = ["Problem", "Reading", "check_feed", "read_feed", "write_feed"]

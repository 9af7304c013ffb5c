"""What an operator may set of lost and found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

from kernel.config import setting
from services.lostfound.domain.handover import DeskHours


@dataclass(frozen=True)
class LostFoundSettings:
    desks: tuple[str, ...] = setting(
        "LOSTFOUND_DESKS",
        (),
        about="terminals where a desk is made when there is none yet; empty: in each of the airport's",
    )
    keep_days: int = setting(
        "LOSTFOUND_KEEP_DAYS",
        730,
        about="days after an item has left for good that marks, documents, finders and photos are kept",
    )

    reports_open: int = setting(
        "LOSTFOUND_REPORTS_OPEN", 5, about="reports of a loss that an account may have open at a time"
    )
    reports_filed: int = setting(
        "LOSTFOUND_REPORTS_FILED", 20, about="reports of a loss that an account may file in thirty days"
    )
    report_changes: int = setting(
        "LOSTFOUND_REPORT_CHANGES", 10, about="times that a traveller may change one report"
    )
    report_days: int = setting(
        "LOSTFOUND_REPORT_DAYS", 90, about="days after its last change that a report stays open"
    )
    claims_open: int = setting(
        "LOSTFOUND_CLAIMS_OPEN", 3, about="claims that an account may have open at a time"
    )
    claims_refused: int = setting(
        "LOSTFOUND_CLAIMS_REFUSED",
        3,
        about="claims with wrong proof in ninety days after which an account must come to a desk",
    )
    number_guesses: int = setting(
        "LOSTFOUND_NUMBER_GUESSES", 5, about="wrong item numbers an account may try to claim in an hour"
    )
    finds_a_day: int = setting(
        "LOSTFOUND_FINDS_A_DAY", 10, about="finds that an account or an address may announce in a day"
    )
    kept_pct: int = setting(
        "LOSTFOUND_KEPT_PCT", 5, about="probability from which on a match is kept for staff to see"
    )
    possible_pct: int = setting(
        "LOSTFOUND_POSSIBLE_PCT", 30, about="probability from which on a match is shown to the traveller"
    )
    likely_pct: int = setting(
        "LOSTFOUND_LIKELY_PCT", 60, about="probability from which on the traveller is told of a match"
    )
    fetch_days: int = setting(
        "LOSTFOUND_FETCH_DAYS", 14, about="days in which an approved claim must be fetched"
    )
    opens: str = setting("LOSTFOUND_OPENS", "08:00", about="local time at which desks open")
    closes: str = setting(
        "LOSTFOUND_CLOSES", "22:00", about="local time at which desks close; as they open: day and night"
    )
    window_minutes: int = setting(
        "LOSTFOUND_WINDOW_MINUTES", 60, about="minutes of a window in which an item may be fetched"
    )
    window_places: int = setting(
        "LOSTFOUND_WINDOW_PLACES", 6, about="people who may come to one desk in one window"
    )
    window_days: int = setting("LOSTFOUND_WINDOW_DAYS", 7, about="days ahead that windows are offered")
    identity_days: int = setting(
        "LOSTFOUND_IDENTITY_DAYS",
        1095,
        about="days that a handover's identity and signature are kept: as long as somebody could sue",
    )

    address_days: int = setting(
        "LOSTFOUND_ADDRESS_DAYS", 60, about="days after its order that the address of a parcel is kept"
    )
    order_days: int = setting(
        "LOSTFOUND_ORDER_DAYS", 1096, about="days that courier orders are kept after they are over"
    )

    def __post_init__(self) -> None:
        if self.keep_days < 1:
            raise ValueError("LOSTFOUND_KEEP_DAYS is at least 1")
        counts = (
            self.reports_open,
            self.reports_filed,
            self.report_changes,
            self.report_days,
            self.claims_open,
        )
        more = (
            self.claims_refused,
            self.number_guesses,
            self.finds_a_day,
            self.fetch_days,
            self.identity_days,
            self.address_days,
        )
        if min(*counts, *more) < 1:
            raise ValueError("LOSTFOUND_ limits and days are at least 1")
        if self.order_days < 30:
            raise ValueError("LOSTFOUND_ORDER_DAYS is at least 30")
        if not 0 < self.kept_pct <= self.possible_pct <= self.likely_pct <= 100:
            raise ValueError("LOSTFOUND_KEPT_PCT, _POSSIBLE_PCT and _LIKELY_PCT rise from 1 to 100")
        if not 5 <= self.window_minutes <= 1440 or self.window_places < 1 or not 1 <= self.window_days <= 60:
            raise ValueError("LOSTFOUND_WINDOW_MINUTES is 5 to 1440, _PLACES at least 1, _DAYS 1 to 60")
        self.desk_hours()

    def desk_hours(self) -> DeskHours:
        """When somebody may come. Raises ValueError for a time that is none."""
        return DeskHours(
            opens=time.fromisoformat(self.opens),
            closes=time.fromisoformat(self.closes),
            window=timedelta(minutes=self.window_minutes),
            places=self.window_places,
            days=self.window_days,
        )

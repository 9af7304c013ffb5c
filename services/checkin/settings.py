"""What an operator may set of checkin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from kernel.config import setting
from services.checkin.bcbp import PassSigner


@dataclass(frozen=True)
class CheckinSettings:
    keep_days: int = setting(
        "CHECKIN_KEEP_DAYS", 30, about="days after departure that passenger lists and boardings are kept"
    )
    code_minutes: int = setting(
        "CHECKIN_CODE_MINUTES", 10, about="minutes that a code for a booking can be used"
    )
    grant_minutes: int = setting(
        "CHECKIN_GRANT_MINUTES", 60, about="minutes that a browser without an account may use a booking"
    )
    codes_to_asker: bool = setting(
        "CHECKIN_CODES_TO_ASKER",
        False,
        about="send codes to the asking account's chat, where it stands in for the booking's phone: sandbox only",
    )
    boarding_min: int = setting(
        "CHECKIN_BOARDING_MIN",
        40,
        about="minutes before departure that boarding begins, unless the airline says",
    )
    answer_ms: int = setting(
        "CHECKIN_ANSWER_MS", 250, about="milliseconds that a search for a booking takes, whatever it finds"
    )

    pass_key: str = setting(
        "CHECKIN_PASS_KEY",
        "",
        about="signs boarding passes: a digit or capital letter, a colon, 32 bytes in hex; empty: unsigned",
        secret=True,
    )

    def __post_init__(self) -> None:
        if self.pass_key:
            self.signer()
        if min(self.keep_days, self.code_minutes, self.grant_minutes, self.boarding_min) < 1:
            raise ValueError("CHECKIN_*_DAYS, _MINUTES and _MIN are at least 1")
        if not 0 <= self.answer_ms <= 2000:
            raise ValueError("CHECKIN_ANSWER_MS is 0 to 2000")

    @property
    def boarding(self) -> timedelta:
        return timedelta(minutes=self.boarding_min)

    def signer(self) -> PassSigner | None:
        """Who signs boarding passes; None: nobody. Raises ValueError for a key of another form."""
        if not self.pass_key:
            return None
        key_id, _, seed = self.pass_key.partition(":")
        return PassSigner(key_id, bytes.fromhex(seed))

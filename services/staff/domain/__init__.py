"""The rules of staff: accounts and sessions, codes, passwords, allowances, the trail.

Pure: no I/O but the list of common passwords, no clock, no chance.
"""

from services.staff.domain.accounts import (
    ABSOLUTE,
    DEVICE,
    ENROL,
    IDLE,
    SIGN_IN,
    Account,
    Challenge,
    Session,
    normal_shops,
)
from services.staff.domain.allowances import Bucket
from services.staff.domain.trail import Entry, Row

__all__ = [
    "ABSOLUTE",
    "DEVICE",
    "ENROL",
    "IDLE",
    "SIGN_IN",
    "Account",
    "Bucket",
    "Challenge",
    "Entry",
    "Row",
    "Session",
    "normal_shops",
]

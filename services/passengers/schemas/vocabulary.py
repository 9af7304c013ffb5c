"""The words of passengers, and its limits."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class CompanionKind(StrEnum):
    """What kind of ticket a companion needs; the traveller says it, desks and drivers check it."""

    ADULT = "adult"
    CHILD = "child"
    INFANT = "infant"


class DocumentKind(StrEnum):
    RESIDENT_ID = "resident_id"
    PASSPORT = "passport"


class Checked(StrEnum):
    """How much of a document's number could be verified without its issuer."""

    CHECK_DIGIT = "check_digit"  # resident ID: check digit and a day that exists
    MRZ = "mrz"  # passport: every check digit of the machine-readable zone
    FORM = "form"  # passport number typed: its form only


class UnmaskReason(StrEnum):
    """Why a number was shown in full; a word of ours, so that the log holds no free text about a person."""

    SHOWN_TO_TRAVELLER = "shown_to_traveller"
    EXPORT = "export"
    BOOKING = "booking"
    CHECK_IN = "check_in"
    HANDOVER = "handover"


class ConsentKind(StrEnum):
    PRIVACY_POLICY = "privacy_policy"
    IDENTITY_DOCUMENTS = "identity_documents"  # sensitive personal information asks for its own (PIPL 29)
    FLIGHT_MESSAGES = "flight_messages"


CURRENT_CONSENTS: Final[dict[ConsentKind, str]] = {
    ConsentKind.PRIVACY_POLICY: "2026-10",
    ConsentKind.IDENTITY_DOCUMENTS: "2026-10",
    ConsentKind.FLIGHT_MESSAGES: "2026-10",
}
"""The version of each text that travellers are shown now; another is refused (passengers.consent_outdated)."""

MAX_COMPANIONS: Final = 20
MAX_DOCUMENTS: Final = 40
MAX_NAME: Final = 64
MAX_SEALED: Final = 1024

"""Which document number can be right, and what of it may be shown.

The resident ID's rule is ours and not `python-stdnum`'s: that package also refuses county codes that its list
lacks, and a person born in a county that was renamed must not be turned away by a list.
Source: GB 11643-1999; docs/sources/identity-documents.md.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.passengers.domain import mrz
from services.passengers.errors import (
    DocumentExpired,
    HolderNeeded,
    IdBirthDate,
    IdCheckDigit,
    IdForm,
    PassportForm,
)
from services.passengers.schemas import Checked, CompanionKind, DocumentKind

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_RESIDENT_ID: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
_PASSPORT: Final = re.compile(r"[A-Z0-9]{5,9}")
_EARLIEST_BIRTH: Final = date(1880, 1, 1)
_SHOWN_AT_END: Final = {DocumentKind.RESIDENT_ID: 4, DocumentKind.PASSPORT: 3}


@dataclass(frozen=True)
class Companion:
    """Somebody whom a traveller books for. name_sealed: bound to this row's id."""

    id: str
    passenger_id: str
    name_sealed: str
    kind: CompanionKind
    created_at: datetime


@dataclass(frozen=True)
class Document:
    """As it is kept: number and details sealed, bound to this row's id; number_index finds equal numbers."""

    id: str
    passenger_id: str
    companion_id: str | None
    kind: DocumentKind
    number_sealed: str
    number_index: str
    details_sealed: str
    masked_number: str
    expires_on: date | None
    checked: Checked
    created_at: datetime


@dataclass(frozen=True)
class ShownForm:
    """What was typed. text: a number, or a passport's two MRZ lines."""

    kind: DocumentKind
    text: str
    holder_name: str | None = None
    expires_on: date | None = None

    def __repr__(self) -> str:
        return f"ShownForm({self.kind!r}, not shown)"


@dataclass(frozen=True)
class ReadDocument:
    """What was understood; number in its normal form."""

    number: str
    holder_name: str
    expires_on: date | None
    checked: Checked
    nationality: str | None = None
    birth_date: date | None = None

    def __repr__(self) -> str:
        return "ReadDocument(not shown)"


def read_document(form: ShownForm, today: date) -> ReadDocument:
    """What the form says, everything verified that can be.

    today: airport-local. Raises a kind of BadDocument that says what is wrong and never what was typed.
    """
    read = _resident_id(form, today) if form.kind is DocumentKind.RESIDENT_ID else _passport(form, today)
    if read.expires_on is not None and read.expires_on < today:
        raise DocumentExpired
    return read


def normal_number(kind: DocumentKind, text: str) -> str:
    """The number as it is kept and found: capitals, no blanks or hyphens, no full-width characters.

    Raises IdForm, PassportForm.
    """
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    rule, error = (_RESIDENT_ID, IdForm) if kind is DocumentKind.RESIDENT_ID else (_PASSPORT, PassportForm)
    if rule.fullmatch(plain) is None:
        raise error
    return plain


def masked(kind: DocumentKind, number: str) -> str:
    """Enough to tell one's own documents apart: the first character and the last three or four."""
    shown = _SHOWN_AT_END[kind]
    return number[0] + "*" * (len(number) - 1 - shown) + number[-shown:]


def _resident_id(form: ShownForm, today: date) -> ReadDocument:
    number = normal_number(form.kind, form.text)
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as exc:
        raise IdBirthDate from exc
    if not _EARLIEST_BIRTH <= born <= today:
        raise IdBirthDate
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    if _CHECKS[total % 11] != number[17]:
        raise IdCheckDigit
    if not form.holder_name:
        raise HolderNeeded
    return ReadDocument(number, form.holder_name, form.expires_on, Checked.CHECK_DIGIT, "CHN", born)


def _passport(form: ShownForm, today: date) -> ReadDocument:
    if mrz.looks_like_mrz(form.text):
        read = mrz.read(form.text, today)
        number = normal_number(form.kind, read.number)
        return ReadDocument(
            number, read.holder, read.expires_on, Checked.MRZ, read.nationality, read.birth_date
        )
    number = normal_number(form.kind, form.text)
    if not form.holder_name or form.expires_on is None:
        raise HolderNeeded
    return ReadDocument(number, form.holder_name, form.expires_on, Checked.FORM)

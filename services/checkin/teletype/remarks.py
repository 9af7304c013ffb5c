"""Remarks (.R/): what each says about its passengers.

A remark that can't be made out refuses the list when check-in would be wrong without it (a ticket, an infant),
and is left out and told of otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.checkin.schemas.vocabulary import PaperKind
from services.checkin.teletype import dates
from services.checkin.teletype.document import FrequentFlyer, Infant, Paper, Special
from services.checkin.teletype.names import Named, pointer
from services.checkin.teletype.parts import AIRLINE
from services.checkin.teletype.problems import Reason

MAX_SPECIALS: Final = 12
MAX_PAPERS: Final = 4
MAX_TEXT: Final = 64
MAX_NUMBER: Final = 32
MAX_NAME: Final = 64
_REMARK: Final = re.compile(r"([A-Z]{4})(?: ([A-Z]{2})([0-9]{1,2})(?![A-Z0-9]))?(.*)")
# Of a document, a card, a phone: some systems say them once more in free text (OTHS), where nobody would guard them.
_LONG_NUMBER: Final = re.compile(r"[A-Z]{0,2}[0-9]{6,}[X0-9]*")
_CONFIRMED: Final = frozenset({"HK", "KK", "KL", "TK", "RR"})
_TICKET: Final = re.compile(r"(INF)?([0-9]{3})-?([0-9]{10})(?:/([1-4]))?")
_DAY: Final = r"[0-9]{2}[A-Z]{3}[0-9]{2}"
_INFANT: Final = re.compile(rf"(?:({_DAY}) )?([A-Z][A-Z ]*?)(?:/([A-Z ]+?))?(?: ?INF)?(?:[ /]({_DAY}))?")
_CARD: Final = re.compile(rf"({AIRLINE}) ?([A-Z0-9]{{2,16}})(?:/([A-Z0-9]{{1,16}}))?")
_FOID: Final = re.compile(r"([A-Z]{2}) ?([A-Z0-9]{4,32})")
_FOID_KINDS: Final = {"PP": PaperKind.PASSPORT, "NI": PaperKind.RESIDENT_ID}
_SEATS: Final = re.compile(r"([0-9]{1,3})((?:[A-HJ-Z])+)")
_COUNTRY: Final = re.compile(r"(?:[A-Z]{2,3})?")
_PHONE: Final = re.compile(r"\+?([0-9]{6,15})(?:/.*)?")
_CHINESE_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
# Written so because teletype has neither sign.
_EMAIL_SIGNS: Final = (("//", "@"), ("..", "_"), ("./", "-"))
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,63}")


@dataclass
class Draft:
    """A passenger while the list is read."""

    surname: str
    given: str
    title: str
    ticket: str | None = None
    coupon: int | None = None
    infant_ticket: str | None = None
    infant_born: date | None = None
    is_child: bool = False
    child_born: date | None = None
    specials: list[Special] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    infant: Infant | None = None
    frequent_flyer: FrequentFlyer | None = None
    seat: str | None = None

    def is_called(self, given: str) -> bool:
        """Whether this is the name, with its title or without."""
        asked = given.replace(" ", "")
        return asked in (f"{self.given}{self.title}".replace(" ", ""), self.given.replace(" ", ""))

    def may_be_called(self, given: str) -> bool:
        """Whether one is the beginning of the other: long names are cut."""
        own, asked = f"{self.given}{self.title}".replace(" ", ""), given.replace(" ", "")
        return own.startswith(asked) or asked.startswith(own)


@dataclass
class Booking:
    """What remarks say about the entry as a whole."""

    phone: str = ""
    email: str = ""


class Unfit(Exception):
    """A remark that isn't taken. fatal: nor is the list, then."""

    def __init__(self, reason: Reason, fatal: bool = False) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.fatal = fatal


def take(text: str, drafts: list[Draft], booking: Booking, flies: date) -> Reason | None:
    """Put what one remark says to the passengers of its name element.

    flies: the day of the flight, by which years are told. Returns why its text was cut, if it was. Raises Unfit.
    """
    found = _REMARK.fullmatch(text.strip())
    if found is None:
        raise Unfit(Reason.UNKNOWN)
    code, status, _, rest = found.groups()
    if status and status not in _CONFIRMED:
        raise Unfit(Reason.NOT_CONFIRMED)
    if code in _CONTACTS:
        _CONTACTS[code](pointer(rest)[0].strip(" /"), booking)
        return None
    body, named = pointer(rest)
    if named and not _alike(named.surname, drafts[0].surname):
        body, named = rest, None  # it only looked like a name
    remark = _Remark(code, body.strip(), _meant(named, drafts), named is not None, flies)
    handler = _HANDLERS.get(code)
    if handler is not None:
        handler(remark)
        return None
    return _special(remark)


@dataclass(frozen=True)
class _Remark:
    """drafts: those it may be about. pointed: whether it says so itself."""

    code: str
    body: str
    drafts: list[Draft]
    pointed: bool
    flies: date

    def one(self, fatal: bool = False) -> Draft:
        if len(self.drafts) != 1:
            raise Unfit(Reason.WHOSE, fatal)
        return self.drafts[0]


def _meant(named: Named | None, drafts: list[Draft]) -> list[Draft]:
    if named is None:
        return drafts
    meant: list[Draft] = []
    for given in named.givens or ("",):
        called = [one for one in drafts if one.is_called(given)] or [
            one for one in drafts if one.may_be_called(given)
        ]
        meant += [one for one in called if one not in meant]
    return meant


def _alike(one: str, other: str) -> bool:
    one, other = one.replace(" ", ""), other.replace(" ", "")
    return one.startswith(other) or other.startswith(one)


def _ticket(remark: _Remark) -> None:
    found = _TICKET.fullmatch(remark.body)
    if found is None:
        raise Unfit(Reason.BAD_TICKET, fatal=True)
    draft, number = remark.one(fatal=True), found[2] + found[3]
    if found[1]:
        if draft.infant_ticket not in (None, number):
            raise Unfit(Reason.TWICE)
        draft.infant_ticket = number
        return
    if draft.ticket not in (None, number):
        raise Unfit(Reason.TWICE)
    draft.ticket, draft.coupon = number, int(found[4]) if found[4] else None


def _infant(remark: _Remark) -> None:
    found = _INFANT.fullmatch(remark.body.strip("/ "))
    if found is None or len(found[2]) > MAX_NAME or len(found[3] or "") > MAX_NAME:
        raise Unfit(Reason.BAD_INFANT, fatal=True)
    draft = remark.one(fatal=True)
    try:
        born = dates.full(found[1] or found[4], remark.flies) if found[1] or found[4] else None
    except ValueError as exc:
        raise Unfit(Reason.BAD_INFANT, fatal=True) from exc
    if draft.infant is not None:
        raise Unfit(Reason.BAD_INFANT, fatal=True)
    draft.infant = Infant(found[2].strip(), (found[3] or "").strip(), born)


def _child(remark: _Remark) -> None:
    draft = remark.one(fatal=True)
    draft.is_child = True
    found = re.search(_DAY, remark.body)
    if found is None:
        return
    try:
        draft.child_born = dates.full(found[0], remark.flies)
    except ValueError as exc:
        raise Unfit(Reason.BAD_VALUE) from exc


def _document(remark: _Remark) -> None:
    """/P/CHN/E1234567/CHN/20JUN86/M/15DEC28/SURNAME/GIVEN"""
    cells = [cell.strip() for cell in remark.body.lstrip("/").split("/")] + [""] * 9
    kind, country, number, nationality, born, sex, expires, surname, given = cells[:9]
    draft = _bearer(remark, surname, given)
    try:
        birth_date = dates.full(born, remark.flies) if born else None
        expires_on = dates.full(expires, None) if expires else None
    except ValueError as exc:
        raise Unfit(Reason.BAD_VALUE) from exc
    if sex.endswith("I"):
        draft.infant_born = birth_date
        return
    if len(number) > MAX_NUMBER or not _COUNTRY.fullmatch(country) or not _COUNTRY.fullmatch(nationality):
        raise Unfit(Reason.BAD_VALUE)
    if not number:
        raise Unfit(Reason.BAD_VALUE)
    _add_paper(
        draft,
        Paper(
            kind=PaperKind.PASSPORT if kind[:1] == "P" else PaperKind.OTHER,
            number=number,
            country=country,
            nationality=nationality,
            birth_date=birth_date,
            sex=sex if sex in ("M", "F") else "",
            expires_on=expires_on,
        ),
    )


def _bearer(remark: _Remark, surname: str, given: str) -> Draft:
    """Whose document it is: said, or the only one, or the one who has the name on it."""
    if len(remark.drafts) > 1 and not remark.pointed:
        named = [one for one in remark.drafts if given and one.surname == surname and one.is_called(given)]
        if len(named) == 1:
            return named[0]
    return remark.one()


def _identity(remark: _Remark) -> None:
    found = _FOID.fullmatch(remark.body.lstrip("/"))
    if found is None:
        raise Unfit(Reason.BAD_VALUE)
    _add_paper(remark.one(), Paper(_FOID_KINDS.get(found[1], PaperKind.OTHER), found[2]))


def _passport(remark: _Remark) -> None:
    """The older form: E1234567/CN/20JUN86/SURNAME/GIVEN/M"""
    cells = [cell.strip() for cell in remark.body.lstrip("/").split("/")] + [""] * 6
    number, nationality, born, surname, given, sex = cells[:6]
    try:
        birth_date = dates.full(born, remark.flies) if born else None
    except ValueError as exc:
        raise Unfit(Reason.BAD_VALUE) from exc
    if not 0 < len(number) <= MAX_NUMBER or not _COUNTRY.fullmatch(nationality):
        raise Unfit(Reason.BAD_VALUE)
    sex = sex if sex in ("M", "F") else ""
    paper = Paper(PaperKind.PASSPORT, number, nationality, nationality, birth_date, sex)
    _add_paper(_bearer(remark, surname, given), paper)


def _not_used(_: _Remark) -> None:
    """Personal, and of no use at check-in: not even its text is kept."""
    raise Unfit(Reason.NOT_USED)


def _add_paper(draft: Draft, paper: Paper) -> None:
    if any(known.number == paper.number for known in draft.papers):
        return  # said twice, in two forms: the first is the fuller one
    if len(draft.papers) >= MAX_PAPERS:
        raise Unfit(Reason.TOO_MANY)
    draft.papers.append(paper)


def _card(remark: _Remark) -> None:
    found = _CARD.fullmatch(remark.body.lstrip("/"))
    if found is None:
        raise Unfit(Reason.BAD_VALUE)
    draft = remark.one()
    if draft.frequent_flyer is not None:
        raise Unfit(Reason.TWICE)
    draft.frequent_flyer = FrequentFlyer(found[1], found[2], found[3] or "")


def _seat(remark: _Remark) -> None:
    """12A, or 12AB and 12A12B for two: in the order of the names."""
    seats = [row.lstrip("0") + letter for row, letters in _SEATS.findall(remark.body) for letter in letters]
    spelt = "".join(row + letters for row, letters in _SEATS.findall(remark.body))
    if not seats or spelt != remark.body.replace(" ", "") or any(not seat[0].isdigit() for seat in seats):
        raise Unfit(Reason.BAD_VALUE)
    if len(seats) != len(remark.drafts):
        raise Unfit(Reason.WHOSE)
    if any(draft.seat not in (None, seat) for draft, seat in zip(remark.drafts, seats, strict=True)):
        raise Unfit(Reason.TWICE)
    for draft, seat in zip(remark.drafts, seats, strict=True):
        draft.seat = seat


def _special(remark: _Remark) -> Reason | None:
    """Any other service. Unpointed, it is noted for everybody of the element: better one too many are asked."""
    if not remark.drafts:
        raise Unfit(Reason.WHOSE)
    special = Special(remark.code, _LONG_NUMBER.sub(_hidden, remark.body[:MAX_TEXT].strip()))
    for draft in remark.drafts:
        if special not in draft.specials:
            if len(draft.specials) >= MAX_SPECIALS:
                raise Unfit(Reason.TOO_MANY)
            draft.specials.append(special)
    return Reason.CUT if len(remark.body) > MAX_TEXT else None


def _hidden(found: re.Match[str]) -> str:
    return "X" * len(found[0])


def _phone(body: str, booking: Booking) -> None:
    found = _PHONE.fullmatch(body.replace(" ", ""))
    if found is None:
        raise Unfit(Reason.BAD_VALUE)
    digits = found[1]
    booking.phone = booking.phone or ("+86" if _CHINESE_MOBILE.fullmatch(digits) else "+") + digits


def _email(body: str, booking: Booking) -> None:
    for written, sign in _EMAIL_SIGNS:
        body = body.replace(written, sign)
    if not _EMAIL.fullmatch(body):
        raise Unfit(Reason.BAD_VALUE)
    booking.email = booking.email or body.lower()


_HANDLERS: Final[dict[str, Callable[[_Remark], None]]] = {
    "TKNE": _ticket,
    "TKNA": _ticket,
    "TKNO": _ticket,
    "INFT": _infant,
    "CHLD": _child,
    "DOCS": _document,
    "PSPT": _passport,
    "FOID": _identity,
    "FQTV": _card,
    "SEAT": _seat,
    "RQST": _seat,
    # visa, address, somebody to call in an emergency, other ways to reach them
    **dict.fromkeys(("DOCO", "DOCA", "PCTC", "CTCR", "CTCH", "CTCB", "CTCP", "CTCT", "EPAY"), _not_used),
}
_CONTACTS: Final[dict[str, Callable[[str, Booking], None]]] = {"CTCM": _phone, "CTCE": _email}

"""FRONT DOOR: boarding passes as text: IATA's bar coded boarding pass (BCBP, Resolution 792), version 8.

A library: it knows no service, no database, no clock. Values are upper case and without filling; in the optional part
None says that a field is missing and "" that it is blank.

Writing. `build` writes exactly what the standard asks for, or raises BcbpError with the field and its offset:

    >>> from datetime import date
    >>> leg = Leg("ABC123", "CSX", "PEK", "CZ", "3101", day_of_year(date(2026, 11, 23)), "Y", "31A", "25", "1")
    >>> plain = BoardingPass(passenger_name("张三丰"), (leg,), version=None)
    >>> build(plain)
    'M1ZHANG/SANFENG       EABC123 CSXPEKCZ 3101 327Y031A0025 100'
    >>> build(BoardingPass("ZHANG/SANFENG", (leg,), issued=issue_code(date(2026, 11, 22))))
    'M1ZHANG/SANFENG       EABC123 CSXPEKCZ 3101 327Y031A0025 10D>807   632600'

Reading. `read` takes what a scanner gave, of any version and with the mistakes that airlines and scanners make; what
it forgave stands in `notes`. A text that isn't a pass raises BcbpError and nothing else:

    >>> found = read(build(plain).lower() + "\\r\\n")
    >>> found.boarding_pass == plain, [note.oddity.value for note in found.notes]
    (True, ['lower_case'])
    >>> found.flight_date(0, today=date(2026, 11, 22))
    datetime.date(2026, 11, 23)
    >>> read("M1SOMEBODY")
    Traceback (most recent call last):
    services.checkin.bcbp.errors.BcbpError: legs[0] at 10: the mandatory part isn't complete

Proving. With a key, the security part holds an Ed25519 signature over everything before it:

    >>> signer = PassSigner("A", bytes(range(32)))
    >>> text = signer.build(plain)
    >>> PassVerifier({"A": signer.public_key}).verify(read(text))
    'A'
    >>> PassVerifier({"A": signer.public_key}).verify(read(text.replace("031A", "001A")))
    Traceback (most recent call last):
    services.checkin.bcbp.errors.NotSigned: security at 60: forged

Source: docs/sources/boarding-pass.md.
"""

from __future__ import annotations

from services.checkin.bcbp.days import day_of_year, issue_code
from services.checkin.bcbp.errors import BcbpError, NotSigned, Reason
from services.checkin.bcbp.model import VERSION, BoardingPass, Leg, Security
from services.checkin.bcbp.names import latin, passenger_name, split_chinese
from services.checkin.bcbp.reading import Note, Oddity, Reading, read
from services.checkin.bcbp.security import PassSigner, PassVerifier
from services.checkin.bcbp.writing import build

__all__ = [
    "VERSION",
    "BcbpError",
    "BoardingPass",
    "Leg",
    "NotSigned",
    "Note",
    "Oddity",
    "PassSigner",
    "PassVerifier",
    "Reading",
    "Reason",
    "Security",
    "build",
    "day_of_year",
    "issue_code",
    "latin",
    "passenger_name",
    "read",
    "split_chinese",
]

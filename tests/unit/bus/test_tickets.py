"""Tickets prove themselves; whatever was changed about one proves nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from services.bus.schemas import Rider
from services.bus.ticketing import (
    NotATicket,
    Reason,
    Ticket,
    TicketReader,
    TicketSigner,
    Verdict,
    base45,
    judge,
)

SIGNER = TicketSigner(1, bytes(range(32)))
READER = TicketReader({1: SIGNER.public_key})
TICKET = Ticket(
    id="0190a1b2c3d47e5f8091a2b3c4d5e6f7",
    departure_id="20261123-A1-in-0900",
    from_stop="WUYI",
    to_stop="CSX-T2",
    rider=Rider.CHILD,
    departs_at=datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
)
TEXT = SIGNER.sign(TICKET)


def refused(text: str, reader: TicketReader = READER) -> Reason:
    with pytest.raises(NotATicket) as caught:
        reader.read(text)
    return caught.value.reason


def test_a_ticket_is_read_as_it_was_signed() -> None:
    assert READER.read(TEXT) == TICKET
    assert SIGNER.sign(TICKET) == TEXT
    chinese = replace(TICKET, from_stop="五一广场", rider=Rider.ADULT)
    assert READER.read(SIGNER.sign(chinese)) == chinese


def test_it_fits_a_code_that_a_phone_reads_from_a_screen() -> None:
    code = segno.make_qr(TEXT, error="m")
    assert code.mode == "alphanumeric"
    assert int(code.version) <= 8


@given(st.data())
def test_one_changed_character_makes_it_worthless(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(TEXT) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))
    changed = TEXT[:place] + other + TEXT[place + 1 :]
    if changed != TEXT:
        assert refused(changed) in Reason


@given(st.text(max_size=300) | st.text("0123456789ABCDEF", max_size=300).map("BUS1:".__add__))
def test_any_other_text_is_refused_and_breaks_nothing(text: str) -> None:
    assert refused(text) in Reason


def test_another_airports_key_does_not_pass() -> None:
    stranger = TicketSigner(1, bytes(32))
    assert refused(stranger.sign(TICKET)) is Reason.FORGED
    assert refused(TicketSigner(2, bytes(32)).sign(TICKET)) is Reason.UNKNOWN_KEY
    both = TicketReader({1: SIGNER.public_key, 2: TicketSigner(2, bytes(32)).public_key})
    assert both.read(TicketSigner(2, bytes(32)).sign(TICKET)) == TICKET


def test_a_part_of_a_ticket_is_unreadable_or_forged() -> None:
    assert {refused(TEXT[:end]) for end in range(len(TEXT))} <= {Reason.UNREADABLE, Reason.FORGED}
    assert refused(TEXT + "00") is Reason.FORGED


def test_the_verdict_looks_at_the_bus_and_at_what_is_good_no_more() -> None:
    assert judge(TICKET, TICKET.departure_id, ()) is Verdict.GOOD
    assert judge(TICKET, "20261123-A1-in-0930", ()) is Verdict.OTHER_DEPARTURE
    assert judge(TICKET, TICKET.departure_id, {TICKET.id}) is Verdict.REVOKED


def test_a_key_of_another_size_is_refused() -> None:
    for key_id, seed in ((1, bytes(31)), (256, bytes(32)), (-1, bytes(32))):
        with pytest.raises(ValueError, match="ticket key"):
            TicketSigner(key_id, seed)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
        (b"", ""),
    ],
)
def test_base45_agrees_with_its_standards_examples(raw: bytes, text: str) -> None:
    assert base45.encode(raw) == text
    assert base45.decode(text) == raw


@pytest.mark.parametrize("text", ["A", "BB8A", ":::", "GGW", "::", "bb8", "BB8\n"])
def test_what_is_no_base45_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base45"):
        base45.decode(text)


@given(st.binary(max_size=200))
def test_any_bytes_come_back(raw: bytes) -> None:
    assert base45.decode(base45.encode(raw)) == raw

"""Strangers who guess from a thousand addresses: how many records they get, and who is served meanwhile.

Two thousand guesses run over the store in memory, some hundreds over both databases; the long run has a hundred thousand.
"""

from __future__ import annotations

import statistics
from collections import Counter
from datetime import timedelta
from random import Random
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import bindparam, select, update

from services.checkin.domain import LIMITS, LONGEST
from services.checkin.errors import BookingNotFound, TooManyGuesses
from services.checkin.store.tables import GUESSES
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.checkin.examples import booking, find, person, push_list

Uow = Any
ADDRESSES = 1_000
SMALL = 2_000
FEW = 260
LARGE = 100_000
BOOKINGS = 8
_SURNAMES = ("WANG", "LI", "ZHANG", "LIU", "CHEN", "YANG", "HUANG", "ZHAO", "WU", "ZHOU")
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

_EARLIER = update(GUESSES).where(GUESSES.c.id == bindparam("row")).values(at=bindparam("then"))


class Stranger:
    """Knows common surnames and that PNRs have six letters; some PNRs they tried before are real ones."""

    def __init__(self, uow: Uow, seed: int) -> None:
        self._uow = uow
        self._chance = Random(seed)
        self.got = 0
        self.answers: Counter[str] = Counter()
        self.took_s: dict[str, list[float]] = {"real": [], "none": []}

    def guess(self, number: int) -> None:
        # Every fourth guess is at a booking that exists, with a surname that isn't its traveller's.
        real = number % 4 == 0
        pnr = f"REAL{number // 4 % BOOKINGS:02d}" if real else "".join(self._chance.choices(_ALPHABET, k=6))
        name = self._chance.choice(_SURNAMES)
        address = f"203.{number % ADDRESSES // 250}.113.{number % 250}"
        start = perf_counter()
        try:
            self.got += len(find(self._uow, address=address, surname=name, pnr=pnr))
        except (BookingNotFound, TooManyGuesses) as exc:
            self.answers[exc.code] += 1
            if isinstance(exc, BookingNotFound):
                self.took_s["real" if real else "none"].append(perf_counter() - start)


@pytest.fixture
def listed(uow: Uow) -> Uow:
    """Bookings of people with rare names, and an honest traveller's."""
    push_list(
        uow,
        *(booking(f"REAL{number:02d}", person("OUYANG", "XIU")) for number in range(BOOKINGS)),
        booking("HONEST", person("SIMA", "GUANG")),
    )
    return uow


def a_minute_later(uow: Uow, minutes: int = 1) -> None:
    """Let so much time pass for what is kept of guesses."""
    if isinstance(uow, FakeUnitOfWork):
        uow.store.guesses = [(at - timedelta(minutes=minutes), *rest) for at, *rest in uow.store.guesses]
        return
    with uow.write() as tx:
        tx.store.forget_guesses(tx.now() - LONGEST, tx.now())
        rows = tx.connection.execute(select(GUESSES.c.id, GUESSES.c.at)).all()
        earlier = [{"row": row.id, "then": row.at - timedelta(minutes=minutes)} for row in rows]
        if earlier:
            tx.connection.execute(_EARLIER, earlier)


def attacked(uow: Uow, guesses: int, minutes: int) -> Stranger:
    """So many guesses spread over so many minutes; who is honest looks in between."""
    stranger = Stranger(uow, seed=7)
    for minute in range(minutes):
        for number in range(minute * guesses // minutes, (minute + 1) * guesses // minutes):
            stranger.guess(number)
        served = find(uow, "ann", address="203.0.113.1", surname="sima", pnr="HONEST")
        assert len(served) == 1, (
            "somebody who is signed in is served, even at an address that guesses came from"
        )
        a_minute_later(uow)
    return stranger


def judge(uow: Uow, stranger: Stranger, guesses: int, minutes: int) -> None:
    assert stranger.got == 0
    assert sum(stranger.answers.values()) == guesses
    most = next(limit.wrong for limit in LIMITS if limit.counted.value == "all") * minutes
    looked_at = stranger.answers["checkin.booking_not_found"]
    assert 0 < looked_at <= most, "beyond the hundred of a minute nobody looks"
    a_minute_later(uow)
    served = find(uow, address="198.51.100.7", surname="sima", pnr="HONEST")
    assert len(served) == 1, "a minute after, a browser without an account is served, too"


def test_thousands_of_guesses_from_a_thousand_addresses_get_nothing(listed: Uow) -> None:
    guesses = SMALL if isinstance(listed, FakeUnitOfWork) else FEW
    stranger = attacked(listed, guesses, minutes=2)
    judge(listed, stranger, guesses, minutes=2)


def test_without_an_account_everybody_waits_while_strangers_guess_but_not_for_long(listed: Uow) -> None:
    stranger = Stranger(listed, seed=8)
    for number in range(120):
        stranger.guess(number)
    with pytest.raises(TooManyGuesses) as refused:
        find(listed, address="198.51.100.7", surname="sima", pnr="HONEST")
    assert refused.value.data["retry_after_s"] <= 61
    # An account has its own five, wherever it guesses from.
    for number in range(5):
        with pytest.raises(BookingNotFound):
            find(listed, "eve", address=f"198.51.100.{number}", surname="sima", pnr=f"EVE{number:03d}")
    with pytest.raises(TooManyGuesses):
        find(listed, "eve", address="198.51.100.99", surname="sima", pnr="HONEST")
    assert find(listed, "ann", address="198.51.100.99", surname="sima", pnr="HONEST")


def test_control_without_limits_a_stranger_with_time_finds_somebody(
    listed: Uow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same guesses at a service that doesn't count them reach a booking whose traveller has a common name."""
    from services.checkin.usecases import access

    push_list(
        listed,
        *(booking(f"REAL{number:02d}", person("WANG", "WEI")) for number in range(BOOKINGS)),
        version=2,
    )
    monkeypatch.setattr(access, "LIMITS", ())
    stranger = Stranger(listed, seed=7)
    for number in range(120):
        stranger.guess(number)
    assert stranger.got > 0


# Not over the fake, which copies all it has for each unit of work: a hundred thousand rows take it hours.
@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("uow", ["sqlite", "postgresql"], indirect=True)
def test_a_hundred_thousand_guesses_from_a_thousand_addresses_get_nothing(listed: Uow) -> None:
    stranger = attacked(listed, LARGE, minutes=200)
    judge(listed, stranger, LARGE, minutes=200)
    real, none = (statistics.median(stranger.took_s[kind]) * 1000 for kind in ("real", "none"))
    print(
        f"{dict(stranger.answers)}; a look at a real booking {real:.2f} ms, at none {none:.2f} ms, before evening out"
    )
    assert abs(real - none) < 25, "what is left is far below what the entrance waits for"

"""Who may see a booking: two factors, codes, accounts; and how often somebody may be wrong.

Source: docs/sources/checkin-rules.md, "Guessing"; docs/decisions/0061-who-sees-a-booking.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from marshmallow import ValidationError

from kernel.inbox import answer_once
from kernel.instants import instant
from services.checkin import clients, schemas
from services.checkin.clients import Caller
from services.checkin.domain import LIMITS, Booking, Counted, Traveller, is_surname_of, mask_phone, normal
from services.checkin.errors import (
    AccessNeeded,
    BookingNotFound,
    CodeRefused,
    NoCode,
    TooManyGuesses,
)
from services.checkin.store import NO_GUESS, CodeRow
from services.checkin.usecases.shared import (
    Place,
    Tx,
    Work,
    name_of,
)
from services.checkin.usecases.views import Status, status_views

CODE_TRIES: Final = 5
_WORDS: Final = {"zh": "值机验证", "en": "Check-in"}
_LONG_GONE: Final = timedelta(hours=12)


def find_booking(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """FoundSchema: the status of every booking that two factors name, and nothing more.

    now: the airport's time. A document that fits binds the booking to the account that asks. Whatever is wrong
    is answered by the same error after the same work; the entrance makes it take the same time.
    Raises BadSeal, BookingNotFound, TooManyGuesses.
    """
    factors = _factors(place, request["sealed"])
    target = place.vault.index(factors.key, "guess")
    guesser = _guesser(place, request)
    with uow.write() as tx:
        tx.store.hold_merges()
        _refuse_guesser(tx, guesser, target)
        travellers = _found(tx, place, factors)
        views = []
        if travellers:
            account = present(tx, request["passenger_id"])
            if account is not None and factors.kind == "document":
                for booking_id in sorted({each.booking_id for each in travellers}):
                    tx.store.bind(booking_id, account, "document", tx.now())
            views = _statuses(tx, place, {each.booking_id for each in travellers}, account, now)
        if not views:
            tx.store.add_guess(tx.now(), guesser.key, target)
    if not views:
        raise BookingNotFound
    return {"bookings": views}


def allowed(tx: Tx, access: Mapping[str, Any]) -> Booking:
    """The booking, for those who may have all of it. Raises AccessNeeded, also when there is no such booking."""
    store = tx.store
    booking = store.booking_with_accounts(access["booking_id"])
    if booking is None:
        raise AccessNeeded
    account, grant = access["passenger_id"], access["grant"]
    if account is not None and store.is_bound(booking.id, account):
        return booking
    if grant is not None and store.is_granted(_hash(grant), booking.id, tx.now()):
        return booking
    raise AccessNeeded


def send_code(uow: Work, caller: Caller, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """CodeSentSchema: a code for the booking to the account that has it.

    A repeat sends the same code with the same request, which notify takes for one.
    Raises NoCode, TooManyGuesses, RequestReused, RequestInFlight, and what notify raises.
    """
    minutes = place.settings.code_minutes
    code = _code(place, request)

    def work(tx: Tx) -> dict[str, Any]:
        guesser = _guesser(place, request)
        target = place.vault.index(f"send {request['booking_id']}", "guess")
        _refuse_guesser(tx, guesser, target)
        to = _code_goes_to(tx, place, request["booking_id"], request["passenger_id"])
        if to is None:
            raise NoCode
        tx.store.add_guess(tx.now(), NO_GUESS, target)
        expires_at = tx.now() + timedelta(minutes=minutes)
        index = place.vault.index(f"{request['booking_id']} {code}", "code")
        tx.store.save_code(CodeRow(request["booking_id"], index, CODE_TRIES, expires_at))
        return {"account": to[0], "to": to[1], "expires_at": instant(expires_at)}

    payload = {name: request[name] for name in ("booking_id", "passenger_id")}
    answer = answer_once(uow, request["request_id"], "send_code", payload, work)
    asked = {
        "request_id": request["request_id"],
        "passenger_id": answer["account"],
        "code": code,
        "purpose": _WORDS,
        "minutes": minutes,
    }
    clients.send_code(caller, asked)
    return {"to": answer["to"], "expires_at": answer["expires_at"]}


def confirm_code(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ConfirmedSchema: the account is bound, or the browser gets a grant. A code works once, for one request.

    Raises CodeRefused for every kind of wrong, TooManyGuesses, RequestReused, RequestInFlight.
    """
    booking_id, code = request["booking_id"], request["code"].strip()
    guesser = _guesser(place, request)
    target = place.vault.index(f"code {booking_id}", "guess")
    grant = place.vault.grant(request["request_id"], booking_id, code)

    def work(tx: Tx) -> dict[str, Any]:
        tx.store.hold_merges()
        _refuse_guesser(tx, guesser, target)
        account = present(tx, request["passenger_id"])
        expires_at = tx.now() + timedelta(minutes=place.settings.grant_minutes)
        if not _spent(tx, place, booking_id, code):
            tx.store.add_guess(tx.now(), guesser.key, target)
            return {"right": False}
        if account is not None:
            tx.store.bind(booking_id, account, "code", tx.now())
            return {"right": True, "expires_at": None}
        tx.store.add_grant(_hash(grant), booking_id, expires_at)
        return {"right": True, "expires_at": instant(expires_at)}

    # What was wrong is kept as well: a repeat is no second guess.
    payload = place.vault.fingerprint({**request, "address": ""})
    answer = answer_once(uow, request["request_id"], "confirm_code", payload, work)
    if not answer["right"]:
        raise CodeRefused
    until = answer["expires_at"]
    return {"booking_id": booking_id, "grant": None if until is None else grant, "expires_at": until}


def present(tx: Tx, account: str | None) -> str | None:
    """Who an account is now: it may have become one with another, or be gone."""
    return None if account is None else tx.store.present(account)


class _Factors:
    """What somebody knows of a booking. key: what guesses are counted by."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.surname = given["surname"]
        self.kind = next(name for name in ("pnr", "ticket", "document") if given[name].strip())
        text = normal(given[self.kind])
        # Some write the fourteenth digit, which is a check on the others.
        self.value = text[:13] if self.kind == "ticket" and len(text) == 14 else text
        self.key = f"{self.kind} {self.value}"


def _factors(place: Place, sealed: str) -> _Factors:
    try:
        return _Factors(schemas.FactorsSchema().load(place.vault.opened(sealed)))
    except ValidationError:
        # The same as for a booking that there is not: the form is the page's business.
        raise BookingNotFound from None


def _found(tx: Tx, place: Place, factors: _Factors) -> list[Traveller]:
    store = tx.store
    if factors.kind == "pnr":
        candidates = store.by_pnr(factors.value)
    elif factors.kind == "ticket":
        candidates = store.by_ticket(factors.value)
    else:
        candidates = store.by_paper(place.vault.candidates(factors.value, "paper"))
    return [each for each in candidates if is_surname_of(factors.surname, name_of(place.vault, each)[0])]


@dataclass(frozen=True)
class _Guesser:
    """Whom wrong guesses are counted by: the account that asks, else the address. known: there is an account."""

    key: str
    known: bool


def _guesser(place: Place, request: Mapping[str, Any]) -> _Guesser:
    """Accounts aren't to be had by the thousand as addresses are. Who has one is judged by what they did, wherever they
    are, so that strangers who use up everybody's guesses keep no signed-in traveller from their booking.
    """
    account = request["passenger_id"]
    text = request["address"] if account is None else f"account {account}"
    return _Guesser(place.vault.index(text, "address"), account is not None)


def _refuse_guesser(tx: Tx, guesser: _Guesser, target: str) -> None:
    """Raises TooManyGuesses; from here on nobody else guesses until the transaction ends."""
    tx.store.lock_guesses()
    keys = {"address": guesser.key, "target": target, "all": ""}
    for limit in LIMITS:
        if limit.counted is Counted.ALL and guesser.known:
            continue
        wrong, first_at = tx.store.count_guesses(
            limit.counted.value, keys[limit.counted.value], tx.now() - limit.within
        )
        if wrong >= limit.wrong and first_at is not None:
            left = first_at + limit.within - tx.now()
            raise TooManyGuesses(retry_after_s=max(1, int(left.total_seconds()) + 1))


def _statuses(tx: Tx, place: Place, booking_ids: set[str], account: str | None, now: datetime) -> list[Any]:
    ids = sorted(booking_ids)
    mine = set(tx.store.bookings_of_account(account)) if account is not None else set()
    statuses = [
        Status(booking, booking.id in mine, (_code_goes_to(tx, place, booking.id, account) or ("", None))[1])
        for booking in tx.store.bookings(ids)
    ]
    return status_views(tx, place, statuses, now, not_before=now - _LONG_GONE)


def _code_goes_to(tx: Tx, place: Place, booking_id: str, asker: str | None) -> tuple[str, str] | None:
    """The account that gets a code and the masked way to it; None: nobody can be reached.

    The account that was bound first. Where an account stands in for the booking's phone (sandbox), the asker.
    """
    booking = tx.store.booking(booking_id)
    if booking is None:
        return None
    phone = ""
    if booking.contact_sealed is not None:
        phone = mask_phone(place.vault.open(booking.contact_sealed, booking.id)["phone"])
    bound = tx.store.accounts_of([booking.id]).get(booking.id)
    if bound:
        return bound[0], phone or "WeChat"
    if place.settings.codes_to_asker and asker is not None and phone:
        return asker, phone
    return None


def _spent(tx: Tx, place: Place, booking_id: str, code: str) -> bool:
    """Whether the code is right; a try is spent, and a right one is gone."""
    kept = tx.store.code(booking_id)
    indexes = place.vault.candidates(f"{booking_id} {code.strip()}", "code")
    if kept is None or kept.expires_at <= tx.now() or kept.tries_left < 1:
        return False
    if kept.code_index in indexes:
        tx.store.drop_code(booking_id)
        return True
    tx.store.spend_try(booking_id)
    return False


def _code(place: Place, request: Mapping[str, Any]) -> str:
    """Six digits that follow from the request and our key, so that a repeat is the same code and none is kept."""
    text = place.vault.index(f"{request['request_id']} {request['booking_id']}", "code of a request")
    return f"{int(hashlib.sha256(text.encode()).hexdigest(), 16) % 1_000_000:06d}"


def _hash(grant: str) -> str:
    return hashlib.sha256(grant.encode()).hexdigest()

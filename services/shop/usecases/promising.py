"""Promises that are kept, made anew, or turned into a question to the buyer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.ids import new_id
from kernel.instants import instant
from kernel.saga.steps import SWEEPER
from services.shop import events
from services.shop.domain.flights import Flight
from services.shop.domain.orders import spot_of
from services.shop.domain.parcels import Ask, Parcel, choices_for
from services.shop.domain.promises import BEFORE_END, Offer, WhyNot, collecting, repromised, words
from services.shop.schemas.order_words import AskKind, ParcelState, Way
from services.shop.store.parcels import Who
from services.shop.usecases.shared import Place, Tx
from services.shop.usecases.telling import promise, tell_parcel

NEWS: Final = timedelta(minutes=5)
"""A promise that moves by less is no news."""
_GATE_CHANGED: Final = {"zh": "登机口有变", "en": "The gate has changed"}
_TIME_CHANGED: Final = {"zh": "航班时间有变", "en": "The flight's time has changed"}
_CANCELLED: Final = {
    "zh": "航班已取消。到店自取还是退款？",
    "en": "The flight was cancelled. Collect it at the shop, or have the money back?",
}
_CANCELLED_DUTY_FREE: Final = {
    "zh": "航班已取消，免税品须随航班出境，将全额退款。",
    "en": "The flight was cancelled, and duty free must leave with it: all of the money goes back.",
}
_COMES: Final = frozenset(
    {ParcelState.PLACED, ParcelState.PICKING, ParcelState.READY, ParcelState.ON_THE_WAY}
)


@dataclass(frozen=True)
class Question:
    """words: what is asked; line_id, quantity, offer: of missing pieces."""

    kind: AskKind
    words: Mapping[str, str]
    until: datetime
    actor: str = SWEEPER
    line_id: str | None = None
    quantity: int = 0
    offer: Mapping[str, Any] | None = None


def keep_promise(tx: Tx, place: Place, parcel: Parcel, flight_id: str | None, now: datetime) -> Parcel:
    """The open parcel of a locked order, with what its flight makes of its promise. now: the airport's time."""
    flight = tx.store.flights([flight_id]).get(flight_id) if flight_id else None
    if flight is None or parcel.state not in _COMES:
        return parcel
    if flight.cancelled:
        # Who chose to collect it all the same was asked before.
        asked = tx.store.was_asked(parcel.id, AskKind.FLIGHT_CANCELLED)
        return parcel if asked else _about_cancelled(tx, place, parcel, now)
    if parcel.way is not Way.GATE:
        return parcel
    shop = tx.store.shop(parcel.shop_id)
    assert shop is not None, "shops are never deleted"
    spot = spot_of(shop, place.airport.iata, place.zone, now)
    if parcel.gate == flight.gate and _kept(parcel, flight, now):
        return parcel
    offer = repromised(spot, flight, now, packed=parcel.packed)
    if not offer.offered:
        assert offer.why_not is not None
        return _ask_unreachable(tx, place, parcel, (flight, offer.why_not), now)
    return _promise_anew(tx, parcel, offer)


def ask(tx: Tx, parcel: Parcel, question: Question, now: datetime) -> Parcel:
    """Let a parcel of a locked order wait for its buyer's word."""
    asked = Ask(
        id=new_id(),
        parcel_id=parcel.id,
        kind=question.kind,
        choices=choices_for(question.kind, offered=question.offer is not None, duty_free=parcel.duty_free),
        until=question.until,
        asked_at=now,
        asked_by=question.actor,
        after=parcel.state,
        words=question.words,
        line_id=question.line_id,
        quantity=question.quantity,
        offer=question.offer,
    )
    who = Who(question.actor, f"asks: {question.kind.value}", now)
    waiting = tx.store.step_parcel(parcel, ParcelState.ASKING, who, why=question.words)
    tx.store.add_ask(asked)
    about = {
        "id": asked.id,
        "kind": asked.kind.value,
        "choices": [each.value for each in asked.choices],
        "until": instant(asked.until),
    }
    tell_parcel(tx, events.PARCEL_ASKS, parcel.order_id, waiting, ask=about, why=dict(question.words))
    return waiting


def collect_instead(tx: Tx, place: Place, parcel: Parcel, now: datetime) -> dict[str, Any]:
    """What changes of a parcel that is fetched at its shop after all."""
    shop = tx.store.shop(parcel.shop_id)
    assert shop is not None, "shops are never deleted"
    spot = spot_of(shop, place.airport.iata, place.zone, now)
    offer = collecting(spot, None, now)
    since = offer.since if offer.since is not None and not parcel.packed else now
    until = max(offer.until or since, since + spot.picking)
    return {
        "way": Way.SHOP,
        "gate": None,
        "promised_from": since,
        "promised_until": until,
        "promises": parcel.promises + 1,
    }


def _kept(parcel: Parcel, flight: Flight, now: datetime) -> bool:
    """Whether the promise still is a good one: before boarding ends, and not much later than boarding could have been."""
    latest = flight.boarding_ends_at - BEFORE_END
    wanted = min(max(parcel.promised_from, flight.boards_at), latest)
    in_time = parcel.promised_until <= latest
    return flight.leaves and in_time and abs(wanted - parcel.promised_until) < NEWS


def _promise_anew(tx: Tx, parcel: Parcel, offer: Offer) -> Parcel:
    assert offer.since is not None
    assert offer.until is not None
    why = _GATE_CHANGED if offer.gate != parcel.gate else _TIME_CHANGED
    same = offer.gate == parcel.gate and abs(offer.until - parcel.promised_until) < NEWS
    if same and offer.until >= parcel.promised_until:
        return parcel
    after = tx.store.change_parcel(
        parcel,
        gate=offer.gate,
        promised_from=offer.since,
        promised_until=offer.until,
        promises=parcel.promises + 1,
        why=why,
    )
    tell_parcel(
        tx,
        events.PARCEL_REPROMISED,
        parcel.order_id,
        after,
        old=promise(parcel),
        new=promise(after),
        why=why,
    )
    return after


def _about_cancelled(tx: Tx, place: Place, parcel: Parcel, now: datetime) -> Parcel:
    until = now + timedelta(minutes=3 * place.settings.ask_min)
    said = _CANCELLED_DUTY_FREE if parcel.duty_free else _CANCELLED
    return ask(tx, parcel, Question(AskKind.FLIGHT_CANCELLED, said, until), now)


def _ask_unreachable(
    tx: Tx, place: Place, parcel: Parcel, because: tuple[Flight, WhyNot], now: datetime
) -> Parcel:
    flight, why = because
    said = words(why)
    question = {
        "zh": f"{said['zh']}。到店自取还是退款？",
        "en": f"{said['en']}. Collect it at the shop, or have the money back?",
    }
    until = min(now + timedelta(minutes=place.settings.ask_min), max(now, flight.boarding_ends_at))
    return ask(tx, parcel, Question(AskKind.GATE_UNREACHABLE, question, until), now)

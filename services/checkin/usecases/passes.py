"""The text of a boarding pass, and what a scanned one says. Source: IATA Resolution 792; services/checkin/bcbp."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from services.checkin.bcbp import (
    BcbpError,
    BoardingPass,
    Leg,
    Reading,
    build,
    day_of_year,
    issue_code,
    passenger_name,
    read,
)
from services.checkin.domain import Shown, Traveller, normal, plain_number
from services.checkin.schemas.vocabulary import Gender, Standing, TravellerKind
from services.checkin.usecases.shared import Flight, Place, name_of

_CHECKED_IN: Final = "1"
_PASSED_GATE: Final = "5"
_WEB: Final = "W"
_CLUB_NUMBER: Final = re.compile(r"[A-Z0-9]{1,16}")
_DOCUMENT: Final = "B"  # a boarding pass


def bcbp_text(place: Place, flight: Flight, traveller: Traveller, issued_at: datetime) -> str:
    """What stands in the barcode of somebody who is checked in; the same until something on it changes.

    issued_at: when they checked in.
    """
    person, _ = name_of(place.vault, traveller)
    details = place.vault.open(traveller.details_sealed, traveller.id)
    leg = flight.leg
    first = Leg(
        pnr=traveller.pnr[:7],
        from_airport=leg.departure,
        to_airport=leg.arrival,
        carrier=leg.airline,
        number=plain_number(leg.number)[len(leg.airline) :],
        day_of_year=day_of_year(leg.day_local),
        compartment=traveller.cabin,
        seat=traveller.seat or "",
        sequence=str(traveller.sequence),
        status=_PASSED_GATE if traveller.standing is Standing.BOARDED else _CHECKED_IN,
        airline_numeric=traveller.ticket[:3] if traveller.ticket else None,
        document_serial=traveller.ticket[3:] if traveller.ticket else None,
        marketing_carrier=leg.airline,
        **_flyer(details["frequent_flyer"]),
        free_baggage=_bags(details["bags"]),
    )
    onward = [_onward(traveller, each) for each in details["onward"] if each["seat"] and each["sequence"]]
    signer = place.settings.signer()
    write = build if signer is None else signer.build
    return write(
        BoardingPass(
            name=passenger_name(person.surname, person.given),
            legs=(first, *onward),
            passenger_description=_description(traveller),
            check_in_source=_WEB,
            issue_source=_WEB,
            issued=issue_code(issued_at.astimezone(place.zone).date()),
            document_type=_DOCUMENT,
            issuer=leg.airline,
        )
    )


def shown_legs(code: str) -> list[tuple[Shown, str]] | None:
    """Every leg on a scanned pass, with its seat; None: it is no boarding pass."""
    try:
        reading: Reading = read(code)
    except BcbpError:
        return None
    return [
        (
            Shown(
                flight=plain_number(f"{leg.carrier}{leg.number}"),
                departure=leg.from_airport,
                arrival=leg.to_airport,
                day_of_year=leg.day_of_year,
                pnr=leg.pnr,
                sequence=_number(leg.sequence),
            ),
            leg.seat,
        )
        for leg in reading.boarding_pass.legs
    ]


def _number(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _onward(traveller: Traveller, onward: Mapping[str, Any]) -> Leg:
    return Leg(
        pnr=traveller.pnr[:7],
        from_airport=onward["departure_airport"],
        to_airport=onward["arrival_airport"],
        carrier=onward["airline"],
        number=onward["number"].lstrip("0") or "0",
        day_of_year=day_of_year(date.fromisoformat(onward["day_local"])),
        compartment=onward["cabin"],
        seat=onward["seat"],
        sequence=str(onward["sequence"]),
        status=_CHECKED_IN,
    )


def _flyer(flyer: Mapping[str, Any] | None) -> dict[str, str]:
    """The club's airline and number, when the number has the form that passes know."""
    number = "" if flyer is None else normal(flyer["number"])
    if flyer is None or not _CLUB_NUMBER.fullmatch(number):
        return {}
    return {"frequent_flyer_airline": flyer["airline"], "frequent_flyer_number": number}


def _bags(bags: Mapping[str, Any] | None) -> str | None:
    if bags is None:
        return None
    if bags["weight_kg"]:
        return f"{bags['weight_kg']}K"
    return f"{bags['pieces']}PC" if bags["pieces"] is not None else None


def _description(traveller: Traveller) -> str:
    if traveller.kind is TravellerKind.UNACCOMPANIED:
        return "7"
    if traveller.kind is TravellerKind.CHILD:
        return "3"
    if traveller.infant:
        return "6"
    return {Gender.MALE: "1", Gender.FEMALE: "2"}.get(traveller.gender, "0")

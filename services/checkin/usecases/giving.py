"""What a party adds at check-in to what the airline knows: documents, a way to reach them, where they will stay."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from marshmallow import ValidationError

from services.checkin import schemas
from services.checkin.errors import BadRequest
from services.checkin.schemas.vocabulary import PaperKind
from services.checkin.usecases.shared import Place, Tx
from services.passengers.papers import Checked, DocumentKind, ShownForm, read_document

if TYPE_CHECKING:
    from services.checkin.usecases.checking import Party


@dataclass(frozen=True)
class Given:
    """papers: by traveller, as they are kept. holders: whose a passport is by its own lines, SURNAME/GIVEN.

    document: what was sealed, for comparison of requests only.
    """

    papers: dict[str, dict[str, Any]] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    contact: dict[str, str] | None = None
    document: Any = None


def given_of(place: Place, sealed: str | None, now: datetime) -> Given:
    """Open and verify what was given. Raises BadSeal, BadRequest, what passengers says of a document."""
    if sealed is None:
        return Given()
    opened = place.vault.opened(sealed)
    try:
        document = schemas.GivenSchema().load(opened)
    except ValidationError as exc:
        raise BadRequest(fields=exc.normalized_messages()) from None
    today = now.astimezone(place.zone).date()
    papers, holders = {}, {}
    for each in document["papers"]:
        papers[each["traveller_id"]], holder = _paper(each, today)
        if holder is not None:
            holders[each["traveller_id"]] = holder
    return Given(papers, holders, document["contact"], opened)


def _paper(given: dict[str, Any], today: date) -> tuple[dict[str, Any], str | None]:
    """The paper as it is kept, and whose it is by its own lines, SURNAME/GIVEN."""
    kind: PaperKind = given["kind"]
    if kind is PaperKind.OTHER:
        paper = {
            "kind": kind.value,
            "number": given["text"].strip().upper(),
            "country": "",
            "nationality": "",
            "birth_date": None,
            "expires_on": _day(given["expires_on"]),
        }
        return paper, None
    # Whose it is, the booking says; the name that the rules ask for is only there to be there.
    form = ShownForm(DocumentKind(kind.value), given["text"], "TRAVELLER", given["expires_on"])
    document = read_document(form, today)
    paper = {
        "kind": kind.value,
        "number": document.number,
        "country": "",
        "nationality": document.nationality or "",
        "birth_date": _day(document.birth_date),
        "expires_on": _day(document.expires_on),
    }
    return paper, document.holder_name if document.checked is Checked.MRZ else None


def keep_given(tx: Tx, place: Place, party_given: tuple[Party, Given], account: str | None) -> Party:
    """Seal it into booking and travellers; the party as it is then. Travellers are saved with their step."""
    party, given = party_given
    booking = party.booking
    if given.contact is not None:
        sealed = place.vault.seal(given.contact, booking.id)
        booking = replace(booking, given_sealed=sealed, given_by=account)
        tx.store.save_booking(booking)
    chosen = [
        replace(each, given_sealed=place.vault.seal(given.papers[each.id], each.id))
        if each.id in given.papers
        else each
        for each in party.chosen
    ]
    if given.papers and booking.given_by != account:
        booking = replace(booking, given_by=account)
        tx.store.save_booking(booking)
    return replace(party, booking=booking, chosen=chosen)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()

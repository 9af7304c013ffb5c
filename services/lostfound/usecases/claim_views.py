"""Reports, claims and finds as schemas says, with what is personal masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from kernel.instants import instant
from services.lostfound.domain.claims import Claim, Match
from services.lostfound.domain.hints import MOST_HINTS, band_of, may_show, month_of, public_reasons
from services.lostfound.domain.items import Item
from services.lostfound.domain.masking import mask_email, mask_name, mask_number, mask_phone
from services.lostfound.domain.reports import Find, Report
from services.lostfound.schemas.claim_words import Band, ClaimState, FindState, FoundKind, MatchState
from services.lostfound.schemas.vocabulary import AREAS, CATEGORIES, ItemState
from services.lostfound.usecases.claim_shared import bars
from services.lostfound.usecases.shared import (
    Place,
    Tx,
)

WAITING = frozenset({ItemState.STORED, ItemState.IN_TRANSFER, ItemState.RESERVED})
"""Items that somebody may still say are theirs; also of one that is promised to another."""


@dataclass(frozen=True)
class Found:
    """A match and what it is of: an item, or a find."""

    match: Match
    item: Item | None
    find: Find | None

    @property
    def there(self) -> bool:
        """Whether it may still be given to somebody."""
        if self.item is not None:
            return self.item.state in WAITING
        return self.find is not None and self.find.state is FindState.ANNOUNCED

    @property
    def category(self) -> str:
        thing = self.item or self.find
        assert thing is not None
        return thing.category

    @property
    def found_at(self) -> datetime:
        if self.item is not None:
            return self.item.found_from
        assert self.find is not None
        return self.find.found_at


def found_of(tx: Tx, matches: Iterable[Match]) -> list[Found]:
    many = list(matches)
    items = tx.store.items({each.found_id for each in many if each.kind is FoundKind.ITEM})
    finds = tx.store.finds({each.found_id for each in many if each.kind is FoundKind.FIND})
    return [Found(each, items.get(each.found_id), finds.get(each.found_id)) for each in many]


def shown(place: Place, report: Report, found: Sequence[Found]) -> list[tuple[Found, Band]]:
    """What the owner may see, the most probable first, and before that what a desk offered. Nothing before they said
    what only an owner knows."""
    if not report.open or not report.has_proof:
        return []
    good = []
    for each in sorted(found, key=lambda one: not one.match.offered):
        if not each.there or each.match.state is MatchState.DISMISSED:
            continue
        band = band_of(each.match, bars(place.settings))
        if band is not None and may_show(band, CATEGORIES[each.category].listed):
            good.append((each, band))
    return good[:MOST_HINTS]


def hint_view(place: Place, found: Found, band: Band, claims: Sequence[Claim]) -> dict[str, Any]:
    """HintSchema. claims: of the report."""
    mine = [each.id for each in claims if each.open and each.item_id == found.match.found_id]
    return {
        "match_id": found.match.id,
        "band": band.value,
        "category": found.category,
        "month": month_of(found.found_at, place.zone),
        "area": None if found.item is None else area_of(place, found.item.place),
        "reasons": public_reasons(orjson.loads(found.match.reasons)),
        "at_desk": found.item is not None,
        "claim_id": mine[0] if mine else None,
    }


def area_of(place: Place, code: str | None) -> dict[str, str] | None:
    """The public word for where a place is."""
    known = place.places.get(code or "")
    area = None if known is None else AREAS[known.area]
    return None if area is None else {"zh": area.zh, "en": area.en}


# --- reports


def report_views(tx: Tx, place: Place, reports: Sequence[Report], *, desk: bool) -> list[dict[str, Any]]:
    """ReportSchema, or DeskReportSchema, of each."""
    ids = [each.id for each in reports]
    claims = tx.store.claims_of_reports(ids)
    photos = tx.store.evidence_ids(ids)
    matches = tx.store.matches_of_many(ids)
    views = []
    for each in reports:
        found = [] if desk else shown(place, each, found_of(tx, matches[each.id]))
        view = _report_view(place, each) | {
            "photos": photos[each.id],
            "hints": len(found),
            "claims": [brief(claim) for claim in claims[each.id]],
        }
        if desk:
            alive = [match for match in matches[each.id] if match.state is not MatchState.DISMISSED]
            view |= _desk_only(each) | {"matches": len(alive)}
        views.append(view)
    return views


def brief(claim: Claim) -> dict[str, str]:
    """ClaimBriefSchema."""
    return {"id": claim.id, "number": claim.number, "state": claim.state.value}


def _report_view(place: Place, report: Report) -> dict[str, Any]:
    marks = opened(place, report.marks_sealed, report.id) or {"marks": "", "serial": ""}
    return {
        "id": report.id,
        "number": report.number,
        "state": report.state.value,
        "why": report.why and report.why.value,
        "version": report.version,
        "filed_at": instant(report.filed_at),
        "changed_at": instant(report.changed_at),
        "expires_at": instant(report.expires_at),
        "closed_at": at_or_none(report.closed_at),
        "language": report.language,
        **{name: getattr(report, name) for name in ("category", "brand", "description")},
        "colours": list(report.colours),
        "lost_from": instant(report.lost_from),
        "lost_to": instant(report.lost_to),
        "places": list(report.places),
        **{name: getattr(report, name) for name in ("flight_id", "seat", "bus_departure_id", "order_id")},
        "marks": marks["marks"],
        "serial": marks["serial"],
        "document": masked_document(opened(place, report.document_sealed, report.id)),
        "contact": masked_contact(opened(place, report.contact_sealed, report.id)),
        "needs_marks": not report.has_proof,
    }


def _desk_only(report: Report) -> dict[str, Any]:
    return {
        "filed_by": report.filed_by.value,
        "filer": report.filer,
        "first_hint_at": at_or_none(report.first_hint_at),
        "marks_before_hints": report.marks_before_hints,
    }


# --- claims


def claim_views(tx: Tx, place: Place, claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """ClaimSchema of each."""
    items = tx.store.items({each.item_id for each in claims})
    reports = tx.store.reports({each.report_id for each in claims})
    photos = tx.store.evidence_ids([each.id for each in claims])
    return [
        _claim_view(place, each, items[each.item_id], reports[each.report_id]) | {"photos": photos[each.id]}
        for each in claims
    ]


def _claim_view(place: Place, claim: Claim, item: Item, report: Report) -> dict[str, Any]:
    promised = claim.state is ClaimState.APPROVED
    code = opened(place, claim.code_sealed, claim.id) if promised else None
    return {
        "id": claim.id,
        "number": claim.number,
        "state": claim.state.value,
        "version": claim.version,
        "report_id": claim.report_id,
        "report_number": report.number,
        "match_id": claim.match_id,
        "submitted_at": instant(claim.submitted_at),
        "decided_at": at_or_none(claim.decided_at),
        "ended_at": at_or_none(claim.ended_at),
        "reason": claim.reason and claim.reason.value,
        "category": item.category,
        "month": month_of(item.found_from, place.zone),
        "area": area_of(place, item.place),
        "way": claim.way and claim.way.value,
        "item_number": item.number if promised else None,
        "desk_id": item.desk_id if promised else None,
        "code": code,
        "code_locked": promised and claim.locked,
        "fetch_by": at_or_none(claim.fetch_by) if promised else None,
        "window": window_of(claim) if promised else None,
    }


def window_of(claim: Claim) -> dict[str, str] | None:
    """WindowSchema, of the window that was chosen."""
    if claim.window_from is None or claim.window_to is None:
        return None
    return {"starts_at": instant(claim.window_from), "ends_at": instant(claim.window_to)}


# --- what is personal


def opened(place: Place, sealed: str | None, row_id: str) -> Any:
    return None if sealed is None else place.vault.open(sealed, row_id)


def masked_document(document: Mapping[str, str] | None) -> dict[str, str] | None:
    """MaskedDocumentSchema."""
    if document is None:
        return None
    return {
        "kind": document["kind"],
        "holder_name": mask_name(document["holder_name"]),
        "number": mask_number(document["number"]),
    }


def masked_contact(contact: Mapping[str, str] | None) -> dict[str, str] | None:
    """MaskedContactSchema."""
    if contact is None:
        return None
    return {
        "name": mask_name(contact["name"]),
        "phone": mask_phone(contact["phone"]),
        "email": mask_email(contact["email"]),
    }


def at_or_none(at: datetime | None) -> str | None:
    return None if at is None else instant(at)

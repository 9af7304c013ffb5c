"""Matches, claims and finds as staff see them: with every reason, and with what helps to tell an owner from a thief."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from kernel.instants import instant
from services.lostfound.domain.claims import Claim, Match
from services.lostfound.domain.hints import band_of
from services.lostfound.domain.items import Item
from services.lostfound.domain.reports import Find, Report
from services.lostfound.schemas.claim_words import Band, ClaimState, Filer
from services.lostfound.usecases.claim_shared import bars, claim_limits
from services.lostfound.usecases.claim_views import (
    at_or_none,
    found_of,
    masked_contact,
    masked_document,
    opened,
    report_views,
    window_of,
)
from services.lostfound.usecases.shared import (
    Place,
    Tx,
)


def match_views(tx: Tx, place: Place, matches: Sequence[Match]) -> list[dict[str, Any]]:
    """MatchSchema of each."""
    reports = tx.store.reports({each.report_id for each in matches})
    return [
        {
            "id": each.match.id,
            "kind": each.match.kind.value,
            "state": each.match.state.value,
            "probability": round(each.match.probability, 4),
            "band": (band_of(each.match, bars(place.settings)) or Band.POSSIBLE).value,
            "reasons": _reasons(each.match),
            "made_at": instant(each.match.made_at),
            "told_at": at_or_none(each.match.told_at),
            "offered_at": at_or_none(each.match.offered_at),
            "offered_by": each.match.offered_by,
            "item": None if each.item is None else _item(each.item),
            "find": None if each.find is None else _find(each.find),
            "report": _report(reports[each.match.report_id]),
        }
        for each in found_of(tx, matches)
    ]


def desk_claim_rows(tx: Tx, place: Place, claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """DeskClaimRowSchema of each."""
    items = tx.store.items({each.item_id for each in claims})
    reports = tx.store.reports({each.report_id for each in claims})
    matches = tx.store.matches_by_id({each.match_id for each in claims if each.match_id is not None})
    return [
        _row(each, items[each.item_id], reports[each.report_id], matches.get(each.match_id or ""))
        for each in claims
    ]


def desk_claim_view(tx: Tx, place: Place, claim: Claim) -> dict[str, Any]:
    """DeskClaimSchema."""
    (row,) = desk_claim_rows(tx, place, [claim])
    report = tx.store.report(claim.report_id)
    item = tx.store.item(claim.item_id)
    assert report is not None
    assert item is not None
    match = None if claim.match_id is None else tx.store.match(claim.match_id)
    proof = opened(place, claim.proof_sealed, claim.id) or _NO_PROOF
    contact = proof["contact"] or opened(place, report.contact_sealed, report.id)
    (report_view,) = report_views(tx, place, [report], desk=True)
    rivals = [each for each in tx.store.claims_of_item(item.id) if each.id != claim.id]
    return row | {
        "filed_by": (Filer.TRAVELLER if claim.filer is None else Filer.STAFF).value,
        "proof": {
            **{name: proof[name] for name in ("marks", "serial", "words")},
            "document": masked_document(proof["document"]),
        },
        "contact": masked_contact(contact),
        "reasons": [] if match is None else _reasons(match),
        "item": _item(item),
        "report": report_view,
        "rivals": [_rival(each) for each in rivals],
        "history": _history(tx, place, claim),
        "photos": tx.store.evidence_ids([claim.id])[claim.id],
        "reason": claim.reason and claim.reason.value,
        "note": claim.note,
        "decided_by": claim.decided_by,
        "way": claim.way and claim.way.value,
        "has_code": claim.code_index is not None,
        "tries_left": claim.tries_left,
        "traces": [
            {"at": instant(each.at), "actor": each.actor, "what": each.what, "note": each.note}
            for each in tx.store.traces(claim.id)
        ],
    }


def find_views(tx: Tx, place: Place, finds: Iterable[Find]) -> list[dict[str, Any]]:
    """FindSchema of each."""
    return [
        {
            **_find(each),
            "version": each.version,
            "announced_at": instant(each.announced_at),
            "closed_at": at_or_none(each.closed_at),
            "language": each.language,
            "colours": list(each.colours),
            "found_at": instant(each.found_at),
            "document": masked_document(opened(place, each.document_sealed, each.id)),
            "contact": masked_contact(opened(place, each.contact_sealed, each.id) or _NO_CONTACT),
            "item_id": each.item_id,
            "note": each.note,
            "matches": tx.store.count_matches(each.id),
        }
        for each in finds
    ]


_NO_PROOF: dict[str, Any] = {"marks": "", "serial": "", "words": "", "document": None, "contact": None}
_NO_CONTACT = {"name": "", "phone": "", "email": ""}
"""Of those who were forgotten."""


def _row(claim: Claim, item: Item, report: Report, match: Match | None) -> dict[str, Any]:
    return {
        "id": claim.id,
        "number": claim.number,
        "state": claim.state.value,
        "version": claim.version,
        "submitted_at": instant(claim.submitted_at),
        "decided_at": at_or_none(claim.decided_at),
        "item_id": item.id,
        "item_number": item.number,
        "category": item.category,
        "airline": item.airline,
        "desk_id": item.desk_id,
        "report_id": report.id,
        "report_number": report.number,
        "probability": None if match is None else round(match.probability, 4),
        "fetch_by": at_or_none(claim.fetch_by),
        "window": window_of(claim),
        "code_locked": claim.state is ClaimState.APPROVED and claim.locked,
    }


def _history(tx: Tx, place: Place, claim: Claim) -> dict[str, int] | None:
    if claim.passenger_id is None:
        return None
    since = tx.now() - claim_limits(place.settings).within
    record = tx.store.record_of(claim.passenger_id, since)
    return {
        "claims": record.claims,
        "refused": record.refused,
        "returned": record.returned,
        "reports": record.reports,
    }


def _rival(claim: Claim) -> dict[str, str]:
    return {
        "id": claim.id,
        "number": claim.number,
        "state": claim.state.value,
        "submitted_at": instant(claim.submitted_at),
    }


def _reasons(match: Match) -> list[dict[str, str]]:
    return [{name: each[name] for name in ("code", "zh", "en")} for each in orjson.loads(match.reasons)]


def _item(item: Item) -> dict[str, Any]:
    return {
        **{name: getattr(item, name) for name in ("id", "number", "category", "brand", "description")},
        "state": item.state.value,
        "colours": list(item.colours),
        "place": item.place,
        "found_from": instant(item.found_from),
        "desk_id": item.desk_id,
    }


def _find(find: Find) -> dict[str, Any]:
    return {
        **{name: getattr(find, name) for name in ("id", "number", "category", "description", "place")},
        "state": find.state.value,
    }


def _report(report: Report) -> dict[str, Any]:
    return {
        **{name: getattr(report, name) for name in ("id", "number", "category", "brand", "description")},
        "state": report.state.value,
        "colours": list(report.colours),
        "lost_from": instant(report.lost_from),
    }

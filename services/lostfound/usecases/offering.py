"""A hint by hand: somebody at a desk sees that a thing and a report belong together, where the matching doesn't.

The owner is shown and told what they are of a likely match, and nothing more: the desk's eye is no reason to say what a
thief could use. Source: docs/decisions/0071-claims-and-hints.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from kernel.ids import new_id
from services.lostfound.domain.claims import Match
from services.lostfound.domain.items import Item
from services.lostfound.domain.numbers import as_number
from services.lostfound.domain.references import as_reference
from services.lostfound.domain.reports import Report
from services.lostfound.errors import (
    AlreadyClaimed,
    BadNumber,
    HintDismissed,
    ItemGone,
    ItemNotFound,
    ItemPromised,
    ReportClosed,
    ReportNotFound,
)
from services.lostfound.schemas.claim_words import FoundKind, MatchState
from services.lostfound.schemas.vocabulary import ItemState
from services.lostfound.usecases.claim_shared import report_for, trace
from services.lostfound.usecases.matching import tell_owner
from services.lostfound.usecases.moving import lock_item
from services.lostfound.usecases.shared import Place, Tx, Work, once

_OFFERED: Final = frozenset({ItemState.STORED, ItemState.IN_TRANSFER})
_ID_LENGTH: Final = 32
_BY_OWNER: Final = "traveller"


def offer_hint(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OfferedSchema. Offered again it is no error, and nobody is told twice.

    Raises ReportNotFound, ReportClosed, ItemNotFound, ItemPromised, ItemGone, AlreadyClaimed, HintDismissed.
    """

    def work(tx: Tx) -> dict[str, Any]:
        item = _there(tx, place, request["item"])
        report = _open(tx, request)
        match = _offered(tx, (item, report), request["actor"])
        told = tell_owner(tx, place, match)
        return {"match_id": match.id, "told": told, "reachable": report.passenger_id is not None}

    return once(uow, place, request, "offer_hint", work)


def _there(tx: Tx, place: Place, asked: str) -> Item:
    """The item by its number, held; one that could still be anybody's. Raises ItemNotFound, ItemPromised, ItemGone."""
    try:
        found = tx.store.item_by_number(as_number(asked, place.airport.iata))
    except BadNumber:
        found = None
    if found is None:
        raise ItemNotFound(number=asked)
    item = lock_item(tx, found.id)
    if item.state in {ItemState.RESERVED, ItemState.SENT}:
        raise ItemPromised
    if item.state not in _OFFERED:
        raise ItemGone
    return item


def _open(tx: Tx, request: Mapping[str, Any]) -> Report:
    """The report by its id or number, held. Raises ReportNotFound, ReportClosed."""
    asked = request["report_id"]
    seen = report_for(tx, request, as_reference(asked) if len(asked) < _ID_LENGTH else asked)
    report = tx.store.lock_report(seen.id)
    if report is None:
        raise ReportNotFound
    if not report.open:
        raise ReportClosed
    return report


def _offered(tx: Tx, pair: tuple[Item, Report], actor: str) -> Match:
    """The pair's match, with who offered it first. Raises AlreadyClaimed, HintDismissed."""
    item, report = pair
    if any(each.report_id == report.id for each in tx.store.open_claims_of_item(item.id)):
        raise AlreadyClaimed
    match = tx.store.match_of_pair(item.id, report.id)
    if match is None:
        match = tx.store.keep_match(_unthought_of(tx, item, report))
    if match.state is MatchState.DISMISSED and _refused_by_owner(tx, report, match):
        raise HintDismissed
    if match.offered_at is None or match.state is not MatchState.SUGGESTED:
        match = replace(match, state=MatchState.SUGGESTED, offered_at=tx.now(), offered_by=actor)
        tx.store.note_offered(match)
        trace(tx, report.id, actor, "hint_offered", match.id)
    return match


def _unthought_of(tx: Tx, item: Item, report: Report) -> Match:
    return Match(
        id=new_id(),
        kind=FoundKind.ITEM,
        found_id=item.id,
        report_id=report.id,
        probability=0.0,
        reasons="[]",
        state=MatchState.SUGGESTED,
        made_at=tx.now(),
        told_at=None,
    )


def _refused_by_owner(tx: Tx, report: Report, match: Match) -> bool:
    """Whether the owner looked at it and said that it isn't theirs: who they are asked again by is no desk."""
    return any(
        each.what == "match_dismissed" and each.note == match.id and each.actor == _BY_OWNER
        for each in tx.store.traces(report.id)
    )

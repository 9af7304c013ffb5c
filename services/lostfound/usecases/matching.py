"""Whose is it: what was found is matched with what was reported, whenever either changes; and who is told.

The service hears its own events, so that matching is done after the change, once, and again when it failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from kernel.ids import new_id
from kernel.outbox import Event
from services.lostfound import events, matching
from services.lostfound.domain.claims import Match
from services.lostfound.domain.hints import band_of, may_show
from services.lostfound.domain.items import Item
from services.lostfound.domain.reports import Find
from services.lostfound.errors import MatchNotFound
from services.lostfound.schemas.claim_words import Band, FindState, FoundKind, MatchState
from services.lostfound.schemas.vocabulary import CATEGORIES, CustodyKind, ItemState
from services.lostfound.usecases.claim_shared import (
    asker,
    bars,
    report_for,
    trace,
)
from services.lostfound.usecases.claim_views import found_of, hint_view, shown
from services.lostfound.usecases.desk_views import match_views
from services.lostfound.usecases.indexing import index_find, index_item, index_of, index_report
from services.lostfound.usecases.shared import Place, Tx, Work, once

_BEST = 10
_TOLD_OF = frozenset({ItemState.STORED, ItemState.IN_TRANSFER})
"""Of something that is promised to somebody nobody else is told; they are when it is free again."""


_LEAVES_IT = frozenset(
    {
        CustodyKind.MOVED_SHELF,
        CustodyKind.SENT,
        CustodyKind.ACCEPTED,
        CustodyKind.COUNTED,
        CustodyKind.MISSING,
        CustodyKind.FOUND_AGAIN,
        CustodyKind.RESERVED,
        CustodyKind.COURIER_TOOK,
        "published",
        "photo",
        "due",
    }
)
"""What may happen to an item without changing whose it could be."""


def hear_item(uow: Work, place: Place, item_id: str, what: str) -> None:
    """Match an item with all open reports; owners of likely ones are told. what: happened to it, as its event says."""
    if what in _LEAVES_IT:
        return
    thing = index_item(uow, place, item_id)
    if thing is not None:
        found = _by_owner(uow, _matched(uow, place, thing))
        _keep(uow, place, [(FoundKind.ITEM, item_id, each.id, each) for each in found])


def hear_find(uow: Work, place: Place, find_id: str) -> None:
    """The same for what a finder announced."""
    thing = index_find(uow, place, find_id)
    if thing is not None:
        found = _by_owner(uow, _matched(uow, place, thing))
        _keep(uow, place, [(FoundKind.FIND, find_id, each.id, each) for each in found])


def hear_report(uow: Work, place: Place, report_id: str) -> None:
    """Match a report with everything found that is still there; its owner is told of likely ones."""
    thing = index_report(uow, place, report_id)
    if thing is None:
        return
    found = _matched(uow, place, thing)
    with uow.look_up() as store:
        finds = store.finds([each.id for each in found])
    kinds = {each.id: FoundKind.FIND if each.id in finds else FoundKind.ITEM for each in found}
    _keep(uow, place, [(kinds[each.id], each.id, report_id, each) for each in found])


def _matched(uow: Work, place: Place, thing: matching.Thing) -> list[matching.Match]:
    with uow.read() as tx:
        return index_of(tx, place).match(thing, limit=_BEST)


def _by_owner(uow: Work, found: list[matching.Match]) -> list[matching.Match]:
    """A thing is one report's or another's, so their probabilities share it out; two reports of one person mean that
    person twice, and each counts for both, or who reports a loss again would be told of nothing."""
    with uow.read() as tx:
        reports = [tx.store.report(each.id) for each in found]
    owners = [each.passenger_id if each is not None else None for each in reports]
    theirs: dict[str, float] = {}
    for owner, match in zip(owners, found, strict=True):
        if owner is not None:
            theirs[owner] = min(1.0, theirs.get(owner, 0.0) + match.probability)
    return [
        match if owner is None else replace(match, probability=theirs[owner])
        for owner, match in zip(owners, found, strict=True)
    ]


def list_hints(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """HintsSchema. That hints were shown is kept: what the owner adds afterwards proves less.

    Raises ReportNotFound.
    """
    with uow.read() as tx:
        report = report_for(tx, request, request["report_id"])
        found = shown(place, report, found_of(tx, tx.store.matches_of(report.id)))
        claims = tx.store.claims_of_reports([report.id])[report.id]
        views = [hint_view(place, each, band, claims) for each, band in found]
    if views and report.first_hint_at is None:
        with uow.write() as tx:
            tx.store.note_first_hint(report.id, tx.now())
    return {"needs_marks": report.open and not report.has_proof, "hints": views}


def list_matches(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """MatchesSchema, for staff. Raises ReportNotFound."""
    with uow.read() as tx:
        about = request["found_id"]
        if request["report_id"] is not None:
            about = report_for(tx, request, request["report_id"]).id
        matches = tx.store.matches_of(about)
        if not request["dismissed"]:
            matches = [each for each in matches if each.state is not MatchState.DISMISSED]
        return {"matches": match_views(tx, place, matches)}


def dismiss_match(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """DismissedSchema. A match that is claimed stays: the claim is decided. Raises MatchNotFound."""

    def work(tx: Tx) -> dict[str, Any]:
        match = tx.store.match(request["match_id"])
        if match is None:
            raise MatchNotFound
        report = tx.store.report(match.report_id)
        mine = report is not None and report.passenger_id == request["passenger_id"]
        if request["actor"] is None and not mine:
            raise MatchNotFound
        state = match.state
        if state is MatchState.SUGGESTED:
            state = MatchState.DISMISSED
            tx.store.set_match_state(match.id, state)
            trace(tx, match.report_id, asker(request), "match_dismissed", match.id)
        return {"match_id": match.id, "state": state.value}

    return once(uow, place, request, "dismiss_match", work)


def _keep(uow: Work, place: Place, pairs: list[tuple[FoundKind, str, str, matching.Match]]) -> None:
    """Write down matches that are worth it, and tell owners of likely ones, once a pair for ever."""
    least = bars(place.settings).kept
    good = [each for each in pairs if each[3].probability >= least]
    if not good:
        return
    with uow.write() as tx:
        # In one order, whichever side was matched: two who write the same pairs don't wait for each other.
        for kind, found_id, report_id, guess in sorted(good, key=lambda pair: (pair[1], pair[2])):
            match = _kept(tx, (kind, found_id, report_id), guess)
            tell_owner(tx, place, match)


def _kept(tx: Tx, pair: tuple[FoundKind, str, str], guess: matching.Match) -> Match:
    kind, found_id, report_id = pair
    reasons = orjson.dumps([vars(each) for each in guess.reasons]).decode()
    match = Match(
        id=new_id(),
        kind=kind,
        found_id=found_id,
        report_id=report_id,
        probability=guess.probability,
        reasons=reasons,
        state=MatchState.SUGGESTED,
        made_at=tx.now(),
        told_at=None,
    )
    return tx.store.keep_match(match)


def tell_owner(tx: Tx, place: Place, match: Match) -> bool:
    """Tell the owner, if there is one to tell, and it is likely, and nobody told them before; whether it was done now."""
    report = tx.store.report(match.report_id)
    if match.told_at is not None or report is None or not report.open or report.passenger_id is None:
        return False
    thing = _thing(tx, match)
    if thing is None:
        return False
    band = band_of(match, bars(place.settings))
    if band is not Band.LIKELY or not may_show(band, CATEGORIES[thing.category].listed):
        return False
    if not tx.store.note_told(match.id, tx.now()):
        return False
    data = {
        "match_id": match.id,
        "report_id": report.id,
        "passenger_id": report.passenger_id,
        "band": band.value,
        "kind": match.kind.value,
        "category": report.category,
    }
    tx.outbox.add(Event(events.MATCH_FOUND, match.id, 1, data, events.SCHEMA_VERSION))
    return True


def _thing(tx: Tx, match: Match) -> Item | Find | None:
    """What was found, if it can still be told of."""
    if match.kind is FoundKind.FIND:
        find = tx.store.find(match.found_id)
        return find if find is not None and find.state is FindState.ANNOUNCED else None
    item = tx.store.item(match.found_id)
    return item if item is not None and item.state in _TOLD_OF else None

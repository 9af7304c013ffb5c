"""Photos of what was lost and receipts of what was bought; and who looked at somebody's phone number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.ids import new_id
from services.lostfound.errors import (
    ClaimNotFound,
    FindNotFound,
    PhotoNotFound,
    ReportClosed,
    ReportNotFound,
    TooManyPhotos,
    WrongClaimState,
)
from services.lostfound.schemas.claim_words import Contacted, EvidenceKind
from services.lostfound.schemas.items import PhotoSchema
from services.lostfound.schemas.vocabulary import MAX_PHOTOS, Size
from services.lostfound.usecases.claim_shared import (
    asker,
    claim_for,
    report_for,
    trace,
)
from services.lostfound.usecases.claim_views import opened
from services.lostfound.usecases.shared import Place, Tx, Work, loaded, once

_NOBODY = {"name": "", "phone": "", "email": ""}


def attach_evidence(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """AttachedSchema. Raises BadSeal, BadRequest, ReportNotFound, ReportClosed, ClaimNotFound, WrongClaimState,
    TooManyPhotos."""
    photo = loaded(place, request["sealed"], PhotoSchema()) or {}

    def work(tx: Tx) -> dict[str, Any]:
        about_id = _open_about(tx, request)
        tx.store.lock_account(about_id)
        if len(tx.store.evidence_ids([about_id])[about_id]) >= MAX_PHOTOS:
            raise TooManyPhotos(most=MAX_PHOTOS)
        photo_id = new_id()
        sealed = (place.vault.seal(photo["jpeg"], photo_id), place.vault.seal(photo["thumbnail"], photo_id))
        tx.store.add_evidence(photo_id, (request["about"], about_id), sealed, tx.now())
        trace(tx, about_id, asker(request), "photo")
        return {"photo_id": photo_id}

    return once(uow, place, {**request, "sealed": photo}, "attach_evidence", work)


def get_evidence(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """EvidenceSchema: for staff, and for the account whose report or claim it belongs to. Raises PhotoNotFound."""
    size: Size = request["size"]
    with uow.read() as tx:
        kept = tx.store.evidence(request["photo_id"], size)
        if kept is None or not _may_see(tx, request, kept[0], kept[1]):
            raise PhotoNotFound
    return {"photo_id": request["photo_id"], "jpeg": place.vault.open(kept[2], request["photo_id"])}


def reveal_contact(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ContactShownSchema: how somebody is reached, for staff who said why; it stands in the traces.

    Raises ReportNotFound, ClaimNotFound, FindNotFound.
    """

    def work(tx: Tx) -> dict[str, Any]:
        about_id, _ = _contact(tx, place, request["about"], request["about_id"])
        trace(tx, about_id, request["actor"], "contact_shown", request["why"])
        return {"about_id": about_id}

    done = once(uow, place, request, "reveal_contact", work)
    with uow.read() as tx:
        _, contact = _contact(tx, place, request["about"], done["about_id"])
    return contact


def _open_about(tx: Tx, request: Mapping[str, Any]) -> str:
    if request["about"] is EvidenceKind.REPORT:
        report = report_for(tx, request, request["about_id"])
        if not report.open:
            raise ReportClosed
        return report.id
    claim = claim_for(tx, request, request["about_id"])
    if not claim.open:
        raise WrongClaimState(state=claim.state.value)
    return claim.id


def _may_see(tx: Tx, request: Mapping[str, Any], about: EvidenceKind, about_id: str) -> bool:
    if request["actor"] is not None:
        return True
    if about is EvidenceKind.REPORT:
        report = tx.store.report(about_id)
        return report is not None and report.passenger_id == request["passenger_id"]
    claim = tx.store.claim(about_id) if about is EvidenceKind.CLAIM else None
    return claim is not None and claim.passenger_id == request["passenger_id"]


def _contact(tx: Tx, place: Place, about: Contacted, about_id: str) -> tuple[str, dict[str, str]]:
    """The id and the contact; of a claim that says none its report's."""
    if about is Contacted.FIND:
        find = tx.store.find(about_id)
        if find is None:
            raise FindNotFound
        return find.id, opened(place, find.contact_sealed, find.id) or _NOBODY
    report_id, contact, id_ = about_id, None, about_id
    if about is Contacted.CLAIM:
        claim = tx.store.claim(about_id)
        if claim is None:
            raise ClaimNotFound
        report_id, id_ = claim.report_id, claim.id
        contact = (opened(place, claim.proof_sealed, claim.id) or {"contact": None})["contact"]
    report = tx.store.report(report_id)
    if report is None:
        raise ReportNotFound
    contact = contact or opened(place, report.contact_sealed, report.id) or _NOBODY
    return (report.id if about is Contacted.REPORT else id_), contact

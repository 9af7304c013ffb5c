"""What everybody may ask about themselves: a copy of everything held, and its erasure everywhere (PIPL 45, 47)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from kernel import context
from kernel.errors import ServiceError
from kernel.ids import new_id
from kernel.inbox import answer_once
from kernel.instants import instant
from kernel.outbox import Event
from services.passengers.domain import (
    HOLDERS,
    Erasure,
    Passenger,
    ServiceErasure,
    completed_at,
    due_at,
    overdue,
)
from services.passengers.errors import ErasureNotFound, PassengerNotFound
from services.passengers.events import ERASURE_REQUESTED, PUBLISHER, SCHEMA_VERSION
from services.passengers.schemas import UnmaskReason
from services.passengers.store import Unmasking
from services.passengers.usecases.companions import companion_view
from services.passengers.usecases.consents import consents_view
from services.passengers.usecases.documents import document_view
from services.passengers.usecases.shared import (
    Tx,
    Work,
    actor,
    known,
    mine,
    note,
    passenger_view,
    sessions_ended,
)
from services.passengers.vault import Vault

log = logging.getLogger(__name__)

Copies = Mapping[str, Callable[[str], dict[str, Any]]]
"""By service, what it holds about a passenger id."""
_DORMANT_AT_ONCE: Final = 100


def request_export(uow: Work, vault: Vault, copies: Copies, request: Mapping[str, Any]) -> dict[str, Any]:
    """ExportSchema: everything held about the traveller, document numbers in full, as they are theirs.

    A service that is away is named in `missing` and the copy is marked incomplete: half a copy now is worth
    more than none, if it says so. The copy is kept nowhere; a repeat makes it again.
    Raises PassengerNotFound, RequestReused, RequestInFlight.
    """
    with uow.read() as tx:
        passenger = known(tx, request["passenger_id"])
    others, missing = _asked_of(copies, passenger.id)

    def work(tx: Tx) -> dict[str, Any]:
        mine(tx, passenger.id)
        shown = [
            Unmasking(passenger.id, document.id, UnmaskReason.EXPORT.value, actor(), tx.now())
            for document in tx.store.documents(passenger.id)
        ]
        tx.store.add_unmaskings(shown)
        note(tx, passenger.id, "exported", documents=len(shown), missing=missing)
        return {"export_id": new_id(), "made_at": instant(tx.now())}

    asked = dict(request)
    answer = answer_once(uow, request["request_id"], "request_export", asked, work)
    with uow.read() as tx:
        own = _own_copy(tx, vault, known(tx, passenger.id))
    return {**answer, "complete": not missing, "missing": missing, "passengers": own, "services": others}


def request_erasure(uow: Work, request: Mapping[str, Any], due_h: int) -> dict[str, Any]:
    """ErasureIdSchema: the traveller is gone from here, signed out everywhere, and every other service is told.

    Raises PassengerNotFound (also for one erased before), RequestReused, RequestInFlight.
    """

    def work(tx: Tx) -> dict[str, Any]:
        tx.store.lock_identities()  # before the row: see store/__init__.py
        return {"erasure_id": _erased(tx, mine(tx, request["passenger_id"]), due_h)}

    return answer_once(uow, request["request_id"], "request_erasure", dict(request), work)


def note_erasure_done(uow: Work, service: str, event: Mapping[str, Any]) -> None:
    """A service says what it erased; the last one completes the report. Repeats change nothing."""
    data = event["data"]
    with uow.write() as tx:
        if not tx.inbox.first_time(event["id"]):
            return
        if tx.store.lock_erasure(data["erasure_id"]) is None:
            log.warning("a service erased for a report that isn't there", extra={"service": service})
            return
        counts = {str(what): int(count) for what, count in data["counts"].items()}
        tx.store.save_erasure_service(data["erasure_id"], ServiceErasure(service, tx.now(), counts))
        erasure = tx.store.erasure(data["erasure_id"])
        assert erasure is not None
        done_at = completed_at(erasure.services)
        if done_at is not None and erasure.completed_at is None:
            tx.store.complete_erasure(erasure.id, done_at)


def get_erasure(uow: Work, erasure_id: str) -> dict[str, Any]:
    """ErasureSchema; names nobody. Raises ErasureNotFound."""
    with uow.read() as tx:
        erasure = tx.store.erasure(erasure_id)
        now = tx.now()
    if erasure is None:
        raise ErasureNotFound
    return _report(erasure, now)


def list_erasures(uow: Work, open_only: bool, limit: int) -> dict[str, Any]:
    """ErasuresSchema: open ones the oldest first, all of them the newest first."""
    with uow.read() as tx:
        now = tx.now()
        return {"erasures": [_report(erasure, now) for erasure in tx.store.erasures(open_only, limit)]}


def erase_dormant(uow: Work, dormant_days: int, due_h: int) -> int:
    """Erase travellers who neither follow us nor came back for so long; how many, at most 100 at once.

    Source: PIPL, article 19: no longer than the purpose needs.
    """
    with uow.read() as tx:
        dormant = tx.store.dormant(tx.now() - timedelta(days=dormant_days), _DORMANT_AT_ONCE)
    count = 0
    for passenger_id in dormant:
        try:
            request_erasure(
                uow, {"request_id": f"dormant-{passenger_id}", "passenger_id": passenger_id}, due_h
            )
        except PassengerNotFound:
            continue  # erased meanwhile, at their own wish
        count += 1
    return count


def count_overdue(uow: Work) -> int:
    """Erasures that a service should have confirmed by now."""
    with uow.read() as tx:
        now = tx.now()
        return sum(overdue(erasure, now) for erasure in tx.store.erasures(open_only=True, limit=500))


def _asked_of(copies: Copies, passenger_id: str) -> tuple[dict[str, Any], list[str]]:
    """All of them side by side: together they take as long as the slowest, not as long as all."""
    found: dict[str, Any] = {}
    call = context.current()

    def ask(service: str) -> None:
        try:
            with context.entered(call):
                found[service] = copies[service](passenger_id)
        except ServiceError as exc:
            log.warning("a copy is missing from an export", extra={"service": service, "code": exc.code})

    threads = [threading.Thread(target=ask, args=(service,)) for service in copies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    missing = [service for service in copies if service not in found]
    return {service: found[service] for service in copies if service in found}, missing


def _own_copy(tx: Tx, vault: Vault, passenger: Passenger) -> dict[str, Any]:
    documents = [
        {**document_view(vault, document), "number": vault.open(document.number_sealed, document.id)}
        for document in tx.store.documents(passenger.id)
    ]
    earlier = tx.store.earlier_ids(passenger.id)
    return {
        "passenger": {
            **passenger_view(tx, passenger),
            "last_seen_at": instant(passenger.last_seen_at),
            "earlier_ids": earlier,
        },
        "sessions": [
            {
                "created_at": instant(one.created_at),
                "last_seen_at": instant(one.last_seen_at),
                "expires_at": instant(one.expires_at),
            }
            for one in tx.store.sessions(passenger.id)
        ],
        **_records(tx, [passenger.id, *earlier]),
        "wechat_accounts": [
            {
                "openid": account.openid,
                "unionid": account.unionid,
                "subscribed": account.subscribed,
                "subscribed_at": instant(account.subscribed_at) if account.subscribed_at else None,
            }
            for account in tx.store.accounts(passenger.id)
        ],
        "companions": [companion_view(vault, one) for one in tx.store.companions(passenger.id)],
        "documents": documents,
        "consents": consents_view(tx.store.consents(passenger.id))["history"],
    }


def _records(tx: Tx, ids: list[str]) -> dict[str, Any]:
    """What was done, under this id and those that were merged into it."""
    return {
        "documents_shown": [
            {"document_id": one.document_id, "reason": one.reason, "by": one.actor, "at": instant(one.at)}
            for passenger_id in ids
            for one in tx.store.unmaskings(passenger_id)
        ],
        "done": [
            {"action": one.action, "by": one.actor, "detail": one.detail, "at": instant(one.at)}
            for passenger_id in ids
            for one in tx.store.audits(passenger_id)
        ],
    }


def _erased(tx: Tx, passenger: Passenger, due_h: int) -> str:
    """Erase a traveller that is held; the report's id."""
    now, erasure_id = tx.now(), new_id()
    earlier = tx.store.earlier_ids(passenger.id)
    gone = replace(passenger, version=passenger.version + 1)
    own = ServiceErasure(PUBLISHER, now, tx.store.erase(passenger.id))
    others = tuple(ServiceErasure(service) for service in HOLDERS)
    services = (own, *others)
    tx.store.add_erasure(
        Erasure(erasure_id, passenger.id, now, due_at(now, due_h), completed_at(services), services)
    )
    note(tx, passenger.id, "erased", erasure=erasure_id)
    sessions_ended(tx, gone, {"passenger_id": passenger.id})
    data = {"erasure_id": erasure_id, "passenger_id": passenger.id, "earlier_ids": earlier}
    tx.outbox.add(Event(ERASURE_REQUESTED, passenger.id, gone.version, data, schema=SCHEMA_VERSION))
    return erasure_id


def _report(erasure: Erasure, now: datetime) -> dict[str, Any]:
    return {
        "erasure_id": erasure.id,
        "requested_at": instant(erasure.requested_at),
        "due_at": instant(erasure.due_at),
        "completed_at": None if erasure.completed_at is None else instant(erasure.completed_at),
        "overdue": overdue(erasure, now),
        "services": [
            {
                "service": service.service,
                "done_at": None if service.done_at is None else instant(service.done_at),
                "counts": dict(service.counts),
            }
            for service in erasure.services
        ],
    }

"""What a traveller agreed to, with version and time; withdrawing is as easy as giving (PIPL 15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.inbox import answer_once
from kernel.instants import instant
from services.passengers.domain import ConsentEntry, Passenger, current_state, in_force
from services.passengers.errors import ConsentOutdated
from services.passengers.schemas import CURRENT_CONSENTS, ConsentKind
from services.passengers.usecases.shared import (
    Tx,
    Work,
    changed,
    known,
    mine,
    note,
)


def list_consents(uow: Work, passenger_id: str) -> dict[str, Any]:
    """ConsentsSchema. Raises PassengerNotFound."""
    with uow.read() as tx:
        return consents_view(tx.store.consents(known(tx, passenger_id).id))


def give_consent(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """ConsentsSchema. With `unless_withdrawn`, what was taken back stays taken back.

    Raises ConsentOutdated, PassengerNotFound, RequestReused, RequestInFlight.
    """
    kind: ConsentKind = request["kind"]
    if request["version"] != CURRENT_CONSENTS[kind]:
        raise ConsentOutdated(current=CURRENT_CONSENTS[kind])

    def work(tx: Tx) -> dict[str, Any]:
        passenger = mine(tx, request["passenger_id"])
        standing = current_state(tx.store.consents(passenger.id))[kind]
        stays_back = request["unless_withdrawn"] and standing is not None and not standing.granted
        if not in_force(standing) and not stays_back:
            entry = ConsentEntry(kind, request["version"], granted=True, at=tx.now())
            tx.store.add_consent(passenger.id, entry)
            note(tx, passenger.id, "consent_given", kind=kind.value, version=entry.version)
            _tell(tx, passenger, kind)
        return {}

    answer_once(uow, request["request_id"], "give_consent", request, work)
    return list_consents(uow, request["passenger_id"])


def withdraw_consent(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """ConsentsSchema. Withdrawing `identity_documents` deletes the documents in the same transaction.

    What isn't granted stays so and adds nothing to the history.
    Raises PassengerNotFound, RequestReused, RequestInFlight. Source: PIPL, articles 15 and 47.
    """
    kind: ConsentKind = request["kind"]

    def work(tx: Tx) -> dict[str, Any]:
        passenger = mine(tx, request["passenger_id"])
        standing = current_state(tx.store.consents(passenger.id))[kind]
        if standing is not None and standing.granted:
            entry = ConsentEntry(kind, standing.version, granted=False, at=tx.now())
            tx.store.add_consent(passenger.id, entry)
            gone = 0
            if kind is ConsentKind.IDENTITY_DOCUMENTS:
                gone = tx.store.remove_documents(passenger.id)
            note(tx, passenger.id, "consent_withdrawn", kind=kind.value, documents_removed=gone)
            _tell(tx, passenger, kind)
        return {}

    answer_once(uow, request["request_id"], "withdraw_consent", request, work)
    return list_consents(uow, request["passenger_id"])


def _tell(tx: Tx, passenger: Passenger, kind: ConsentKind) -> None:
    """What others act on travels with the traveller's own event."""
    if kind is ConsentKind.FLIGHT_MESSAGES:
        changed(tx, passenger)


def consents_view(history: list[ConsentEntry]) -> dict[str, Any]:
    """ConsentsSchema."""
    state = current_state(history)
    return {
        "consents": [
            {
                "kind": kind.value,
                "current_version": CURRENT_CONSENTS[kind],
                "granted": entry is not None and entry.granted,
                "version": entry.version if entry else None,
                "at": instant(entry.at) if entry else None,
                "in_force": in_force(entry),
            }
            for kind, entry in state.items()
        ],
        "history": [
            {
                "kind": entry.kind.value,
                "version": entry.version,
                "granted": entry.granted,
                "at": instant(entry.at),
            }
            for entry in history
        ],
    }

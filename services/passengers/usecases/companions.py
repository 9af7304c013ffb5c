"""Whom a traveller books for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kernel.ids import new_id
from kernel.inbox import answer_once
from kernel.instants import instant
from services.passengers.domain import Companion
from services.passengers.errors import CompanionNotFound, TooMany
from services.passengers.schemas import MAX_COMPANIONS
from services.passengers.usecases.shared import (
    Tx,
    Work,
    known,
    mine,
    note,
)
from services.passengers.vault import Vault


def list_companions(uow: Work, vault: Vault, passenger_id: str) -> dict[str, Any]:
    """CompanionsSchema. Raises PassengerNotFound."""
    with uow.read() as tx:
        companions = tx.store.companions(known(tx, passenger_id).id)
    return {"companions": [companion_view(vault, companion) for companion in companions]}


def add_companion(uow: Work, vault: Vault, request: Mapping[str, Any]) -> dict[str, Any]:
    """CompanionResultSchema. Raises TooMany, PassengerNotFound, RequestReused, RequestInFlight."""
    companion_id = new_id()
    sealed = vault.seal(request["name"], companion_id)

    def work(tx: Tx) -> dict[str, Any]:
        passenger = mine(tx, request["passenger_id"])
        if len(tx.store.companions(passenger.id)) >= MAX_COMPANIONS:
            raise TooMany(limit=MAX_COMPANIONS)
        companion = Companion(companion_id, passenger.id, sealed, request["kind"], tx.now())
        tx.store.add_companion(companion, vault.key_id)
        note(tx, passenger.id, "companion_added", companion=companion_id)
        return {"companion_id": companion_id}

    print_ = vault.fingerprint(request)
    answer = answer_once(uow, request["request_id"], "add_companion", print_, work)
    return _companion(uow, vault, request["passenger_id"], answer["companion_id"])


def change_companion(uow: Work, vault: Vault, request: Mapping[str, Any]) -> dict[str, Any]:
    """CompanionResultSchema; None leaves name or kind as it is.

    Raises CompanionNotFound, PassengerNotFound, RequestReused, RequestInFlight.
    """
    companion_id, name = request["companion_id"], request["name"]

    def work(tx: Tx) -> dict[str, Any]:
        passenger = mine(tx, request["passenger_id"])
        companion = tx.store.companion(passenger.id, companion_id)
        if companion is None:
            raise CompanionNotFound
        # Sealed anew even when the name stays: a row is under one key, and this writes the newest.
        plain = vault.open(companion.name_sealed, companion_id) if name is None else name
        kind = request["kind"] or companion.kind
        sealed = vault.seal(plain, companion_id)
        tx.store.save_companion(replace(companion, name_sealed=sealed, kind=kind), vault.key_id)
        note(tx, passenger.id, "companion_changed", companion=companion_id)
        return {}

    answer_once(uow, request["request_id"], "change_companion", vault.fingerprint(request), work)
    return _companion(uow, vault, request["passenger_id"], companion_id)


def remove_companion(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """Remove a companion with the companion's documents.

    Raises CompanionNotFound, PassengerNotFound, RequestReused, RequestInFlight.
    """

    def work(tx: Tx) -> dict[str, Any]:
        passenger = mine(tx, request["passenger_id"])
        if not tx.store.remove_companion(passenger.id, request["companion_id"]):
            raise CompanionNotFound
        note(tx, passenger.id, "companion_removed", companion=request["companion_id"])
        return {"done": True}

    return answer_once(uow, request["request_id"], "remove_companion", request, work)


def companion_view(vault: Vault, companion: Companion) -> dict[str, Any]:
    """CompanionSchema."""
    return {
        "id": companion.id,
        "name": vault.open(companion.name_sealed, companion.id),
        "kind": companion.kind.value,
        "created_at": instant(companion.created_at),
    }


def _companion(uow: Work, vault: Vault, passenger_id: str, companion_id: str) -> dict[str, Any]:
    with uow.read() as tx:
        companion = tx.store.companion(known(tx, passenger_id).id, companion_id)
    if companion is None:
        raise CompanionNotFound
    return {"companion": companion_view(vault, companion)}

"""Signing in on a computer with the phone that is signed in already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.ids import new_secret
from kernel.inbox import answer_once
from kernel.instants import instant
from services.passengers.domain import Pairing, PairingState, Session, expires_at, number_from, open_for
from services.passengers.domain.pairings import LASTS
from services.passengers.errors import PairingOver
from services.passengers.secrecy import token_hash
from services.passengers.usecases.sessions import end_previous, signed_in
from services.passengers.usecases.shared import (
    Tx,
    Work,
    mine,
    note,
)
from services.passengers.vault import Vault


def begin_pairing(uow: Work, browser: str) -> dict[str, Any]:
    """BegunPairingSchema. A repeat begins another; what nobody scans is over in five minutes."""
    code, watch = new_secret(16), new_secret()
    with uow.write() as tx:
        now = tx.now()
        number = number_from(int(token_hash(new_secret()), 16))
        pairing = Pairing(token_hash(code), token_hash(watch), number, browser, now, now + LASTS)
        tx.store.add_pairing(pairing)
    return {"code": code, "watch": watch, "number": number, "expires_at": instant(pairing.expires_at)}


def get_pairing(uow: Work, code: str) -> dict[str, Any]:
    """PairingSchema, for who scanned it: not the number, which only the computer shows. Raises PairingOver."""
    with uow.read() as tx:
        pairing = tx.store.pairing_of_code(token_hash(code))
        if pairing is None or not open_for(pairing, PairingState.WAITING, tx.now()):
            raise PairingOver
    return {"browser": pairing.browser, "begun_at": instant(pairing.begun_at)}


def decide_pairing(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """PairingDecidedSchema. request["number"]: as typed, "" to refuse. A wrong number ends it, too: there is one try.

    Raises PairingOver, PassengerNotFound, RequestReused, RequestInFlight.
    """
    hashed = token_hash(request["code"])

    def work(tx: Tx) -> dict[str, Any]:
        passenger = mine(tx, request["passenger_id"])
        pairing = tx.store.pairing_of_code(hashed)
        right = pairing is not None and request["number"] == pairing.number
        after = PairingState.APPROVED if right else PairingState.REFUSED
        owner = passenger.id if right else None
        if not tx.store.settle_pairing(hashed, PairingState.WAITING, after, owner, tx.now()):
            raise PairingOver
        note(tx, passenger.id, "computer_approved" if right else "computer_refused")
        return {"approved": right}

    return answer_once(uow, request["request_id"], "decide_pairing", {**request, "code": hashed}, work)


def pairing_state(uow: Work, watch: str) -> dict[str, Any]:
    """PairingStateSchema, for the computer that waits: "over" for an unknown one, too."""
    with uow.read() as tx:
        pairing = tx.store.pairing_of_watch(token_hash(watch))
        now = tx.now()
    if pairing is None or (now >= pairing.expires_at and pairing.state is not PairingState.USED):
        return {"state": "over"}
    return {"state": pairing.state.value}


def claim_pairing(uow: Work, vault: Vault, request: Mapping[str, Any]) -> dict[str, Any]:
    """SignedInSchema: the computer's session, once; what it had before ends. A repeat gets the same.

    Raises PairingOver when nobody has approved it, or it was used. NoSession when a repeat comes after signing out.
    """
    watch_hash = token_hash(request["watch"])
    request_id = f"computer:{watch_hash[:48]}"
    tokens = vault.tokens(request_id, request["watch"])

    def work(tx: Tx) -> dict[str, Any]:
        pairing = tx.store.pairing_of_watch(watch_hash)
        if pairing is None or pairing.passenger_id is None:
            raise PairingOver
        passenger, now = mine(tx, pairing.passenger_id), tx.now()
        used = (pairing.code_hash, PairingState.APPROVED, PairingState.USED, passenger.id, now)
        if not tx.store.settle_pairing(*used):
            raise PairingOver
        end_previous(tx, request["previous_token"])
        tx.store.add_session(Session(token_hash(tokens[0]), passenger.id, now, now, expires_at(now)))
        note(tx, passenger.id, "signed_in", on="computer")
        return {}

    answer_once(uow, request_id, "claim_pairing", watch_hash, work)
    return signed_in(uow, tokens)

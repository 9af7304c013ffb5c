"""Identity documents: verified, sealed, masked; shown in full only against a logged reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import orjson

from kernel.ids import new_id
from kernel.inbox import answer_once
from kernel.instants import instant
from services.passengers.domain import (
    Document,
    ReadDocument,
    ShownForm,
    current_state,
    in_force,
    masked,
    read_document,
)
from services.passengers.domain.documents import normal_number
from services.passengers.errors import (
    CompanionNotFound,
    ConsentNeeded,
    DocumentExists,
    DocumentNotFound,
    TooMany,
)
from services.passengers.schemas import MAX_DOCUMENTS, ConsentKind, DocumentKind
from services.passengers.store import Unmasking
from services.passengers.usecases.shared import (
    Tx,
    Work,
    actor,
    known,
    mine,
    note,
)
from services.passengers.vault import Vault

_MOST_FOUND: Final = 20


def list_documents(uow: Work, vault: Vault, passenger_id: str) -> dict[str, Any]:
    """DocumentsSchema, numbers masked. Raises PassengerNotFound."""
    with uow.read() as tx:
        documents = tx.store.documents(known(tx, passenger_id).id)
    return {"documents": [document_view(vault, document) for document in documents]}


def add_document(uow: Work, vault: Vault, request: Mapping[str, Any], today: date) -> dict[str, Any]:
    """DocumentResultSchema: the document once everything in it that can be verified is.

    today: airport-local. Raises BadSeal, a kind of BadDocument, ConsentNeeded, CompanionNotFound, TooMany,
    DocumentExists, PassengerNotFound, RequestReused, RequestInFlight.
    """
    text = vault.opened(request["sealed"])
    form = ShownForm(request["kind"], text, request["holder_name"], request["expires_on"])
    read = read_document(form, today)
    document_id = new_id()

    def work(tx: Tx) -> dict[str, Any]:
        passenger = mine(tx, request["passenger_id"])
        _check_may_add(tx, vault, passenger.id, request, read)
        document = Document(
            id=document_id,
            passenger_id=passenger.id,
            companion_id=request["companion_id"],
            kind=form.kind,
            number_sealed=vault.seal(read.number, document_id),
            number_index=vault.index(read.number, form.kind.value),
            details_sealed=vault.seal(_details(read), document_id),
            masked_number=masked(form.kind, read.number),
            expires_on=read.expires_on,
            checked=read.checked,
            created_at=tx.now(),
        )
        tx.store.add_document(document, vault.key_id)
        note(tx, passenger.id, "document_added", document=document_id, kind=form.kind.value)
        return {"document_id": document_id}

    # Not the sealed text, which differs each time: what was meant.
    print_ = vault.fingerprint({**request, "sealed": read.number})
    answer = answer_once(uow, request["request_id"], "add_document", print_, work)
    document = _document(uow, request["passenger_id"], answer["document_id"])
    return {"document": document_view(vault, document)}


def remove_document(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """Raises DocumentNotFound, PassengerNotFound, RequestReused, RequestInFlight."""

    def work(tx: Tx) -> dict[str, Any]:
        passenger = mine(tx, request["passenger_id"])
        if not tx.store.remove_document(passenger.id, request["document_id"]):
            raise DocumentNotFound
        note(tx, passenger.id, "document_removed", document=request["document_id"])
        return {"done": True}

    return answer_once(uow, request["request_id"], "remove_document", request, work)


def unmask_document(uow: Work, vault: Vault, request: Mapping[str, Any]) -> dict[str, Any]:
    """UnmaskedSchema: the number in full, once the log says who asked and why.

    The answer itself isn't kept: a repeat opens the row again.
    Raises DocumentNotFound, PassengerNotFound, RequestReused, RequestInFlight.
    """

    def work(tx: Tx) -> dict[str, Any]:
        passenger = mine(tx, request["passenger_id"])
        if tx.store.document(passenger.id, request["document_id"]) is None:
            raise DocumentNotFound
        reason = request["reason"].value
        shown = Unmasking(passenger.id, request["document_id"], reason, actor(), tx.now())
        tx.store.add_unmaskings([shown])
        return {}

    answer_once(uow, request["request_id"], "unmask_document", request, work)
    document = _document(uow, request["passenger_id"], request["document_id"])
    details = orjson.loads(vault.open(document.details_sealed, document.id))
    return {
        "number": vault.open(document.number_sealed, document.id),
        "nationality": details["nationality"],
        "birth_date": details["birth_date"],
    }


def find_documents(uow: Work, vault: Vault, kind: DocumentKind, sealed: str) -> dict[str, Any]:
    """FoundDocumentsSchema: who keeps this number, at most 20. Raises BadSeal, IdForm, PassportForm."""
    number = normal_number(kind, vault.opened(sealed))
    with uow.read() as tx:
        found = tx.store.find_documents(vault.candidates(number, kind.value), _MOST_FOUND)
    return {
        "found": [
            {"passenger_id": one.passenger_id, "document_id": one.id, "companion_id": one.companion_id}
            for one in found
        ]
    }


def document_view(vault: Vault, document: Document) -> dict[str, Any]:
    """DocumentSchema."""
    details = orjson.loads(vault.open(document.details_sealed, document.id))
    return {
        "id": document.id,
        "kind": document.kind.value,
        "masked_number": document.masked_number,
        "holder_name": details["holder_name"],
        "expires_on": None if document.expires_on is None else document.expires_on.isoformat(),
        "companion_id": document.companion_id,
        "checked": document.checked.value,
        "created_at": instant(document.created_at),
    }


def _check_may_add(
    tx: Tx, vault: Vault, passenger_id: str, request: Mapping[str, Any], read: ReadDocument
) -> None:
    needed = ConsentKind.IDENTITY_DOCUMENTS
    if not in_force(current_state(tx.store.consents(passenger_id))[needed]):
        raise ConsentNeeded(kind=needed.value)
    companion_id = request["companion_id"]
    if companion_id is not None and tx.store.companion(passenger_id, companion_id) is None:
        raise CompanionNotFound
    documents = tx.store.documents(passenger_id)
    if len(documents) >= MAX_DOCUMENTS:
        raise TooMany(limit=MAX_DOCUMENTS)
    indexes = vault.candidates(read.number, request["kind"].value)
    if any(document.number_index in indexes for document in documents):
        raise DocumentExists


def _details(read: ReadDocument) -> str:
    born = None if read.birth_date is None else read.birth_date.isoformat()
    details = {"holder_name": read.holder_name, "nationality": read.nationality, "birth_date": born}
    return orjson.dumps(details).decode()


def _document(uow: Work, passenger_id: str, document_id: str) -> Document:
    with uow.read() as tx:
        document = tx.store.document(known(tx, passenger_id).id, document_id)
    if document is None:
        raise DocumentNotFound
    return document

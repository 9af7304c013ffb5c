"""Whose payments they are: the traveller's rights, and what the law keeps.

Accounting records are kept for thirty years (Measures for the Administration of Accounting Archives, article 14 and its
table), longer than anybody may be known by them: whoever asks to be erased is replaced by a pseudonym that nothing leads back
from. Amounts, numbers and the ledger stay as they are, and money that is still on its way arrives.
Source: docs/privacy.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.ids import new_id
from kernel.outbox import Event
from services.payments.events import ERASURE_DONE, PUBLISHER, SCHEMA_VERSION
from services.payments.usecases.shared import Work, intent_document, refund_document

EXPORTED: Final = 1000
PSEUDONYM: Final = "erased-"


def export_passenger(uow: Work, passenger_id: str) -> dict[str, Any]:
    """{"payments": [IntentSchema with "refunds"]}: a traveller's own copy, the newest 1,000."""
    with uow.read() as tx:
        intents = tx.store.intents.of_passenger(passenger_id, EXPORTED)
        return {
            "payments": [
                intent_document(each)
                | {
                    "refunds": [
                        refund_document(one) for one in tx.store.refunds.of_payment(each.out_trade_no)
                    ]
                }
                for each in intents
            ]
        }


def note_merge(uow: Work, event: Mapping[str, Any]) -> None:
    """One traveller turned out to be another: their payments are the other's."""
    data = event["data"]
    with uow.write() as tx:
        if tx.inbox.first_time(event["id"]):
            tx.store.intents.lock_merges()
            # That others had become this one before may be heard only afterwards; then nothing of theirs is left.
            for each in (data["from"], *data.get("earlier_ids", ())):
                tx.store.intents.give(each, data["into"])


def erase(uow: Work, event: Mapping[str, Any]) -> None:
    """Cut a traveller, and those who became one with them, off from the books, and say so."""
    data = event["data"]
    with uow.write() as tx:
        if not tx.inbox.first_time(event["id"]):
            return
        tx.store.intents.lock_merges()
        ids = sorted({data["passenger_id"], *data["earlier_ids"]})
        kept = sum(tx.store.intents.give(each, f"{PSEUDONYM}{new_id()}") for each in ids)
        done = {"erasure_id": data["erasure_id"], "service": PUBLISHER, "counts": {"payments": kept}}
        tx.outbox.add(Event(ERASURE_DONE, data["erasure_id"], 1, done, SCHEMA_VERSION))

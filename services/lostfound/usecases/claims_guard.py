"""What must not happen to an item that somebody says is theirs."""

from __future__ import annotations

from services.lostfound.domain.items import Item
from services.lostfound.errors import ItemClaimed
from services.lostfound.usecases.shared import Tx


def refuse_if_claimed(tx: Tx, item: Item) -> None:
    """item: held. Raises ItemClaimed while a claim waits or is approved: decide it first."""
    claims = tx.store.open_claims_of_item(item.id)
    if claims:
        raise ItemClaimed(number=item.number, claims=[each.number for each in claims])

"""Whose unpaid orders keep goods from everybody else."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Final

from services.shop.errors import TooManyLapsed
from services.shop.usecases.shared import Place, Tx

_WITHIN: Final = timedelta(hours=1)


def refuse_who_never_pays(tx: Tx, place: Place, buyer: str) -> None:
    """A hold that ends unpaid may be renewed some times, for who changes their mind, and not for ever.

    The database's clock judges. Raises TooManyLapsed.
    """
    now, most = tx.now(), place.settings.lapsed_holds
    ended = tx.store.sales.ended_unpaid(buyer, now - _WITHIN, now)
    if len(ended) >= most:
        free_at = ended[most - 1] + _WITHIN
        raise TooManyLapsed(retry_after_s=max(1, math.ceil((free_at - now).total_seconds())))

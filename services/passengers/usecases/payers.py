"""Whom WeChat Pay asks for money."""

from __future__ import annotations

from typing import Any

from services.passengers.domain import message_account
from services.passengers.usecases.shared import Work, known


def get_payer(uow: Work, passenger_id: str) -> dict[str, Any]:
    """PayerSchema: of several accounts the one that messages go to, which is the one that is in use.

    Raises PassengerNotFound.
    """
    with uow.read() as tx:
        account = message_account(tx.store.accounts(known(tx, passenger_id).id))
    return {"openid": account.openid if account else ""}

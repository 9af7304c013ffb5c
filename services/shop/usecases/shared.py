"""What the use cases of the mall stand on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from kernel.db import Transaction, UnitOfWorkLike
from kernel.inbox import answer_once
from services.airport import Airport
from services.lostfound.schemas.places import Place as Spot
from services.lostfound.schemas.places import places
from services.shop.errors import NotYourShop, UnknownPlace
from services.shop.schemas.shared import EVERY
from services.shop.settings import ShopSettings
from services.shop.store import ShopStore
from services.shop.vault import Vault

Work = UnitOfWorkLike[ShopStore]
Tx = Transaction[ShopStore]


@dataclass(frozen=True)
class Place:
    """What a use case knows of where it is."""

    airport: Airport
    settings: ShopSettings
    vault: Vault

    @property
    def zone(self) -> ZoneInfo:
        return self.airport.zoneinfo

    @cached_property
    def places(self) -> Mapping[str, Spot]:
        """The airport's places by their codes: the same that things are lost and found at."""
        return places(self.airport.iata, self.airport.terminals)

    def refuse_unknown(self, *codes: str) -> None:
        """Raises UnknownPlace for a code that is no place of this airport."""
        for code in codes:
            if code not in self.places:
                raise UnknownPlace(place=code)


def once(
    uow: Work, request: Mapping[str, Any], method: str, work: Callable[[Tx], dict[str, Any]]
) -> dict[str, Any]:
    """`answer_once` for a request of a door. Answers are kept as they are: none may hold what is personal."""
    payload = {name: value for name, value in request.items() if name != "request_id"}
    return answer_once(uow, request["request_id"], method, payload, work)


def held(tx: Tx, passenger_id: str) -> str | None:
    """Who an account is now, and so until the transaction ends; None: erased. Asked before anything is written for it."""
    tx.store.owners.hold_merges()
    return tx.store.owners.present(passenger_id)


def refuse_other(shops: Collection[str], shop_id: str) -> None:
    """Raises NotYourShop unless an account of these shops may work in that one."""
    if EVERY not in shops and shop_id not in shops:
        raise NotYourShop


def refuse_some(shops: Collection[str]) -> None:
    """Raises NotYourShop unless the account may work in all shops."""
    if EVERY not in shops:
        raise NotYourShop

"""What a ride costs: fares by section for adults, shares of them for others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.bus.domain.feed import FareAttribute, FareRule, Feed
from services.bus.schemas.vocabulary import Rider

# Children pay half because they must, by the rules for scheduled coaches; so do those injured in service.
# Source: docs/sources/bus-fares.md, "Prices".
SHARES_PCT: Final = {Rider.ADULT: 100, Rider.CHILD: 50, Rider.DISCOUNT: 50}


class Fares:
    """The fares of a feed, by line and section. A section leads from one zone to another."""

    def __init__(self, feed: Feed) -> None:
        self._fares = {fare.fare_id: fare for fare in feed.fare_attributes}
        self._rules = feed.fare_rules
        bound = {rule.fare_id for rule in feed.fare_rules}
        # A fare without a rule holds everywhere: so GTFS has it.
        self._anywhere = [fare for fare in feed.fare_attributes if fare.fare_id not in bound]
        self._found: dict[tuple[str, str, str], int | None] = {}

    @property
    def currency(self) -> str:
        """ISO 4217; empty without fares."""
        return next(iter(fare.currency_type for fare in self._fares.values()), "")

    def adult_fen(self, route_id: str, origin: str, destination: str) -> int | None:
        """What an adult pays from zone to zone on this line, whole fen; None when it isn't sold.

        Of several fares that hold, the cheapest: a traveller is never asked for more than a fare allows.
        """
        section = (route_id, origin, destination)
        if section not in self._found:
            fares: Sequence[FareAttribute] = [
                *self._anywhere,
                *(self._fares[rule.fare_id] for rule in self._rules if _holds(rule, section)),
            ]
            self._found[section] = min((fare.price_fen for fare in fares), default=None)
        return self._found[section]


def _holds(rule: FareRule, section: tuple[str, str, str]) -> bool:
    asked = (rule.route_id, rule.origin_id, rule.destination_id)
    return all(not wanted or wanted == given for wanted, given in zip(asked, section, strict=True))


def price_fen(adult_fen: int, rider: Rider) -> int:
    """What this rider pays where an adult pays `adult_fen`; whole fen, a half fen goes to the rider.

    Source: docs/sources/bus-fares.md, "Prices".
    """
    return adult_fen * SHARES_PCT[rider] // 100

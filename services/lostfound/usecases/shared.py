"""What the use cases of lost and found stand on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError

from kernel.db import Transaction, UnitOfWorkLike
from kernel.inbox import answer_once
from services.airport import Airport
from services.lostfound.errors import BadRequest, SamePerson, UnknownPlace
from services.lostfound.schemas.vocabulary import Place as Spot
from services.lostfound.schemas.vocabulary import places
from services.lostfound.settings import LostFoundSettings
from services.lostfound.store import LostFoundStore
from services.lostfound.vault import Vault

Work = UnitOfWorkLike[LostFoundStore]
Tx = Transaction[LostFoundStore]


@dataclass(frozen=True)
class Place:
    """What a use case knows of where it is."""

    airport: Airport
    settings: LostFoundSettings
    vault: Vault

    @property
    def zone(self) -> ZoneInfo:
        return self.airport.zoneinfo

    @cached_property
    def places(self) -> Mapping[str, Spot]:
        return places(self.airport.iata, self.airport.terminals)

    def refuse_unknown(self, *codes: str) -> None:
        """Raises UnknownPlace for a code that is no place of this airport."""
        for code in codes:
            if code not in self.places:
                raise UnknownPlace(place=code)


def once(
    uow: Work, place: Place, request: Mapping[str, Any], method: str, work: Callable[[Tx], dict[str, Any]]
) -> dict[str, Any]:
    """`answer_once` for a request of a door. Answers are kept as they are: none may hold what is personal.

    What came sealed was sealed anew by a retry, so the caller puts what it opened in its place.
    """
    payload = {name: value for name, value in request.items() if name != "request_id"}
    return answer_once(uow, request["request_id"], method, place.vault.fingerprint(payload), work)


def loaded(place: Place, sealed: str | None, schema: Schema) -> dict[str, Any] | None:
    """What a door sealed, as the schema loads it; None for nothing. Raises BadSeal, BadRequest."""
    if sealed is None:
        return None
    try:
        values: dict[str, Any] = schema.load(place.vault.opened(sealed))
    except ValidationError as exc:
        # The names of fields only: what stands in them is sealed for a reason.
        raise BadRequest(fields={str(name): ["Not valid."] for name in exc.messages_dict}) from None
    return values


def refuse_same(actor: str, other: str) -> None:
    """Raises SamePerson unless these are two."""
    if actor == other:
        raise SamePerson

"""A partner that listens, events that it hears of, and a courier whose day is played."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel.crypto import FieldCipher
from kernel.ids import new_id
from services.partners import usecases
from services.partners.clients import NoAnswer, Receivers
from services.partners.schemas import PartnerKind, Scope, WebhookEvent
from services.partners.usecases import Claimed, Courier, Issued, NewPartner, NewWebhook

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CIPHER = FieldCipher({"k1": bytes(32)})
URL = "https://hooks.example/airport?from=csx"


class Played:
    """A clock that is set, and a receiver that answers as it is told."""

    def __init__(self, uow: Any) -> None:
        self.uow = uow
        self.now = NOW
        self.answer: Callable[[str, bytes], int] = lambda url, body: 204
        self.heard: list[tuple[str, bytes, dict[str, str]]] = []
        self.courier = Courier(uow, CIPHER, self._receivers(), lambda: self.now)

    def _receivers(self) -> Receivers:
        played = self

        class Told(Receivers):
            def post(self, url: str, body: bytes, headers: Any) -> int:
                played.heard.append((url, body, dict(headers)))
                return played.answer(url, body)

        return Told(allow_private=False)

    def deliver(self, claimed: Iterable[Claimed] | None = None) -> int:
        """One round; how many were tried."""
        found = list(self.courier.claim(100) if claimed is None else claimed)
        for each in found:
            self.courier.deliver(each)
        return len(found)

    def until_quiet(self) -> None:
        self.now += timedelta(seconds=1)
        while self.deliver():
            pass


def partner(uow: Any, *airlines: str, scopes: tuple[Scope, ...] = tuple(Scope)) -> Issued:
    new = NewPartner("An airline", PartnerKind.AIRLINE, airlines or ("CZ",), scopes)
    return usecases.add_partner(uow, CIPHER, new, "test", NOW)


def listen(uow: Any, client_id: str, **more: Any) -> str:
    """The id of a webhook."""
    events = more.pop("events", tuple(WebhookEvent))
    new = NewWebhook(client_id, more.pop("url", URL), events, more.pop("airline", None))
    made = usecases.create_webhook(uow, new_id(), new, NOW, allow_private=False)
    return str(made["webhook"]["id"])


def event(name: str = "checked_in", traveller: str = "t1", version: int = 1, **data: Any) -> dict[str, Any]:
    """An envelope of checkin's, with more in it than anybody may be told."""
    return {
        "id": new_id(),
        "name": name,
        "schema": 1,
        "aggregate": traveller,
        "aggregate_version": version,
        "at": "2026-11-23T08:00:00Z",
        "data": {
            "traveller_id": traveller,
            "booking_id": "b1",
            "pnr": "ABC123",
            "flight_id": "CZ3101-20261123-CSX-PEK",
            "number": "CZ3101",
            "airline": "CZ",
            "day_local": "2026-11-23",
            "accounts": ["account-ann"],
            "standing": "checked_in",
            "seat": "31A",
            "sequence": 1,
            "why": None,
            "by": "traveller",
            **data,
        },
    }


def away(url: str, body: bytes) -> int:
    raise NoAnswer("connection")

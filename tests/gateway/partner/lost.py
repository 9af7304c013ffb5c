"""Lost and found behind the partner door: what it is asked, as its schemas load it, and answers as they shape them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from marshmallow import Schema

from kernel.errors import RemoteError, ServiceError
from services.lostfound.schemas import partners as schemas
from tests.gateway.fakes import FakeRpc, flight, running
from tests.gateway.partner.airline import Flights as FakeFlights
from tests.gateway.partner.airline import Partners
from tests.gateway.partner.checkin import EVERY, Airline
from tests.unit.lostfound.examples import VAULT


def item(**changes: Any) -> dict[str, Any]:
    """PartnerItemSchema."""
    return {
        "id": "i" * 32,
        "number": "CSX-6B7K2M-4",
        "reference": "SEAT-31A",
        "state": "stored",
        "holder": "airline",
        "desk_id": None,
        "airline": "CZ",
        "flight_id": "CZ3101-20261124-CSX-PEK",
        "seat": "31A",
        "category": "coat",
        "colours": ["navy"],
        "brand": "",
        "description": "",
        "valuable": False,
        "counted": False,
        "found_from": "2026-11-23T04:00:00Z",
        "found_to": "2026-11-23T04:00:00Z",
        "registered_at": "2026-11-23T05:00:00Z",
        "changed_at": "2026-11-23T05:00:00Z",
        "closed_at": None,
        **changes,
    }


class LostFound:
    """Answers what is set; `asked` holds the last request of each method, with what was sealed opened."""

    def __init__(self) -> None:
        self.asked: dict[str, dict[str, Any]] = {}
        self.fails: dict[str, ServiceError] = {}
        self.results: list[dict[str, Any]] = []

    def get_sealing_key(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"key": VAULT.sealing_key()}

    def register_found(self, request: dict[str, Any]) -> dict[str, Any]:
        loaded = schemas.RegisterFoundSchema().load(request)
        assert "31A" not in str(request), "what is personal travels sealed"
        self.asked["register_found"] = loaded | {"items": VAULT.opened(loaded["items"])}
        return {"results": self.results}

    def list_found(self, request: dict[str, Any]) -> dict[str, Any]:
        page = {"items": [item()], "next_cursor": "i" * 32}
        return self._answer("list_found", schemas.ListFoundSchema(), request, page)

    def get_found(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._answer("get_found", schemas.GetFoundSchema(), request, {"item": item()})

    def hand_to_desk(self, request: dict[str, Any]) -> dict[str, Any]:
        gone = {"item": item(state="in_transfer", holder="transfer"), "transfer_id": "t" * 32}
        return self._answer("hand_to_desk", schemas.HandToDeskSchema(), request, gone)

    def list_flight_claims(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = {"flight_id": request["flight_id"], "claims": [], "reports": []}
        return self._answer("list_flight_claims", schemas.ListFlightClaimsSchema(), request, answer)

    def list_codes(self, request: dict[str, Any]) -> dict[str, Any]:
        named = {"code": "t2", "name": {"zh": "T2航站楼失物招领处", "en": "T2 lost and found"}}
        return {"categories": [], "colours": [], "desks": [named]}

    def _answer(
        self, method: str, schema: Schema, request: dict[str, Any], answer: dict[str, Any]
    ) -> dict[str, Any]:
        self.asked[method] = schema.load(request)
        if method in self.fails:
            raise RemoteError.from_document(self.fails[method].to_document())
        return answer


class Cabin:
    """One airline, and what is behind the door."""

    def __init__(self, http: Any, rpc: FakeRpc, partners: Partners, lost: LostFound) -> None:
        self.http, self.rpc, self.partners, self.lost = http, rpc, partners, lost
        self.airline = Airline(http, partners.add("CZ", scopes=EVERY))

    async def other(self, *airlines: str, scopes: Any = EVERY) -> Airline:
        found = Airline(self.http, self.partners.add(*airlines, scopes=scopes))
        assert (await found.log_in()).status_code == 200
        return found


@asynccontextmanager
async def cabin() -> AsyncIterator[Cabin]:
    partners, lost = Partners(), LostFound()
    rpc = FakeRpc(partners=partners, flights=FakeFlights([flight("CZ3101")]), lostfound=lost)
    async with running(rpc, doors=("gateway.partner",)) as (_, http):
        made = Cabin(http, rpc, partners, lost)
        assert (await made.airline.log_in()).status_code == 200
        yield made

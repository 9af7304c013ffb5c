"""Checkin behind the door: its real use cases over a fake database; errors arrive as they do over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
from marshmallow import Schema, ValidationError

from kernel import clock
from kernel.errors import RemoteError, ServiceError
from services.checkin import schemas, usecases
from services.checkin.errors import BadRequest
from services.partners.schemas import Scope
from tests.fakes.checkin_store import FakeCheckinStore
from tests.fakes.uow import FakeUnitOfWork
from tests.gateway.fakes import FakeRpc, flight, running, today
from tests.gateway.partner.airline import Airline, Flights, Partners
from tests.unit.checkin.examples import GOODS, access, place

EVERY = tuple(Scope)
NUMBER = "CZ3101"


class Checkin:
    """What the gateway calls."""

    def __init__(self, flights: Flights) -> None:
        self.uow = FakeUnitOfWork(FakeCheckinStore())
        self.place = place()
        self.flights = flights
        self.now: Callable[[], datetime] = clock.now
        self.sealed: list[str] = []

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = 2.0) -> Any:
        """As `kernel.wire.Replies` does."""
        try:
            return getattr(self.flights, method)(request)
        except ServiceError as exc:
            raise RemoteError.from_document(exc.to_document()) from exc

    def get_sealing_key(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"key": self.place.vault.sealing_key()}

    def apply_list(self, request: dict[str, Any]) -> dict[str, Any]:
        self.sealed.append(request.get("sealed", ""))
        return self._answer(schemas.ApplyListSchema(), request, self._timed(usecases.apply_list))

    def apply_changes(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._answer(schemas.ApplyChangesSchema(), request, self._timed(usecases.apply_changes))

    def apply_teletype(self, request: dict[str, Any]) -> dict[str, Any]:
        self.sealed.append(request.get("sealed", ""))
        return self._answer(schemas.ApplyTeletypeSchema(), request, self._timed(usecases.apply_teletype))

    def apply_configuration(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._answer(
            schemas.ApplyConfigurationSchema(),
            request,
            lambda wish: usecases.apply_configuration(self.uow, self, self.place, wish),
        )

    def board_scan(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._answer(
            schemas.BoardScanSchema(),
            request,
            lambda wish: usecases.board_scan(self.uow, self.place, wish, self.now()),
        )

    def sync_scans(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._plain(schemas.SyncScansSchema(), request, usecases.sync_scans)

    def undo_boarding(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._plain(schemas.UndoBoardingSchema(), request, usecases.undo_boarding)

    def boarding_counts(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._plain(schemas.GateFlightSchema(), request, usecases.boarding_counts)

    def get_boarding_list(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._plain(schemas.GetBoardingListSchema(), request, usecases.get_boarding_list)

    def check_in(self, flight_id: str, pnr: str) -> list[int]:
        """Everybody of a booking checks in; their sequence numbers."""
        with self.uow.write() as tx:
            (booking,) = {each.booking_id for each in tx.store.by_pnr(pnr)}
            tx.store.bind(booking, "account-ann", "code", tx.now())
            ids = [each.id for each in tx.store.party(booking)]
        given = {
            "request_id": f"check-in-{pnr}",
            "access": access(booking),
            "traveller_ids": ids,
            "dangerous_goods": GOODS,
        }
        departs = self._departs(flight_id) - timedelta(hours=4)
        usecases.check_in(self.uow, self.place, schemas.CheckInSchema().load(given), departs)
        with self.uow.read() as tx:
            return [each.sequence or 0 for each in tx.store.travellers(flight_id) if each.pnr == pnr]

    def _departs(self, flight_id: str) -> datetime:
        with self.uow.read() as tx:
            row = tx.store.flight(flight_id)
        assert row is not None
        return row.departs_at

    def at_the_gate(self, flight_id: str) -> None:
        """It is half an hour before departure from now on."""
        moment = self._departs(flight_id) - timedelta(minutes=30)
        self.now = lambda: moment

    def _timed(self, operation: Callable[..., dict[str, Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
        return lambda wish: operation(self.uow, self, self.place, wish, self.now())

    def _plain(
        self, schema: Schema, request: dict[str, Any], operation: Callable[..., dict[str, Any]]
    ) -> dict[str, Any]:
        return self._answer(schema, request, lambda wish: operation(self.uow, self.place, wish))

    def _answer(
        self, schema: Schema, request: dict[str, Any], work: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> dict[str, Any]:
        try:
            try:
                wish = schema.load(request)
            except ValidationError as exc:
                raise BadRequest(fields=exc.normalized_messages()) from exc
            answer: dict[str, Any] = orjson.loads(orjson.dumps(work(wish)))
            return answer
        except RemoteError:
            raise
        except ServiceError as exc:
            raise RemoteError.from_document(exc.to_document()) from exc


class Gate:
    """One airline at one flight, and the services behind the door."""

    def __init__(self, http: httpx.AsyncClient, rpc: FakeRpc, partners: Partners, checkin: Checkin) -> None:
        self.http, self.rpc, self.partners, self.checkin = http, rpc, partners, checkin
        self.flight_id = flight(NUMBER)["id"]
        self.path = f"/partner/v1/flights/{self.flight_id}"
        self.airline = Airline(http, partners.add("CZ", scopes=EVERY))

    async def other(self, *airlines: str, scopes: tuple[Scope, ...] = EVERY) -> Airline:
        found = Airline(self.http, self.partners.add(*airlines, scopes=scopes))
        assert (await found.log_in()).status_code == 200
        return found

    async def send(
        self, method: str, path: str, document: Any = None, by: Airline | None = None, **changes: str
    ) -> httpx.Response:
        """A signed write by `by` (our airline); a str is sent as text."""
        by = by or self.airline
        if isinstance(document, str):
            body, changes = document.encode(), {"Content-Type": "text/plain", **changes}
        else:
            body = document if isinstance(document, bytes) else orjson.dumps(document)
        path = path if path.startswith("/partner") else f"{self.path}/{path}"
        headers = by.headers(method, path, "", body, **changes)
        return await self.http.request(method, path, content=body, headers=headers)

    async def read(self, path: str, by: Airline | None = None, **headers: str) -> httpx.Response:
        by = by or self.airline
        shown = {"Authorization": f"Bearer {by.token}", "Accept-Language": "en", **headers}
        return await self.http.get(f"{self.path}/{path}", headers=shown)

    async def put_list(self, *bookings: dict[str, Any], version: int = 1, **changes: str) -> httpx.Response:
        return await self.send(
            "PUT", "passengers", {"version": version, "bookings": list(bookings)}, **changes
        )

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [request for _, name, request, _ in self.rpc.calls if name == method]


@asynccontextmanager
async def gate(**settings: Any) -> AsyncIterator[Gate]:
    partners, flights = (
        Partners(),
        Flights([flight(NUMBER), flight("MU5301"), flight("CZ3102", direction="arrival")]),
    )
    checkin = Checkin(flights)
    rpc = FakeRpc(partners=partners, flights=flights, checkin=checkin)
    async with running(rpc, doors=("gateway.partner",), **settings) as (_, http):
        made = Gate(http, rpc, partners, checkin)
        assert (await made.airline.log_in()).status_code == 200
        yield made


def head(number: str = "CZ3101") -> str:
    """The flight line of a message about today's flight."""
    day = today()
    return f"{number}/{day:%d%b} CSX".upper()

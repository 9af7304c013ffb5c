"""The checkin service as its desk calls it: schemas load, use cases work over a store in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.checkin import schemas, usecases
from tests.fakes.checkin_store import FakeCheckinStore
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.checkin.examples import (
    FAMILY,
    NOW,
    aircraft,
    booking,
    bound,
    check_in,
    person,
    place,
    push_aircraft,
    push_list,
)

DAY = "2026-11-24"


class CheckinDesk:
    """One flight: a family, somebody with a wheelchair whose name the ticket doesn't bear, and somebody who is in."""

    def __init__(self) -> None:
        self.uow: FakeUnitOfWork[Any] = FakeUnitOfWork(FakeCheckinStore())
        self.place = place()
        push_list(
            self.uow,
            FAMILY,
            booking("WCH001", person("ZHAO", "MIN", flags=["name_mismatch"], specials=[{"code": "WCHR"}])),
            booking("OUT001", person("SUN", "LEI")),
        )
        push_aircraft(self.uow, aircraft())
        check_in(self.uow, bound(self.uow, "OUT001"), at=self.place)

    def traveller(self, pnr: str) -> Any:
        """The first of a booking, as kept."""
        return self.uow.store.by_pnr(pnr)[0]

    def __getattr__(self, method: str) -> Callable[[dict[str, Any]], Any]:
        uow, at = self.uow, self.place
        ways: dict[str, tuple[Any, Any, Callable[[dict[str, Any]], Any]]] = {
            "list_flights": (
                schemas.ListFlightsSchema,
                schemas.DeskFlightsSchema,
                lambda r: usecases.list_flights(uow, at, r, NOW),
            ),
            "list_flight": (
                schemas.DeskFlightIdSchema,
                schemas.DeskListSchema,
                lambda r: usecases.list_flight(uow, at, r["flight_id"], NOW),
            ),
            "list_traces": (
                schemas.DeskTravellerIdSchema,
                schemas.TracesSchema,
                lambda r: usecases.list_traces(uow, r),
            ),
            "act": (schemas.ActSchema, schemas.ActedSchema, lambda r: usecases.act(uow, at, r, NOW)),
        }
        arguments, result, work = ways[method]

        def called(request: dict[str, Any]) -> Any:
            answer = work(arguments().load(request))
            assert result().validate(answer) == {}
            return answer

        return called

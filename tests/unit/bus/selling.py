"""Requests as the schemas load them, and a service's way to its use cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.ids import new_id
from kernel.saga.protocols import Till
from services.bus import schemas, usecases
from services.bus.domain import Timetable
from services.bus.settings import BusSettings
from services.bus.ticketing import TicketReader, TicketSigner
from tests.fakes.till import FakeTill
from tests.unit.bus.examples import ARCHIVE, local

DEPARTURE_ID = "20261123-A4-in-0930"
SEATS = 33
EARLY = local("08:00")
CLOSED = FakeTill()
"""For sales that never come to paying."""
HERE = usecases.Here("CSX", BusSettings(open_holds=1000))
SIGNER = TicketSigner(1, bytes(32))
READER = TicketReader({1: SIGNER.public_key})


class Shelf(usecases.Timetables):
    """Timetables by what is in them: every feed is read once for all tests, whichever database it is in."""

    def __init__(self) -> None:
        super().__init__()
        self._read: dict[str, usecases.Timetables] = {}

    def current(self, store: usecases.Storage) -> Timetable:
        return self._of(store).current(store)

    def at_hand(self, store: usecases.Storage) -> Timetable:
        return self._of(store).at_hand(store)

    def _of(self, store: usecases.Storage) -> usecases.Timetables:
        newest = store.newest_feed()
        key = "" if newest is None else newest.digest
        return self._read.setdefault(f"{key} {newest and newest.version}", usecases.Timetables())


TIMETABLES = Shelf()


def imported(uow: Any, archive: bytes = ARCHIVE) -> usecases.Imported:
    return usecases.import_feed(uow, archive, "chen")


def hold(
    uow: Any, *kinds: str, now: datetime = EARLY, here: usecases.Here = HERE, **changes: Any
) -> dict[str, Any]:
    """The order; by default one adult from Xingsha to the airport, with 33 seats on the bus."""
    given = {
        "request_id": new_id(),
        "passenger_id": "p1",
        "departure_id": DEPARTURE_ID,
        "from_stop": "XINGSHA",
        "to_stop": "CSX",
        "passengers": [{"kind": kind} for kind in kinds or ("adult",)],
    }
    request = schemas.HoldSeatsSchema().load(given | changes)
    counter = usecases.Counter(here, seats(now, here))
    answer = usecases.hold_seats(uow, TIMETABLES, counter, request)
    assert schemas.OrderResultSchema().validate(answer) == {}
    order: dict[str, Any] = answer["order"]
    return order


def release(
    uow: Any, order_id: str, passenger_id: str = "p1", till: Till = CLOSED, **changes: Any
) -> dict[str, Any]:
    given = {"request_id": new_id(), "passenger_id": passenger_id, "order_id": order_id}
    request = schemas.ReleaseSeatsSchema().load(given | changes)
    answer = usecases.release_seats(uow, seats(), till, request)
    order: dict[str, Any] = answer["order"]
    return order


def pay(uow: Any, till: Till, order_id: str, **changes: Any) -> dict[str, Any]:
    """PayResultSchema; by default by a code on another screen."""
    given = {"request_id": new_id(), "passenger_id": "p1", "order_id": order_id, "channel": "native"}
    request = schemas.PayOrderSchema().load(given | changes)
    answer = usecases.pay_order(uow, seats(), till, request)
    assert schemas.PayResultSchema().validate(answer) == {}
    return answer


def quoted(uow: Any, order_id: str, ticket_ids: list[str], now: datetime = EARLY) -> dict[str, Any]:
    request = {"passenger_id": "p1", "order_id": order_id, "ticket_ids": ticket_ids}
    answer = usecases.quote_return(uow, seats(now), schemas.QuoteReturnSchema().load(request))
    assert schemas.QuoteSchema().validate(answer) == {}
    return answer


def give_back(
    uow: Any, till: Till, order_id: str, ticket_ids: list[str], now: datetime = EARLY, **changes: Any
) -> dict[str, Any]:
    """The order, after these tickets were given back for what is quoted now."""
    given = {"request_id": new_id(), "passenger_id": "p1", "order_id": order_id, "ticket_ids": ticket_ids}
    if "refund_fen" not in changes:
        given["refund_fen"] = quoted(uow, order_id, ticket_ids, now)["refund_fen"]
    request = schemas.ReturnTicketsSchema().load(given | changes)
    order: dict[str, Any] = usecases.return_tickets(uow, seats(now), till, request)["order"]
    return order


def shown(uow: Any, order_id: str, passenger_id: str = "p1", now: datetime = EARLY) -> dict[str, Any]:
    """OrderSchema."""
    answer = usecases.get_order(uow, {"order_id": order_id, "passenger_id": passenger_id}, now)
    assert schemas.OrderResultSchema().validate(answer) == {}
    order: dict[str, Any] = answer["order"]
    return order


def state(uow: Any, order_id: str, passenger_id: str = "p1") -> str:
    return str(shown(uow, order_id, passenger_id)["state"])


def seats(now: datetime = EARLY, here: usecases.Here = HERE) -> usecases.Seats:
    """The goods of bus as of `now`."""
    return usecases.Seats(here.settings, SIGNER, now)


def free(uow: Any) -> int:
    request = {"departure_id": DEPARTURE_ID, "from_stop": "XINGSHA", "to_stop": "CSX"}
    answer = usecases.get_departure(uow, TIMETABLES, HERE, request, EARLY)
    return int(answer["ride"]["free"])


def search(uow: Any, now: datetime = EARLY, **given: Any) -> list[dict[str, Any]]:
    request = schemas.SearchSchema().load(given)
    answer = usecases.search_departures(uow, TIMETABLES, HERE, request, now)
    assert schemas.DeparturesSchema().validate(answer) == {}
    departures: list[dict[str, Any]] = answer["departures"]
    return departures

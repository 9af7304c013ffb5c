"""Requests as the schemas load them, and a service's way to its use cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.ids import new_id
from services.bus import schemas, usecases
from services.bus.settings import BusSettings
from tests.unit.bus.examples import ARCHIVE, local

DEPARTURE_ID = "20261123-A4-in-0930"
SEATS = 33
EARLY = local("08:00")
HERE = usecases.Here("CSX", BusSettings())


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
    # A copy of the service reads its timetable by itself.
    answer = usecases.hold_seats(uow, usecases.Timetables(), here, request, now)
    assert schemas.OrderResultSchema().validate(answer) == {}
    order: dict[str, Any] = answer["order"]
    return order


def release(uow: Any, order_id: str, passenger_id: str = "p1", **changes: Any) -> dict[str, Any]:
    given = {"request_id": new_id(), "passenger_id": passenger_id, "order_id": order_id}
    answer = usecases.release_seats(uow, schemas.ReleaseSeatsSchema().load(given | changes))
    order: dict[str, Any] = answer["order"]
    return order


def state(uow: Any, order_id: str, passenger_id: str = "p1") -> str:
    answer = usecases.get_order(uow, {"order_id": order_id, "passenger_id": passenger_id})
    return str(answer["order"]["state"])


def free(uow: Any) -> int:
    request = {"departure_id": DEPARTURE_ID, "from_stop": "XINGSHA", "to_stop": "CSX"}
    answer = usecases.get_departure(uow, usecases.Timetables(), HERE, request, EARLY)
    return int(answer["ride"]["free"])


def search(uow: Any, now: datetime = EARLY, **given: Any) -> list[dict[str, Any]]:
    request = schemas.SearchSchema().load(given)
    answer = usecases.search_departures(uow, usecases.Timetables(), HERE, request, now)
    assert schemas.DeparturesSchema().validate(answer) == {}
    departures: list[dict[str, Any]] = answer["departures"]
    return departures

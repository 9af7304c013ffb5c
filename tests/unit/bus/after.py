"""What happens after the tickets: requests as the schemas load them, and their answers as the schemas have them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from kernel import clock
from kernel.ids import new_id
from kernel.tables import OUTBOX
from services.bus import schemas, usecases
from services.bus.domain import BusTicket
from tests.fakes.till import FakeTill
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.bus.paying import bought
from tests.unit.bus.selling import DEPARTURE_ID, EARLY, HERE, SIGNER, TIMETABLES, imported, seats, shown

TILL = FakeTill()
"""Who was paid for everything that is sold here, and pays it back."""
NEXT = "20261123-A4-in-1030"
"""The same line an hour later."""
GATE = usecases.Gate({1: SIGNER.public_key})
WEATHER = {"zh": "暴雨封路", "en": "The road is closed by heavy rain"}


def tickets(uow: Any, order_id: str) -> list[BusTicket]:
    """Every ticket of the order that is good still."""
    with uow.read() as tx:
        return [each for each in tx.store.tickets_of([order_id]) if each.ended_at is None]


def sold(uow: Any, *kinds: str, **changes: Any) -> tuple[str, list[BusTicket]]:
    """An order that is paid, with its tickets; a timetable is imported if there is none."""
    with uow.read() as tx:
        known = tx.store.newest_feed()
    if known is None:
        imported(uow)
    order_id = bought(uow, TILL, *kinds, **changes)
    return order_id, tickets(uow, order_id)


def scan(ticket: BusTicket | str, **changes: Any) -> dict[str, Any]:
    """A scan made just now. ticket: a ticket, or the text that was read."""
    code = ticket if isinstance(ticket, str) else ticket.code
    return {"scan_id": new_id(), "code": code, "scanned_at": clock.real_now().isoformat()} | changes


def written(text: str, **changes: Any) -> dict[str, Any]:
    """What an inspector typed."""
    return {"scan_id": new_id(), "ticket_id": text, "scanned_at": clock.real_now().isoformat()} | changes


def ago(seconds: int) -> str:
    return (clock.real_now() - timedelta(seconds=seconds)).isoformat()


def board(uow: Any, *scans: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    """The results."""
    results: list[dict[str, Any]] = boarded(uow, *scans, **changes)["results"]
    return results


def boarded(uow: Any, *scans: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """BoardedSchema; by default by Li's device at the door of the usual bus."""
    given = {
        "request_id": new_id(),
        "actor": "staff:li",
        "device": "phone-1",
        "departure_id": DEPARTURE_ID,
        "scans": list(scans),
    }
    request = schemas.BoardTicketsSchema().load(given | changes)
    answer = usecases.board_tickets(uow, TIMETABLES, HERE, GATE, request)
    assert schemas.BoardedSchema().validate(answer) == {}
    return answer


def unboard(uow: Any, ticket_id: str, reason: str = "wrong bus") -> dict[str, Any]:
    given = {"request_id": new_id(), "actor": "staff:li", "ticket_id": ticket_id, "reason": reason}
    answer = usecases.unboard_ticket(uow, schemas.UnboardTicketSchema().load(given))
    assert schemas.UnboardedSchema().validate(answer) == {}
    return answer


def manifest(uow: Any, departure_id: str = DEPARTURE_ID) -> dict[str, Any]:
    request = {"departure_id": departure_id}
    answer = usecases.get_manifest(uow, TIMETABLES, HERE, request)
    assert schemas.ManifestSchema().validate(answer) == {}
    return answer


def revocations(uow: Any, since: int = 0, now: datetime = EARLY) -> dict[str, Any]:
    answer = usecases.list_revocations(uow, schemas.ListRevocationsSchema().load({"since": since}), now)
    assert schemas.RevocationsSchema().validate(answer) == {}
    return answer


def changes(uow: Any, order_id: str, ids: list[str], now: datetime = EARLY, **more: Any) -> dict[str, Any]:
    """ChangesSchema."""
    given = {"passenger_id": "p1", "order_id": order_id, "ticket_ids": ids} | more
    request = schemas.ListChangesSchema().load(given)
    answer = usecases.list_changes(uow, TIMETABLES, counter(now), request)
    assert schemas.ChangesSchema().validate(answer) == {}
    return answer


def change(
    uow: Any, order_id: str, ids: list[str], departure_id: str = NEXT, now: datetime = EARLY, **more: Any
) -> dict[str, Any]:
    """The order, after these tickets were changed."""
    given = {"request_id": new_id(), "passenger_id": "p1", "order_id": order_id, "ticket_ids": ids}
    request = schemas.ChangeTicketsSchema().load(given | {"departure_id": departure_id} | more)
    answer = usecases.change_tickets(uow, TIMETABLES, counter(now), TILL, request)
    assert schemas.OrderResultSchema().validate(answer) == {}
    order: dict[str, Any] = answer["order"]
    return order


def cancel(uow: Any, move_to: str | None = None, now: datetime = EARLY, **more: Any) -> dict[str, Any]:
    """CancelledSchema; the usual bus."""
    given = {"request_id": new_id(), "actor": "staff:wu", "departure_id": DEPARTURE_ID, "reason": WEATHER}
    request = schemas.CancelDepartureSchema().load(given | {"move_to": move_to} | more)
    answer = usecases.cancel_departure(uow, TIMETABLES, counter(now), request)
    assert schemas.CancelledSchema().validate(answer) == {}
    return answer


def preview(uow: Any, move_to: str | None = None, now: datetime = EARLY) -> dict[str, Any]:
    request = schemas.PreviewCancellationSchema().load({"departure_id": DEPARTURE_ID, "move_to": move_to})
    answer = usecases.preview_cancellation(uow, TIMETABLES, counter(now), request)
    assert schemas.CancellationPreviewSchema().validate(answer) == {}
    return answer


def counter(now: datetime = EARLY) -> usecases.Counter:
    return usecases.Counter(HERE, seats(now))


def occupied(uow: Any, departure_id: str = DEPARTURE_ID) -> tuple[int, int]:
    """Seats sold and held."""
    with uow.read() as tx:
        known = tx.store.occupancies([departure_id]).get(departure_id)
    return (known.sold, known.held) if known else (0, 0)


def ticket_states(uow: Any, order_id: str) -> list[str]:
    return [ticket["state"] for ticket in shown(uow, order_id)["tickets"]]


def told(uow: Any, name: str) -> list[dict[str, Any]]:
    """The data of every event of this name that was committed, oldest first."""
    if isinstance(uow, FakeUnitOfWork):
        return [event.data for event in uow.events if event.name == name]
    with uow.read() as tx:
        query = select(OUTBOX.c.body).where(OUTBOX.c.name == name).order_by(OUTBOX.c.id)
        return [json.loads(body)["data"] for body in tx.connection.execute(query).scalars()]

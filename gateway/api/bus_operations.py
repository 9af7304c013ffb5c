"""Operations on a traveller's own orders of bus tickets, as rows of the same table as `me_operations`."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from gateway.api.bus_schemas import (
    ChangeBody,
    ChangesParameters,
    HoldBody,
    OrdersParameters,
    ReturnBody,
    TicketsParameters,
)
from gateway.api.me_operations import Operation, Wish
from gateway.api.payers import PayBody, with_payer
from gateway.deps import Deps
from gateway.errors import BadParameter
from services.bus import schemas as bus

ORDERS: Final = "/api/v1/bus/orders"
TAG: Final = "Bus"
_ONE: Final = f"{ORDERS}/{{order_id}}"


async def _with_flight(deps: Deps, request: Request, wish: Wish) -> Wish:
    """The flight's time is ours to say. Raises BadParameter for a flight that isn't in the window."""
    flight_id = wish.get("flight_id")
    if flight_id is None:
        return wish
    entry = deps.flights.get(flight_id)
    if entry is None:
        raise BadParameter(fields={"flight_id": ["Not one of the flights of these days."]})
    return wish | {"flight_departs_at": entry.flight["board_at"]}


async def _with_tickets(deps: Deps, request: Request, wish: Wish) -> Wish:
    """Ids of tickets as the address has them; what wasn't given isn't asked for."""
    given = {key: value for key, value in wish.items() if value is not None}
    return given | {"ticket_ids": [part for part in wish["ticket_ids"].split(",") if part]}


def _b(method: str) -> tuple[str, str]:
    return "bus", method


BUS_OPERATIONS: Final = (
    Operation("GET", ORDERS, "busOrders", "My orders of bus tickets, newest first", _b("list_orders"),
                 bus.OrdersSchema, query=OrdersParameters, writes=False),
    Operation("POST", ORDERS, "holdBusSeats", "Hold seats for 15 minutes, to be paid for", _b("hold_seats"),
              bus.OrderResultSchema, HoldBody, status=201, prepare=_with_flight),
    Operation("GET", _ONE, "busOrder", "One order with its tickets", _b("get_order"),
              bus.OrderResultSchema, writes=False),
    Operation("DELETE", _ONE, "releaseBusSeats", "Give seats up that aren't paid for", _b("release_seats"),
              bus.OrderResultSchema),
    Operation("POST", f"{_ONE}/payment", "payBusOrder", "What WeChat's pay sheet or a QR code is made of; asking again "
              "pays nothing twice", _b("pay_order"), bus.PayResultSchema, PayBody, prepare=with_payer),
    Operation("GET", f"{_ONE}/return", "quoteBusReturn", "What comes back for tickets, and why not all",
              _b("quote_return"), bus.QuoteSchema, query=TicketsParameters, writes=False, prepare=_with_tickets),
    Operation("POST", f"{_ONE}/return", "returnBusTickets", "Give tickets back for what was quoted", _b("return_tickets"),
              bus.OrderResultSchema, ReturnBody),
    Operation("GET", f"{_ONE}/change", "busChanges", "The buses that tickets of one ride may go by instead",
              _b("list_changes"), bus.ChangesSchema, query=ChangesParameters, writes=False, prepare=_with_tickets),
    Operation("POST", f"{_ONE}/change", "changeBusTickets", "Take another bus", _b("change_tickets"),
              bus.OrderResultSchema, ChangeBody),
)  # fmt: skip

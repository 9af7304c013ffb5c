"""The bus service as the console's desks see it: one line's day in memory, answers shaped by its schemas."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kernel import clock
from services.bus import schemas
from services.bus.errors import DepartureNotFound, TicketNotBoarded
from services.bus.ticketing import TicketSigner

SIGNER = TicketSigner(1, bytes(range(32)))
ZONE = ZoneInfo("Asia/Shanghai")
LINE = {"zh": "机场大巴A1线", "en": "Airport line A1"}
WUYI, AIRPORT = {"zh": "五一广场", "en": "Wuyi Square"}, {"zh": "机场T2", "en": "Airport T2"}


def code_of(ticket_id: str) -> str:
    return (
        hashlib.sha256(ticket_id.encode())
        .hexdigest()[:6]
        .upper()
        .translate(str.maketrans("ABCDEF", "KMNPQR"))
    )


class BusDesk:
    """Two buses to come and one that is gone; who asks for another learns that there is none."""

    def __init__(self) -> None:
        start = clock.now().replace(second=0, microsecond=0)
        self.departures = [self._duty(f"b{at}", start + timedelta(minutes=at)) for at in (-180, 20, 80)]
        self.tickets = [self._ticket(at) for at in range(6)]
        self.boarded: list[dict[str, Any]] = []
        self.cancelled: list[dict[str, Any]] = []
        self.undone: list[dict[str, Any]] = []
        self.fits = True
        self.copy: dict[str, Any] | None = None

    def _duty(self, departure_id: str, at: Any) -> dict[str, Any]:
        figures = {"capacity": 45, "sold": 6, "held": 2, "boarded": 1, "cancelled": False}
        words = {"line_id": "A1", "line_name": LINE, "headsign": "黄花机场"}
        return {"departure_id": departure_id, **words, "departs_at": at.isoformat(), **figures}

    def _ticket(self, at: int) -> dict[str, Any]:
        ticket_id = f"{at + 1:032x}"
        return {
            "id": ticket_id,
            "short_code": code_of(ticket_id),
            "kind": ("adult", "adult", "child", "discount", "adult", "adult")[at],
            "from_name": WUYI,
            "to_name": AIRPORT,
            "state": "valid" if at else "boarded",
            "boarded_at": None if at else clock.real_now().isoformat(),
        }

    def _one(self, departure_id: str) -> dict[str, Any]:
        found = next((each for each in self.departures if each["departure_id"] == departure_id), None)
        # The matrix asks for a made-up one at every place.
        if found is None and departure_id != "f" * 32:
            raise DepartureNotFound
        return found or self.departures[1] | {"departure_id": departure_id}

    def list_day(self, request: dict[str, Any]) -> dict[str, Any]:
        schemas.ListDaySchema().load(request)
        today = f"{clock.now().astimezone(ZONE).date()}"
        shown = self.departures if request["day_local"] >= today else self.departures[:1]
        return {"departures": shown}

    def get_manifest(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"departure": self._one(request["departure_id"]), "tickets": self.tickets}

    def list_revocations(self, request: dict[str, Any]) -> dict[str, Any]:
        schemas.ListRevocationsSchema().load(request)
        return {
            "revoked": ["e" * 32],
            "boarded": [self.tickets[0]["id"]],
            "cleared": [],
            "version": 7,
            "more": False,
        }

    def ticket_keys(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"keys": [{"key_id": 1, "public_key": base64.b64encode(SIGNER.public_key).decode()}]}

    def board_tickets(self, request: dict[str, Any]) -> dict[str, Any]:
        loaded = schemas.BoardTicketsSchema().load(request)
        self.boarded.append(loaded)
        results = [
            {
                "scan_id": scan["scan_id"],
                "ticket_id": self.tickets[1]["id"],
                "result": "boarded",
                "kind": "adult",
                "from_name": WUYI,
                "to_name": None,
                "boarded_at": scan["scanned_at"].isoformat(),
                "boarded_by": loaded["actor"],
            }
            for scan in loaded["scans"]
        ]
        return {"results": results, "boarded": 2, "sold": 6}

    def unboard_ticket(self, request: dict[str, Any]) -> dict[str, Any]:
        self.undone.append(schemas.UnboardTicketSchema().load(request))
        if request["ticket_id"] == "f" * 32:
            raise TicketNotBoarded
        return {"ticket_id": request["ticket_id"], "boarded": 0, "sold": 6}

    def list_copies(self, request: dict[str, Any]) -> dict[str, Any]:
        schemas.ListCopiesSchema().load(request)
        return {"copies": [self.copy] if self.copy else []}

    def preview_cancellation(self, request: dict[str, Any]) -> dict[str, Any]:
        schemas.PreviewCancellationSchema().load(request)
        refund_fen = 0 if request["move_to"] else 12_000
        return {"tickets": 5, "orders": 3, "refund_fen": refund_fen, "free": 37, "fits": self.fits}

    def cancel_departure(self, request: dict[str, Any]) -> dict[str, Any]:
        loaded = schemas.CancelDepartureSchema().load(request)
        self.cancelled.append(loaded)
        moved = 5 if loaded["move_to"] else 0
        duty = self._one(loaded["departure_id"]) | {"cancelled": True}
        return {"departure": duty, "moved": moved, "refunded": 5 - moved}

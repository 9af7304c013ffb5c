"""What an operator may set of bus."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta

from kernel.config import setting

SEED_BYTES = 32


@dataclass(frozen=True)
class TicketKeys:
    """What tickets are signed and read with. Keys change by a new id and seed; the old public key moves to the list."""

    seed: str = setting(
        "BUS_TICKET_SEED", about="the key that signs bus tickets, 32 bytes in hex", secret=True
    )
    key_id: int = setting("BUS_TICKET_KEY_ID", 1, about="number of that key, 0 to 255, told in every ticket")
    older: tuple[str, ...] = setting(
        "BUS_TICKET_PUBLIC_KEYS",
        (),
        about="public keys that signed tickets before and are still good, as id:base64, comma-separated",
    )

    def __post_init__(self) -> None:
        try:
            fits = len(bytes.fromhex(self.seed)) == SEED_BYTES
        except ValueError:
            fits = False
        if not fits or not 0 <= self.key_id <= 255:
            raise ValueError("BUS_TICKET_SEED is 32 bytes in hex, BUS_TICKET_KEY_ID 0 to 255")
        if self.key_id in self.older_keys():
            raise ValueError("BUS_TICKET_PUBLIC_KEYS has the id of the key that signs now")

    def seed_bytes(self) -> bytes:
        return bytes.fromhex(self.seed)

    def older_keys(self) -> dict[int, bytes]:
        """Raises ValueError when the list can't be read."""
        keys = {}
        for each in self.older:
            number, _, key = each.partition(":")
            keys[int(number)] = base64.b64decode(key, validate=True)
        if any(len(key) != SEED_BYTES for key in keys.values()):
            raise ValueError("BUS_TICKET_PUBLIC_KEYS is id:base64 of 32 bytes each")
        return keys


@dataclass(frozen=True)
class BusSettings:
    hold_s: int = setting(
        "BUS_HOLD_S", 900, about="seconds that bus seats are held for a buyer who hasn't paid"
    )
    seats: int = setting(
        "BUS_SEATS", 45, about="seats sold on a bus of which the timetable doesn't say how many"
    )
    close_s: int = setting(
        "BUS_SALES_CLOSE_S", 120, about="seconds before departure at which a bus is sold no more"
    )
    before_flight_min: int = setting(
        "BUS_BEFORE_FLIGHT_MIN", 120, about="minutes before a flight that its bus must be at the airport"
    )
    open_holds: int = setting(
        "BUS_OPEN_HOLDS", 3, about="unpaid bus orders that one traveller may have at a time"
    )
    unheard_s: int = setting(
        "BUS_UNHEARD_S",
        300,
        about="seconds after its end that a hold whose payment wasn't heard of keeps its seats from other buyers",
    )
    remind_min: int = setting(
        "BUS_REMIND_MIN", 60, about="minutes before departure at which travellers are reminded of their bus"
    )
    keep_days: int = setting(
        "BUS_KEEP_DAYS", 1096, about="days that bus orders and tickets are kept after they are over"
    )

    def __post_init__(self) -> None:
        if self.open_holds < 1 or self.unheard_s < 0 or self.keep_days < 30:
            raise ValueError(
                "BUS_OPEN_HOLDS is at least 1, BUS_UNHEARD_S at least 0, BUS_KEEP_DAYS at least 30"
            )
        if not 0 <= self.remind_min <= 1440:
            raise ValueError("BUS_REMIND_MIN is 0 to 1440")
        if not 60 <= self.hold_s <= 86_400:
            raise ValueError("BUS_HOLD_S is 60 to 86400")
        if self.seats < 1 or self.close_s < 0 or self.before_flight_min < 0:
            raise ValueError(
                "BUS_SEATS is at least 1, BUS_SALES_CLOSE_S and BUS_BEFORE_FLIGHT_MIN at least 0"
            )

    @property
    def remind(self) -> timedelta:
        return timedelta(minutes=self.remind_min)

    @property
    def hold(self) -> timedelta:
        return timedelta(seconds=self.hold_s)

    @property
    def keep(self) -> timedelta:
        return timedelta(days=self.keep_days)

    @property
    def unheard(self) -> timedelta:
        return timedelta(seconds=self.unheard_s)

    @property
    def close(self) -> timedelta:
        return timedelta(seconds=self.close_s)

    @property
    def before_flight(self) -> timedelta:
        return timedelta(minutes=self.before_flight_min)

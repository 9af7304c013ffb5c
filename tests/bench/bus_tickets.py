"""Bus tickets read a second, against the bare signature."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kernel.ids import new_id
from services.bus.schemas import Rider
from services.bus.ticketing import Ticket, TicketReader, TicketSigner, judge
from tests.bench.report import Row, Section

TICKETS = 500
ROUNDS = 5
SEED = bytes(range(32))
BUS = "20261124-A4-in-0630"


def measure() -> Section:
    """Each text is decoded, its signature verified, its fields read, and the ticket judged for one departure."""
    signer = TicketSigner(1, SEED)
    at = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    texts = [signer.sign(Ticket(new_id(), BUS, "XINGSHA", "CSX", Rider.ADULT, at)) for _ in range(TICKETS)]
    reader = TicketReader({1: signer.public_key})
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    public, message = key.public_key(), b"x" * 60
    signature = key.sign(message)

    def read() -> None:
        for text in texts:
            judge(reader.read(text), BUS, ())

    def bare() -> None:
        for _ in texts:
            public.verify(signature, message)

    ours, reference = in_turns(read, bare)
    row = Row(
        "tickets read, verified and judged by one process",
        f"{ours:,.0f}/s",
        f"{reference:,.0f}/s",
        ours / reference,
    )
    about = (
        "`TicketReader` on one core, against `cryptography` verifying an Ed25519 signature and nothing else."
    )
    return Section("Bus tickets", about, [row])


def in_turns(*works: Callable[[], None]) -> list[float]:
    """Tickets a second of each: medians of runs that took turns."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for place, work in enumerate(works):
            begun = time.perf_counter()
            work()
            found[place].append(TICKETS / (time.perf_counter() - begun))
    return [statistics.median(runs) for runs in found]

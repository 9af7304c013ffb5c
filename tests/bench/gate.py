"""The gate and the airline's lists through HTTP on the whole suite.

    python -m tests.bench.gate

Scans one after the other say how long a gate waits; sixteen at once say how many gates there may be. Every scan is
signed, verified, judged, written and answered. Lists: 10,000 passengers of 25 flights, one request a flight.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from deploy.broker import PrivateBroker
from kernel.ids import new_id
from tests.bench.report import Row, Section
from tests.messaging.calls.harness import Wire
from tests.support.folders import temporary_folder
from tests.support.partner import Partner, departure_update
from tests.support.stack import Stack
from tests.unit.checkin.examples import booking, person

NO_LIMITS = dict.fromkeys(("PARTNER_WRITE_RATE", "PARTNER_GATE_RATE"), "10000000/second")
FLIGHTS = 25
ON_BOARD = 400
ALONE = 80
AT_ONCE = 16
_FIRST = 4000
_SEATS = "ABC DEF"


@dataclass(frozen=True)
class Airline:
    """One partner, and its connections."""

    http: httpx.AsyncClient
    token: str
    key: str

    async def send(self, method: str, path: str, document: Any) -> dict[str, Any]:
        body = json.dumps(document).encode()
        timestamp, nonce = str(int(time.time())), new_id()
        text = "\n".join([method, path, "", hashlib.sha256(body).hexdigest(), timestamp, nonce])
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": hmac.new(self.key.encode(), text.encode(), hashlib.sha256).hexdigest(),
        }
        answer = await self.http.request(method, path, content=body, headers=headers)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def _number(at: int) -> str:
    """Letters for a number: names can't hold digits."""
    return chr(65 + at // 26) + chr(65 + at % 26)


def _people(flight: int) -> list[dict[str, Any]]:
    return [
        booking(f"P{flight:02d}{at:03d}", person(f"LI{_number(at)}", "SI", ticket=f"784{flight:04d}{at:06d}"))
        for at in range(ON_BOARD)
    ]


async def _lists(airline: Airline, paths: list[str]) -> float:
    """Seconds that all lists take, four flights at a time."""
    turns = asyncio.Semaphore(4)

    async def push(flight: int, path: str) -> None:
        async with turns:
            report = await airline.send(
                "PUT", f"{path}/passengers", {"version": 1, "bookings": _people(flight)}
            )
            assert report["added"] == ON_BOARD, report

    started = time.perf_counter()
    await asyncio.gather(*(push(flight, path) for flight, path in enumerate(paths)))
    return time.perf_counter() - started


async def _scans(airline: Airline, path: str, numbers: list[int]) -> tuple[list[float], float]:
    """Milliseconds of each of the first, one after the other; then scans a second, sixteen at once."""

    async def scan(number: int) -> float:
        wish = {"device": "gate-1", "scan_id": str(number), "scanned_at": datetime.now(UTC).isoformat()}
        started = time.perf_counter()
        answer = await airline.send("POST", f"{path}/boarding/scans", {**wish, "sequence": number})
        assert answer["scan"]["result"] == "accepted", answer
        return (time.perf_counter() - started) * 1000

    alone = [await scan(number) for number in numbers[:ALONE]]
    waiting = iter(numbers[ALONE:])

    async def gate() -> None:
        for number in waiting:
            await scan(number)

    started = time.perf_counter()
    await asyncio.gather(*(gate() for _ in range(AT_ONCE)))
    return alone, (len(numbers) - ALONE) / (time.perf_counter() - started)


def _check_in(stack: Stack, flight_id: str) -> list[int]:
    """Everybody at a desk; their sequence numbers."""
    wire = Wire(stack.amqp_url)

    def call(method: str, **request: Any) -> Any:
        answer = wire.call("checkin", method, request, headers={"nameko.principal": "gateway:bench"})
        assert answer.error is None, answer.error
        return answer.result

    try:
        people = call("list_flight", flight_id=flight_id)["travellers"]
        done = [
            call(
                "act",
                request_id=new_id(),
                actor="staff:bench",
                flight_id=flight_id,
                traveller_id=each["id"],
                action="check_in",
                reason="bench",
            )
            for each in people
        ]
    finally:
        wire.close()
    return [each["traveller"]["sequence"] for each in done]


def _cabin() -> dict[str, Any]:
    rows = [{"row": number} for number in range(1, 101)]
    return {"version": 1, "aircraft": "A380", "cabins": [{"cabin": "Y", "columns": _SEATS, "rows": rows}]}


async def _measured(stack: Stack, partner: Partner) -> tuple[float, list[float], float]:
    departs_at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    day = departs_at.astimezone(ZoneInfo("Asia/Shanghai"))
    numbers = range(_FIRST, _FIRST + FLIGHTS)
    partner.push([departure_update(number, departs_at) for number in numbers]).raise_for_status()
    paths = [f"/partner/v1/flights/CZ{number}-{departs_at:%Y%m%d}-CSX-CAN" for number in numbers]
    key = partner.credentials["signing_key"]
    async with httpx.AsyncClient(base_url=stack.base_url, timeout=30) as http:
        airline = Airline(http, partner.token(), key)
        short = f"/partner/v1/flights/CZ{_FIRST}-{day:%Y%m%d}/configuration"
        await asyncio.sleep(1)
        assert (await airline.send("PUT", short, _cabin()))["seats"] == 600
        lists_s = await _lists(airline, paths)
        sequences = await asyncio.to_thread(_check_in, stack, paths[0].rpartition("/")[2])
        boarding = departure_update(_FIRST, departs_at, status="boarding")
        partner.push([boarding]).raise_for_status()
        await asyncio.sleep(1)
        alone, per_s = await _scans(airline, paths[0], sequences)
    return lists_s, alone, per_s


def section() -> Section:
    """Gate scans and lists on SQLite, services and gateway one process each."""
    with (
        temporary_folder("airport-bench-") as folder,
        PrivateBroker(Path(folder) / "broker") as broker,
        Stack(Path(folder), broker, broker.url, LOG_LEVEL="WARNING", **NO_LIMITS) as stack,
    ):
        partner = Partner.register(stack.base_url, stack.environ, "bench")
        lists_s, alone, per_s = asyncio.run(_measured(stack, partner))
    median = statistics.median(alone)
    slow = sorted(alone)[int(len(alone) * 0.95)]
    passengers = FLIGHTS * ON_BOARD
    rows = [
        Row("a scan, median", f"{median:.1f} ms", f"95th {slow:.1f} ms", goal="≤ 50 ms", met=median <= 50),
        Row(f"scans of one flight, {AT_ONCE} gates at once", f"{per_s:,.0f}/s"),
        Row(
            f"{passengers:,} passengers in {FLIGHTS} lists",
            f"{lists_s:.1f} s",
            f"{passengers / lists_s:,.0f}/s",
        ),
    ]
    about = "Signed requests through HTTP, gateway, broker and checkin with SQLite, on the whole suite."
    return Section("The gate and its lists", about, rows)


def main() -> None:
    """Print the section."""
    for row in section().rows:
        print(row)


if __name__ == "__main__":
    main()

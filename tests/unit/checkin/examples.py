"""A flight, an aircraft, a list, and requests as the schemas load them: a service's way to its use cases."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kernel import sealing
from kernel.ids import new_id
from services.checkin import schemas, usecases
from services.checkin.settings import CheckinSettings
from services.checkin.vault import Vault

ZONE = ZoneInfo("Asia/Shanghai")
STD = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
"""12:00 in Changsha."""
NOW = STD - timedelta(hours=5)
AT_GATE = STD - timedelta(minutes=30)
FLIGHT_ID = "CZ3101-20261124-CSX-PEK"
ABROAD_ID = "CZ8001-20261124-CSX-BKK"
VAULT = Vault({"k1": bytes(range(32))})
AIRLINE = {"client_id": "cz", "airlines": ["CZ"]}
ANN = "account-ann"
GOODS = "2025-06-28"


def place(**settings: Any) -> usecases.Place:
    """A copy of the service."""
    return usecases.Place(ZONE, CheckinSettings(**settings), VAULT)


PLACE = place()


def airport(iata: str, icao: str, city: str) -> dict[str, Any]:
    name = {"zh": city, "en": iata}
    return {"iata": iata, "icao": icao, "name": name, "city": name, "zone": "Asia/Shanghai"}


def flight(flight_id: str = FLIGHT_ID, version: int = 1, **changes: Any) -> dict[str, Any]:
    """flights.schemas.FlightSchema as JSON. changes: status, gate, departs_at, boarding_at."""
    number, _, departure, arrival = flight_id.split("-")
    ends = {
        "CSX": airport("CSX", "ZGHA", "长沙"),
        "PEK": airport("PEK", "ZBAA", "北京"),
        "BKK": airport("BKK", "VTBS", "曼谷"),
    }
    departs_at: datetime = changes.get("departs_at", STD)
    boarding_at: datetime | None = changes.get("boarding_at")
    milestones = {} if boarding_at is None else {"boarding_start": {"estimated_at": text(boarding_at)}}
    return {
        "id": flight_id,
        "version": version,
        "number": number,
        "airline": {"iata": number[:2], "name": {"zh": "南航", "en": "China Southern"}},
        "direction": "departure",
        "service_day_local": "2026-11-24",
        "board_at": text(STD),
        "status": changes.get("status", "scheduled"),
        "departure": {
            "airport": ends[departure],
            "scheduled_at": text(STD),
            "estimated_at": None if departs_at == STD else text(departs_at),
            "actual_at": None,
            "terminal": "T2",
            "gate": changes.get("gate"),
        },
        "arrival": {"airport": ends[arrival], "scheduled_at": text(STD + timedelta(hours=2))},
        "milestones": milestones,
        "keywords": ["never kept"],
    }


def text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


class Others:
    """The services that checkin calls."""

    def __init__(self, *flights: dict[str, Any]) -> None:
        self.flights = {each["id"]: each for each in flights or (flight(), flight(ABROAD_ID))}
        self.codes: list[dict[str, Any]] = []

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = 2.0) -> Any:
        if (service, method) == ("flights", "get_flight"):
            from kernel.errors import Kind, RemoteError

            if request["flight_id"] not in self.flights:
                raise RemoteError("flights.not_found", Kind.NOT_FOUND, {})
            return copy.deepcopy(self.flights[request["flight_id"]])
        assert (service, method) == ("notify", "send_code")
        if request not in self.codes:
            self.codes.append(request)
        return {"message_id": "m1"}


def aircraft(rows: int = 20, columns: str = "ABC DEF", first: int = 0, **extra: Any) -> dict[str, Any]:
    """A cabin Y from row 31 on, with exits in row 40; `first` rows of a cabin F before it."""
    spec_rows = [{"row": 31 + number, "exit": number == 9} for number in range(rows)]
    cabins = [{"cabin": "Y", "columns": columns, "rows": spec_rows}]
    if first:
        front = [{"row": 1 + number} for number in range(first)]
        cabins.insert(0, {"cabin": "F", "columns": "AC DF", "rows": front})
    return {"aircraft": extra.get("name", "A320"), "cabins": cabins}


def person(surname: str = "ZHANG", given: str = "SAN", **more: Any) -> dict[str, Any]:
    return {"name": {"surname": surname, "given": given}, "cabin": "Y", **more}


def booking(pnr: str = "ABC123", *people: dict[str, Any], phone: str = "+8613800001234") -> dict[str, Any]:
    return {"pnr": pnr, "contact": {"phone": phone}, "passengers": list(people or (person(),))}


FAMILY = booking(
    "FAM001",
    person("LI", "SI", ticket="7842476075891", infant={"name": {"surname": "LI", "given": "XIAOBAO"}}),
    person("WANG", "FANG", ticket="7842476075892", gender="female"),
    person("LI", "DABAO", ticket="7842476075893", kind="child"),
    person("LI", "ERBAO", ticket="7842476075894", kind="child"),
)


def sealed(document: Any) -> str:
    return sealing.seal(VAULT.sealing_key(), json.dumps(document))


def push_list(uow: Any, *bookings: dict[str, Any], version: int = 1, **more: Any) -> dict[str, Any]:
    given = {
        "request_id": new_id(),
        "partner": AIRLINE,
        "flight_id": FLIGHT_ID,
        "version": version,
        "sealed": sealed({"bookings": list(bookings)}),
    }
    others = more.pop("others", None) or Others()
    request = schemas.ApplyListSchema().load(given | more)
    report = usecases.apply_list(uow, others, PLACE, request, NOW)
    assert schemas.ListReportSchema().validate(report) == {}
    return report


def push_changes(uow: Any, *changes: dict[str, Any], version: int, **more: Any) -> dict[str, Any]:
    given = {
        "request_id": new_id(),
        "partner": AIRLINE,
        "flight_id": FLIGHT_ID,
        "version": version,
        "sealed": sealed({"changes": list(changes)}),
    }
    request = schemas.ApplyChangesSchema().load(given | more)
    report = usecases.apply_changes(uow, Others(), PLACE, request, NOW)
    assert schemas.ListReportSchema().validate(report) == {}
    return report


def push_aircraft(uow: Any, spec: dict[str, Any], version: int = 1, **more: Any) -> dict[str, Any]:
    given = {
        "request_id": new_id(),
        "partner": AIRLINE,
        "flight_id": FLIGHT_ID,
        "version": version,
        "configuration": spec,
    }
    request = schemas.ApplyConfigurationSchema().load(given | more)
    report = usecases.apply_configuration(uow, Others(), PLACE, request)
    assert schemas.ConfigurationReportSchema().validate(report) == {}
    return report


def find(
    uow: Any, account: str | None = None, address: str = "192.0.2.1", now: datetime = NOW, **factors: str
) -> list[dict[str, Any]]:
    given = {"address": address, "passenger_id": account, "sealed": sealed(factors)}
    found = usecases.find_booking(uow, PLACE, schemas.FindBookingSchema().load(given), now)
    assert schemas.FoundSchema().validate(found) == {}
    bookings: list[dict[str, Any]] = found["bookings"]
    return bookings


def bound(uow: Any, pnr: str = "ABC123", account: str = ANN) -> dict[str, Any]:
    """The party of a booking, whose account has proved that it is theirs."""
    with uow.write() as tx:
        (booking_id,) = {each.booking_id for each in tx.store.by_pnr(pnr)}
        tx.store.bind(booking_id, account, "code", tx.now())
    return party(uow, booking_id, account)


def access(booking_id: str, account: str | None = ANN, grant: str | None = None) -> dict[str, Any]:
    return {"booking_id": booking_id, "passenger_id": account, "grant": grant}


def party(uow: Any, booking_id: str, account: str | None = ANN, now: datetime = NOW) -> dict[str, Any]:
    request = schemas.AskSchema().load({"access": access(booking_id, account)})
    return seen(usecases.get_party(uow, PLACE, request, now))


def seen(answer: dict[str, Any]) -> dict[str, Any]:
    assert schemas.PartySchema().validate(answer) == {}
    return answer


def check_in(
    uow: Any, mine: dict[str, Any], now: datetime = NOW, at: usecases.Place = PLACE, **more: Any
) -> dict[str, Any]:
    """Everybody of the party, unless `traveller_ids` says otherwise. seats: {traveller_id: seat}."""
    seats = more.pop("seats", {})
    given = {
        "request_id": new_id(),
        "access": access(mine["booking_id"]),
        "traveller_ids": [each["id"] for each in mine["travellers"]],
        "seats": [{"traveller_id": id_, "seat": seat} for id_, seat in seats.items()],
        "dangerous_goods": GOODS,
    }
    return seen(usecases.check_in(uow, at, schemas.CheckInSchema().load(given | more), now))


def choose(
    uow: Any, mine: dict[str, Any], seats: dict[str, str], now: datetime = NOW, **more: Any
) -> dict[str, Any]:
    at = more.pop("at", PLACE)
    given = {
        "request_id": new_id(),
        "access": access(mine["booking_id"]),
        "seats": [{"traveller_id": id_, "seat": seat} for id_, seat in seats.items()],
    }
    request = schemas.ChooseSeatsSchema().load(given | more)
    return seen(usecases.choose_seats(uow, at, request, now))


def cancel(uow: Any, mine: dict[str, Any], now: datetime = NOW, **more: Any) -> dict[str, Any]:
    at = more.pop("at", PLACE)
    given = {
        "request_id": new_id(),
        "access": access(mine["booking_id"]),
        "traveller_ids": [each["id"] for each in mine["travellers"]],
    }
    return seen(usecases.cancel_check_in(uow, at, schemas.CancelCheckInSchema().load(given | more), now))


def boarding_pass(uow: Any, mine: dict[str, Any], number: int = 0) -> dict[str, Any]:
    request = {"access": access(mine["booking_id"]), "traveller_id": mine["travellers"][number]["id"]}
    answer = usecases.get_pass(uow, PLACE, schemas.GetPassSchema().load(request))
    assert schemas.PassSchema().validate(answer) == {}
    return answer


def scan(uow: Any, code: str = "", now: datetime = AT_GATE, **more: Any) -> dict[str, Any]:
    at = more.pop("at", PLACE)
    given = {
        "partner": AIRLINE,
        "flight_id": FLIGHT_ID,
        "device": "gate-12",
        "scan_id": new_id(),
        "scanned_at": text(now),
        "code": code,
    }
    answer = usecases.board_scan(uow, at, schemas.BoardScanSchema().load(given | more), now)
    assert schemas.ScanSchema().validate(answer) == {}
    return answer


def act(uow: Any, traveller_id: str, action: str, seat: str | None = None, **more: Any) -> dict[str, Any]:
    given = {
        "request_id": new_id(),
        "actor": "staff:chen",
        "flight_id": FLIGHT_ID,
        "traveller_id": traveller_id,
        "action": action,
        "seat": seat,
        "reason": "asked at the desk",
    }
    at_ = more.pop("now", NOW)
    answer = usecases.act(uow, PLACE, schemas.ActSchema().load(given | more), at_)
    assert schemas.ActedSchema().validate(answer) == {}
    return answer

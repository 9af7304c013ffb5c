"""The checkin service itself over dictionaries: its rules are the real ones, only what it calls is made up."""

from __future__ import annotations

from typing import Any, Final

from kernel import clock
from kernel.errors import Kind, RemoteError
from kernel.ids import new_id
from services.checkin import schemas, usecases
from services.checkin.settings import CheckinSettings
from tests.fakes.checkin_store import FakeCheckinStore
from tests.fakes.uow import FakeUnitOfWork
from tests.gateway.web.travellers import loaded
from tests.unit.checkin.examples import VAULT, ZONE, aircraft, booking, person, sealed

FAMILY: Final = "FAM5X1"
"""A father with an infant, a mother, a son and a daughter on the way to Guiyang."""
GUIDED: Final = "WCH5X2"
"""A woman in a wheelchair, and her brother."""
ABROAD: Final = "LHR5X3"
"""Two on the way to London, whose passports nobody knows yet."""
DONE: Final = "DON5X4"
"""Three of whom everybody can be checked in at once."""


class FakeCheckin:
    """`codes`: what was sent to whom. Lists are applied when somebody first asks, on the flights that there are."""

    def __init__(self, documents: dict[str, dict[str, Any]]) -> None:
        self._documents = documents
        self.store = FakeCheckinStore()
        self.uow: Any = FakeUnitOfWork(self.store)
        self.place = usecases.Place(ZONE, CheckinSettings(codes_to_asker=True, answer_ms=0), VAULT)
        self.codes: list[dict[str, Any]] = []

    # --- the airline ---------------------------------------------------------------------------------

    def settle(self) -> None:
        """Lists and aircraft of two of the showcase's departures."""
        self.push(
            self.leg("KWE"),
            booking(
                FAMILY,
                person(
                    "LI", "SI", ticket="8802476075891", infant={"name": {"surname": "LI", "given": "XIAOBAO"}}
                ),
                person("WANG", "FANG", ticket="8802476075892", gender="female"),
                person("LI", "DABAO", ticket="8802476075893", kind="child"),
                person("LI", "ERBAO", ticket="8802476075894", kind="child", specials=[{"code": "CHML"}]),
            ),
            booking(GUIDED, person("ZHAO", "MIN", specials=[{"code": "WCHR"}]), person("ZHAO", "QIANG")),
            booking(
                DONE,
                person("CHEN", "YU", ticket="8802476075881"),
                person("CHEN", "LAN"),
                person("CHEN", "MO", kind="child"),
            ),
            booking(
                "TAKEN1", *(person("SUN", name, seat=seat) for name, seat in (("A", "33C"), ("B", "34D")))
            ),
        )
        self.push(self.leg("LHR"), booking(ABROAD, person("ERIKSSON", "ANNA MARIA"), person("BERG", "OLE")))
        spec = aircraft(first=2)
        spec["cabins"][1]["rows"][0]["seats"] = [
            {"column": letter, "attributes": ["extra_legroom", *(["bassinet"] if letter in "AF" else [])]}
            for letter in "ABCDEF"
        ]
        for iata in ("KWE", "LHR"):
            self.equip(self.leg(iata), spec)

    def leg(self, iata: str) -> str:
        """The id of the showcase's departure to there."""
        return next(
            one["id"]
            for one in self._documents.values()
            if one["direction"] == "departure"
            and one["arrival"]["airport"]["iata"] == iata
            and one["number"] in {"HU7142", "3U8822"}
        )

    def push(self, flight_id: str, *bookings: dict[str, Any], version: int = 1) -> None:
        given = {
            "request_id": new_id(),
            "partner": {"client_id": "all", "airlines": ["*"]},
            "flight_id": flight_id,
            "version": version,
            "sealed": sealed({"bookings": list(bookings)}),
        }
        report = usecases.apply_list(
            self.uow, self, self.place, schemas.ApplyListSchema().load(given), clock.now()
        )
        assert report["outcome"] == "applied", report

    def equip(self, flight_id: str, spec: dict[str, Any], version: int = 1) -> None:
        given = {
            "request_id": new_id(),
            "partner": {"client_id": "all", "airlines": ["*"]},
            "flight_id": flight_id,
            "version": version,
            "configuration": spec,
        }
        usecases.apply_configuration(
            self.uow, self, self.place, schemas.ApplyConfigurationSchema().load(given)
        )

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = 2.0) -> Any:
        """What checkin asks of others."""
        if (service, method) == ("notify", "send_code"):
            self.codes.append(request)
            return {"message_id": "m1"}
        found = self._documents.get(request["flight_id"])
        if found is None:
            raise RemoteError("flights.not_found", Kind.NOT_FOUND, {})
        return found

    # --- shortcuts of tests --------------------------------------------------------------------------

    def booking_id(self, pnr: str) -> str:
        return next(one.id for one in self.store_now.booked.values() if one.pnr == pnr)

    @property
    def store_now(self) -> FakeCheckinStore:
        """The store as it is: units of work put another in its place."""
        found: FakeCheckinStore = self.uow.store
        return found

    def bind(self, pnr: str, account: str) -> str:
        """The booking, which has been proved to be this account's."""
        booking_id = self.booking_id(pnr)
        with self.uow.write() as tx:
            tx.store.bind(booking_id, account, "code", tx.now())
        return booking_id

    def party(self, pnr: str, account: str) -> dict[str, Any]:
        access = {"booking_id": self.booking_id(pnr), "passenger_id": account}
        return self.get_party({"access": access})

    def checked_in(self, pnr: str, account: str) -> str:
        """The booking, bound, with everybody who can be checked in."""
        booking_id = self.bind(pnr, account)
        ids = [one["id"] for one in self.party(pnr, account)["travellers"] if not one["agent"]]
        access = {"booking_id": booking_id, "passenger_id": account}
        wish = {"request_id": new_id(), "access": access, "traveller_ids": ids}
        self.check_in({**wish, "dangerous_goods": self.party(pnr, account)["declaration"]["version"]})
        return booking_id

    def off_load(self, pnr: str, number: int, account: str) -> None:
        given = {
            "request_id": new_id(),
            "actor": "staff:chen",
            "flight_id": self.leg("KWE"),
            "traveller_id": self.party(pnr, account)["travellers"][number]["id"],
            "action": "off_load",
            "reason": "asked at the desk",
        }
        usecases.act(self.uow, self.place, schemas.ActSchema().load(given), clock.now())

    # --- what travellers' pages ask ------------------------------------------------------------------

    def get_sealing_key(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"key": VAULT.sealing_key()}

    def find_booking(self, request: dict[str, Any]) -> Any:
        wish = loaded(schemas.FindBookingSchema(), request)
        return usecases.find_booking(self.uow, self.place, wish, clock.now())

    def send_code(self, request: dict[str, Any]) -> Any:
        return usecases.send_code(self.uow, self, self.place, loaded(schemas.SendCodeSchema(), request))

    def confirm_code(self, request: dict[str, Any]) -> Any:
        return usecases.confirm_code(self.uow, self.place, loaded(schemas.ConfirmCodeSchema(), request))

    def list_my_trips(self, request: dict[str, Any]) -> Any:
        owner = loaded(schemas.PassengerIdSchema(), request)["passenger_id"]
        return usecases.list_my_trips(self.uow, self.place, owner, clock.now())

    def get_party(self, request: dict[str, Any]) -> Any:
        return usecases.get_party(self.uow, self.place, loaded(schemas.AskSchema(), request), clock.now())

    def seat_map(self, request: dict[str, Any]) -> Any:
        return usecases.seat_map(self.uow, self.place, loaded(schemas.AskSchema(), request))

    def choose_seats(self, request: dict[str, Any]) -> Any:
        wish = loaded(schemas.ChooseSeatsSchema(), request)
        return usecases.choose_seats(self.uow, self.place, wish, clock.now())

    def check_in(self, request: dict[str, Any]) -> Any:
        wish = loaded(schemas.CheckInSchema(), request)
        return usecases.check_in(self.uow, self.place, wish, clock.now())

    def cancel_check_in(self, request: dict[str, Any]) -> Any:
        wish = loaded(schemas.CancelCheckInSchema(), request)
        return usecases.cancel_check_in(self.uow, self.place, wish, clock.now())

    def get_pass(self, request: dict[str, Any]) -> Any:
        return usecases.get_pass(self.uow, self.place, loaded(schemas.GetPassSchema(), request))

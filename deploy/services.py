"""Which services there are, and where each one's class lies. One line a service."""

from __future__ import annotations

from typing import Final

SERVICES: Final[dict[str, str]] = {
    "bus": "services.bus.service:BusService",
    "checkin": "services.checkin.service:CheckinService",
    "flights": "services.flights.service:FlightsService",
    "lostfound": "services.lostfound.service:LostFoundService",
    "notify": "services.notify.service:NotifyService",
    "partners": "services.partners.service:PartnersService",
    "passengers": "services.passengers.service:PassengersService",
    "payments": "services.payments.service:PaymentsService",
    "shop": "services.shop.service:ShopService",
    "staff": "services.staff.service:StaffService",
}

"""Entrypoints of lost and found: validate, call the use case. Results are JSON-ready as schemas says."""

from __future__ import annotations

from services.lostfound.service.couriers import CourierEntrypoints
from services.lostfound.service.desk import DeskEntrypoints
from services.lostfound.service.partners import PartnerEntrypoints
from services.lostfound.service.travellers import TravellerEntrypoints


class LostFoundService(DeskEntrypoints, TravellerEntrypoints, CourierEntrypoints, PartnerEntrypoints):
    """What was found, who had it when, and whose it is."""

    name = "lostfound"

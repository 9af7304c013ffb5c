"""What every room knows of the airport it serves: codes, names, zone. Configuration, never code.

Profiles live in `deploy/airports/*.env`; `AIRPORT=EWR make run` loads another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kernel.config import setting


@dataclass(frozen=True)
class Airport:
    iata: str = setting("AIRPORT_IATA", "CSX", about="the airport's IATA code")
    icao: str = setting("AIRPORT_ICAO", "ZGHA", about="the airport's ICAO code")
    name_zh: str = setting("AIRPORT_NAME_ZH", "长沙黄花国际机场", about="the airport's name in Chinese")
    name_en: str = setting(
        "AIRPORT_NAME_EN", "Changsha Huanghua International Airport", about="the airport's name in English"
    )
    short_zh: str = setting(
        "AIRPORT_SHORT_ZH", "长沙黄花机场", about="the short name in Chinese, for page titles"
    )
    short_en: str = setting(
        "AIRPORT_SHORT_EN", "Changsha Airport", about="the short name in English, for page titles"
    )
    zone: str = setting("AIRPORT_ZONE", "Asia/Shanghai", about="the airport's IANA time zone")
    terminals: tuple[str, ...] = setting("AIRPORT_TERMINALS", ("T1", "T2"), about="its passenger terminals")
    currency: str = setting("AIRPORT_CURRENCY", "CNY", about="its currency, ISO 4217")
    phone: str = setting("AIRPORT_PHONE", "0731-96777", about="the number travellers call")

    @property
    def zoneinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

"""Documents of the control API that several parts of the platform make together."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import airportsdata

from deploy.sandbox.people import shown
from deploy.sandbox.platform import Platform
from kernel.config import load
from services.airport import Airport

_PLACES: Final = Path(__file__).parents[1] / "phone" / "places.json"


def state(platform: Platform) -> dict[str, Any]:
    """Everything a phone page needs at its start. No secrets: those are in account.json."""
    account, settings = platform.account, platform.settings
    return {
        "account": {
            "appid": account.appid,
            "original_id": account.original_id,
            "name": {"zh": account.name_zh, "en": account.name_en},
            "mode": account.mode,
            "domains": account.domains,
        },
        "users": [shown(row) for row in platform.people.all()],
        "menu": platform.menu.find() or {"button": []},
        "places": places(),
        "zone": load(Airport).zone,
        "browser_port": settings.browser_port,
        "public_url": settings.public_url,
        "base_url": settings.base_url,
        "pushes_to": settings.pushes_to,
        "now": platform.clock.read().isoformat(),
        "offset_s": platform.clock.offset_s,
    }


@cache
def places() -> list[dict[str, Any]]:
    """Where a phone may be: the airport, and what phone/places.json knows around it."""
    airport = load(Airport)
    around = json.loads(_PLACES.read_text(encoding="utf-8")).get(airport.iata, [])
    field = airportsdata.load("IATA").get(airport.iata)
    if field is None:
        return list(around)
    here = {"label": airport.short_zh, "latitude": field["lat"], "longitude": field["lon"]}
    return [*around, here]

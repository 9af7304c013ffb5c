"""What was handed in, for everybody: the kind, colours, month and a part of the airport; nothing to claim it by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from starlette.requests import Request

from gateway.web.lost_desk import LostDesk
from gateway.web.lost_views import kinds, month_words, thing, words
from gateway.web.site import link
from gateway.web.texts import Texts
from kernel import clock
from services.lostfound.events import ITEM_CHANGED, ITEM_REGISTERED, PUBLISHER
from services.lostfound.schemas.vocabulary import CATEGORIES

_PATH: Final = "/lost/items"
_PAGE: Final = 24
_MONTHS: Final = 14
"""How far back one may look: a year of notice, and the months before it."""
LISTED: Final = frozenset(code for code, one in CATEGORIES.items() if one.listed)


class PublicList:
    def __init__(self, desk: LostDesk) -> None:
        self._desk, self._site = desk, desk.site
        for name in (ITEM_REGISTERED, ITEM_CHANGED):
            # What was given back a moment ago is nobody's to look for.
            desk.site.deps.rpc.on_event(PUBLISHER, name, lambda _: self._site.outdated(_PATH))

    async def page(self, request: Request) -> bytes:
        """GET /lost/items?category=&month=&after=."""
        t, months = self._site.texts(request), self._months()
        category, month = (request.query_params.get(name, "") for name in ("category", "month"))
        category = category if category in LISTED else ""
        month = month if month in months else ""
        after = request.query_params.get("after", "")[:200]
        asked = {"category": category or None, "month": month or None, "cursor": after or None}
        told = await self._desk.try_ask(request, "list_public", limit=_PAGE, **asked)
        request.state.passing = told is None
        older = told["next_cursor"] if told else None
        return self._site.draw(
            request,
            "lost_items.html",
            away=told is None,
            items=[shown(one, t) for one in told["items"]] if told else [],
            category=category,
            category_name=words(t, category, "category") if category else "",
            month=month,
            kinds=[
                {**group, "categories": [one for one in group["categories"] if one["code"] in LISTED]}
                for group in kinds(t)
            ],
            months=[(one, month_words(t, one)) for one in months],
            older=link(_PATH, category=category, month=month, after=older) if older else "",
            newest=link(_PATH, category=category, month=month) if after else "",
        )

    def _months(self) -> list[str]:
        """Of this airport's calendar, the newest first."""
        day = clock.now().astimezone(self._site.deps.airport.zoneinfo).date()
        found = []
        for back in range(_MONTHS):
            year, month = divmod(day.year * 12 + day.month - 1 - back, 12)
            found.append(f"{date(year, month + 1, 1):%Y-%m}")
        return found


def shown(item: Mapping[str, Any], t: Texts) -> dict[str, Any]:
    """PublicItemSchema, word by word: what isn't named here isn't drawn."""
    return {
        "thing": thing(item, t),
        "month": month_words(t, item["month"]),
        "area": t.name(item["area"]) if item["area"] else "",
    }

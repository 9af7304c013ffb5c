"""The shop desk's first page: what is to be picked, the most urgent first, and what waits to be fetched or brought.

The page asks for its rows every few seconds. As long as no event of the shop was heard, the answer is "nothing new" and
costs no call; to be sure, the service is asked every half a minute whatever was heard.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.session.cookies import may_be_secure
from gateway.staff.console import HEADERS, Console
from gateway.staff.desks import Desk, Form, Place, act, page
from gateway.staff.people import Staff
from gateway.staff.shop_parcel import ParcelPages
from gateway.staff.shop_scan import Scanning
from gateway.staff.shop_shared import HOME, MY_SHOP, PARCELS, ROLES, TABS, Mall, minutes_left, name_words
from gateway.staff.texts import N_, Texts
from kernel import clock
from services.shop import events
from services.shop.schemas.order_words import ParcelState, Way

_YEAR_S: Final = 365 * 86_400
_SURE_S: Final = 30
"""After this the service is asked although no event was heard: one may have been missed."""
_NEWS: Final = (
    events.PARCEL_PLACED,
    events.PARCEL_READY,
    events.PARCEL_ON_THE_WAY,
    events.PARCEL_REPROMISED,
    events.PARCEL_ASKS,
    events.PARCEL_MISSED,
    events.PARCEL_HANDED_OVER,
    events.PARCEL_CANCELLED,
    events.PIECES_REFUNDED,
)
"""What the list is no longer right after."""
_MOST: Final = 50
_SOON_MIN: Final = 10
TO_PICK: Final = (ParcelState.PLACED.value, ParcelState.PICKING.value, ParcelState.ASKING.value)
WAITING: Final = (ParcelState.READY.value, ParcelState.ON_THE_WAY.value)
_KNOWN: Final = frozenset(path for path, _ in TABS)


def desk(console: Console) -> Desk:
    mall = Mall(console)
    queue = Picking(mall)
    places = (*queue.places(), *ParcelPages(mall).places(), *Scanning(mall).places())
    return Desk(HOME, N_("Shop"), "shop", ROLES, places)


class Picking:
    """The queue, and what was heard of each shop since this gateway began."""

    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console
        self._heard: Counter[str] = Counter()
        self._secure = may_be_secure(self._console.deps.settings.public_url)
        for name in _NEWS:
            self._console.deps.rpc.on_event(events.PUBLISHER, name, self._hear)

    def places(self) -> tuple[Place, ...]:
        return (
            page(HOME, self.page),
            page(f"{HOME}/rows", self.rows),
            act(f"{HOME}/choose", self.choose),
        )

    def _hear(self, body: bytes) -> None:
        """Something happened to a parcel: the pages of its shop ask again. What says no shop counts for all of them."""
        data = orjson.loads(body).get("data") or {}
        shops = {str(each["shop"]["id"]) for each in _parcels(data) if isinstance(each.get("shop"), dict)}
        for shop_id in shops or {""}:
            self._heard[shop_id] += 1

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/shop."""
        values = await self._found(request, staff)
        return await self._mall.draw(request, staff, "shop_queue.html", HOME, **values)

    async def rows(self, request: Request, staff: Staff) -> Response:
        """GET /staff/shop/rows?known=…: the lists alone; 204 as long as there is nothing new."""
        shop = await self._mall.mine(request, staff)
        known = request.query_params.get("known", "")
        mark = self._mark(shop["id"])
        if known.partition(":")[0] == mark.partition(":")[0] and _young(known):
            return Response(status_code=204, headers=HEADERS)
        values = await self._found(request, staff)
        html = self._console.draw(request, "shop_rows.html", staff, my_shop=shop, **values)
        return Response(html, headers=HEADERS, media_type="text/html")

    async def choose(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/shop/choose: for which shop this browser works; back to the part it came from."""
        chosen = form.get("shop", "")
        shops = await self._mall.shops(request, staff)
        back = form.get("back", "")
        response = self._console.go(back if back in _KNOWN else HOME)
        if any(each["id"] == chosen for each in shops):
            response.set_cookie(
                MY_SHOP,
                chosen,
                max_age=_YEAR_S,
                path=HOME,
                secure=self._secure,
                httponly=True,
                samesite="strict",
            )
        return response

    # --- in between -----------------------------------------------------------------------------------------

    def _mark(self, shop_id: str) -> str:
        """What was heard until now, and when: what the page sends along to be told only news."""
        text = f"{self._heard[shop_id]}.{self._heard['']}.{shop_id}.{id(self)}"
        return f"{hashlib.sha256(text.encode()).hexdigest()[:16]}:{int(clock.real_now().timestamp())}"

    async def _found(self, request: Request, staff: Staff) -> dict[str, Any]:
        t, shop = self._console.texts(request), await self._mall.mine(request, staff)
        mark = self._mark(shop["id"])  # before asking: what is heard meanwhile is asked for again

        async def listed(states: tuple[str, ...]) -> tuple[list[dict[str, Any]], bool]:
            answer = await self._mall.read(
                request, staff, "list_parcels", shop_id=shop["id"], states=list(states), limit=_MOST
            )
            now = clock.now()
            rows = [row(t, self._console, each, now) for each in answer["parcels"]]
            return rows, answer["next_cursor"] is not None

        (picking, more), (waiting, more_waiting) = await listed(TO_PICK), await listed(WAITING)
        return {
            "picking": picking,
            "waiting": waiting,
            "more": more or more_waiting,
            "mark": mark,
            "counts": {
                "placed": sum(each["state"] == ParcelState.PLACED.value for each in picking),
                "late": sum(each["tone"] == "bad" for each in picking),
                "asking": sum(each["state"] == ParcelState.ASKING.value for each in picking),
                "waiting": len(waiting),
            },
        }


def row(t: Texts, console: Console, parcel: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A parcel as a line of the queue. tone: how urgent it is that it gets ready; "" once it is."""
    to_pick = parcel["state"] in TO_PICK
    until = parcel["pick_by"] if to_pick else parcel["promised_until"]
    left = minutes_left(until, now)
    at = datetime.fromisoformat(until).astimezone(console.zone)
    word, chip = PARCELS[parcel["state"]]
    overdue = left is not None and left < 0
    soon = left is not None and left < _SOON_MIN
    return {
        "number": parcel["number"],
        "state": parcel["state"],
        "word": word,
        "chip": chip,
        "tone": "bad" if overdue else "late" if soon else "",
        "until": int(at.timestamp()),
        "day": "" if at.date() == now.astimezone(console.zone).date() else f"{at:%m-%d}",
        "time": f"{at:%H:%M}",
        "left": left_words(t, left),
        "to_gate": parcel["way"] == Way.GATE.value,
        "gate": parcel["gate"] or "",
        "flight": parcel["flight_number"] or "",
        "again": parcel["promises"] > 1,
        "duty_free": parcel["duty_free"],
        "pieces": sum(each["quantity"] - each["missing"] for each in parcel["lines"]),
        "what": ("、" if t.language == "zh" else ", ").join(
            name_words(t, each["name"]) for each in parcel["lines"][:4]
        ),
        "more": max(0, len(parcel["lines"]) - 4),
    }


def left_words(t: Texts, left: int | None) -> str:
    """How long there is, or how long it is over."""
    if left is None:
        return ""
    if left < 0:
        return t("%(n)d min late", n=-left)
    if left >= 120:
        return t("in %(n)d h", n=left // 60)
    return t("in %(n)d min", n=left)


def _parcels(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    one, several = data.get("parcel"), data.get("parcels")
    found = [*(several if isinstance(several, list) else []), one]
    return [each for each in found if isinstance(each, dict)]


def _young(mark: str) -> bool:
    """Whether the service was asked not long ago for what the page shows."""
    at = mark.partition(":")[2]
    return at.isdigit() and len(at) < 12 and 0 <= clock.real_now().timestamp() - int(at) < _SURE_S

"""When the shop is open: a week, the days that are otherwise, and a rest while something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, act, page
from gateway.staff.people import Staff
from gateway.staff.shop_reading import both, read_time, read_whole, wrong_words
from gateway.staff.shop_shared import AGAIN, HOME, ROLES, Mall
from gateway.staff.texts import N_
from kernel import clock
from kernel.errors import ServiceError
from services.shop.schemas.vocabulary import ShopState

HOURS: Final = f"{HOME}/hours"
DAYS: Final = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_EMPTY: Final = 3
_MOST: Final = 24
STATES: Final = {
    ShopState.OPEN.value: (N_("Sells online"), "go"),
    ShopState.PAUSED.value: (N_("Rests: sells nothing online"), "late"),
    ShopState.CLOSED.value: (N_("Closed for good"), "bad"),
}


def desk(console: Console) -> Desk:
    hours = Hours(Mall(console))
    places = (page(HOURS, hours.page), act(HOURS, hours.save), act(f"{HOURS}/state", hours.rest))
    return Desk(HOURS, N_("Opening hours"), "shop", ROLES, places, in_menu=False)


class Hours:
    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/shop/hours."""
        return await self._draw(request, staff)

    async def save(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/shop/hours: all of them anew."""
        shop = await self._mall.mine(request, staff)
        wish = {
            "shop_id": shop["id"],
            "weekly": [_times(form, f"w{day}") for day in range(7)],
            "exceptions": [each for at in range(_MOST) if (each := _exception(form, at)) is not None],
            "seen_version": read_whole(form.get("version", "")) or 0,
        }
        return await self._write(request, staff, form, "set_hours", wish)

    async def rest(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/shop/hours/state: let the shop rest, or go on."""
        shop = await self._mall.mine(request, staff)
        state = ShopState.PAUSED if form.get("state") == ShopState.PAUSED.value else ShopState.OPEN
        return await self._write(
            request, staff, form, "set_shop_state", {"shop_id": shop["id"], "state": state.value}
        )

    async def _write(
        self, request: Request, staff: Staff, form: Form, method: str, wish: Mapping[str, Any]
    ) -> Response:
        try:
            await self._mall.write(request, staff, form, method, **wish)
        except ServiceError as exc:
            if exc.kind not in AGAIN:
                raise
            wrong = wrong_words(self._console, self._console.texts(request), exc)
            html = await self._draw(request, staff, wrong, wish if method == "set_hours" else None)
            return self._console.page(request, html, 400)
        self._mall.forget_shops()
        return self._console.go(f"{HOURS}?done=1")

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        wrong: list[str] | None = None,
        typed: Mapping[str, Any] | None = None,
    ) -> bytes:
        at_hand = await self._mall.mine(request, staff)
        shop = (await self._mall.read(request, staff, "get_staff_shop", shop_id=at_hand["id"]))["shop"]
        hours = typed or shop["hours"]
        exceptions = [dict(each) for each in hours["exceptions"]][: _MOST - _EMPTY]
        today = clock.now().astimezone(self._console.zone).date()
        return await self._mall.draw(
            request,
            staff,
            "shop_hours.html",
            HOURS,
            shop=shop,
            state=STATES[shop["state"]],
            days=list(zip(DAYS, hours["weekly"], strict=True)),
            exceptions=exceptions + [None] * _EMPTY,
            today=today.isoformat(),
            last=(today + timedelta(days=400)).isoformat(),
            wrong=wrong or [],
            done="done" in request.query_params,
        )


def _times(form: Form, name: str) -> dict[str, str] | None:
    """Of a day: None when it is closed."""
    opens, closes = (read_time(form.get(f"{name}-{end}", "")) for end in ("opens", "closes"))
    if form.get(f"{name}-closed") == "yes" or not (opens or closes):
        return None
    return {"opens": opens, "closes": closes}


def _exception(form: Form, at: int) -> dict[str, Any] | None:
    day = form.get(f"e{at}-day", "").strip()
    if not day:
        return None
    return {"day_local": day[:10], "times": _times(form, f"e{at}"), "reason": both(form, f"e{at}-reason", 60)}

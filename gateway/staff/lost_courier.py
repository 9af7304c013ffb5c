"""Parcels: what is paid and waits for the courier, handed over with a slip to write the address from, arrived or back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console
from gateway.staff.desks import Desk, Form, Place, act, page
from gateway.staff.lost_shared import HOME, ROLES, TABS, WRONG, LostFound, amount, category_words, written_in
from gateway.staff.people import Staff
from gateway.staff.texts import N_, Texts
from kernel.errors import Kind, ServiceError
from services.lostfound.schemas.courier_words import CARRIERS, PROVINCES, ParcelState

COURIER: Final = f"{HOME}/courier"
_ONE: Final = f"{COURIER}/{{order_id}}"
STATES: Final = {
    ParcelState.ORDERED.value: (N_("Not paid yet"), "calm"),
    ParcelState.WAITING.value: (N_("Waits for the courier"), "late"),
    ParcelState.SENT.value: (N_("With the courier"), "air"),
    ParcelState.DELIVERED.value: (N_("Arrived"), "go"),
    ParcelState.CAME_BACK.value: (N_("Came back"), "bad"),
    ParcelState.CANCELLED.value: (N_("Not sent"), "calm"),
}
_GROUPS: Final = (ParcelState.WAITING, ParcelState.SENT, ParcelState.CAME_BACK, ParcelState.DELIVERED)
_MOST: Final = 50
_DONE: Final = {
    "sent": N_("The courier has it; its owner sees the tracking number."),
    "delivered": N_("It is with its owner."),
    "came_back": N_("It lies at the desk again; its owner may fetch it."),
    "refused": N_("It isn't sent; all the money goes back."),
    "cleared": N_("Noted: this document may be sent."),
}
_TOLD: Final = WRONG | {Kind.NOT_FOUND, Kind.FORBIDDEN}


def desk(console: Console) -> Desk:
    couriers = Couriers(LostFound(console))
    return Desk(COURIER, N_("Parcels"), "lost", ROLES, couriers.places(), in_menu=False)


class Couriers:
    """What goes to its owner by courier."""

    def __init__(self, lost: LostFound) -> None:
        self._lost, self._console = lost, lost.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(COURIER, self.page),
            act(f"{COURIER}/clear", self.clear),
            act(f"{_ONE}/slip", self.slip),
            act(f"{_ONE}/hand", self.hand),
            act(f"{_ONE}/delivered", self.delivered),
            act(f"{_ONE}/back", self.back),
            act(f"{_ONE}/refuse", self.refuse),
        )

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/lost/courier: what waits first."""
        return await self._draw(request, staff)

    async def clear(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/lost/courier/clear: the desk made sure who a claimant is; their document may be sent."""
        wish = {
            "claim_id": form.get("claim", "").strip()[:64] or "-",
            "note": form.get("note", "").strip()[:200],
        }
        return await self._do(request, staff, form, "clear_for_courier", "cleared", wish)

    async def slip(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/slip: the address, to be printed or copied; that it was read is noted."""
        t = self._console.texts(request)
        told = await self._lost.write(request, staff, form, "get_courier_slip", order_id=_id(request))
        order = self._shown(t, told["order"])
        html = self._console.draw(
            request,
            "lost_courier_slip.html",
            staff,
            tabs=TABS,
            section=COURIER,
            each=order,
            to=told["address"],
        )
        return self._console.page(request, html)

    async def hand(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/hand: the courier has it. A valuable leaves with a second person's code."""
        wish: dict[str, Any] = {
            "order_id": _id(request),
            "carrier": form.get("carrier", "")[:16],
            "tracking_number": "".join(form.get("tracking_number", "").split())[:40],
        }
        try:
            about = f"lostfound.courier {wish['order_id']} {wish['carrier']} {wish['tracking_number']}"
            wish["witness"] = await self._lost.witness(request, staff, form, about)
        except ServiceError as exc:
            if exc.kind not in _TOLD | {Kind.LIMITED}:
                raise
            return await self._again(request, staff, exc)
        return await self._do(request, staff, form, "hand_to_courier", "sent", wish)

    async def delivered(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/delivered: its owner has it."""
        return await self._do(
            request, staff, form, "courier_delivered", "delivered", {"order_id": _id(request)}
        )

    async def back(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/back: nobody took it; it lies at this desk again."""
        wish = {
            "order_id": _id(request),
            "desk_id": form.get("desk_id", "")[:32],
            "note": form.get("note", "").strip()[:200],
        }
        if form.get("shelf", "").strip():
            wish["shelf"] = form["shelf"].strip()[:24]
        return await self._do(request, staff, form, "courier_came_back", "came_back", wish)

    async def refuse(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/refuse: it can't be sent after all; the money goes back whole."""
        wish = {"order_id": _id(request), "note": form.get("note", "").strip()[:200]}
        return await self._do(request, staff, form, "refuse_courier", "refused", wish)

    # --- inside -----------------------------------------------------------------------------------------------

    async def _do(
        self, request: Request, staff: Staff, form: Form, method: str, done: str, wish: Mapping[str, Any]
    ) -> Response:
        try:
            await self._lost.write(request, staff, form, method, **wish)
        except ServiceError as exc:
            if exc.kind not in _TOLD:
                raise
            return await self._again(request, staff, exc)
        return self._console.go(f"{COURIER}?done={done}")

    async def _again(self, request: Request, staff: Staff, error: ServiceError) -> Response:
        t = self._console.texts(request)
        said = next(iter(self._lost.blamed(t, error).values()), "") or self._console.refused(request, error)
        return self._console.page(request, await self._draw(request, staff, said), 409)

    async def _draw(self, request: Request, staff: Staff, wrong: str = "") -> bytes:
        t, desks = self._console.texts(request), await self._lost.desks(request, staff)
        groups = []
        for state in _GROUPS:
            wish = {"actor": staff.actor, "parcel": state.value, "limit": _MOST}
            told = await self._lost.read(request, staff, "list_courier_orders", **wish)
            groups.append(
                (STATES[state.value][0], state.value, [self._shown(t, each) for each in told["orders"]])
            )
        mine = await self._lost.my_desk(request, staff)
        return self._console.draw(
            request,
            "lost_courier.html",
            staff,
            tabs=TABS,
            section=COURIER,
            groups=groups,
            desks=[(each["id"], t.name(each["name"])) for each in desks],
            my_desk=mine["id"] if mine else "",
            carriers=[(each.code, t.name({"zh": each.zh, "en": each.en})) for each in CARRIERS.values()],
            done=_DONE.get(request.query_params.get("done", ""), ""),
            refused=wrong,
        )

    def _shown(self, t: Texts, order: Mapping[str, Any]) -> dict[str, Any]:
        written, carrier = written_in(self._console), CARRIERS.get(order["carrier"] or "")
        province = PROVINCES[order["province"]]
        tracking = order["tracking_number"] or ""
        return {
            **order,
            "what": category_words(t, order["category"]),
            "fee": amount(order["currency"], order["amount_fen"]),
            "to": t.name({"zh": province.zh, "en": province.en}),
            "paid": written(order["paid_at"]) if order["paid_at"] else "",
            "carrier_name": t.name({"zh": carrier.zh, "en": carrier.en}) if carrier else "",
            "track": carrier.track.format(number=tracking) if carrier else "",
        }


def _id(request: Request) -> str:
    return str(request.path_params["order_id"])[:64]

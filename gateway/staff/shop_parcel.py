"""One parcel: picked line by line, what is missing told to the buyer, ready, brought to the gate, handed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import HEADERS, Console
from gateway.staff.desks import Form, Place, act, page
from gateway.staff.people import Staff
from gateway.staff.shop_shared import AGAIN, HOME, PARCELS, Mall, minutes_left, name_words, option_words, yuan
from gateway.staff.shop_slips import LABELS, Slip, print_label, print_slip
from gateway.staff.texts import N_, Texts, when
from kernel import clock
from kernel.errors import ServiceError
from services.shop.schemas.order_words import ParcelState, Way

PARCEL: Final = f"{HOME}/parcels/{{number}}"
DONE: Final = {
    "picked": N_("Picking has begun. Tick each line as you put it in."),
    "ready": N_("It is ready, and the customer is told."),
    "sent": N_("It is on its way to the gate, and the customer is told."),
    "handed": N_("Handed over."),
    "missing": N_("The customer is asked. Until they answer, the rest can wait in its bag."),
    "withdrawn": N_("Cancelled: the customer gets all the money back."),
}
REASONS: Final = (N_("Sold out"), N_("Damaged"), N_("The shop has to close"))
_ACTS: Final = {
    "pick": ("start_picking", "picked"),
    "ready": ("parcel_ready", "ready"),
    "send": ("send_to_gate", "sent"),
}
_OPEN: Final = frozenset({"placed", "picking", "ready"})
_CANDIDATES: Final = 12


class ParcelPages:
    """The page of a parcel, and what is done there."""

    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console

    def places(self) -> tuple[Place, ...]:
        return (
            page(PARCEL, self.page),
            page(f"{PARCEL}/slip.pdf", self.slip),
            page(f"{PARCEL}/label.pdf", self.label),
            page(f"{PARCEL}/missing/{{line_id}}", self.missing),
            act(f"{PARCEL}/missing/{{line_id}}", self.report),
            act(f"{PARCEL}/hand", self.hand),
            act(f"{PARCEL}/withdraw", self.withdraw),
            *(act(f"{PARCEL}/{name}", self._step(*each)) for name, each in _ACTS.items()),
        )

    async def page(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/shop/parcels/{number}."""
        return await self._draw(request, staff, await self._parcel(request, staff))

    def _step(self, method: str, done: str) -> Any:
        async def step(request: Request, staff: Staff, form: Form) -> Response:
            return await self._did(request, staff, form, method, done)

        return step

    async def hand(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/hand: for the code that the buyer shows."""
        wish = {
            "code": form.get("code", "").strip()[:40] or "-",
            "number": str(request.path_params["number"])[:40],
            "checked_pass": form.get("checked_pass") == "yes",
        }
        return await self._did(request, staff, form, "hand_over", "handed", wish)

    async def withdraw(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/withdraw: the shop can't deliver."""
        words = form.get("words", "").strip()[:200]
        return await self._did(request, staff, form, "withdraw_parcel", "withdrawn", {"words": words})

    async def missing(self, request: Request, staff: Staff) -> bytes:
        """GET …/missing/{line_id}?q=…: how many pieces, and what could go in their place."""
        parcel = await self._parcel(request, staff)
        return await self._ask(request, staff, parcel)

    async def report(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST …/missing/{line_id}."""
        parcel = await self._parcel(request, staff)
        count = form.get("quantity", "")
        wish = {
            "parcel_id": parcel["id"],
            "line_id": _line_id(request),
            "quantity": int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0,
            "offer_variant_id": form.get("offer", "")[:64] or None,
        }
        try:
            await self._mall.write(request, staff, form, "report_missing", **wish)
        except ServiceError as exc:
            if exc.kind not in AGAIN:
                raise
            html = await self._ask(request, staff, parcel, self._console.refused(request, exc), form)
            return self._console.page(request, html, 400)
        return self._console.go(f"{_home(parcel)}?done=missing")

    async def slip(self, request: Request, staff: Staff) -> Response:
        """GET …/slip.pdf: what to pick, to take along and to put into the bag."""
        parcel = await self._parcel(request, staff)
        pdf = await print_slip(slip_of(self._console, parcel), clock.now())
        return printable(pdf, f"{parcel['number']}-slip")

    async def label(self, request: Request, staff: Staff) -> Response:
        """GET …/label.pdf?size=62x29: what is stuck onto the bag."""
        parcel = await self._parcel(request, staff)
        size = LABELS.get(request.query_params.get("size", ""), LABELS["62x29"])
        pdf = await print_label(slip_of(self._console, parcel), size, clock.now())
        return printable(pdf, parcel["number"])

    # --- in between -----------------------------------------------------------------------------------------

    async def _parcel(self, request: Request, staff: Staff) -> dict[str, Any]:
        number = str(request.path_params["number"])[:64]
        answer: dict[str, Any] = await self._mall.read(request, staff, "get_parcel", parcel=number)
        return dict(answer["parcel"])

    async def _did(
        self,
        request: Request,
        staff: Staff,
        form: Form,
        method: str,
        done: str,
        wish: Mapping[str, Any] | None = None,
    ) -> Response:
        parcel = await self._parcel(request, staff)
        arguments = dict(wish or {})
        if method != "hand_over":
            arguments["parcel_id"] = parcel["id"]
        try:
            await self._mall.write(request, staff, form, method, **arguments)
        except ServiceError as exc:
            if exc.kind not in AGAIN:
                raise
            parcel = await self._parcel(request, staff)
            html = await self._draw(
                request, staff, parcel, (method, self._console.refused(request, exc)), form
            )
            return self._console.page(request, html, 400)
        return self._console.go(f"{_home(parcel)}?done={done}")

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        parcel: Mapping[str, Any],
        refused: tuple[str, str] = ("", ""),
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        t, state = self._console.texts(request), parcel["state"]
        word, tone = PARCELS[state]
        names = await self._names(request, staff, parcel)
        return await self._mall.draw(
            request,
            staff,
            "shop_parcel.html",
            HOME,
            parcel=parcel,
            here=_home(parcel),
            word=word,
            tone=tone,
            facts=self._facts(t, parcel),
            lines=[line_view(t, each) for each in parcel["lines"]],
            ask=self._asked(t, parcel["ask"]),
            steps=[
                {
                    "at": when(each["at"], self._console.zone),
                    "what": PARCELS[each["after"]][0] if each["after"] in PARCELS else each["after"],
                    "who": names.get(each["actor"], _outsider(t, each["actor"])),
                }
                for each in parcel["steps"]
            ],
            may=_may(parcel),
            reasons=REASONS,
            refused=refused,
            typed=typed or {},
            done=DONE.get(request.query_params.get("done", ""), ""),
        )

    def _facts(self, t: Texts, parcel: Mapping[str, Any]) -> list[tuple[str, str]]:
        zone = self._console.zone
        at = f"{when(parcel['promised_from'], zone)} – {when(parcel['promised_until'], zone)[11:]}"
        gate = t("Gate %(gate)s", gate=parcel["gate"]) if parcel["gate"] else t("Gate not known yet")
        flight = ""
        if parcel["flight_number"]:
            flight = f"{parcel['flight_number']} · {when(parcel['flight_departs_at'], zone)}"
        goods, off = parcel["goods_fen"], parcel["discount_fen"]
        facts = [
            (t("Where to"), gate if parcel["way"] == Way.GATE.value else t("Collected here")),
            (t("Promised for"), at),
            (t("Pick by"), when(parcel["pick_by"], zone)),
            (t("Flight"), flight),
            (t("Ordered"), when(parcel["placed_at"], zone)),
            (t("Paid"), f"{yuan(goods - off)}" + (f" ({yuan(goods)} − {yuan(off)})" if off else "")),
            (t("Paid back"), yuan(parcel["refund_fen"]) if parcel["refund_fen"] else ""),
            (t("Order"), parcel["order_id"]),
        ]
        return [(name, value) for name, value in facts if value]

    def _asked(self, t: Texts, ask: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if ask is None:
            return None
        offer = ask["offer"]
        return {
            "words": name_words(t, ask["words"]),
            "until": when(ask["until"], self._console.zone)[11:],
            "left": minutes_left(ask["until"], clock.now()) or 0,
            "offer": ""
            if offer is None
            else " · ".join(filter(None, (name_words(t, offer["name"]), name_words(t, offer["options"])))),
        }

    async def _ask(
        self,
        request: Request,
        staff: Staff,
        parcel: Mapping[str, Any],
        wrong: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        t, q = self._console.texts(request), request.query_params.get("q", "").strip()[:60]
        line = next((each for each in parcel["lines"] if each["id"] == _line_id(request)), parcel["lines"][0])
        stocks = await self._candidates(request, staff, parcel, line, q)
        return await self._mall.draw(
            request,
            staff,
            "shop_missing.html",
            HOME,
            parcel=parcel,
            here=_home(parcel),
            line=line_view(t, line),
            most=line["quantity"] - line["missing"],
            q=q,
            offers=stocks,
            wrong=wrong,
            typed=typed or {},
        )

    async def _candidates(
        self, request: Request, staff: Staff, parcel: Mapping[str, Any], line: Mapping[str, Any], q: str
    ) -> list[dict[str, Any]]:
        """What lies on the shelf and nobody has: by what was searched for, else the same thing in other colours or sizes."""
        t, zone = self._console.texts(request), parcel["shop"]["id"]
        answer = await self._mall.read(
            request, staff, "list_stock", shop_id=zone, q=q or line["name"]["zh"][:60], limit=50
        )
        found = [
            each
            for each in answer["stocks"]
            if each["free"] > 0 and each["state"] == "on_sale" and each["variant_id"] != line["variant_id"]
        ]
        return [
            {
                "id": each["variant_id"],
                "name": name_words(t, each["name"]),
                "options": option_words(t, each["options"]),
                "free": each["free"],
            }
            for each in found[:_CANDIDATES]
        ]

    async def _names(self, request: Request, staff: Staff, parcel: Mapping[str, Any]) -> dict[str, str]:
        return await staff_names(self._console, request, staff, [each["actor"] for each in parcel["steps"]])


async def staff_names(
    console: Console, request: Request, staff: Staff, actors: list[str | None]
) -> dict[str, str]:
    """Who did things, by what trails call them; those that aren't staff are left out."""
    found = {staff.actor: staff.name}
    asked = {each for each in actors if each and each.startswith("staff:")} - {staff.actor}
    for actor in sorted(asked)[:20]:
        try:
            answer = await console.read(
                request, staff, "staff", "get_account", account_id=actor.removeprefix("staff:")
            )
        except ServiceError:
            continue  # a name is a courtesy: the page goes without
        found[actor] = str(answer["account"]["name"])
    return found


def line_view(t: Texts, line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as it is picked. left: pieces to put into the bag."""
    return {
        "id": line["id"],
        "name": name_words(t, line["name"]),
        "options": name_words(t, line["options"]),
        "picture": line["picture"],
        "quantity": line["quantity"],
        "left": line["quantity"] - line["missing"],
        "missing": line["missing"],
        "returned": line["returned"],
        "price": yuan(line["unit_fen"]),
        "replaced": line["replaced_by"] is not None,
        "duty_free": line["duty_free"],
    }


def slip_of(console: Console, parcel: Mapping[str, Any]) -> Slip:
    """What is printed of a parcel: both languages, nothing of who bought it."""
    until = datetime.fromisoformat(parcel["promised_until"]).astimezone(console.zone)
    pick_by = datetime.fromisoformat(parcel["pick_by"]).astimezone(console.zone)
    return Slip(
        number=parcel["number"],
        shop=dict(parcel["shop"]["name"]),
        gate=(parcel["gate"] or "?") if parcel["way"] == Way.GATE.value else None,
        flight=parcel["flight_number"] or "",
        until=f"{until:%m-%d %H:%M}",
        pick_by=f"{pick_by:%H:%M}",
        duty_free=parcel["duty_free"],
        lines=[
            (each["quantity"] - each["missing"], dict(each["name"]), dict(each["options"]))
            for each in parcel["lines"]
            if each["quantity"] > each["missing"]
        ],
    )


def printable(pdf: bytes, name: str) -> Response:
    """A PDF that a page of ours may print from a frame nobody sees."""
    policy = HEADERS["Content-Security-Policy"]
    headers = {
        **HEADERS,
        "X-Frame-Options": "SAMEORIGIN",
        "Content-Security-Policy": policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
        "Content-Disposition": f'inline; filename="{name}.pdf"',
    }
    return Response(pdf, headers=headers, media_type="application/pdf")


def _may(parcel: Mapping[str, Any]) -> dict[str, bool]:
    """What the buttons offer; the service decides."""
    state, gate = parcel["state"], parcel["way"] == Way.GATE.value
    return {
        "pick": state == ParcelState.PLACED.value,
        "missing": state in {ParcelState.PLACED.value, ParcelState.PICKING.value},
        "ready": state == ParcelState.PICKING.value,
        "send": state == ParcelState.READY.value and gate,
        "hand": state in {ParcelState.READY.value, ParcelState.ON_THE_WAY.value},
        "withdraw": state in _OPEN,
    }


def _outsider(t: Texts, actor: str) -> str:
    if actor.partition(":")[0] in {"buyer", "passenger"}:
        return t("the customer")
    return "" if not actor or actor.startswith("staff:") else t("the system")


def _line_id(request: Request) -> str:
    return str(request.path_params["line_id"])[:64]


def _home(parcel: Mapping[str, Any]) -> str:
    return f"{HOME}/parcels/{parcel['number']}"

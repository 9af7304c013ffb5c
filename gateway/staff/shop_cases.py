"""After-sales: what customers want money back for, decided by the shop, with a reason that they read."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import HEADERS, Console
from gateway.staff.desks import Desk, Form, act, page
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.shop_parcel import staff_names
from gateway.staff.shop_reading import read_yuan, wrong_words
from gateway.staff.shop_shared import AGAIN, HOME, ROLES, Mall, name_words, typed_yuan, yuan
from gateway.staff.shop_stock import frame
from gateway.staff.texts import N_, Texts, when
from kernel.errors import ServiceError
from services.shop.schemas.order_words import MAX_LISTED, CaseReason, CaseState

CASES: Final = f"{HOME}/cases"
_ONE: Final = f"{CASES}/{{case_id}}"
STATES: Final = {
    CaseState.OPEN.value: (N_("To be decided"), "late"),
    CaseState.ACCEPTED.value: (N_("Accepted, money on its way"), "go"),
    CaseState.REFUNDED.value: (N_("Paid back"), "go"),
    CaseState.REFUSED.value: (N_("Refused"), "bad"),
    CaseState.WITHDRAWN.value: (N_("Withdrawn"), "calm"),
}
REASONS: Final = {
    CaseReason.DAMAGED.value: N_("Damaged"),
    CaseReason.WRONG_ITEM.value: N_("Another thing than ordered"),
    CaseReason.NOT_AS_DESCRIBED.value: N_("Not as described"),
    CaseReason.EXPIRED.value: N_("Past its date"),
    CaseReason.MISSING_PART.value: N_("Something is missing in it"),
    CaseReason.CHANGED_MIND.value: N_("Changed their mind"),
}
QUEUE: Final = Queue(
    "shop-cases",
    (
        Column(N_("Case"), "code"),
        Column(N_("Reason")),
        Column(N_("Products")),
        Column(N_("Refund asked for"), "number"),
        Column(N_("State")),
        Column(N_("Opened"), "time"),
    ),
    filters=(Filter("state", N_("State"), tuple((state, word) for state, (word, _) in STATES.items())),),
)


def desk(console: Console) -> Desk:
    cases = Cases(Mall(console))
    places = (
        page(CASES, cases.page),
        page(_ONE, cases.one),
        act(_ONE, cases.decide),
        page(f"{_ONE}/photos/{{photo_id}}", cases.photo),
    )
    return Desk(CASES, N_("After-sales"), "shop", ROLES, places, in_menu=False)


class Cases:
    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/shop/cases: open ones first, the oldest first."""
        t, shop = self._console.texts(request), await self._mall.mine(request, staff)

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            wish = {
                "shop_id": shop["id"],
                "states": [wishes["state"]] if wishes["state"] else [],
                "limit": min(limit, MAX_LISTED),
                "cursor": cursor or None,
            }
            answer = await self._mall.read(request, staff, "list_cases", **wish)
            found = answer["cases"]
            hrefs = [f"{CASES}/{each['id']}" for each in found]
            return Found([self._row(t, each) for each in found], answer["next_cursor"] or "", hrefs)

        values = {
            "template": "shop_list.html",
            "heading": N_("After-sales"),
            "empty": N_("No customer asked for anything back."),
            **await frame(self._mall, request, staff, CASES),
        }
        return await QUEUE.answer(self._console, request, staff, fetch, values)

    def _row(self, t: Texts, each: Mapping[str, Any]) -> list[Cell]:
        (word, tone), reason = STATES[each["state"]], REASONS[each["reason"]]
        things = ", ".join(f"{line['quantity']} × {name_words(t, line['name'])}" for line in each["lines"])
        return [
            Cell(each["number"]),
            Cell(t(reason)),
            Cell(things, note=each["words"][:120]),
            Cell(yuan(each["asked_fen"])),
            Cell(t(word), tone),
            Cell(when(each["opened_at"], self._console.zone)),
        ]

    async def one(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/shop/cases/{case_id}."""
        return await self._draw(request, staff)

    async def decide(self, request: Request, staff: Staff, form: Form) -> Response:
        """POST /staff/shop/cases/{case_id}: money back, or why not."""
        accept = form.get("decision") == "accept"
        wish = {
            "case_id": _case_id(request),
            "accept": accept,
            "refund_fen": read_yuan(form.get("refund", "")) if accept else 0,
            "words": form.get("words", "").strip()[:500],
        }
        try:
            await self._mall.write(request, staff, form, "decide_case", **wish)
        except ServiceError as exc:
            if exc.kind not in AGAIN:
                raise
            wrong = wrong_words(self._console, self._console.texts(request), exc)
            return self._console.page(request, await self._draw(request, staff, wrong, form), 400)
        return self._console.go(f"{CASES}/{_case_id(request)}?done=1")

    async def photo(self, request: Request, staff: Staff) -> Response:
        """GET /staff/shop/cases/{case_id}/photos/{photo_id}?size=small."""
        size = "small" if request.query_params.get("size") == "small" else "large"
        photo_id = str(request.path_params["photo_id"])[:64]
        found = await self._mall.read(request, staff, "get_case_photo", photo_id=photo_id, size=size)
        return Response(base64.b64decode(found["jpeg"]), headers=HEADERS, media_type="image/jpeg")

    async def _draw(
        self,
        request: Request,
        staff: Staff,
        wrong: list[str] | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> bytes:
        t, zone = self._console.texts(request), self._console.zone
        answer = await self._mall.read(request, staff, "get_staff_case", case_id=_case_id(request))
        case = answer["case"]
        names = await staff_names(self._console, request, staff, [case["decided_by"]])
        word, tone = STATES[case["state"]]
        if case["state"] == CaseState.REFUNDED.value and not case["refund_fen"]:
            word = N_("Taken back, paid by coupon")
        return await self._mall.draw(
            request,
            staff,
            "shop_case.html",
            CASES,
            case=case,
            here=f"{CASES}/{case['id']}",
            word=word,
            tone=tone,
            reason=REASONS[case["reason"]],
            lines=[
                {
                    "quantity": each["quantity"],
                    "name": name_words(t, each["name"]),
                    "options": name_words(t, each["options"]),
                    "paid": yuan(each["paid_fen"]),
                }
                for each in case["lines"]
            ],
            asked=yuan(case["asked_fen"]),
            money=case["asked_fen"] > 0,
            most=typed_yuan(case["asked_fen"]),
            refund=yuan(case["refund_fen"]) if case["refund_fen"] else "",
            opened=when(case["opened_at"], zone),
            decided=when(case["decided_at"], zone),
            by=names.get(case["decided_by"] or "", ""),
            may=case["state"] == CaseState.OPEN.value,
            wrong=wrong or [],
            typed=typed or {},
            done="done" in request.query_params,
        )


def _case_id(request: Request) -> str:
    return str(request.path_params["case_id"])[:64]

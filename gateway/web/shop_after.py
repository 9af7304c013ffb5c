"""After the sale: what the shop asks, a parcel that isn't wanted any more, a case with photos, an invoice."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway import photos
from gateway.calls import context_of
from gateway.errors import BadParameter
from gateway.sealing import Sealer
from gateway.session import Traveller
from gateway.uploads import Files
from gateway.web.bus_views import money
from gateway.web.forms import EMPTY, PHOTOS, WHOLE, Filled, again
from gateway.web.notices import notice
from gateway.web.shop_desk import ShopDesk
from gateway.web.shop_order import Orders
from gateway.web.texts import N_, Texts
from gateway.web.times import when_words
from gateway.web.visitors import FORM_ID, PRIVATE, Form, go
from kernel.errors import Kind, ServiceError
from kernel.ids import new_id
from services.shop.schemas.order_words import (
    MAX_PHOTOS,
    MAX_QUANTITY,
    CaseReason,
    CaseState,
    Choice,
    InvoiceKind,
    InvoiceState,
)

_LONGEST: Final = 64
_SAID: Final = frozenset({Kind.INVALID, Kind.CONFLICT, Kind.LIMITED})
TAKES: Final = {PHOTOS: MAX_PHOTOS}
REASONS: Final = {
    CaseReason.DAMAGED: N_("It is broken or leaks"),
    CaseReason.WRONG_ITEM: N_("It isn't what I ordered"),
    CaseReason.NOT_AS_DESCRIBED: N_("It isn't as described"),
    CaseReason.EXPIRED: N_("It is past its use-by date"),
    CaseReason.MISSING_PART: N_("A part of it is missing"),
    CaseReason.CHANGED_MIND: N_("I changed my mind"),
}
CASES: Final = {
    CaseState.OPEN: (N_("With the shop"), "late"),
    CaseState.ACCEPTED: (N_("Accepted, money on its way back"), "go"),
    CaseState.REFUNDED: (N_("Refunded"), "done"),
    CaseState.REFUSED: (N_("Refused"), "bad"),
    CaseState.WITHDRAWN: (N_("Taken back"), "done"),
}
COUPON_ONLY: Final = N_("Accepted, the coupon comes back")
"""What nothing was paid for but by a coupon."""
INVOICES: Final = {
    InvoiceState.ASKED: (N_("Asked for"), "late"),
    InvoiceState.ISSUED: (N_("Issued"), "go"),
    InvoiceState.REFUSED: (N_("Refused"), "bad"),
}


class AfterSales:
    def __init__(self, desk: ShopDesk, orders: Orders) -> None:
        self._desk, self._orders, self._site = desk, orders, desk.site
        self._sealer = Sealer(desk.site.deps.rpc, "shop")

    # --- what the shop asks, and parcels that aren't wanted any more -----------------------------------

    async def answer(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /shop/orders/{order_id}/asks/{ask_id}."""
        choice = form.get("choice", "")
        await self._orders.known(request, traveller)
        if choice not in {one.value for one in Choice}:
            raise BadParameter(fields={"choice": ["Must be one of: replace, refund, collect."]})
        wish = {"ask_id": str(request.path_params["ask_id"])[:_LONGEST], "choice": choice}
        return await self._do(request, traveller, form, "answer_ask", "shop_answered", wish)

    async def cancel(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /shop/orders/{order_id}/parcels/{parcel_id}/cancel: before anybody at the shop began."""
        wish = {
            "order_id": self._orders.id_of(request),
            "parcel_id": str(request.path_params["parcel_id"])[:_LONGEST],
        }
        return await self._do(request, traveller, form, "cancel_parcel", "shop_cancelled", wish)

    async def _do(
        self,
        request: Request,
        traveller: Traveller,
        form: Form,
        method: str,
        done: str,
        wish: Mapping[str, Any],
    ) -> Response:
        """Somebody else may have been faster: then the order's page says what holds."""
        here = self._orders.path(request)
        try:
            await self._desk.visitors.write(request, form, "shop", method, traveller, **wish)
        except ServiceError as exc:
            if exc.kind is not Kind.CONFLICT:
                raise
            return go(request, f"{here}?done=shop_too_late")
        return go(request, f"{here}?done={done}")

    # --- cases ---------------------------------------------------------------------------------------

    async def ask_return(self, request: Request, traveller: Traveller) -> bytes:
        """GET /shop/orders/{order_id}/return?line.<id>=2&reason=: what comes back, before it is asked for."""
        return await self._return_page(request, traveller, dict(request.query_params), EMPTY)

    async def open_case(
        self, request: Request, traveller: Traveller, form: Form, files: Files
    ) -> bytes | Response:
        """POST /shop/orders/{order_id}/return: the case, with words and photos."""
        lines, reason = _lines(form), form.get("reason", "")
        try:
            taken = [await photos.take(each.content) for each in files[PHOTOS]]
            wish = {
                "order_id": self._orders.id_of(request),
                "lines": lines,
                "reason": reason,
                "words": form.get("words", "").replace("\r\n", "\n"),
                "photos": [
                    {
                        "jpeg": base64.b64encode(one.jpeg).decode(),
                        "thumbnail": base64.b64encode(one.thumbnail).decode(),
                    }
                    for one in taken
                ],
            }
            await self._desk.visitors.write(request, form, "shop", "open_case", traveller, **wish)
        except ServiceError as exc:
            if exc.kind not in _SAID:
                raise
            where = PHOTOS if exc.code.startswith("photos.") else WHOLE
            filled = Filled(form, {where: self._desk.said(request, exc)})
            html = await self._return_page(request, traveller, form, filled)
            return again(html, self._site.texts(request))
        return go(request, f"{self._orders.path(request)}/cases?done=shop_case")

    async def cases(self, request: Request, traveller: Traveller) -> bytes:
        """GET /shop/orders/{order_id}/cases."""
        mine = {"passenger_id": traveller.passenger_id, "order_id": self._orders.id_of(request)}
        told, t = await self._desk.call(request, "list_cases_of", **mine), self._site.texts(request)
        return self._desk.draw_own(
            request,
            "shop_cases.html",
            order_id=self._orders.id_of(request),
            cases=[self._case(one, t) for one in told["cases"]],
            said=notice(request),
        )

    async def photo(self, request: Request, traveller: Traveller) -> Response:
        """GET /shop/orders/{order_id}/cases/photos/{photo_id}?size=large: what they showed the shop, to them alone."""
        size = "large" if request.query_params.get("size") == "large" else "small"
        photo_id = str(request.path_params["photo_id"])[:_LONGEST]
        mine = {"passenger_id": traveller.passenger_id, "photo_id": photo_id, "size": size}
        told = await self._desk.call(request, "get_own_case_photo", **mine)
        return Response(base64.b64decode(told["jpeg"]), 200, PRIVATE, "image/jpeg")

    async def withdraw(self, request: Request, traveller: Traveller, form: Form) -> Response:
        """POST /shop/orders/{order_id}/cases/{case_id}/withdraw."""
        wish = {"case_id": str(request.path_params["case_id"])[:_LONGEST]}
        await self._desk.visitors.write(request, form, "shop", "withdraw_case", traveller, **wish)
        return go(request, f"{self._orders.path(request)}/cases")

    async def _return_page(
        self, request: Request, traveller: Traveller, given: Mapping[str, str], filled: Filled
    ) -> bytes:
        t, order = self._site.texts(request), await self._orders.known(request, traveller)
        reason = given.get("reason", "")
        reason = reason if reason in {one.value for one in CaseReason} else ""
        chosen = {one["line_id"]: one["quantity"] for one in _lines(given)}
        parcels = [self._returnable(one, chosen, t) for one in order["parcels"] if one["can_return"]]
        known = {line["id"] for one in parcels for line in one["lines"]}
        lines = [{"line_id": one, "quantity": n} for one, n in chosen.items() if one in known]
        quote = None
        if lines and reason:
            mine = {"passenger_id": traveller.passenger_id, "order_id": order["id"]}
            quote = await self._desk.call(request, "quote_return", **mine, lines=lines, reason=reason)
        return self._desk.draw_own(
            request,
            "shop_return.html",
            order_id=order["id"],
            parcels=parcels,
            reasons=[(one.value, t(words)) for one, words in REASONS.items()],
            reason=reason,
            chosen=chosen,
            quote=self._quoted(quote, t) if quote else None,
            filled=filled,
            most_photos=MAX_PHOTOS,
        )

    @staticmethod
    def _returnable(parcel: Mapping[str, Any], chosen: Mapping[str, int], t: Texts) -> dict[str, Any]:
        return {
            "shop": t.name(parcel["shop"]["name"]),
            "number": parcel["number"],
            "lines": [
                {
                    "id": one["id"],
                    "name": t.name(one["name"]),
                    "options": t.name(one["options"]) if any(one["options"].values()) else "",
                    "picture": one["picture"],
                    "price": money(one["unit_fen"]),
                    "most": one["quantity"] - one["missing"] - one["returned"],
                    "chosen": chosen.get(one["id"], 0),
                }
                for one in parcel["lines"]
                if one["quantity"] > one["missing"] + one["returned"]
            ],
        }

    def _quoted(self, quote: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        words = [t.name(one["words"]) for one in quote["lines"]]
        return {
            "allowed": quote["allowed"],
            "refund": money(quote["refund_fen"]) if quote["refund_fen"] else "",
            "words": list(dict.fromkeys(words)),
            "needs_photo": any(one["needs_photo"] for one in quote["lines"]),
            "until": [when_words(t, one["until"], self._desk.zone) for one in quote["lines"] if one["until"]][
                :1
            ],
        }

    def _case(self, told: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        word, tone = CASES[CaseState(told["state"])]
        if told["state"] == CaseState.REFUNDED and not told["refund_fen"]:
            word = COUPON_ONLY
        return {
            "id": told["id"],
            "number": told["number"],
            "shop": t.name(told["shop"]["name"]),
            "word": t(word),
            "tone": tone,
            "open": told["state"] == CaseState.OPEN,
            "reason": t(REASONS[CaseReason(told["reason"])]),
            "words": told["words"],
            "answer": told["answer"],
            "lines": [f"{t.name(one['name'])} × {one['quantity']}" for one in told["lines"]],
            "asked": money(told["asked_fen"]) if told["asked_fen"] else "",
            "refund": money(told["refund_fen"]) if told["refund_fen"] else "",
            "photos": told["photos"],
            "when": when_words(t, told["opened_at"], self._desk.zone),
        }

    # --- invoices ------------------------------------------------------------------------------------

    async def ask_invoice(self, request: Request, traveller: Traveller) -> bytes:
        """GET /shop/orders/{order_id}/invoice."""
        return await self._invoice_page(request, traveller, EMPTY)

    async def invoice(self, request: Request, traveller: Traveller, form: Form) -> bytes | Response:
        """POST /shop/orders/{order_id}/invoice: title, tax number and e-mail go sealed to the merchants."""
        kind = form.get("kind", InvoiceKind.PERSONAL.value)
        company = kind == InvoiceKind.COMPANY.value
        private = {
            "title": form.get("title", ""),
            "tax_number": form.get("tax_number", "").upper().replace(" ", "") if company else "",
            "email": form.get("email", ""),
        }
        await self._orders.known(request, traveller)
        once = form.get(FORM_ID, "") or new_id()
        wish = {
            "request_id": f"request_invoice:{traveller.passenger_id}:{once[:32]}",
            "passenger_id": traveller.passenger_id,
            "order_id": self._orders.id_of(request),
            "kind": InvoiceKind.COMPANY.value if company else InvoiceKind.PERSONAL.value,
        }

        async def ask(sealed: str) -> Any:
            return await self._desk.call(request, "request_invoice", **wish, sealed=sealed)

        try:
            await self._sealer.sealed(orjson.dumps(private).decode(), context_of(request), ask)
        except ServiceError as exc:
            if exc.kind not in _SAID:
                raise
            filled = self._wrong(request, form, exc)
            html = await self._invoice_page(request, traveller, filled)
            return again(html, self._site.texts(request))
        return go(request, f"{self._orders.path(request)}/invoice?done=shop_invoice")

    def _wrong(self, request: Request, form: Form, error: ServiceError) -> Filled:
        t, broken = self._site.texts(request), error.data.get("fields")
        if error.code == "shop.bad_tax_number":
            return Filled(form, {"tax_number": self._desk.said(request, error)})
        own = {
            "title": N_("Write who the invoice is for, at most 100 characters."),
            "email": N_("Write an e-mail address, such as name@example.com."),
            "tax_number": N_("A tax number has 18 letters and digits."),
        }
        found = {name: t(own[name]) for name in broken if name in own} if isinstance(broken, dict) else {}
        return Filled(form, found or {WHOLE: self._desk.said(request, error)})

    async def _invoice_page(self, request: Request, traveller: Traveller, filled: Filled) -> bytes:
        t, order = self._site.texts(request), await self._orders.known(request, traveller)
        return self._desk.draw_own(
            request,
            "shop_invoice.html",
            order_id=order["id"],
            can=order["can_invoice"],
            amount=money(order["amount_fen"] - order["refunded_fen"] - order["refunding_fen"]),
            invoices=[self._invoice(one, t) for one in order["invoices"]],
            filled=filled,
            said=notice(request),
        )

    @staticmethod
    def _invoice(told: Mapping[str, Any], t: Texts) -> dict[str, Any]:
        word, tone = INVOICES[InvoiceState(told["state"])]
        return {
            "merchant": told["merchant_name"],
            "word": t(word),
            "tone": tone,
            "amount": money(told["amount_fen"]),
            "number": told["number"] or "",
            "words": told["words"],
        }


def _lines(given: Mapping[str, str]) -> list[dict[str, Any]]:
    """`line.<id>=<pieces>` of an address or a form, as ReturnedSchema has them."""
    found = []
    for name, value in given.items():
        pieces = int(value) if value.isascii() and value.isdigit() and len(value) <= 3 else 0
        if name.startswith("line.") and 0 < pieces <= MAX_QUANTITY:
            found.append({"line_id": name.removeprefix("line.")[:_LONGEST], "quantity": pieces})
    return found

"""Invoices (fapiao) that customers asked for: the merchant takes the list, issues them, and marks them here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console, link
from gateway.staff.desks import Desk, Form, act, page
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Filter, Found, Queue
from gateway.staff.shop_reading import wrong_words
from gateway.staff.shop_shared import AGAIN, HOME, ROLES, Mall, typed_yuan, yuan
from gateway.staff.shop_stock import frame
from gateway.staff.texts import N_, Texts, when
from kernel.errors import ServiceError
from services.shop.schemas.order_words import MAX_LISTED, InvoiceKind, InvoiceState

INVOICES: Final = f"{HOME}/invoices"
STATES: Final = {
    InvoiceState.ASKED.value: (N_("To be issued"), "late"),
    InvoiceState.ISSUED.value: (N_("Issued"), "go"),
    InvoiceState.REFUSED.value: (N_("Not issued"), "bad"),
}
KINDS: Final = {InvoiceKind.PERSONAL.value: N_("Person"), InvoiceKind.COMPANY.value: N_("Company")}
QUEUE: Final = Queue(
    "shop-invoices",
    (
        Column(N_("Merchant")),
        Column(N_("Kind of title")),
        Column(N_("Invoice title")),
        Column(N_("Tax number"), "code"),
        Column(N_("E-mail")),
        Column(N_("Amount"), "number"),
        Column(N_("Parcel numbers"), "code"),
        Column(N_("Order"), "code"),
        Column(N_("Asked"), "time"),
        Column(N_("State")),
        Column(N_("Invoice number"), "code"),
    ),
    filters=(Filter("state", N_("State"), tuple((state, word) for state, (word, _) in STATES.items())),),
)


def desk(console: Console) -> Desk:
    invoices = Invoices(Mall(console))
    places = (
        page(INVOICES, invoices.page),
        act(f"{INVOICES}/{{invoice_id}}/issue", invoices.issue),
        act(f"{INVOICES}/{{invoice_id}}/refuse", invoices.refuse),
    )
    return Desk(INVOICES, N_("Invoices"), "shop", ROLES, places, in_menu=False)


class Invoices:
    def __init__(self, mall: Mall) -> None:
        self._mall, self._console = mall, mall.console

    async def page(self, request: Request, staff: Staff) -> bytes | Response:
        """GET /staff/shop/invoices: with files for the merchant, that are noted in the trail."""
        return await self._list(request, staff)

    async def issue(self, request: Request, staff: Staff, form: Form) -> bytes | Response:
        """POST …/issue: with the number that the tax office's system gave."""
        number = "".join(form.get("number", "").split())[:40]
        return await self._did(request, staff, form, "issue_invoice", {"number": number})

    async def refuse(self, request: Request, staff: Staff, form: Form) -> bytes | Response:
        """POST …/refuse: with a reason that the customer reads."""
        return await self._did(
            request, staff, form, "refuse_invoice", {"words": form.get("words", "").strip()[:300]}
        )

    async def _did(
        self, request: Request, staff: Staff, form: Form, method: str, wish: Mapping[str, Any]
    ) -> bytes | Response:
        invoice_id = str(request.path_params["invoice_id"])[:64]
        try:
            await self._mall.write(request, staff, form, method, invoice_id=invoice_id, **wish)
        except ServiceError as exc:
            if exc.kind not in AGAIN:
                raise
            wrong = wrong_words(self._console, self._console.texts(request), exc)
            html = await self._list(request, staff, (invoice_id, wrong), form)
            return self._console.page(request, html, 400) if isinstance(html, bytes) else html
        return self._console.go(f"{INVOICES}?done=1")

    async def _list(
        self,
        request: Request,
        staff: Staff,
        refused: tuple[str, list[str]] = ("", []),
        typed: Mapping[str, str] | None = None,
    ) -> bytes | Response:
        t, shop = self._console.texts(request), await self._mall.mine(request, staff)
        values: dict[str, Any] = {
            "template": "shop_invoices.html",
            "heading": N_("Invoices"),
            "empty": N_("Nobody asked for an invoice."),
            "refused": refused,
            "typed": typed or {},
            "done": "done" in request.query_params,
            "home": INVOICES,
            **await frame(self._mall, request, staff, INVOICES),
        }

        async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
            wish = {
                "shop_id": shop["id"],
                "states": [wishes["state"]] if wishes["state"] else [],
                "limit": min(limit, MAX_LISTED),
                "cursor": cursor or None,
            }
            answer = await self._mall.read(request, staff, "list_invoices", **wish)
            values["invoices"] = [self._view(each) for each in answer["invoices"]]
            return Found([self._row(t, each) for each in answer["invoices"]], answer["next_cursor"] or "")

        drawn = await QUEUE.answer(self._console, request, staff, fetch, values)
        return drawn

    def _view(self, each: Mapping[str, Any]) -> dict[str, Any]:
        word, tone = STATES[each["state"]]
        return {
            **each,
            "amount": yuan(each["amount_fen"]),
            "changed": yuan(each["changed_fen"]) if each["changed_fen"] else "",
            "issued": each["state"] == InvoiceState.ISSUED.value,
            "word": word,
            "tone": tone,
            "kind": KINDS[each["kind"]],
            "asked": when(each["asked_at"], self._console.zone),
            "may": each["state"] == InvoiceState.ASKED.value,
            "parcel_links": [(number, link(f"{HOME}/parcels/{number}")) for number in each["parcels"]],
        }

    def _row(self, t: Texts, each: Mapping[str, Any]) -> list[Cell]:
        kind, word = KINDS[each["kind"]], STATES[each["state"]][0]
        return [
            Cell(each["merchant_name"]),
            Cell(t(kind)),
            Cell(each["title"]),
            Cell(each["tax_number"]),
            Cell(each["email"]),
            Cell(typed_yuan(each["amount_fen"])),
            Cell(" ".join(each["parcels"])),
            Cell(each["order_id"]),
            Cell(when(each["asked_at"], self._console.zone)),
            Cell(t(word)),
            Cell(each["number"] or ""),
        ]

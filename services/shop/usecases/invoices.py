"""Invoices: what buyers want to have written on them, for each merchant of an order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from kernel.ids import new_id
from kernel.inbox import answer_once
from kernel.instants import instant, instant_or_none
from kernel.saga import steps
from kernel.saga.states import State
from services.shop import errors, events
from services.shop.domain.invoices import Invoice, is_tax_number
from services.shop.schemas.invoices import InvoiceTextSchema
from services.shop.schemas.order_words import InvoiceKind, InvoiceState
from services.shop.schemas.shared import EVERY
from services.shop.store.cases import InvoiceQuery
from services.shop.usecases.cases import shops_asked
from services.shop.usecases.order_views import instant_after, instant_cursor
from services.shop.usecases.ordering import mine, view_of
from services.shop.usecases.shared import Place, Tx, Work, once
from services.shop.usecases.telling import tell

_ERASED = {"title": "", "tax_number": "", "email": ""}


def request_invoice(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """OrderResultSchema: the merchants are asked. now: the airport's time.

    Raises BadSeal, BadRequest, BadTaxNumber, OrderNotFound, NotInvoiceable, InvoiceAsked.
    """
    written = _written(place, request)

    def work(tx: Tx) -> dict[str, Any]:
        order = mine(tx, request)
        steps.locked_alone(tx, order.id)
        order = mine(tx, request)
        if order.sale.state is not State.ISSUED or order.sale.left_fen <= 0:
            raise errors.NotInvoiceable
        if tx.store.invoices_of([order.id]):
            raise errors.InvoiceAsked
        merchants = {
            each.merchant_id: each.shop["merchant_name"]
            for each in order.parcels
            if each.paid_fen > each.refund_fen
        }
        for merchant_id, name in sorted(merchants.items()):
            invoice_id = new_id()
            tx.store.add_invoice(
                {
                    "id": invoice_id,
                    "order_id": order.id,
                    "merchant_id": merchant_id,
                    "merchant_name": name,
                    "kind": request["kind"].value,
                    "written_sealed": place.vault.seal(written, invoice_id),
                    "state": InvoiceState.ASKED.value,
                    "words": "",
                    "asked_at": now,
                }
            )
        return {}

    payload = {name: value for name, value in request.items() if name != "request_id"}
    asked = place.vault.fingerprint({**payload, "sealed": written})
    answer_once(uow, request["request_id"], "request_invoice", asked, work)
    return view_of(uow, place, request["passenger_id"], request["order_id"])


def list_invoices(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """StaffInvoicesSchema: the oldest first. Raises NotYourShop, BadCursor."""
    shop_ids, most = shops_asked(request), request["limit"]
    states = tuple(request["states"]) or (InvoiceState.ASKED,)
    with uow.read() as tx:
        merchants = None if shop_ids is None else _merchants(tx, shop_ids)
        query = InvoiceQuery(merchants, states, instant_after(request["cursor"]), most + 1)
        found = tx.store.list_invoices(query)
    last = found[most - 1] if len(found) > most else None
    return {
        "invoices": [_view(place, each) for each in found[:most]],
        "next_cursor": last and instant_cursor(last.asked_at, last.id),
    }


def issue_invoice(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """StaffInvoiceResultSchema: the merchant wrote it, under this number. Raises InvoiceNotFound, WrongInvoice."""
    return _answered(uow, place, request, InvoiceState.ISSUED, {"number": request["number"]}, now)


def refuse_invoice(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """StaffInvoiceResultSchema: the merchant says why not. Raises InvoiceNotFound, WrongInvoice."""
    return _answered(uow, place, request, InvoiceState.REFUSED, {"words": request["words"]}, now)


def invoice_copies(place: Place, invoices: Collection[Invoice]) -> list[dict[str, Any]]:
    """With what was to be written on them, for their buyer's own copy."""
    return [_view(place, each) for each in invoices]


def _answered(
    uow: Work,
    place: Place,
    request: Mapping[str, Any],
    to: InvoiceState,
    said: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    def work(tx: Tx) -> dict[str, Any]:
        invoice = _of_shops(tx, request)
        changes = {**said, "answered_at": now, "answered_by": request["actor"]}
        if not tx.store.answer_invoice(invoice, to, **changes):
            raise errors.WrongInvoice(state=invoice.state.value)
        if to is InvoiceState.ISSUED:
            order = tx.store.order(invoice.order_id)
            assert order is not None
            about = {"id": invoice.id, "merchant_name": invoice.merchant_name}
            tell(tx, events.INVOICE_ISSUED, order, invoice=about)
        return {}

    once(uow, request, f"{to.value}_invoice", work)
    with uow.read() as tx:
        return {"invoice": _view(place, _of_shops(tx, request))}


def _written(place: Place, request: Mapping[str, Any]) -> dict[str, str]:
    try:
        written: dict[str, str] = InvoiceTextSchema().load(place.vault.opened(request["sealed"]))
    except ValidationError as exc:
        raise errors.BadRequest(fields=exc.messages) from None
    if request["kind"] is InvoiceKind.PERSONAL:
        return {**written, "tax_number": ""}
    number = written["tax_number"].upper()
    if not is_tax_number(number):
        raise errors.BadTaxNumber
    return {**written, "tax_number": number}


def _merchants(tx: Tx, shop_ids: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({each.merchant_id for each in tx.store.shops_of(shop_ids).values()}))


def _of_shops(tx: Tx, request: Mapping[str, Any]) -> Invoice:
    invoice = tx.store.invoice(request["invoice_id"])
    if invoice is None:
        raise errors.InvoiceNotFound
    if EVERY not in request["shops"] and invoice.merchant_id not in _merchants(tx, request["shops"]):
        raise errors.InvoiceNotFound
    return invoice


def _view(place: Place, invoice: Invoice) -> dict[str, Any]:
    """StaffInvoiceSchema."""
    sealed = invoice.written_sealed
    written = _ERASED if sealed is None else place.vault.open(sealed, invoice.id)
    return {
        "id": invoice.id,
        "order_id": invoice.order_id,
        "merchant_id": invoice.merchant_id,
        "merchant_name": invoice.merchant_name,
        "parcels": list(invoice.parcels),
        "kind": invoice.kind.value,
        **{name: written[name] for name in _ERASED},
        "amount_fen": invoice.amount_fen,
        "changed_fen": invoice.changed_fen,
        "state": invoice.state.value,
        "number": invoice.number,
        "words": invoice.words,
        "asked_at": instant(invoice.asked_at),
        "answered_at": instant_or_none(invoice.answered_at),
    }

"""Entrypoints of after-sales, invoices, takings and travellers' rights."""

from __future__ import annotations

from typing import Any

from kernel import clock
from kernel.schemas import NoArgumentsSchema
from kernel.wire import handle_event, rpc, timer
from services.payments.till import PaymentsTill
from services.shop.events import PUBLISHER
from services.shop.schemas import cases, invoices, parcels
from services.shop.schemas.order_fields import PassengerIdSchema
from services.shop.service.place import Rooms
from services.shop.usecases import cases as returning
from services.shop.usecases import invoices as writing
from services.shop.usecases import rights, takings


class AfterSalesEntrypoints(Rooms):
    """What comes after the hand-over."""

    @rpc(arguments=cases.QuoteReturnSchema())
    def quote_return(self, request: dict[str, Any]) -> dict[str, Any]:
        """QuoteReturnResultSchema. Errors: shop.order_not_found, .line_not_found."""
        return returning.quote_return(self.storage, request, clock.now())

    @rpc(arguments=cases.OpenCaseSchema())
    def open_case(self, request: dict[str, Any]) -> dict[str, Any]:
        """CaseResultSchema. Errors: those of quote_return, shop.not_returnable, .case_open, .bad_request."""
        return returning.open_case(self.storage, self.place, request, clock.now())

    @rpc(arguments=cases.WithdrawCaseSchema())
    def withdraw_case(self, request: dict[str, Any]) -> dict[str, Any]:
        """CaseResultSchema. Errors: shop.case_not_found, .wrong_case."""
        return returning.withdraw_case(self.storage, self.place, request, clock.now())

    @rpc(arguments=cases.CaseIdSchema())
    def get_case(self, request: dict[str, Any]) -> dict[str, Any]:
        """CaseResultSchema. Errors: shop.case_not_found."""
        return returning.get_case(self.storage, self.place, request)

    @rpc(arguments=cases.OrderCasesSchema())
    def list_cases_of(self, request: dict[str, Any]) -> dict[str, Any]:
        """CasesSchema. Errors: shop.order_not_found."""
        return returning.list_cases_of(self.storage, self.place, request)

    @rpc(arguments=cases.ListCasesSchema())
    def list_cases(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffCasesSchema. Errors: shop.not_your_shop, .bad_cursor."""
        return returning.list_cases(self.storage, self.place, request)

    @rpc(arguments=cases.StaffCaseIdSchema())
    def get_staff_case(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffCaseResultSchema. Errors: shop.case_not_found."""
        return returning.get_staff_case(self.storage, self.place, request)

    @rpc(arguments=cases.DecideCaseSchema())
    def decide_case(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffCaseResultSchema. Errors: shop.case_not_found, .wrong_case, .too_much, .bad_request."""
        till = PaymentsTill(self.replies, PUBLISHER)
        return returning.decide_case(self.storage, self.place, till, request, clock.now())

    @rpc(arguments=cases.CasePhotoSchema())
    def get_case_photo(self, request: dict[str, Any]) -> dict[str, Any]:
        """CasePhotoResultSchema. Errors: shop.photo_not_found."""
        return returning.get_case_photo(self.storage, self.place, request)

    @rpc(arguments=cases.OwnCasePhotoSchema())
    def get_own_case_photo(self, request: dict[str, Any]) -> dict[str, Any]:
        """CasePhotoResultSchema. Errors: shop.photo_not_found."""
        return returning.get_own_case_photo(self.storage, self.place, request)

    # --- invoices

    @rpc(arguments=NoArgumentsSchema())
    def get_sealing_key(self, request: dict[str, Any]) -> dict[str, Any]:
        """SealingKeySchema: what doors seal for the mall."""
        return {"key": self.place.vault.sealing_key()}

    @rpc(arguments=invoices.RequestInvoiceSchema())
    def request_invoice(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderResultSchema. Errors: shop.order_not_found, .not_invoiceable, .invoice_asked, .bad_tax_number, .bad_seal,
        .bad_request."""
        return writing.request_invoice(self.storage, self.place, request, clock.now())

    @rpc(arguments=invoices.ListInvoicesSchema())
    def list_invoices(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffInvoicesSchema. Errors: shop.not_your_shop, .bad_cursor."""
        return writing.list_invoices(self.storage, self.place, request)

    @rpc(arguments=invoices.IssueInvoiceSchema())
    def issue_invoice(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffInvoiceResultSchema. Errors: shop.invoice_not_found, .wrong_invoice."""
        return writing.issue_invoice(self.storage, self.place, request, clock.now())

    @rpc(arguments=invoices.RefuseInvoiceSchema())
    def refuse_invoice(self, request: dict[str, Any]) -> dict[str, Any]:
        """StaffInvoiceResultSchema. Errors: shop.invoice_not_found, .wrong_invoice."""
        return writing.refuse_invoice(self.storage, self.place, request, clock.now())

    @rpc(arguments=parcels.TakingsSchema())
    def takings(self, request: dict[str, Any]) -> dict[str, Any]:
        """TakingsResultSchema. Errors: shop.not_your_shop."""
        return takings.takings(self.storage, self.place, self.replies, request)

    # --- rights

    @rpc(arguments=PassengerIdSchema())
    def export_passenger(self, request: dict[str, Any]) -> dict[str, Any]:
        """ExportSchema: everything that is held about a traveller."""
        return rights.export_passenger(self.storage, self.place, request["passenger_id"])

    @handle_event("passengers", "passengers_merged")
    def on_passengers_merged(self, event: dict[str, Any]) -> None:
        """Give one traveller's orders, basket and coupons to another."""
        rights.note_merge(self.storage, event)

    @handle_event("passengers", "erasure_requested")
    def on_erasure_requested(self, event: dict[str, Any]) -> None:
        """Cut a traveller off from what they have here."""
        rights.erase(self.storage, event)

    @timer(every_s=3600, lease="shop.purge")
    def purge(self) -> None:
        """Forget what was ordered long ago, once an hour whatever the number of copies."""
        rights.purge(self.storage, self.place)

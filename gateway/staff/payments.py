"""Money that people must look at: refunds held up, refused notifications, differences to the provider's bill; and every
fen of one order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import Console, link
from gateway.staff.desks import Desk, Draw, page
from gateway.staff.payment_words import KINDS, NOTICES, REASONS, SERVICES, account
from gateway.staff.people import Staff
from gateway.staff.queue import Cell, Column, Found, Queue
from gateway.staff.texts import N_, Texts, clock
from services.payments.schemas import IntentState, RefundState
from services.staff.schemas import Role

_HOME: Final = "/staff/payments"
_NOTICES: Final = f"{_HOME}/notifications"
_DIFFERENCES: Final = f"{_HOME}/differences"
_TRACE: Final = f"{_HOME}/trace"
TABS: Final = (
    (_HOME, N_("Refunds held up")),
    (_NOTICES, N_("Refused notifications")),
    (_DIFFERENCES, N_("Differences to the bill")),
    (_TRACE, N_("Trace an order")),
)
_MOST: Final = 500
INTENTS: Final = {
    IntentState.CREATED.value: N_("Asked for"),
    IntentState.PREPAID.value: N_("Waits for the payer"),
    IntentState.PAID.value: N_("Paid"),
    IntentState.PARTLY_REFUNDED.value: N_("Partly refunded"),
    IntentState.REFUNDED.value: N_("Refunded"),
    IntentState.CLOSED.value: N_("Closed unpaid"),
    IntentState.LATE.value: N_("Paid too late, goes back"),
}
REFUNDS: Final = {
    RefundState.REQUESTED.value: N_("Promised"),
    RefundState.ACCEPTED.value: N_("Under way"),
    RefundState.DONE.value: N_("Done"),
    RefundState.ABNORMAL.value: N_("Held up"),
    RefundState.CLOSED.value: N_("Closed"),
}
GAPS: Final = {
    "not_in_ledger": N_("On the bill, not in our books"),
    "not_in_bill": N_("In our books, not on the bill"),
    "other_amount": N_("Another amount"),
}

_REFUND_QUEUE: Final = Queue(
    "refunds",
    (
        Column(N_("Asked for"), "time"),
        Column(N_("Refund"), "code"),
        Column(N_("Payment"), "code"),
        Column(N_("Amount"), "number"),
        Column(N_("Reason")),
        Column(N_("State")),
        Column(N_("Provider says"), "code"),
    ),
    search=N_("Refund or payment number"),
)
_NOTICE_QUEUE: Final = Queue(
    "notifications",
    (
        Column(N_("Received"), "time"),
        Column(N_("Notification"), "code"),
        Column(N_("Kind"), "code"),
        Column(N_("Payment"), "code"),
        Column(N_("Why refused")),
    ),
    search=N_("Notification or payment number"),
)
_DIFFERENCE_QUEUE: Final = Queue(
    "differences",
    (
        Column(N_("Day of the bill"), "time"),
        Column(N_("Entry"), "code"),
        Column(N_("How they differ")),
        Column(N_("On the bill"), "number"),
        Column(N_("In our books"), "number"),
    ),
    search=N_("Entry or day"),
)
_REFUND_HELP: Final = N_(
    "WeChat couldn't send this money back where it came from: the payer's card or account is closed or frozen. Settle "
    "it in WeChat Pay's merchant platform, if need be after asking the payer for another account. What is only promised "
    "or under way is tried again by itself. A row goes when WeChat says that the refund is done."
)
Row = tuple[list[Cell], str]
"""Its cells, and where it opens; "" for nowhere."""
Rows = Callable[[Texts, Mapping[str, Any]], list[Row]]


def desk(console: Console) -> Desk:
    payments = Payments(console)
    return Desk(
        _HOME,
        N_("Payments"),
        "money",
        frozenset({Role.SUPPORT, Role.SUPERVISOR}),
        (
            page(
                _HOME,
                payments.queue(
                    _REFUND_QUEUE, payments.refunds, N_("No refund is held up."), advice=_REFUND_HELP
                ),
            ),
            page(
                _NOTICES, payments.queue(_NOTICE_QUEUE, payments.notices, N_("No notification was refused."))
            ),
            page(
                _DIFFERENCES,
                payments.queue(_DIFFERENCE_QUEUE, payments.differences, N_("Bills and books agree.")),
            ),
            page(_TRACE, payments.trace),
        ),
    )


class Payments:
    def __init__(self, console: Console) -> None:
        self._console = console

    def queue(self, queue: Queue, rows: Rows, empty: str, advice: str = "") -> Draw:
        """A tab of the desk. advice: what staff do about its rows. payments gives the first hundreds at once; they are searched here."""

        async def draw(request: Request, staff: Staff) -> bytes | Response:
            async def fetch(wishes: Mapping[str, str], cursor: str, limit: int) -> Found:
                answer = await self._console.read(request, staff, "payments", "list_abnormal", limit=_MOST)
                sought = wishes["q"].lower()
                found = [
                    row
                    for row in rows(self._console.texts(request), answer)
                    if any(sought in cell.text.lower() for cell in row[0])
                ]
                start = int(cursor) if cursor.isdecimal() and len(cursor) < 6 else 0
                end = start + limit
                shown = found[start:end]
                return Found(
                    [cells for cells, _ in shown],
                    str(end) if end < len(found) else "",
                    [href for _, href in shown],
                )

            values = {
                "template": "payments.html",
                "heading": N_("Payments"),
                "empty": empty,
                "tabs": TABS,
                "advice": advice,
            }
            return await queue.answer(self._console, request, staff, fetch, values)

        return draw

    def refunds(self, t: Texts, answer: Mapping[str, Any]) -> list[Row]:
        return [
            (
                [
                    Cell(clock(each["requested_at"], self._console.zone)),
                    Cell(each["out_refund_no"]),
                    Cell(each["out_trade_no"]),
                    Cell(yuan(each["amount_fen"])),
                    Cell(each["reason"]),
                    Cell(t(REFUNDS.get(each["state"], each["state"])), "bad"),
                    Cell(each["provider_code"] or ""),
                ],
                _trace_href(each),
            )
            for each in answer["refunds"]
        ]

    def notices(self, t: Texts, answer: Mapping[str, Any]) -> list[Row]:
        return [
            (
                [
                    Cell(clock(each["received_at"], self._console.zone)),
                    Cell(each["id"]),
                    Cell(t(KINDS.get(each["event_type"], each["event_type"]))),
                    Cell(each["out_trade_no"] or ""),
                    Cell(_reason(t, each["reason"]), "bad"),
                ],
                _trace_href(each),
            )
            for each in answer["notifications"]
        ]

    def differences(self, t: Texts, answer: Mapping[str, Any]) -> list[Row]:
        return [
            (
                [
                    Cell(each["day"]),
                    Cell(each["key"]),
                    Cell(t(GAPS.get(each["gap"], each["gap"])), "bad"),
                    Cell(yuan(each["bill_fen"])),
                    Cell(yuan(each["ledger_fen"])),
                ],
                "",
            )
            for each in answer["differences"]
        ]

    async def trace(self, request: Request, staff: Staff) -> bytes:
        """GET /staff/payments/trace?service=bus&order=…: from intent to bill line; that one looked is in the trail."""
        service = request.query_params.get("service", "")
        order = request.query_params.get("order", "").strip()[:64]
        service = service if service in SERVICES else next(iter(SERVICES))
        traced = None
        if order:
            await self._console.note(request, staff, "order.traced", f"{service}:{order}")
            answer = await self._console.read(
                request, staff, "payments", "trace", order_service=service, order_id=order
            )
            traced = self._traced(self._console.texts(request), answer)
        return self._console.draw(
            request,
            "payments_trace.html",
            staff,
            heading=N_("Payments"),
            tabs=TABS,
            services=SERVICES,
            service=service,
            order=order,
            traced=traced,
        )

    def _traced(self, t: Texts, answer: dict[str, Any]) -> list[dict[str, Any]] | None:
        """The parts of a trace as tables; None when the order never asked for money."""
        if not answer["intents"]:
            return None
        zone = self._console.zone

        def table(title: str, head: tuple[str, ...], rows: list[list[str]]) -> dict[str, Any]:
            return {"title": t(title), "head": [t(each) for each in head], "rows": rows}

        intents = [
            [each["out_trade_no"], t(INTENTS.get(each["state"], each["state"])), yuan(each["amount_fen"]),
             clock(each["created_at"], zone), clock(each["paid_at"], zone), each["transaction_id"] or ""]
            for each in answer["intents"]
        ]  # fmt: skip
        refunds = [
            [each["out_refund_no"], t(REFUNDS.get(each["state"], each["state"])), yuan(each["amount_fen"]),
             clock(each["requested_at"], zone), clock(each["settled_at"], zone), each["reason"]]
            for each in answer["refunds"]
        ]  # fmt: skip
        told = [
            [clock(each["received_at"], zone), t(KINDS.get(each["event_type"], each["event_type"])),
             t(NOTICES.get(each["state"], each["state"])), _reason(t, each["reason"])]
            for each in answer["notifications"]
        ]  # fmt: skip
        booked = [
            [clock(each["at"], zone), account(t, each["credit"]), account(t, each["debit"]), yuan(each["amount_fen"]),
             each["bill_day"] or "–", yuan(each["bill_fen"])]
            for each in answer["postings"]
        ]  # fmt: skip
        balances = [[account(t, name), yuan(fen)] for name, fen in sorted(answer["balances"].items())]
        return [
            table(
                N_("Payments asked for"),
                (N_("Payment"), N_("State"), N_("Amount"), N_("Asked for"), N_("Paid"), N_("Transaction")),
                intents,
            ),
            table(
                N_("Refunds"),
                (N_("Refund"), N_("State"), N_("Amount"), N_("Asked for"), N_("Settled"), N_("Reason")),
                refunds,
            ),
            table(N_("Notifications"), (N_("Received"), N_("Kind"), N_("State"), N_("Reason")), told),
            table(
                N_("Booked"),
                (N_("Time"), N_("From"), N_("To"), N_("Amount"), N_("Day of the bill"), N_("On the bill")),
                booked,
            ),
            table(N_("Balances"), (N_("Account"), N_("Amount")), balances),
        ]


def _trace_href(entry: Mapping[str, Any]) -> str:
    order = entry["order"]
    return link(_TRACE, service=order["service"], order=order["id"]) if order else ""


def _reason(t: Texts, reason: str | None) -> str:
    return t(REASONS.get(reason, reason)) if reason else ""


def yuan(fen: int | None) -> str:
    """Whole fen as yuan: 1234 is `¥12.34`; nothing is a dash."""
    if fen is None:
        return "–"
    whole, rest = divmod(abs(fen), 100)
    return f"{'−' if fen < 0 else ''}¥{whole:,}.{rest:02d}"

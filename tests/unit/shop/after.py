"""What comes after the hand-over, as the schemas load it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from kernel.ids import new_id
from kernel.sealing import seal
from services.shop.schemas import cases, invoices
from services.shop.usecases import cases as returning
from services.shop.usecases import hearing
from services.shop.usecases import invoices as writing
from tests.fakes.till import FakeTill
from tests.unit.shop.mall import ask
from tests.unit.shop.orders import ANN, NOW, PLACE, hand_over, ready, see

PHOTO = {"jpeg": "aGVsbG8=", "thumbnail": "aGVsbG8="}


def handed(uow: Any, order: dict[str, Any], now: datetime = NOW) -> dict[str, Any]:
    """All of its parcels were fetched."""
    for parcel in order["parcels"]:
        ready(uow, parcel["id"], now)
        hand_over(uow, parcel["code"], now, checked_pass=True)
    return see(uow, order["id"])


def some(line: dict[str, Any], quantity: int) -> list[dict[str, Any]]:
    return [{"line_id": line["id"], "quantity": quantity}]


def quote_return(uow: Any, order: dict[str, Any], lines: list[dict[str, Any]], reason: str) -> dict[str, Any]:
    given = {"passenger_id": ANN, "order_id": order["id"], "lines": lines, "reason": reason}
    answer = returning.quote_return(uow, cases.QuoteReturnSchema().load(given), NOW)
    assert cases.QuoteReturnResultSchema().validate(answer) == {}
    return answer


def open_case(uow: Any, order: dict[str, Any], lines: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    given = {
        "request_id": new_id(),
        "passenger_id": ANN,
        "order_id": order["id"],
        "lines": lines,
        "reason": "damaged",
        "words": "盒子压坏了",
        "photos": [PHOTO],
        **more,
    }
    at = given.pop("at", NOW + timedelta(hours=1))
    answer = returning.open_case(uow, PLACE, cases.OpenCaseSchema().load(given), at)
    assert cases.CaseResultSchema().validate(answer) == {}
    found: dict[str, Any] = answer["case"]
    return found


def decide(uow: Any, till: FakeTill, case_id: str, refund_fen: int, **more: Any) -> dict[str, Any]:
    given = {"case_id": case_id, "accept": refund_fen > 0, "refund_fen": refund_fen, "words": "抱歉", **more}
    answer = returning.decide_case(uow, PLACE, till, ask(cases.DecideCaseSchema(), **given), NOW)
    assert cases.StaffCaseResultSchema().validate(answer) == {}
    found: dict[str, Any] = answer["case"]
    return found


def refunded(uow: Any, till: FakeTill) -> None:
    """All that was asked of the till is there."""
    from kernel.saga.states import RefundState

    for refund in till.refunds.values():
        data = {"order_service": "shop", "out_refund_no": refund.out_refund_no}
        hearing.on_refund(uow, {"id": new_id(), "name": "refund_done", "data": data}, RefundState.DONE)


def want_invoice(uow: Any, order: dict[str, Any], kind: str = "company", **text: Any) -> dict[str, Any]:
    written = {"title": "湖南某某公司", "tax_number": "914301001837851876", "email": "a@example.com", **text}
    given = {
        "request_id": new_id(),
        "passenger_id": ANN,
        "order_id": order["id"],
        "kind": kind,
        "sealed": seal(PLACE.vault.sealing_key(), json.dumps(written)),
    }
    answer = writing.request_invoice(uow, PLACE, invoices.RequestInvoiceSchema().load(given), NOW)
    found: dict[str, Any] = answer["order"]
    return found

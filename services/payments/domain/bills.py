"""The provider's daily bill, and how it compares with the ledger.

Amounts in the bill are yuan with decimals, in the ledger whole fen. Source: docs/sources/wechat-pay.md, "Bill".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

_TRANSACTION: Final = "微信订单号"
_OUT_TRADE_NO: Final = "商户订单号"
_TRADE_STATE: Final = "交易状态"
_OUT_REFUND_NO: Final = "商户退款单号"
_REFUND: Final = "退款金额"
_REFUND_ASKED: Final = "申请退款金额"
_SETTLED: Final = "应结订单金额"
_TOTAL: Final = "订单金额"
_FEE: Final = "手续费"
_SUMMARY: Final = "总交易单数"
_NEEDED: Final = (_TRANSACTION, _OUT_TRADE_NO, _TRADE_STATE, _OUT_REFUND_NO, _REFUND)


class UnreadableBill(ValueError):
    """It isn't the form that we know; the text says where."""


class LineKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"


class Gap(StrEnum):
    """How bill and ledger differ."""

    NOT_IN_LEDGER = "not_in_ledger"
    NOT_IN_BILL = "not_in_bill"
    OTHER_AMOUNT = "other_amount"


@dataclass(frozen=True)
class BillLine:
    """key: of the ledger's posting that should stand for the same money."""

    key: str
    kind: LineKind
    out_trade_no: str
    transaction_id: str
    amount_fen: int
    fee_fen: int


@dataclass(frozen=True)
class Difference:
    """amounts are None on the side where there is nothing."""

    key: str
    gap: Gap
    bill_fen: int | None
    ledger_fen: int | None


def fen(yuan: str) -> int:
    """Whole fen of an amount in yuan. Raises UnreadableBill for anything else, and for parts of a fen."""
    try:
        exact = Decimal(yuan) * 100
    except InvalidOperation as exc:
        raise UnreadableBill("an amount is no number") from exc
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise UnreadableBill("an amount has parts of a fen")
    return int(exact)


def lines_of(text: str) -> list[BillLine]:
    """The lines of a trade bill. Raises UnreadableBill.

    Every field begins with a backtick, so that spreadsheets keep its zeros; two lines of sums follow at the end.
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    heads = next(rows, [])
    if any(name not in heads for name in _NEEDED):
        raise UnreadableBill("the heads of the columns are others")
    found: list[BillLine] = []
    for row in rows:
        if row and row[0].removeprefix("`") == _SUMMARY:
            if len({line.key for line in found}) != len(found):
                raise UnreadableBill("a line is there twice")
            return found
        if len(row) != len(heads):
            raise UnreadableBill(f"line {rows.line_num} has {len(row)} fields")
        found.append(_line(dict(zip(heads, (field.removeprefix("`").strip() for field in row), strict=True))))
    raise UnreadableBill("it ends before its sums: it was cut off")


def _line(row: Mapping[str, str]) -> BillLine:
    fee_fen = _rounded_fen(row.get(_FEE) or "0")
    if row[_TRADE_STATE] == "REFUND":
        key, kind = f"refund:{row[_OUT_REFUND_NO]}", LineKind.REFUND
        amount_fen = fen(row.get(_REFUND_ASKED) or row[_REFUND])
    else:
        key, kind = f"payment:{row[_TRANSACTION]}", LineKind.PAYMENT
        amount_fen = fen(row.get(_TOTAL) or row[_SETTLED])
    return BillLine(key, kind, row[_OUT_TRADE_NO], row[_TRANSACTION], amount_fen, fee_fen)


def _rounded_fen(yuan: str) -> int:
    # Fees are written with five decimals; what is charged is their rounded sum, so a line's is only shown.
    try:
        return int((Decimal(yuan) * 100).to_integral_value())
    except InvalidOperation as exc:
        raise UnreadableBill("a fee is no number") from exc


def differences(
    lines: Iterable[BillLine], ledger: Mapping[str, int], expected: Sequence[str]
) -> list[Difference]:
    """Where a day's bill and the ledger tell different things, in order of their keys.

    ledger: fen by posting key, at least of every key in `lines` that we have; expected: keys of the postings
    that the bill of this day should hold.
    """
    bill = {line.key: line.amount_fen for line in lines}
    found: list[Difference] = []
    for key in sorted({*bill, *expected}):
        billed, booked = bill.get(key), ledger.get(key)
        if billed == booked:
            continue
        gap = Gap.NOT_IN_LEDGER if booked is None else Gap.NOT_IN_BILL if billed is None else Gap.OTHER_AMOUNT
        found.append(Difference(key, gap, billed, booked))
    return found

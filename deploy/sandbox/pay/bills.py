"""A day's trade bill: CSV in yuan with a backtick before every field, and the address it is fetched from."""

from __future__ import annotations

import gzip
import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from deploy.sandbox.database import Database
from deploy.sandbox.pay.asked import CURRENCY
from deploy.sandbox.pay.merchant import Merchant
from deploy.sandbox.pay.orders import BEIJING, Orders, Row
from deploy.sandbox.pay.refunds import Refunds
from deploy.sandbox.pay.refusals import PayRefused, bad_field, bad_request
from deploy.sandbox.timing import Clock

_READY: Final = time(10)
_OLDEST: Final = timedelta(days=92)
_DOWNLOAD_S: Final = 300.0
_PER_MILLE: Final = 6
_HEADS: Final = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
_SUM_HEADS: Final = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
_BILL_STATUS: Final = {
    "PROCESSING": "PROCESSING",
    "SUCCESS": "SUCCESS",
    "CLOSED": "FAIL",
    "ABNORMAL": "CHANGE",
}
_TYPES: Final = ("ALL", "SUCCESS", "REFUND")


class Bills:
    def __init__(
        self, db: Database, clock: Clock, merchant: Merchant, orders: Orders, refunds: Refunds, base_url: str
    ) -> None:
        self._db, self._clock, self._merchant = db, clock, merchant
        self._orders, self._refunds, self._base_url = orders, refunds, base_url

    def order(self, day_text: str, kind: str = "ALL", tar_type: str = "") -> dict[str, str]:
        """Where the bill of a day in Beijing can be fetched, and its hash. Raises PayRefused."""
        day = self._day(day_text)
        if kind not in _TYPES:
            raise bad_field("/query/bill_type", "取值不正确", f"is one of {', '.join(_TYPES)}")
        if tar_type not in {"", "GZIP"}:
            raise bad_field("/query/tar_type", "取值不正确", "is GZIP or absent")
        text = self.text(day, kind)
        # The hash is of the CSV, also when it is fetched compressed.
        digest = hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - WeChat Pay's choice
        token = secrets.token_urlsafe(32)
        content = gzip.compress(text.encode()) if tar_type else text.encode()
        self._db.run("DELETE FROM pay_bills WHERE made < ?", self._clock.now() - _DOWNLOAD_S)
        self._db.run("INSERT INTO pay_bills VALUES (?, ?, ?)", token, content, self._clock.now())
        return {
            "hash_type": "SHA1",
            "hash_value": digest,
            "download_url": f"{self._base_url}/v3/billdownload/file?token={token}",
        }

    def download(self, token: str) -> bytes:
        """Raises PayRefused for a token that is unknown or older than five minutes."""
        row = self._db.one("SELECT * FROM pay_bills WHERE token = ?", token)
        if row is None or self._clock.now() - row["made"] > _DOWNLOAD_S:
            raise bad_request(
                "账单下载地址无效或已过期，请重新申请账单",
                "That address lives five minutes: ask for the bill again",
            )
        return bytes(row["content"])

    def text(self, day: date, kind: str = "ALL") -> str:
        """The CSV of a day. Raises PayRefused NO_STATEMENT_EXIST for a day on which nothing happened."""
        since = datetime.combine(day, time(0), BEIJING).timestamp()
        until = since + 86_400
        paid = [] if kind == "REFUND" else self._orders.paid_between(since, until)
        back = [] if kind == "SUCCESS" else self._refunds.accepted_between(since, until)
        if not paid and not back:
            raise PayRefused(
                400, "NO_STATEMENT_EXIST", "账单文件不存在", f"Nothing was paid or given back on {day}"
            )
        lines = [_row(self._paid_fields(row)) for row in paid]
        lines += [_row(self._refund_fields(row)) for row in back]
        return "\r\n".join([_HEADS, *lines, _SUM_HEADS, _row(_sums(paid, back)), ""])

    def _day(self, text: str) -> date:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise bad_field("/query/bill_date", "格式应为yyyy-MM-DD", "is yyyy-MM-DD")
        try:
            day = date.fromisoformat(text)
        except ValueError as exc:
            raise bad_field("/query/bill_date", "不是有效的日期", "is no day") from exc
        now = self._clock.read().astimezone(BEIJING)
        if day >= now.date() or now.date() - day > _OLDEST:
            raise bad_request(
                "bill_date不正确：仅支持三个月内、今天之前的账单",
                "Bills are of days before today, of three months",
            )
        if day == now.date() - timedelta(days=1) and now.time() < _READY:
            raise PayRefused(
                400, "STATEMENT_CREATING", "账单生成中，请在10点后再试", "Yesterday's bill is made at 10:00"
            )
        return day

    def _paid_fields(self, row: Row) -> list[str]:
        total = _yuan(row["total_fen"])
        head = self._head(row["paid_at"], row, row["payer"], "SUCCESS")
        return [*head, total, "0.00", "0", "0", "0.00", "0.00", "", "", *_said(row), _fee(row["total_fen"]), "0.60%",
                total, "0.00", ""]  # fmt: skip

    def _refund_fields(self, row: Row) -> list[str]:
        order = self._orders.get(row["out_trade_no"])
        back = _yuan(row["refund_fen"])
        head = self._head(row["made"], order, order["payer"], "REFUND")
        return [*head, "0.00", "0.00", row["refund_id"], row["out_refund_no"], back, "0.00", "ORIGINAL",
                _BILL_STATUS[row["status"]], *_said(order), _fee(-row["refund_fen"]), "0.60%", "0.00", back, ""]  # fmt: skip

    def _head(self, at: float, order: Row, payer: str, state: str) -> list[str]:
        when = datetime.fromtimestamp(at, BEIJING).strftime("%Y-%m-%d %H:%M:%S")
        return [when, self._merchant.appid, self._merchant.mchid, "0", "", order["transaction_id"],
                order["out_trade_no"], payer, order["kind"], state, "OTHERS", CURRENCY]  # fmt: skip


def _sums(paid: Sequence[Row], back: Sequence[Row]) -> list[str]:
    taken, given = sum(row["total_fen"] for row in paid), sum(row["refund_fen"] for row in back)
    count = str(len(paid) + len(back))
    return [count, _yuan(taken), _yuan(given), "0.00", _fee(taken - given), _yuan(taken), _yuan(given)]


def _said(order: Row) -> list[str]:
    """What the merchant wrote itself: escaped, so that a comma doesn't look like the end of a field."""
    return [
        str(order[name]).replace(",", "\\ ").replace("\r", "").replace("\n", "\\n")
        for name in ("description", "attach")
    ]


def _row(fields: Iterable[Any]) -> str:
    return ",".join(f"`{field}" for field in fields)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _fee(fen: int) -> str:
    """0.6 % of it, in yuan with five decimals."""
    parts = fen * _PER_MILLE  # of 100 000 parts of a yuan
    return f"{'-' if parts < 0 else ''}{abs(parts) // 100_000}.{abs(parts) % 100_000:05d}"

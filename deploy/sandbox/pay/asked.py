"""Documents of requests, field by field. Lengths and patterns: docs/sandbox.md, "WeChat Pay"."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from deploy.sandbox.pay.refusals import PayRefused, bad_field

CURRENCY: Final = "CNY"
_OUT_TRADE_NO: Final = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
_OUT_REFUND_NO: Final = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_LIMIT_FEN: Final = 10**10


def read_document(body: bytes) -> dict[str, Any]:
    """The body's JSON object. Raises PayRefused."""
    try:
        found = json.loads(body)
    except ValueError as exc:
        raise PayRefused(400, "PARAM_ERROR", "请求报文不是合法的JSON", "The body is no JSON") from exc
    if not isinstance(found, dict):
        raise PayRefused(400, "PARAM_ERROR", "请求报文应为JSON对象", "The body is no JSON object")
    return found


@dataclass(frozen=True)
class Prepay:
    """What may be paid, as the merchant asked. expires_at: Unix seconds, None for WeChat's seven days."""

    kind: str
    appid: str
    out_trade_no: str
    description: str
    total_fen: int
    notify_url: str
    openid: str
    attach: str
    expires_at: float | None

    @classmethod
    def read(cls, kind: str, document: dict[str, Any]) -> Prepay:
        """kind: JSAPI or NATIVE. Raises PayRefused."""
        amount = part(document, "amount")
        payer = part(document, "payer") if kind == "JSAPI" else {}
        return cls(
            kind=kind,
            appid=text(document, "appid", 32),
            out_trade_no=out_trade_no(document.get("out_trade_no")),
            description=text(document, "description", 127),
            total_fen=fen(amount, "total", "/body/amount/total"),
            notify_url=address(document, required=True),
            openid=text(payer, "openid", 128, "/body/payer/openid") if kind == "JSAPI" else "",
            attach=text(document, "attach", 128, required=False),
            expires_at=_instant(document.get("time_expire")),
        )


@dataclass(frozen=True)
class RefundAsked:
    """What is to go back. Either of out_trade_no and transaction_id names the payment."""

    out_trade_no: str
    transaction_id: str
    out_refund_no: str
    reason: str
    refund_fen: int
    total_fen: int
    notify_url: str

    @classmethod
    def read(cls, document: dict[str, Any]) -> RefundAsked:
        """Raises PayRefused."""
        amount = part(document, "amount", required_currency=True)
        number, transaction = (
            document.get("out_trade_no"),
            text(document, "transaction_id", 32, required=False),
        )
        if bool(number) == bool(transaction):
            raise bad_field(
                "/body/transaction_id",
                "与out_trade_no二选一",
                "and out_trade_no: exactly one of them is given",
            )
        out_refund_no = document.get("out_refund_no")
        if not isinstance(out_refund_no, str) or not _OUT_REFUND_NO.fullmatch(out_refund_no):
            raise bad_field(
                "/body/out_refund_no", "格式不正确，只能是数字、大小写字母_-|*@，不超过64位",
                "is 1 to 64 of digits, letters and _-|*@",
            )  # fmt: skip
        return cls(
            out_trade_no=out_trade_no(number) if number else "",
            transaction_id=transaction,
            out_refund_no=out_refund_no,
            reason=text(document, "reason", 80, required=False),
            refund_fen=fen(amount, "refund", "/body/amount/refund"),
            total_fen=fen(amount, "total", "/body/amount/total"),
            notify_url=address(document, required=False),
        )


def text(document: dict[str, Any], name: str, limit: int, path: str = "", required: bool = True) -> str:
    """A text of at most `limit` characters; empty when it isn't required and isn't there."""
    path = path or f"/body/{name}"
    value = document.get(name)
    if value in (None, ""):
        if required:
            raise bad_field(path, "必填性规则校验失败，此字段为必填项", "is needed")
        return ""
    if not isinstance(value, str):
        raise bad_field(path, "类型不正确，应为字符串", "is a text")
    if len(value) > limit:
        raise bad_field(path, f"字符串长度超过{limit}", f"has {len(value)} characters; {limit} are the limit")
    return value


def out_trade_no(value: Any) -> str:
    if not isinstance(value, str) or not _OUT_TRADE_NO.fullmatch(value):
        raise bad_field(
            "/body/out_trade_no", "格式不正确，要求6-32个字符，只能是数字、大小写字母_-|*",
            "is 6 to 32 of digits, letters and _-|*",
        )  # fmt: skip
    return value


def part(document: dict[str, Any], name: str, required_currency: bool = False) -> dict[str, Any]:
    """An object inside the document; of an amount its currency is checked."""
    value = document.get(name)
    if not isinstance(value, dict):
        raise bad_field(f"/body/{name}", "必填性规则校验失败，此字段为必填项", "is needed, as an object")
    currency = value.get("currency", None if required_currency else CURRENCY)
    if name == "amount" and currency != CURRENCY:
        raise bad_field("/body/amount/currency", "应为CNY", f"is {CURRENCY}")
    return value


def fen(document: dict[str, Any], name: str, path: str) -> int:
    """A whole number of fen, at least one."""
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad_field(path, "类型不正确，应为整数（单位：分）", "is a whole number of fen")
    if not 1 <= value < _LIMIT_FEN:
        raise bad_field(path, "不在取值范围内", "is at least 1 fen, and not that much")
    return value


def address(document: dict[str, Any], required: bool) -> str:
    """A notify_url: without a query. Plain http is let pass on purpose: a developer's desk has no certificate."""
    url = text(document, "notify_url", 255, required=required)
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise bad_field("/body/notify_url", "应为外网可访问的完整URL", "is a whole http(s) address")
    if parts.query or parts.fragment or "?" in url:
        raise bad_field("/body/notify_url", "不能携带参数", "has no query")
    return url


def _instant(value: Any) -> float | None:
    if value in (None, ""):
        return None
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise bad_field(
            "/body/time_expire", "格式不正确，应为yyyy-MM-DDTHH:mm:ss+TIMEZONE",
            "is RFC 3339 with whole seconds and a zone",
        )  # fmt: skip
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError as exc:
        raise bad_field("/body/time_expire", "不是有效的时间", "is no instant") from exc

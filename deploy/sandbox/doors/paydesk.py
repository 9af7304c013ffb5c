"""/sandbox/pay and the wallets of /sandbox/users: what the phone page and tests do with WeChat Pay."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.routing import BaseRoute

from deploy.sandbox.doors.control import Handler, grouped
from deploy.sandbox.pay.orders import Row
from deploy.sandbox.pay.refusals import PayRefused
from deploy.sandbox.platform import Platform
from deploy.sandbox.words import Words

_SLOW_S: Final = 1.5
_NOTICE: Final = ("id", "event_type", "out_trade_no", "state", "tries", "next_at", "answered")


def routes(platform: Platform) -> list[BaseRoute]:
    desk = _PayControl(platform)
    user = "/sandbox/users/{openid}/pay"
    table: list[tuple[str, str, Handler]] = [
        ("GET", user, desk.wallet),
        ("POST", user, desk.confirm),
        ("POST", f"{user}/sheet", desk.sheet),
        ("GET", "/sandbox/pay/codes", desk.codes),
        ("GET", "/sandbox/pay/orders/{out_trade_no}", desk.order),
        ("GET", "/sandbox/pay/notices", desk.notices),
        ("POST", "/sandbox/pay/notices", desk.change_notices),
        ("POST", "/sandbox/pay/refunds", desk.settle),
    ]
    return grouped(table)


class _PayControl:
    """Each method takes a request and its JSON object, and gives the answer's document."""

    def __init__(self, platform: Platform) -> None:
        self._all, self._pay = platform, platform.pay

    async def wallet(self, request: Request, _: dict[str, Any]) -> Any:
        self._all.people.get(_openid(request))
        return {"payments": self._pay.sheet.wallet(_openid(request))}

    async def sheet(self, request: Request, asked: dict[str, Any]) -> Any:
        """Open the pay sheet: {"code_url"}, or what a page gave to getBrandWCPayRequest."""
        openid = _openid(request)
        await self._wait_if_slow(openid)
        title = "scan" if "code_url" in asked else "getBrandWCPayRequest"
        try:
            shown = self._pay.sheet.open(openid, asked)
        except PayRefused as exc:
            self._refused(title, exc, asked=asked)
            raise
        good = Words("签名正确，已打开支付", "Everything is right: the pay sheet is open")
        self._all.journal.write("pay", "ok", title, good, **shown)
        account = self._all.account
        return shown | {"merchant": {"zh": account.name_zh, "en": account.name_en}}

    async def confirm(self, request: Request, asked: dict[str, Any]) -> Any:
        """Pay what a sheet shows: {"session", "how", "abnormal"}; the order as the merchant may query it."""
        openid = _openid(request)
        await self._wait_if_slow(openid)
        how, session = str(asked.get("how") or ""), str(asked.get("session") or "")
        try:
            row = self._pay.sheet.pay(openid, session, how, bool(asked.get("abnormal")))
        except PayRefused as exc:
            self._refused("pay", exc, session=session)
            raise
        self._log_paid(row, how)
        if how == "twice":
            self._pay_again(openid, session)
        self._all.hub.tell("pay", {"openid": openid})
        return self._pay.orders.document(row)

    async def codes(self, _: Request, __: dict[str, Any]) -> Any:
        shown = ("code_url", "out_trade_no", "description", "total_fen")
        return {"codes": [{name: row[name] for name in shown} for row in self._pay.orders.open_codes()]}

    async def order(self, request: Request, _: dict[str, Any]) -> Any:
        row = self._pay.orders.get(str(request.path_params["out_trade_no"]))
        refunds = [self._pay.refunds.document(one) for one in self._pay.refunds.of_order(row["out_trade_no"])]
        return self._pay.orders.document(row) | {"refunds": refunds}

    async def notices(self, _: Request, __: dict[str, Any]) -> Any:
        return {"notices": [{name: row[name] for name in _NOTICE} for row in self._pay.notices.all()]}

    async def change_notices(self, _: Request, asked: dict[str, Any]) -> Any:
        """{"lose": n}: the next n never come. {"probe": true}: a wrong signature comes before the next."""
        if "lose" in asked:
            self._pay.notices.lose(int(asked["lose"]))
        if asked.get("probe"):
            self._pay.notices.probe_next()
        return {}

    async def settle(self, _: Request, asked: dict[str, Any]) -> Any:
        """End refunds now: all that are on their way, or {"out_refund_no", "status"} this one in this way."""
        if "out_refund_no" not in asked:
            return {"settled": self._pay.refunds.settle_due(everything=True)}
        row = self._pay.refunds.settle(str(asked["out_refund_no"]), str(asked.get("status") or "SUCCESS"))
        return self._pay.refunds.document(row)

    def _log_paid(self, row: Row, how: str) -> None:
        late = "，时间在订单截止之后" if how == "late" else ""
        why = Words(
            f"已支付 ¥{row['total_fen'] / 100:.2f}{late}",
            f"Paid ¥{row['total_fen'] / 100:.2f}{', after its end' if late else ''}",
        )
        document = self._pay.orders.document(row)
        self._all.journal.write("pay", "warn" if how else "ok", "pay", why, how=how, **document)

    def _pay_again(self, openid: str, session: str) -> None:
        """What a person who taps twice, or pays on two phones, meets: the second time is refused."""
        try:
            self._pay.sheet.pay(openid, session)
        except PayRefused as exc:
            self._refused("pay", exc, session=session)

    def _refused(self, title: str, exc: PayRefused, **detail: Any) -> None:
        self._all.journal.write("pay", "bad", title, exc.why, errcode=exc.code, **detail)

    async def _wait_if_slow(self, openid: str) -> None:
        if self._all.people.get(openid)["slow"]:
            await asyncio.sleep(_SLOW_S)


def _openid(request: Request) -> str:
    return str(request.path_params["openid"])

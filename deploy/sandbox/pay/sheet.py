"""The pay sheet of a phone: what a page (JSAPI) or a code (Native) asks for, and what the person does about it."""

from __future__ import annotations

from typing import Any, Final

from deploy.sandbox.pay.merchant import Merchant
from deploy.sandbox.pay.notices import Notices
from deploy.sandbox.pay.orders import CODE_PREFIX, Orders, Row, instant
from deploy.sandbox.pay.refunds import Refunds
from deploy.sandbox.pay.refusals import PayRefused, bad_request
from deploy.sandbox.timing import Clock

HOWS: Final = ("", "twice", "lost", "late")
"""How a payment goes: as it should; paid twice and told twice; its notification never comes; paid after its end."""
_NEEDED: Final = ("appId", "timeStamp", "nonceStr", "package", "signType", "paySign")
_PACKAGE: Final = "prepay_id="


class Sheet:
    def __init__(
        self, clock: Clock, merchant: Merchant, orders: Orders, refunds: Refunds, notices: Notices
    ) -> None:
        self._clock, self._merchant = clock, merchant
        self._orders, self._refunds, self._notices = orders, refunds, notices

    def open(self, openid: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What the sheet shows. asked: the page's parameters, or {"code_url"}. Raises PayRefused."""
        session = str(asked["code_url"]) if "code_url" in asked else self._judged(asked)
        row = self._order(openid, session)
        self._orders.check_payable(row)
        return {
            "session": session,
            "out_trade_no": row["out_trade_no"],
            "description": row["description"],
            "total_fen": row["total_fen"],
            "channel": row["kind"],
            "expires_at": instant(row["expires"]),
        }

    def pay(self, openid: str, session: str, how: str = "", abnormal: bool = False) -> Row:
        """The person confirms; the order as it is then. Raises PayRefused.

        "late" needs a sheet that was opened in time: WeChat takes the money of such a one also after time_expire.
        abnormal: this payer's bank account takes nothing back, so that refunds end ABNORMAL.
        """
        if how not in HOWS:
            raise bad_request(
                "没有这种支付方式", f"A payment goes {', '.join(filter(None, HOWS))} or as it should"
            )
        row = self._order(openid, session)
        now = self._clock.now()
        if how == "late" and row["state"] == "NOTPAY":
            now = max(now, row["expires"] + 1)
        else:
            self._orders.check_payable(row)
        row = self._orders.paid(row, openid, now, abnormal)
        self._notices.add(
            "TRANSACTION.SUCCESS", row["notify_url"], self._orders.document(row),
            lost=how == "lost", copies=2 if how == "twice" else 1,
        )  # fmt: skip
        return row

    def wallet(self, openid: str) -> list[dict[str, Any]]:
        """What a person paid, newest first, and what came back."""
        return [
            {
                "out_trade_no": row["out_trade_no"],
                "transaction_id": row["transaction_id"],
                "description": row["description"],
                "total_fen": row["total_fen"],
                "paid_at": row["paid_at"],
                "refunds": [
                    {
                        name: refund[name]
                        for name in ("out_refund_no", "refund_fen", "reason", "status", "made", "done_at")
                    }
                    for refund in self._refunds.of_order(row["out_trade_no"])
                ],
            }
            for row in self._orders.of_payer(openid)
        ]

    def _judged(self, asked: dict[str, Any]) -> str:
        """The prepay_id of parameters that the merchant signed for this account. Raises PayRefused."""
        missing = [name for name in _NEEDED if not isinstance(asked.get(name), str) or not asked[name]]
        if missing:
            raise bad_request(
                f"缺少参数 {'、'.join(missing)}（均为字符串）", f"{', '.join(missing)} is needed, as text"
            )
        if asked["appId"] != self._merchant.appid:
            raise bad_request("appId 不是本公众号的", "The appId isn't this account's")
        if asked["signType"] != "RSA":
            raise bad_request("signType 应为 RSA", "signType is RSA in API v3")
        if not asked["timeStamp"].isdigit() or len(asked["timeStamp"]) > 10:
            raise bad_request("timeStamp 应为秒级时间戳", "timeStamp is in whole seconds")
        package = asked["package"]
        if not package.startswith(_PACKAGE):
            raise bad_request("package 应为 prepay_id=…", "package is prepay_id=…")
        text = f"{asked['appId']}\n{asked['timeStamp']}\n{asked['nonceStr']}\n{package}\n"
        if not self._merchant.signed(asked["paySign"], text.encode()):
            raise bad_request(
                "支付验证签名失败",
                "paySign isn't the merchant's signature of appId, timeStamp, nonceStr, package",
            )
        return str(package.removeprefix(_PACKAGE))

    def _order(self, openid: str, session: str) -> Row:
        row = self._orders.by_session(session)
        if (row["kind"] == "NATIVE") != session.startswith(CODE_PREFIX):
            raise bad_request("支付场景不符", "A prepay_id is for a page, a code for scanning")
        if row["kind"] == "JSAPI" and row["openid"] != openid:
            raise PayRefused(
                400, "INVALID_REQUEST", "下单账号与支付账号不一致，请核实后再支付",
                "It was ordered for another openid than the one who pays",
            )  # fmt: skip
        return row

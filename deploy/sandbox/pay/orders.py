"""What may be paid and what was: one row an out_trade_no, and the prepay_ids and codes that lead to it."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from deploy.sandbox.database import Database
from deploy.sandbox.pay.asked import CURRENCY, Prepay
from deploy.sandbox.pay.merchant import Merchant
from deploy.sandbox.pay.refusals import PayRefused, bad_field, bad_request
from deploy.sandbox.people import People
from deploy.sandbox.timing import Clock

Row = dict[str, Any]
BEIJING: Final = timezone(timedelta(hours=8))
PREPAY_S: Final = 7200.0
_SOONEST_S: Final = 60.0
_OPEN_S: Final = 7 * 86_400.0
CODE_PREFIX: Final = "weixin://wxpay/bizpayurl?pr="
STATE_WORDS: Final = {
    "NOTPAY": "订单未支付",
    "SUCCESS": "支付成功",
    "REFUND": "订单发生过退款，退款详情请查询退款单",
    "CLOSED": "订单已关闭",
}


class Orders:
    def __init__(self, db: Database, clock: Clock, merchant: Merchant, people: People) -> None:
        self._db, self._clock, self._merchant, self._people = db, clock, merchant, people

    def prepay(self, asked: Prepay) -> str:
        """A fresh prepay_id (JSAPI) or code_url (NATIVE). The same question again is the same order.

        Raises PayRefused.
        """
        if asked.appid != self._merchant.appid:
            raise PayRefused(
                400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配，请检查后再试",
                f"The appid {asked.appid} isn't bound to this merchant",
            )  # fmt: skip
        if asked.kind == "JSAPI" and self._people.find(asked.openid) is None:
            raise bad_field("/body/payer/openid", "无效：appid和openid不匹配", "is nobody's of this appid")
        row = self._find(asked.out_trade_no)
        if row is None:
            self._add(asked)
        else:
            self._check_again(row, asked)
        return self._session(asked)

    def get(self, out_trade_no: str) -> Row:
        """Raises PayRefused 404 ORDER_NOT_EXIST."""
        row = self._find(out_trade_no)
        if row is None:
            raise _unknown()
        return row

    def by_transaction(self, transaction_id: str) -> Row:
        """Raises PayRefused 404 ORDER_NOT_EXIST."""
        row = self._db.one("SELECT * FROM pay_orders WHERE transaction_id = ?", transaction_id)
        if row is None:
            raise _unknown()
        return self._aged(row)

    def by_session(self, session: str) -> Row:
        """The order that a prepay_id or code_url leads to. Raises PayRefused for an unknown or old one."""
        found = self._db.one("SELECT * FROM pay_sessions WHERE id = ?", session)
        if found is None:
            raise bad_request("支付会话不存在", "There is no such prepay_id or code")
        if self._clock.now() - found["made"] > PREPAY_S:
            raise bad_request(
                "支付会话已过期，请重新下单", "A prepay_id and a code live two hours: this one is over"
            )
        return self.get(found["out_trade_no"])

    def close(self, out_trade_no: str) -> None:
        """Nobody can pay it any more. Raises PayRefused."""
        row = self.get(out_trade_no)
        if row["state"] in {"SUCCESS", "REFUND"}:
            raise PayRefused(400, "ORDERPAID", "该订单已支付", "It is paid: only a refund undoes that")
        if row["state"] == "CLOSED":
            raise PayRefused(400, "ORDER_CLOSED", "该订单已关闭", "It is closed already")
        self._set(out_trade_no, state="CLOSED")

    def check_payable(self, row: Row) -> None:
        """Raises PayRefused unless this order can be paid now."""
        if row["state"] in {"SUCCESS", "REFUND"}:
            raise PayRefused(400, "ORDERPAID", "该订单已支付", "It is paid already: nobody pays twice")
        if row["state"] == "CLOSED":
            raise PayRefused(400, "ORDER_CLOSED", "该订单已关闭", "It was closed: nobody can pay it any more")
        if self._clock.now() > row["expires"]:
            raise bad_request(
                "订单已超过商户设置的最晚支付成功时间，请重新发起支付",
                "It is past its time_expire (or the minute that WeChat gives at least)",
            )

    def paid(self, row: Row, openid: str, at: float, abnormal: bool) -> Row:
        """Book the payment, once. Raises PayRefused ORDERPAID. abnormal: money can't go back to this payer."""
        day = datetime.fromtimestamp(at, BEIJING).strftime("%Y%m%d")
        number = f"4200{secrets.randbelow(10**6):06d}{day}{secrets.randbelow(10**10):010d}"
        done = self._db.run(
            "UPDATE pay_orders SET state = 'SUCCESS', transaction_id = ?, payer = ?, paid_at = ?, abnormal = ? "
            "WHERE out_trade_no = ? AND state = 'NOTPAY'",
            number, openid, at, int(abnormal), row["out_trade_no"],
        )  # fmt: skip
        if not done:
            self.check_payable(self.get(row["out_trade_no"]))
        return self.get(row["out_trade_no"])

    def note_refund(self, out_trade_no: str) -> None:
        self._set(out_trade_no, state="REFUND")

    def of_payer(self, openid: str) -> list[Row]:
        return self._db.all(
            "SELECT * FROM pay_orders WHERE payer = ? ORDER BY paid_at DESC LIMIT 100", openid
        )

    def paid_between(self, since: float, until: float) -> list[Row]:
        sql = "SELECT * FROM pay_orders WHERE paid_at >= ? AND paid_at < ? ORDER BY paid_at"
        return self._db.all(sql, since, until)

    def open_codes(self) -> list[Row]:
        """Native codes that can be paid now, newest first, one an order."""
        sql = (
            "SELECT pay_sessions.id AS code_url, pay_orders.* FROM pay_sessions JOIN pay_orders USING (out_trade_no) "
            "WHERE kind = 'NATIVE' AND state = 'NOTPAY' AND expires > ? AND pay_sessions.made > ? "
            "GROUP BY out_trade_no HAVING MAX(pay_sessions.made) ORDER BY pay_sessions.made DESC LIMIT 12"
        )
        now = self._clock.now()
        return self._db.all(sql, now, now - PREPAY_S)

    def document(self, row: Row) -> dict[str, Any]:
        """An order as queries and notifications tell it."""
        found: dict[str, Any] = {
            "appid": self._merchant.appid,
            "mchid": self._merchant.mchid,
            "out_trade_no": row["out_trade_no"],
            "trade_state": row["state"],
            "trade_state_desc": STATE_WORDS[row["state"]],
            "amount": {"total": row["total_fen"], "currency": CURRENCY},
        }
        if row["transaction_id"] is None:
            return found
        more = {"payer_total": row["total_fen"], "payer_currency": CURRENCY}
        found["amount"] |= more
        return found | {
            "transaction_id": row["transaction_id"],
            "trade_type": row["kind"],
            "bank_type": "OTHERS",
            "attach": row["attach"],
            "success_time": instant(row["paid_at"]),
            "payer": {"openid": row["payer"]},
        }

    def _find(self, out_trade_no: str) -> Row | None:
        row = self._db.one("SELECT * FROM pay_orders WHERE out_trade_no = ?", out_trade_no)
        return None if row is None else self._aged(row)

    def _aged(self, row: Row) -> Row:
        if row["state"] == "NOTPAY" and self._clock.now() - row["made"] > _OPEN_S:
            self._set(row["out_trade_no"], state="CLOSED")
            return row | {"state": "CLOSED"}
        return row

    def _add(self, asked: Prepay) -> None:
        now = self._clock.now()
        # WeChat moves an end that is nearer than a minute to one minute, and one that is far to its seven days.
        expires = min(max(asked.expires_at or now + _OPEN_S, now + _SOONEST_S), now + _OPEN_S)
        self._db.run(
            "INSERT INTO pay_orders (out_trade_no, kind, asked, openid, total_fen, description, attach, notify_url, "
            "expires, made, state, abnormal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'NOTPAY', 0)",
            asked.out_trade_no, asked.kind, json.dumps(asdict(asked)), asked.openid, asked.total_fen,
            asked.description, asked.attach, asked.notify_url, expires, now,
        )  # fmt: skip

    def _check_again(self, row: Row, asked: Prepay) -> None:
        before, now = json.loads(row["asked"]), asdict(asked)
        changed = [name for name, value in now.items() if before[name] != value]
        if changed:
            raise bad_request(
                "请求重入时，参数与首次请求时不一致，请核实后再试",
                f"This out_trade_no was used before with another {', '.join(changed)}",
            )
        self.check_payable(row)

    def _session(self, asked: Prepay) -> str:
        now = self._clock.now()
        if asked.kind == "NATIVE":
            session = CODE_PREFIX + secrets.token_urlsafe(6).replace("-", "x").replace("_", "y")
        else:
            day = datetime.fromtimestamp(now, BEIJING).strftime("%d%H%M%S")
            session = f"wx{day}{secrets.token_hex(13)}"
        self._db.run("INSERT INTO pay_sessions VALUES (?, ?, ?)", session, asked.out_trade_no, now)
        return session

    def _set(self, out_trade_no: str, state: str) -> None:
        self._db.run("UPDATE pay_orders SET state = ? WHERE out_trade_no = ?", state, out_trade_no)


def instant(at: float) -> str:
    """RFC 3339 in Beijing, whole seconds, as WeChat Pay writes it."""
    return datetime.fromtimestamp(int(at), UTC).astimezone(BEIJING).isoformat()


def _unknown() -> PayRefused:
    return PayRefused(404, "ORDER_NOT_EXIST", "订单不存在", "There is no such order")

"""Whether a request is the merchant's, and the headers by which it knows that an answer is the platform's."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from deploy.sandbox.database import Database
from deploy.sandbox.pay.merchant import Merchant
from deploy.sandbox.pay.refusals import NotTheMerchant, PayRefused
from deploy.sandbox.timing import Clock

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
PROBE: Final = "WECHATPAY/SIGNTEST/"
WINDOW_S: Final = 300
_FIELDS: Final = ("mchid", "nonce_str", "signature", "timestamp", "serial_no")
_PAIR: Final = re.compile(r'\s*(\w+)="([^"]*)"\s*')
_SHOWN: Final = 160


@dataclass(frozen=True)
class Request:
    """One HTTP request as it came. url: path with query, as it was sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Gate:
    """Lets the merchant's own requests in, each once."""

    def __init__(self, db: Database, clock: Clock, merchant: Merchant) -> None:
        self._db, self._clock, self._merchant = db, clock, merchant

    def admit(self, request: Request) -> None:
        """Raises NotTheMerchant (401, unsigned), or PayRefused for headers that are missing."""
        given = self._authorization(request.headers.get("authorization", ""))
        self._check_who(given)
        # The world's time, however far the platform's clock was turned: the merchant signs by its own.
        now = self._clock.real()
        if not given["timestamp"].isdigit() or abs(now - int(given["timestamp"])) > WINDOW_S:
            raise NotTheMerchant(
                "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟",
                "The timestamp in Authorization is more than five minutes away",
            )
        head = f"{request.method}\n{request.url}\n{given['timestamp']}\n{given['nonce_str']}\n".encode()
        text = head + request.body + b"\n"
        if not self._merchant.signed(given["signature"], text):
            raise NotTheMerchant(
                "错误的签名，验签失败", "The signature is not of this text by this merchant's key",
                _told(request, text),
            )  # fmt: skip
        self._use_up(given["nonce_str"], now)
        self._check_headers(request)

    def headers(self, body: bytes) -> dict[str, str]:
        """The headers by which an answer or a notification with this body shows itself genuine."""
        timestamp, nonce = str(int(self._clock.real())), secrets.token_hex(16)
        text = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self._merchant.key_id,
            "Wechatpay-Signature": self._merchant.sign(text),
            "Wechatpay-Signature-Type": SCHEME,
        }

    def probe_headers(self, body: bytes) -> dict[str, str]:
        """As `headers`, with a signature that must be refused: WeChat Pay tries whether anybody looks."""
        return self.headers(body) | {"Wechatpay-Signature": PROBE + secrets.token_urlsafe(180)}

    def _authorization(self, header: str) -> dict[str, str]:
        scheme, _, rest = header.partition(" ")
        if not header or not rest:
            raise NotTheMerchant(
                "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》",
                "There is no Authorization header of the right form",
            )
        if scheme != SCHEME:
            raise NotTheMerchant(
                "Http头Authorization认证类型不正确", f"The scheme of Authorization is {SCHEME}"
            )
        parts = [_PAIR.fullmatch(part) for part in rest.split(",")]
        given = {part[1]: part[2] for part in parts if part}
        missing = [name for name in _FIELDS if not given.get(name)]
        if missing or None in parts or len(given) != len(parts):
            raise NotTheMerchant(
                "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》",
                f"Authorization lacks {', '.join(missing)}" if missing else "Authorization can't be read",
            )
        return given

    def _check_who(self, given: dict[str, str]) -> None:
        if given["mchid"] != self._merchant.mchid:
            raise NotTheMerchant("商户号不存在", f"There is no merchant {given['mchid']} here")
        if given["serial_no"].upper() != self._merchant.serial:
            hint = (
                " (that is the id of WeChat Pay's own key)"
                if given["serial_no"] == self._merchant.key_id
                else ""
            )
            raise NotTheMerchant(
                "商户证书序列号有误。请使用签名私钥匹配的证书序列号",
                f"No certificate of this merchant has the serial number {given['serial_no']}{hint}",
            )

    def _use_up(self, nonce: str, now: float) -> None:
        self._db.run("DELETE FROM pay_nonces WHERE at < ?", now - 2 * WINDOW_S)
        if not self._db.run("INSERT OR IGNORE INTO pay_nonces VALUES (?, ?)", nonce, now):
            raise NotTheMerchant(
                "请求已被使用，请更换nonce_str", "The nonce_str was used before: sent twice?"
            )

    def _check_headers(self, request: Request) -> None:
        accepted = request.headers.get("accept", "")
        if not request.headers.get("user-agent") or not any(
            kind in accepted for kind in ("application/json", "*/*")
        ):
            raise PayRefused(
                400, "PARAM_ERROR", "Http头缺少Accept或User-Agent",
                "Accept: application/json and a User-Agent are needed",
            )  # fmt: skip
        if request.body and not request.headers.get("content-type", "").startswith("application/json"):
            raise PayRefused(400, "PARAM_ERROR", "Http头Content-Type应为application/json",
                             "The Content-Type of a body is application/json")  # fmt: skip
        wanted = request.headers.get("wechatpay-serial", self._merchant.key_id)
        if wanted != self._merchant.key_id:
            raise PayRefused(400, "PARAM_ERROR", "Http头Wechatpay-Serial不是该商户的微信支付公钥ID",
                             f"Wechatpay-Serial names {wanted}, which is no key of WeChat Pay's")  # fmt: skip


def _told(request: Request, text: bytes) -> dict[str, Any]:
    """What WeChat tells of the text that it verified, so that one can compare."""
    return {
        "field": "signature",
        "issue": "sign not match",
        "location": "authorization",
        "sign_information": {
            "method": request.method,
            "url": request.url,
            "truncated_sign_message": text[:_SHOWN].decode(errors="replace"),
            "sign_message_length": len(text),
        },
    }

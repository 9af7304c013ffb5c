"""The merchant's side of WeChat Pay, written for tests: signs every request, verifies every answer, spoils what it is told to."""

from __future__ import annotations

import base64
import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from tests.support.sandbox import Person, Sandbox

SCHEME = "WECHATPAY2-SHA256-RSA2048"
ORDERS = "/v3/pay/transactions"
REFUNDS = "/v3/refund/domestic/refunds"


class Merchant:
    """The sandbox's merchant. Each call gives the answer; `Answer.code` is WeChat Pay's word for a refusal."""

    def __init__(self, wechat: Sandbox) -> None:
        told = wechat.environ
        self.wechat, self.mchid, self.serial = wechat, told["WECHATPAY_MCHID"], told["WECHATPAY_SERIAL"]
        self.appid, self.key_id = told["WECHAT_APPID"], told["WECHATPAY_PUBLIC_KEY_ID"]
        self.seal = AESGCM(told["WECHATPAY_APIV3_KEY"].encode())
        key = load_pem_private_key(Path(told["WECHATPAY_PRIVATE_KEY"]).read_bytes(), None)
        public = load_pem_public_key(Path(told["WECHATPAY_PUBLIC_KEY"]).read_bytes())
        assert isinstance(key, RSAPrivateKey)
        assert isinstance(public, RSAPublicKey)
        self.key, self.public = key, public

    def sign(self, text: str) -> str:
        return base64.b64encode(self.key.sign(text.encode(), PKCS1v15(), SHA256())).decode()

    def call(self, method: str, url: str, document: Any = None, /, **spoilt: str) -> Answer:
        """One request. spoilt: mchid, serial, timestamp, nonce, signature, signed_body, scheme, or a header."""
        body = "" if document is None else document if isinstance(document, str) else json.dumps(document)
        timestamp = spoilt.pop("timestamp", str(int(time.time())))
        nonce = spoilt.pop("nonce", secrets.token_hex(16))
        signed = spoilt.pop("signed_body", body)
        signature = self.sign(f"{method}\n{url}\n{timestamp}\n{nonce}\n{signed}\n")
        fields = {
            "mchid": spoilt.pop("mchid", self.mchid),
            "nonce_str": nonce,
            "signature": spoilt.pop("signature", signature),
            "timestamp": timestamp,
            "serial_no": spoilt.pop("serial", self.serial),
        }
        scheme = spoilt.pop("scheme", SCHEME)
        headers = {
            "Authorization": f"{scheme} " + ",".join(f'{name}="{value}"' for name, value in fields.items()),
            "Accept": "application/json",
            "User-Agent": "tests",
            "Content-Type": "application/json",
        }
        headers |= {name.replace("_", "-"): value for name, value in spoilt.items()}
        return self.answer(self.wechat.http.request(method, url, content=body.encode(), headers=headers))

    def answer(self, response: httpx.Response) -> Answer:
        """The answer, verified if it claims to be signed."""
        if "Wechatpay-Signature" in response.headers:
            self.verify(dict(response.headers), response.content)
        return Answer(response)

    def verify(self, headers: dict[str, str], body: bytes) -> None:
        """Raises InvalidSignature unless the platform signed exactly this just now."""
        given = {name.lower(): value for name, value in headers.items()}
        timestamp, nonce = given["wechatpay-timestamp"], given["wechatpay-nonce"]
        assert abs(int(timestamp) - time.time()) < 300
        assert given["wechatpay-serial"] == self.key_id
        text = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        self.public.verify(base64.b64decode(given["wechatpay-signature"]), text, PKCS1v15(), SHA256())

    def open(self, body: str) -> dict[str, Any]:
        """What is sealed in a notification."""
        resource = json.loads(body)["resource"]
        sealed, about = base64.b64decode(resource["ciphertext"]), resource["associated_data"]
        opened: dict[str, Any] = json.loads(
            self.seal.decrypt(resource["nonce"].encode(), sealed, about.encode())
        )
        return opened

    def asked(self, **changes: Any) -> dict[str, Any]:
        """What a prepay is asked with; a change to None leaves a field out."""
        end = datetime.now(UTC) + timedelta(minutes=15)
        document = {
            "appid": self.appid,
            "mchid": self.mchid,
            "description": "机场巴士",
            "out_trade_no": f"T{secrets.token_hex(12)}",
            "time_expire": end.isoformat(timespec="seconds"),
            "notify_url": f"{self.wechat.gateway_url}/pay",
            "amount": {"total": 4000, "currency": "CNY"},
        } | changes
        return {name: value for name, value in document.items() if value is not None}

    def jsapi(self, openid: str, **changes: Any) -> Answer:
        return self.call("POST", f"{ORDERS}/jsapi", self.asked(payer={"openid": openid}, **changes))

    def native(self, **changes: Any) -> Answer:
        return self.call("POST", f"{ORDERS}/native", self.asked(**changes))

    def query(self, out_trade_no: str) -> Answer:
        return self.call("GET", f"{ORDERS}/out-trade-no/{out_trade_no}?mchid={self.mchid}")

    def close(self, out_trade_no: str) -> Answer:
        return self.call("POST", f"{ORDERS}/out-trade-no/{out_trade_no}/close", {"mchid": self.mchid})

    def refund(self, out_trade_no: str, out_refund_no: str, fen: int, /, **changes: Any) -> Answer:
        document = {
            "out_trade_no": out_trade_no,
            "out_refund_no": out_refund_no,
            "reason": "退票",
            "notify_url": f"{self.wechat.gateway_url}/pay",
            "amount": {"refund": fen, "total": 4000, "currency": "CNY"},
        } | changes
        return self.call(
            "POST", REFUNDS, {name: value for name, value in document.items() if value is not None}
        )

    def page(self, prepay_id: str, **changes: str) -> dict[str, str]:
        """What a page gives to getBrandWCPayRequest."""
        given = {
            "appId": self.appid,
            "timeStamp": str(int(time.time())),
            "nonceStr": secrets.token_hex(8),
            "package": f"prepay_id={prepay_id}",
            "signType": "RSA",
        } | changes
        text = "".join(f"{given[name]}\n" for name in ("appId", "timeStamp", "nonceStr", "package"))
        return given | {"paySign": changes.get("paySign") or self.sign(text)}


class Answer:
    """.status, .code ("" when it is no refusal), .json, .signed, .content."""

    def __init__(self, response: httpx.Response) -> None:
        self.status, self.content = response.status_code, response.content
        self.signed = "Wechatpay-Signature" in response.headers
        is_json = response.headers.get("content-type", "").startswith("application/json")
        self.json: dict[str, Any] = response.json() if is_json and response.content else {}
        self.code = str(self.json.get("code", ""))


def said(answer: Answer, status: int, code: str, *, signed: bool = True) -> None:
    """It is refused in this way, and says so in words."""
    assert (answer.status, answer.code, answer.signed) == (status, code, signed), answer.json
    assert answer.json["message"]


def why(wechat: Sandbox) -> str:
    """The log's reason for the last refusal; it has one in both languages."""
    entry = [one for one in wechat.log("pay", "bad") if one["detail"].get("errcode")][-1]
    assert entry["zh"]
    return str(entry["en"])


def paid(merchant: Merchant, person: Person, **changes: Any) -> str:
    """An order of 40 yuan that this person has paid; its out_trade_no."""
    number = f"P{secrets.token_hex(12)}"
    code_url = merchant.native(out_trade_no=number, **changes).json["code_url"]
    person.pay({"code_url": code_url})
    return number

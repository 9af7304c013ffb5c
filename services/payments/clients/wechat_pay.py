"""WeChat Pay API v3 on the wire: requests signed over the bytes that are sent, answers believed only when signed."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter

from kernel import clock, context
from kernel.db import refuse_in_write_unit
from kernel.ids import new_id
from services.payments.clients.envelopes import Keys, NotGenuine
from services.payments.domain import (
    Asked,
    AskedRefund,
    Bill,
    Merchant,
    Notice,
    RefundAnswer,
    RefundStatus,
    Trade,
    TradeState,
)
from services.payments.errors import NotConnected
from services.payments.schemas import CURRENCY, Channel
from services.payments.settings import WeChatPaySettings

log = logging.getLogger(__name__)

POOL: Final = 32
CONNECT_S: Final = 2.0
READ_S: Final = 4.0
BILL_READ_S: Final = 30.0
_LEAST_READ_S: Final = 0.3
MAX_ANSWER_BYTES: Final = 262_144
MAX_BILL_BYTES: Final = 64 * 1024 * 1024
T = TypeVar("T")
BEIJING: Final = timezone(timedelta(hours=8))
_LANGUAGE: Final = "zh-CN"


class NoAnswer(Exception):
    """No answer that can be believed: whether it was done is unknown; the same again is safe."""


class Refused(Exception):
    """WeChat Pay said no. code: its word for why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class WeChatPay:
    """The provider. `settings` without a merchant make one that says NotConnected."""

    def __init__(self, settings: WeChatPaySettings) -> None:
        self.settings = settings
        self.merchant = Merchant(settings.mchid, settings.appid)
        self._keys = Keys(settings) if settings.mchid else None
        self._session = requests.Session()
        # Proxies and .netrc of the machine have no part in money.
        self._session.trust_env = False
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=POOL, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    @property
    def connected(self) -> bool:
        return self._keys is not None

    def prepay(self, asked: Asked) -> str:
        """The prepay_id (JSAPI) or code_url (Native); the same question again gets one for the same payment.

        Raises NoAnswer, Refused, NotConnected.
        """
        document: dict[str, Any] = {
            "appid": self.settings.appid,
            "mchid": self.settings.mchid,
            "description": asked.description,
            "out_trade_no": asked.out_trade_no,
            "time_expire": asked.expires_at.astimezone(BEIJING).isoformat(timespec="seconds"),
            "notify_url": self.settings.notify_url,
            "amount": {"total": asked.amount_fen, "currency": CURRENCY},
        }
        if asked.channel is Channel.JSAPI:
            document["payer"] = {"openid": asked.openid}
        answer = self._asked("POST", f"/v3/pay/transactions/{asked.channel.value}", document)
        return _text(answer, "prepay_id" if asked.channel is Channel.JSAPI else "code_url")

    def page_parameters(self, prepay_id: str) -> dict[str, str]:
        """What `chooseWXPay` or `getBrandWCPayRequest` takes on the page."""
        timestamp, nonce = str(int(clock.real_now().timestamp())), new_id()
        package = f"prepay_id={prepay_id}"
        return {
            "appId": self.settings.appid,
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._signing().sign(self.settings.appid, timestamp, nonce, package),
        }

    def query(self, out_trade_no: str) -> Trade | None:
        """The payment as WeChat Pay knows it; None when it doesn't. Raises NoAnswer, Refused, NotConnected."""
        try:
            answer = self._asked("GET", f"{_trade(out_trade_no)}?mchid={self.settings.mchid}")
        except Refused as exc:
            if exc.code in ("ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"):
                return None
            raise
        return _understood(_trade_of, answer)

    def close(self, out_trade_no: str) -> None:
        """Nobody can pay it afterwards. Raises Refused (ORDERPAID, …), NoAnswer, NotConnected."""
        self._asked("POST", f"{_trade(out_trade_no)}/close", {"mchid": self.settings.mchid})

    def refund(self, asked: AskedRefund) -> RefundAnswer:
        """Ask for a refund, or for the same again: the number makes it one. Raises NoAnswer, Refused, NotConnected."""
        document = {
            "out_trade_no": asked.out_trade_no,
            "out_refund_no": asked.out_refund_no,
            "reason": asked.reason,
            # Without it WeChat Pay tells nobody, or an address of its console in the form of API v2.
            "notify_url": self.settings.notify_url,
            "amount": {"refund": asked.amount_fen, "total": asked.total_fen, "currency": CURRENCY},
        }
        return _understood(_refund_of, self._asked("POST", "/v3/refund/domestic/refunds", document))

    def query_refund(self, out_refund_no: str) -> RefundAnswer | None:
        """The refund as WeChat Pay knows it; None when it doesn't. Raises NoAnswer, Refused, NotConnected."""
        try:
            answer = self._asked("GET", f"/v3/refund/domestic/refunds/{out_refund_no}")
        except Refused as exc:
            if exc.code == "RESOURCE_NOT_EXISTS":
                return None
            raise
        return _understood(_refund_of, answer)

    def trade_bill(self, day: date) -> Bill | None:
        """The bill of a day in Beijing, without text for a day without trade; None while it is made.

        Raises NoAnswer, Refused, NotConnected.
        """
        try:
            answer = self._asked("GET", f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL")
        except Refused as exc:
            if exc.code == "STATEMENT_CREATING":
                return None
            if exc.code == "NO_STATEMENT_EXIST":
                return Bill(day, None)
            raise
        content = self._downloaded(_text(answer, "download_url"))
        digest = hashlib.sha1(content).hexdigest()  # noqa: S324 - WeChat Pay's choice, in an answer that is signed
        if answer.get("hash_type") != "SHA1" or not hmac.compare_digest(
            digest, _text(answer, "hash_value").lower()
        ):
            raise self._no_answer("/v3/billdownload/file", "hash")
        return Bill(day, content.decode("utf-8"))

    def opened(self, headers: Mapping[str, str], body: str, now: datetime) -> Notice:
        """The notification, if it is one of WeChat Pay's for us. Raises NotGenuine, NotConnected."""
        keys = self._signing()
        keys.verify(headers, body.encode(), now)
        try:
            document = orjson.loads(body)
            resource = keys.open(document["resource"])
            event_type = str(document["event_type"])
            return Notice(
                id=str(document["id"]),
                event_type=event_type,
                mchid=str(resource["mchid"]),
                out_trade_no=str(resource["out_trade_no"]),
                out_refund_no=str(resource.get("out_refund_no") or ""),
                trade=_trade_of(resource) if event_type.startswith("TRANSACTION.") else None,
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise NotGenuine("form") from exc

    def _signing(self) -> Keys:
        if self._keys is None:
            raise NotConnected
        return self._keys

    def _asked(self, method: str, url: str, document: dict[str, Any] | None = None) -> dict[str, Any]:
        """The signed answer's object. url: path with query."""
        body = "" if document is None else orjson.dumps(document).decode()
        response = self._sent(method, self.settings.url, url, body, READ_S)
        content = response.content
        if len(content) > MAX_ANSWER_BYTES:
            raise self._no_answer(url, "size")
        try:
            # Refusals are signed too: an unsigned "no such order" must not close anything.
            self._signing().verify(response.headers, content, clock.real_now())
        except NotGenuine as exc:
            raise self._no_answer(url, exc.reason) from exc
        answer = _object(content)
        if response.status_code in (200, 202, 204):
            return answer
        if response.status_code >= 500 or response.status_code == 429:
            raise self._no_answer(url, str(response.status_code))
        raise Refused(response.status_code, str(answer.get("code", "")))

    def _downloaded(self, address: str) -> bytes:
        """A bill's bytes; their hash, not a signature, is what vouches for them."""
        parts = urlsplit(address)
        url = f"{parts.path}?{parts.query}" if parts.query else parts.path
        # The address comes in a signed answer, and still no other host gets our signature.
        response = self._sent("GET", self.settings.url, url, "", BILL_READ_S)
        if response.status_code != requests.codes.ok or len(response.content) > MAX_BILL_BYTES:
            raise self._no_answer(parts.path, str(response.status_code))
        return response.content

    def _sent(self, method: str, base: str, url: str, body: str, read_s: float) -> requests.Response:
        refuse_in_write_unit("a call of WeChat Pay")
        timestamp = int(clock.real_now().timestamp())
        headers = {
            "Authorization": self._signing().authorization(method, url, body, timestamp, new_id()),
            "Accept": "application/json",
            "Accept-Language": _LANGUAGE,
            "Content-Type": "application/json",
            "User-Agent": "airport-passenger-services",
            "Wechatpay-Serial": self.settings.public_key_id,
        }
        try:
            return self._session.request(
                method,
                base + url,
                data=body.encode() if body else None,
                headers=headers,
                timeout=(CONNECT_S, _within_deadline(read_s)),
                allow_redirects=False,
            )
        except requests.RequestException as exc:
            raise self._no_answer(url, type(exc).__name__) from exc

    def _no_answer(self, url: str, reason: str) -> NoAnswer:
        # The path without what names an order: /v3/pay/transactions.
        path = "/".join(url.partition("?")[0].split("/")[:4])
        log.warning("WeChat Pay gave no answer that counts", extra={"path": path, "reason": reason})
        return NoAnswer(reason)


def _within_deadline(read_s: float) -> float:
    """Seconds to wait, so that whoever called us still hears that nobody answered."""
    left_s = context.current().remaining_s()
    return read_s if left_s is None else max(_LEAST_READ_S, min(read_s, left_s - _LEAST_READ_S))


def _trade(out_trade_no: str) -> str:
    # "|" and "*" may stand in a number, and the signature is over the address as it is sent.
    return f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}"


def _object(content: bytes) -> dict[str, Any]:
    if not content:
        return {}
    try:
        document = orjson.loads(content)
    except ValueError as exc:
        raise NoAnswer("form") from exc
    if not isinstance(document, dict):
        raise NoAnswer("form")
    return document


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise NoAnswer(name)
    return value


def _understood(read: Callable[[dict[str, Any]], T], answer: dict[str, Any]) -> T:
    try:
        return read(answer)
    except (KeyError, TypeError, ValueError) as exc:
        raise NoAnswer("form") from exc


def _trade_of(answer: dict[str, Any]) -> Trade:
    amount = answer.get("amount") or {}
    return Trade(
        merchant=Merchant(str(answer["mchid"]), str(answer["appid"])),
        out_trade_no=str(answer["out_trade_no"]),
        state=TradeState(answer["trade_state"]),
        transaction_id=str(answer.get("transaction_id") or ""),
        amount_fen=_whole(amount.get("total")),
        currency=str(amount.get("currency") or ""),
        paid_at=_instant(answer.get("success_time")),
    )


def _refund_of(answer: dict[str, Any]) -> RefundAnswer:
    amount_fen = _whole(answer["amount"]["refund"])
    if amount_fen is None:
        raise ValueError("a refund without an amount")
    return RefundAnswer(
        out_refund_no=str(answer["out_refund_no"]),
        out_trade_no=str(answer["out_trade_no"]),
        status=RefundStatus(answer["status"]),
        refund_id=str(answer["refund_id"]),
        amount_fen=amount_fen,
        settled_at=_instant(answer.get("success_time")),
    )


def _whole(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("an amount isn't whole fen")
    return value


def _instant(text: Any) -> datetime | None:
    if not text:
        return None
    at = datetime.fromisoformat(str(text))
    if at.tzinfo is None:
        raise ValueError("an instant without a zone")
    return at.astimezone(UTC)

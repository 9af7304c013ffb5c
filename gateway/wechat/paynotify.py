"""POST /wechat/pay/notify: what WeChat Pay tells of payments and refunds, handed to payments as it came.

Nothing is believed here: payments verifies the signature over exactly these bytes and keeps the notification
before it answers. 204 therefore means that it is kept. Any other answer lets WeChat Pay tell it again for a day.
No session, no limits: a genuine notification must never be the one too many, and a forged one costs a signature check.
"""

from __future__ import annotations

import hashlib
import logging
from typing import Final

import orjson
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import Response

from gateway.bodies import read_body
from gateway.calls import context_of
from gateway.deps import Rpc
from kernel.errors import Kind, ServiceError
from kernel.metrics import REGISTRY

log = logging.getLogger(__name__)

PATH: Final = "/wechat/pay/notify"
MAX_BODY_BYTES: Final = 64 * 1024
_HEADERS: Final = (
    "Wechatpay-Timestamp",
    "Wechatpay-Nonce",
    "Wechatpay-Serial",
    "Wechatpay-Signature",
    "Wechatpay-Signature-Type",
)
_LONGEST_HEADER: Final = 1024
# WeChat Pay hangs up after five seconds.
_DEADLINE_S: Final = 4.0
_NO_STORE: Final = {"Cache-Control": "no-store"}
_NOT_GENUINE: Final = "payments.bad_notification"

NOTICES: Final = Counter(
    "gateway_wechat_pay_notices",
    "Pay notifications, by what became of them: kept, refused (not genuine), malformed, or away (told again).",
    ["outcome"],
    registry=REGISTRY,
)


class PayNotify:
    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    async def take(self, request: Request) -> Response:
        """204 once payments kept it; 401 not genuine, 4xx not a notification, 5xx not now."""
        try:
            body = (await read_body(request, MAX_BODY_BYTES)).decode("utf-8")
        except UnicodeDecodeError:
            return _failed("malformed", 400, "请求报文不是UTF-8")
        except ServiceError as exc:
            return _failed("malformed", 413 if exc.kind is Kind.TOO_LARGE else 400, "请求报文无法接受")
        headers = {name: value for name in _HEADERS if (value := request.headers.get(name))}
        if any(len(value) > _LONGEST_HEADER for value in headers.values()):
            return _failed("malformed", 400, "请求头过长")
        # The same bytes are the same request, however often they come.
        told = {"request_id": hashlib.sha256(body.encode()).hexdigest(), "headers": headers, "body": body}
        try:
            await self._rpc.call(
                "payments", "record_notification", told,
                deadline_s=_DEADLINE_S, repeat=True, context=context_of(request),
            )  # fmt: skip
        except ServiceError as exc:
            return _answer_to(exc)
        NOTICES.labels("kept").inc()
        return Response(status_code=204, headers=_NO_STORE)


def _answer_to(error: ServiceError) -> Response:
    if error.code == _NOT_GENUINE:
        # Probes of WeChat Pay come this way too: refusing them is what they want to see.
        return _failed("refused", 401, "签名验证失败")
    if error.kind in (Kind.INVALID, Kind.TOO_LARGE):
        return _failed("malformed", 400, "通知格式有误")
    log.warning("a pay notification could not be kept; WeChat Pay tells it again", extra={"code": error.code})
    return _failed("away", 503, "服务暂不可用，请稍后重试")


def _failed(outcome: str, status: int, message: str) -> Response:
    """WeChat Pay's own form of no."""
    NOTICES.labels(outcome).inc()
    body = orjson.dumps({"code": "FAIL", "message": message})
    return Response(body, status, _NO_STORE, media_type="application/json")

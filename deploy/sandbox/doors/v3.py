"""api.mch.weixin.qq.com/v3: every request's signature judged first, every answer after that signed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from deploy.sandbox.faults import Fault
from deploy.sandbox.journal import Level
from deploy.sandbox.pay.asked import Prepay, RefundAsked, read_document
from deploy.sandbox.pay.orders import Row
from deploy.sandbox.pay.refusals import PayRefused, bad_field
from deploy.sandbox.pay.signatures import Request
from deploy.sandbox.platform import Platform
from deploy.sandbox.words import Words
from kernel import ids

_LARGEST_BODY: Final = 1_000_000
_SHOWN: Final = 2000
_JSON: Final = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Call:
    """One request of the merchant that was found genuine."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        return read_document(self.body)


@dataclass(frozen=True)
class Answer:
    """status 204 has no document; `content` is a file, which isn't signed."""

    status: int = 200
    document: dict[str, Any] | None = None
    content: bytes | None = None


Work = Callable[[Call], Answer]


def routes(platform: Platform) -> list[BaseRoute]:
    calls = _Calls(platform)
    orders, refunds = "/v3/pay/transactions", "/v3/refund/domestic/refunds"
    table: list[tuple[str, str, Work]] = [
        ("POST", f"{orders}/jsapi", calls.jsapi),
        ("POST", f"{orders}/native", calls.native),
        ("GET", f"{orders}/out-trade-no/{{out_trade_no}}", calls.query),
        ("POST", f"{orders}/out-trade-no/{{out_trade_no}}/close", calls.close),
        ("GET", f"{orders}/id/{{transaction_id}}", calls.query_transaction),
        ("POST", refunds, calls.refund),
        ("GET", f"{refunds}/{{out_refund_no}}", calls.query_refund),
        ("GET", "/v3/bill/tradebill", calls.bill),
        ("GET", "/v3/billdownload/file", calls.download),
    ]
    door = _Door(platform)
    return [Route(path, door.serving(work), methods=[method]) for method, path, work in table]


class _Door:
    """One way for all calls: fail as ordered, admit, work, sign, log."""

    def __init__(self, platform: Platform) -> None:
        self._all = platform

    def serving(self, work: Work) -> Callable[[HttpRequest], Awaitable[Response]]:
        async def serve(http: HttpRequest) -> Response:
            request = await _read(http)
            fault = self._all.faults.next(http.url.path)
            if fault:
                await asyncio.sleep(fault.delay_s)
                if fault.status and not fault.code:
                    return self._broken(request, fault.status)
            call = Call(http.path_params, http.query_params, request.body)
            try:
                self._all.pay.gate.admit(request)
                answer, refused = self._worked(work, call, fault), None
            except PayRefused as exc:
                answer, refused = Answer(exc.status, exc.document()), exc
            self._log(request, answer, refused)
            if fault and fault.lost:
                return self._broken(request, 502)
            return self._response(answer, signed=refused is None or refused.signed)

        return serve

    def _worked(self, work: Work, call: Call, fault: Fault | None) -> Answer:
        if fault and fault.code:
            raise PayRefused(fault.status or 400, fault.code, "按要求模拟的错误", "An error that was ordered")
        return work(call)

    def _response(self, answer: Answer, signed: bool) -> Response:
        if answer.content is not None:
            return Response(answer.content, answer.status, media_type="application/octet-stream")
        body = b"" if answer.document is None else _dump(answer.document)
        headers = {"Request-ID": ids.new_id().replace("-", "").upper()}
        if signed:
            headers |= self._all.pay.gate.headers(body)
        return Response(body, answer.status, headers, media_type=_JSON if body else None)

    def _broken(self, request: Request, status: int) -> Response:
        why = Words(f"按要求回应 HTTP {status}", f"Answered HTTP {status}, as ordered")
        self._all.journal.write("pay", "warn", f"{request.method} {request.url}", why)
        return Response(status_code=status)

    def _log(self, request: Request, answer: Answer, refused: PayRefused | None) -> None:
        level: Level = "bad" if refused else "ok"
        self._all.journal.write(
            "pay", level, f"{request.method} {request.url.partition('?')[0]}",
            refused.why if refused else Words("成功", "Done"),
            errcode=refused.code if refused else "", status=answer.status, url=request.url,
            body=request.body.decode(errors="replace")[:_SHOWN], answer=answer.document,
        )  # fmt: skip


class _Calls:
    """Each method takes a call and gives its answer. Raises PayRefused."""

    def __init__(self, platform: Platform) -> None:
        self._pay, self._hub = platform.pay, platform.hub

    def jsapi(self, call: Call) -> Answer:
        return Answer(document={"prepay_id": self._prepaid("JSAPI", call)})

    def native(self, call: Call) -> Answer:
        return Answer(document={"code_url": self._prepaid("NATIVE", call)})

    def query(self, call: Call) -> Answer:
        self._check_mchid(call.query.get("mchid"), "/query/mchid")
        return self._order(self._pay.orders.get(call.path["out_trade_no"]))

    def query_transaction(self, call: Call) -> Answer:
        self._check_mchid(call.query.get("mchid"), "/query/mchid")
        return self._order(self._pay.orders.by_transaction(call.path["transaction_id"]))

    def close(self, call: Call) -> Answer:
        self._check_mchid(call.json().get("mchid"), "/body/mchid")
        self._pay.orders.close(call.path["out_trade_no"])
        self._hub.tell("pay", {})
        return Answer(204)

    def refund(self, call: Call) -> Answer:
        row = self._pay.refunds.ask(RefundAsked.read(call.json()))
        self._pay.wake()
        self._hub.tell("pay", {"openid": self._pay.orders.get(row["out_trade_no"])["payer"]})
        return Answer(document=self._pay.refunds.document(row))

    def query_refund(self, call: Call) -> Answer:
        return Answer(document=self._pay.refunds.document(self._pay.refunds.get(call.path["out_refund_no"])))

    def bill(self, call: Call) -> Answer:
        asked = call.query
        kind, tar_type = asked.get("bill_type", "ALL"), asked.get("tar_type", "")
        return Answer(document=dict(self._pay.bills.order(asked.get("bill_date", ""), kind, tar_type)))

    def download(self, call: Call) -> Answer:
        return Answer(content=self._pay.bills.download(call.query.get("token", "")))

    def _prepaid(self, kind: str, call: Call) -> str:
        document = call.json()
        self._check_mchid(document.get("mchid"), "/body/mchid")
        session = self._pay.orders.prepay(Prepay.read(kind, document))
        self._hub.tell("pay", {})
        return session

    def _order(self, row: Row) -> Answer:
        return Answer(document=self._pay.orders.document(row))

    def _check_mchid(self, mchid: Any, path: str) -> None:
        if not mchid:
            raise bad_field(path, "映射到字段“直连商户号”必填性规则校验失败，此字段为必填项", "is needed")
        if mchid != self._pay.merchant.mchid:
            raise PayRefused(
                400, "PARAM_ERROR", "mchid与请求签名的商户号不一致", f"{path} is not the merchant who signed"
            )


async def _read(http: HttpRequest) -> Request:
    body = b""
    async for chunk in http.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            break
    query = http.scope["query_string"].decode("latin-1")
    url = http.scope["raw_path"].decode("latin-1").partition("?")[0] + (f"?{query}" if query else "")
    return Request(http.method, url, http.headers, body)


def _dump(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

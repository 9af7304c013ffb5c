"""One way for all of WeChat's API: read the call, let it fail as ordered, check its token, do it, log it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.sandbox.platform import Platform
from deploy.sandbox.sending import read_json
from deploy.sandbox.words import Words, Wrong
from kernel import ids

_LARGEST_BODY: Final = 2_000_000
_SHOWN: Final = 2000
_SECRETS: Final = ("access_token", "secret", "refresh_token")


@dataclass(frozen=True)
class Call:
    """One request: its query and its body as text."""

    query: Mapping[str, str]
    body: str

    def json(self) -> dict[str, Any]:
        """The body's JSON object. Raises Wrong 44002 or 47001."""
        return read_json(self.body)

    def value(self, name: str) -> str:
        return self.query.get(name, "")


Work = Callable[[Call], dict[str, Any]]


@dataclass(frozen=True)
class Endpoint:
    """One method of the API. token: whether it asks for an access token; media: the type of its answers."""

    method: str
    path: str
    work: Work
    token: bool = True
    media: str = "application/json; encoding=utf-8"


def route(platform: Platform, endpoint: Endpoint) -> Route:
    """The HTTP route of one endpoint."""

    async def handle(request: Request) -> Response:
        call = Call(dict(request.query_params), await _body(request))
        fault = platform.faults.next(endpoint.path)
        if fault:
            await asyncio.sleep(fault.delay_s)
            if fault.status:
                return _broken(platform, endpoint, fault.status)
        answer, why = _answer(platform, endpoint, request.method, call, fault.errcode if fault else 0)
        _log(platform, endpoint, call, answer, why)
        if fault and fault.lost:
            return _broken(platform, endpoint, 502)
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        return Response(text, media_type=endpoint.media)

    return Route(endpoint.path, handle, methods=["GET", "POST"])


async def _body(request: Request) -> str:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            break
    return body.decode("utf-8", errors="replace")


def _answer(
    platform: Platform, endpoint: Endpoint, method: str, call: Call, ordered: int
) -> tuple[dict[str, Any], Words]:
    try:
        if method != endpoint.method:
            raise Wrong(
                43001 if endpoint.method == "GET" else 43002,
                f"应使用 {endpoint.method}。", f"{endpoint.method} is expected.",
            )  # fmt: skip
        if ordered:
            raise Wrong(ordered, "按要求模拟的错误。", "An error that was ordered.")
        if endpoint.token:
            platform.tokens.check(call.value("access_token"))
        return endpoint.work(call), Words("成功", "Done")
    except Wrong as exc:
        rid = f"{ids.new_id()[-24:-16]}-{ids.new_id()[-8:]}"
        return {"errcode": exc.errcode, "errmsg": f"{exc.errmsg} rid: {rid}"}, exc.why


def _broken(platform: Platform, endpoint: Endpoint, status: int) -> Response:
    platform.journal.write(
        "api",
        "warn",
        endpoint.path,
        Words(f"按要求回应 HTTP {status}", f"Answered HTTP {status}, as ordered"),
    )
    return Response(status_code=status)


def _log(platform: Platform, endpoint: Endpoint, call: Call, answer: dict[str, Any], why: Words) -> None:
    errcode = answer.get("errcode", 0)
    query = {name: ("…" if name in _SECRETS else value) for name, value in call.query.items()}
    said = {name: ("…" if name in _SECRETS else value) for name, value in answer.items()}
    platform.journal.write(
        "api", "bad" if errcode else "ok", endpoint.path, why,
        errcode=errcode, query=query, body=_without_secret(call.body)[:_SHOWN], answer=said,
    )  # fmt: skip


def _without_secret(body: str) -> str:
    if '"secret"' not in body:
        return body
    try:
        return json.dumps(json.loads(body) | {"secret": "…"}, ensure_ascii=False)
    except (ValueError, TypeError):
        return "…"

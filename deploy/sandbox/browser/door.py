"""Requests of the phone's pages, passed on to the gateway as WeChat's browser would send them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Final

import httpx
from starlette.background import BackgroundTask
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from deploy.sandbox.browser.addresses import INSIDE, Addresses
from deploy.sandbox.browser.cookies import Cookies
from deploy.sandbox.doors.sns import PHONE_COOKIE
from deploy.sandbox.platform import Platform
from deploy.sandbox.words import Words

_AGENT: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.50(0x18003237) NetType/WIFI Language/{language}"
)
# Of one connection only (RFC 9110, 7.6.1), or made anew on the way out.
_NOT_PASSED: Final = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "cookie",
        "content-length",
        "accept-encoding",
        "accept-language",
        "user-agent",
    ]
)
_NOT_PASSED_BACK: Final = frozenset(
    [
        "connection",
        "keep-alive",
        "transfer-encoding",
        "content-length",
        "set-cookie",
        "x-frame-options",
        "date",
        "server",
    ]
)
_MAPPED_BACK: Final = ("location", "hx-redirect", "hx-location", "hx-push-url", "hx-replace-url")
_SDK: Final = re.compile(r"(https?:)?//res2?\.wx\.qq\.com/open/js/jweixin-[\d.]+\.js")
_HEAD: Final = re.compile(r"<head[^>]*>", re.IGNORECASE)
_SLOW_S: Final = 1.5
_SLOW_CHUNK: Final = 8_000
METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def agent(language: str) -> str:
    """WeChat's user agent on a phone set to `language` (zh_CN or en)."""
    return _AGENT.format(language=language)


class Proxy:
    """Everything under the browser's port that isn't WeChat's own."""

    def __init__(self, platform: Platform, client: httpx.AsyncClient, cookies: Cookies) -> None:
        self._all, self._client, self._cookies = platform, client, cookies

    def addresses(self, request: Request) -> Addresses:
        """As this request names the browser's port: 127.0.0.1 and localhost are both right."""
        settings = self._all.settings
        return Addresses(settings.public_url, settings.base_url, f"http://{request.headers['host']}")

    async def pass_on(self, request: Request) -> Response:
        user = self._all.people.find(request.cookies.get(PHONE_COOKIE, ""))
        if user is None:
            return Response("Open this page from the sandbox's phone.", 400)
        addresses = self.addresses(request)
        outgoing = await self._outgoing(request, addresses, user["openid"], user["language"])
        if user["slow"]:
            await asyncio.sleep(_SLOW_S)
        try:
            answer = await self._client.send(outgoing, stream=True)
        except httpx.HTTPError as exc:
            return self._unreachable(request, exc)
        self._cookies.take(user["openid"], answer.headers.get_list("set-cookie"), request.url.path)
        self._remark(request, answer)
        return await self._back(answer, addresses, bool(user["slow"]))

    async def _outgoing(
        self, request: Request, addresses: Addresses, openid: str, language: str
    ) -> httpx.Request:
        headers = [
            (name, addresses.outwards(value))
            for name, value in request.headers.items()
            if name not in _NOT_PASSED and not name.startswith("sec-")
        ]
        tag = "zh-CN,zh-Hans;q=0.9" if language == "zh_CN" else "en-US,en;q=0.9"
        headers += [
            ("host", addresses.public_host),
            ("user-agent", agent(language)),
            ("accept-language", tag),
            ("accept-encoding", "identity"),
            *_fetch_metadata(request),
        ]
        cookie = self._cookies.header(openid, request.url.path)
        if cookie:
            headers.append(("cookie", cookie))
        body = await request.body()
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            body = addresses.outwards(body.decode("latin-1")).encode("latin-1")
        path = request.scope["raw_path"].decode("latin-1")
        query = addresses.outwards(request.url.query)
        url = self._all.settings.public_url + path + (f"?{query}" if query else "")
        return self._client.build_request(request.method, url, headers=headers, content=body or None)

    async def _back(self, answer: httpx.Response, addresses: Addresses, slow: bool) -> Response:
        headers = MutableHeaders(raw=[])
        for name, value in answer.headers.multi_items():
            if name in _NOT_PASSED_BACK:
                continue
            if name in _MAPPED_BACK:
                value = addresses.inwards(value)
            if name == "content-security-policy":
                value = _without_frame_ancestors(value)
            headers.append(name, value)
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html"):
            text = (await answer.aread()).decode(answer.encoding or "utf-8", errors="replace")
            await answer.aclose()
            return _with_headers(Response(_dressed(text, addresses), answer.status_code), headers)
        chunks = _slowly(answer) if slow else answer.aiter_raw()
        stream = StreamingResponse(chunks, answer.status_code, background=BackgroundTask(answer.aclose))
        if "content-length" in answer.headers and not slow:
            headers["content-length"] = answer.headers["content-length"]
        return _with_headers(stream, headers)

    def _remark(self, request: Request, answer: httpx.Response) -> None:
        location = answer.headers.get("location", "")
        if "/connect/oauth2/authorize" in location and not location.endswith("#wechat_redirect"):
            why = Words("授权链接末尾应带 #wechat_redirect", "A sign-in link ends with #wechat_redirect")
            self._all.journal.write("oauth", "warn", request.url.path, why)
        if answer.status_code >= 500:
            why = Words(f"网页回应 HTTP {answer.status_code}", f"The page answered HTTP {answer.status_code}")
            self._all.journal.write("page", "bad", f"{request.method} {request.url.path}", why)

    def _unreachable(self, request: Request, exc: httpx.HTTPError) -> Response:
        name = type(exc).__name__
        public = self._all.settings.public_url
        why = Words(f"连接不上 {public}（{name}）", f"{public} can't be reached ({name})")
        self._all.journal.write("page", "bad", f"{request.method} {request.url.path}", why)
        page = "<!doctype html><meta charset=utf-8><p style='font:16px sans-serif;text-align:center;margin-top:30%'>"
        return Response(f"{page}无法连接网络<br>No network", 502, media_type="text/html")


def _fetch_metadata(request: Request) -> list[tuple[str, str]]:
    """Sec-Fetch-*: the phone's page is no frame of another page, whatever the developer's browser says."""
    told = {name: value for name, value in request.headers.items() if name.startswith("sec-fetch-")}
    if told.get("sec-fetch-dest") == "iframe":
        told["sec-fetch-dest"] = "document"
        if told.get("sec-fetch-site") != "same-origin":
            told["sec-fetch-site"] = "none"
    return list(told.items())


def _without_frame_ancestors(policy: str) -> str:
    parts = [part.strip() for part in policy.split(";")]
    return "; ".join(part for part in parts if part and not part.lower().startswith("frame-ancestors"))


def _dressed(text: str, addresses: Addresses) -> str:
    """A page with WeChat's bridge in it, its own links leading through the frame, the SDK from here."""
    text = _SDK.sub(f"{INSIDE}/jweixin.js", text)
    for before in ('href="', 'action="', 'src="'):
        text = text.replace(f"{before}{addresses.public}", f"{before}{addresses.browser}")
    bridge = f'<script src="{INSIDE}/bridge.js"></script>'
    return _HEAD.sub(lambda found: found[0] + bridge, text, count=1)


def _with_headers(response: Response, headers: MutableHeaders) -> Response:
    own = [(name, value) for name, value in response.raw_headers if name == b"content-length"]
    response.raw_headers = [
        *headers.raw,
        *(pair for pair in own if b"content-length" not in dict(headers.raw)),
    ]
    return response


async def _slowly(answer: httpx.Response) -> AsyncIterator[bytes]:
    """A network of some 40 kB/s."""
    async for chunk in answer.aiter_raw():
        for start in range(0, len(chunk), _SLOW_CHUNK):
            yield chunk[start : start + _SLOW_CHUNK]
            await asyncio.sleep(0.2)

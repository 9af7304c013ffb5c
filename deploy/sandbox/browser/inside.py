"""What WeChat's browser answers itself, under a path of its own: which user this is, sign-in, the JS-SDK."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.sandbox.browser.addresses import INSIDE
from deploy.sandbox.browser.cookies import Cookies
from deploy.sandbox.browser.door import METHODS, Proxy, agent
from deploy.sandbox.doors.sns import PHONE_COOKIE, Authorize
from deploy.sandbox.platform import Platform
from deploy.sandbox.words import Words

_HERE: Final = Path(__file__).parent
_SCRIPT: Final = {"Cache-Control": "no-cache"}


def routes(platform: Platform, proxy: Proxy, cookies: Cookies) -> list[BaseRoute]:
    inside = _Inside(platform, proxy, cookies)
    return [
        Route(f"{INSIDE}/open", inside.open),
        Route(f"{INSIDE}/authorize", inside.authorize),
        Route(f"{INSIDE}/forget", inside.forget, methods=["POST"]),
        Route(f"{INSIDE}/config", inside.config, methods=["POST"]),
        Route(f"{INSIDE}/{{name}}.js", inside.script),
        Route("/{path:path}", proxy.pass_on, methods=METHODS),
    ]


class _Inside:
    def __init__(self, platform: Platform, proxy: Proxy, cookies: Cookies) -> None:
        self._all, self._proxy, self._cookies = platform, proxy, cookies
        self._authorize = Authorize(platform)

    async def open(self, request: Request) -> Response:
        """?user=OPENID&url=…: this browser is that user's phone now, and goes to the page."""
        openid = request.query_params.get("user", "")
        url = request.query_params.get("url") or "/"
        if self._all.people.find(openid) is None:
            return Response("No such user.", 404)
        addresses = self._proxy.addresses(request)
        own_path = url.startswith("/") and not url.startswith("//")
        if not own_path and not addresses.is_ours(url):
            return Response("That page isn't the account's.", 400)
        target = url if own_path else addresses.inwards(url)
        answer = RedirectResponse(target, 302)
        answer.set_cookie(PHONE_COOKIE, openid, httponly=True, samesite="lax")
        return answer

    async def authorize(self, request: Request) -> Response:
        """Sign-in with the phone's user; the way back leads through this port."""
        openid = request.cookies.get(PHONE_COOKIE, "")
        if self._all.people.find(openid) is None:
            return await self._authorize.from_outside(request)
        answer = self._authorize.answer(request, openid)
        if "location" in answer.headers:
            answer.headers["location"] = self._proxy.addresses(request).inwards(answer.headers["location"])
        return answer

    async def forget(self, request: Request) -> Response:
        """Clear the user's cookies."""
        self._cookies.clear(request.cookies.get(PHONE_COOKIE, ""))
        return JSONResponse({})

    async def config(self, request: Request) -> Response:
        """wx.config: judged, and told in the log either way."""
        asked: dict[str, Any] = await request.json()
        page = self._proxy.addresses(request).outwards(str(asked.pop("page", "")))
        why = self._all.jssdk.judge(asked, page)
        good = Words("签名正确", "The signature is right")
        self._all.journal.write(
            "js", "bad" if why else "ok", "wx.config", why or good, page=page, config=asked
        )
        return JSONResponse({"good": why is None, "why": why._asdict() if why else None})

    async def script(self, request: Request) -> Response:
        path = _HERE / f"{request.path_params['name']}.js"
        if path.name not in {"bridge.js", "jweixin.js"}:
            return Response(status_code=404)
        user = self._all.people.find(request.cookies.get(PHONE_COOKIE, ""))
        text = path.read_text(encoding="utf-8").replace(
            "__AGENT__", agent(user["language"] if user else "zh_CN")
        )
        return Response(text, media_type="text/javascript", headers=_SCRIPT)

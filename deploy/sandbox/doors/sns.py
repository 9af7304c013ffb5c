"""Sign-in: open.weixin.qq.com/connect/oauth2/authorize and api.weixin.qq.com/sns."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.sandbox.doors.calls import Call, Endpoint, route
from deploy.sandbox.oauth import Asked, Refused
from deploy.sandbox.platform import Platform
from deploy.sandbox.words import Words, Wrong

_DONE: Final[dict[str, Any]] = {"errcode": 0, "errmsg": "ok"}
# WeChat answers these calls with this type, JSON as they are.
_PLAIN: Final = "text/plain"
PHONE_COOKIE: Final = "sandbox_phone"


def routes(platform: Platform) -> list[BaseRoute]:
    calls = _Calls(platform)
    endpoints = [
        Endpoint("GET", "/sns/oauth2/access_token", calls.access_token, token=False, media=_PLAIN),
        Endpoint("GET", "/sns/oauth2/refresh_token", calls.refresh_token, token=False, media=_PLAIN),
        Endpoint("GET", "/sns/userinfo", calls.userinfo, token=False, media=_PLAIN),
        Endpoint("GET", "/sns/auth", calls.auth, token=False, media=_PLAIN),
    ]
    authorize = Route("/connect/oauth2/authorize", Authorize(platform).from_outside)
    return [authorize, *(route(platform, endpoint) for endpoint in endpoints)]


class _Calls:
    """Each method takes a call and gives the answer's document."""

    def __init__(self, platform: Platform) -> None:
        self._all = platform

    def access_token(self, call: Call) -> dict[str, Any]:
        self._all.tokens.check_account(call.value("appid"), call.value("secret"))
        if call.value("grant_type") != "authorization_code":
            raise Wrong(40002, "grant_type 应为 authorization_code。", "grant_type is authorization_code.")
        grant, openid = self._all.oauth.redeem(call.value("code"))
        return grant | self._union(openid, grant["scope"])

    def refresh_token(self, call: Call) -> dict[str, Any]:
        if call.value("appid") != self._all.account.appid:
            raise Wrong(40013, "appid 不是本公众号的。", "The appid isn't this account's.")
        return self._all.oauth.refresh(call.value("refresh_token"))

    def userinfo(self, call: Call) -> dict[str, Any]:
        grant = self._all.oauth.granted(call.value("access_token"), call.value("openid"))
        if grant["scope"] != "snsapi_userinfo":
            raise Wrong(48001, "scope 不是 snsapi_userinfo。", "The scope isn't snsapi_userinfo.")
        user = self._all.people.get(grant["openid"])
        shown = {"openid": user["openid"], "nickname": user["nickname"], "sex": 0, "province": "", "city": ""}
        return shown | {"country": "", "headimgurl": "", "privilege": [], "unionid": user["unionid"]}

    def auth(self, call: Call) -> dict[str, Any]:
        self._all.oauth.granted(call.value("access_token"), call.value("openid"))
        return _DONE

    def _union(self, openid: str, scope: str) -> dict[str, str]:
        user = self._all.people.get(openid)
        # As WeChat: with snsapi_base the unionid comes along only for those who follow the account.
        known = scope == "snsapi_userinfo" or user["subscribed"]
        return {"unionid": user["unionid"]} if known else {}


class Authorize:
    """The sign-in page, for the phone's browser (which knows its user) and for any other."""

    def __init__(self, platform: Platform) -> None:
        self._all = platform

    async def from_outside(self, request: Request) -> Response:
        """In a browser that isn't the phone's: WeChat tells people to come with WeChat."""
        openid = request.cookies.get(PHONE_COOKIE, "")
        if self._all.people.find(openid) is None:
            why = Words(
                "请在微信客户端打开链接。", "Open this link in WeChat: here, from the sandbox's phone."
            )
            self._all.journal.write("oauth", "warn", "authorize", why)
            return _page(why, 0)
        return self.answer(request, openid)

    def answer(self, request: Request, openid: str) -> Response:
        """For this user: go on with a code, ask for consent, or say what is wrong."""
        try:
            asked = self._all.oauth.read(request.query_params.multi_items())
        except Refused as exc:
            self._all.journal.write("oauth", "bad", "authorize", exc.why, query=dict(request.query_params))
            return _page(exc.why, exc.number)
        agreed = request.query_params.get("agreed")
        if asked.scope == "snsapi_userinfo" and not agreed:
            return _consent(request, self._all.account.name_zh)
        return self._go_on(openid, asked)

    def _go_on(self, openid: str, asked: Asked) -> Response:
        code = self._all.oauth.issue(openid, asked)
        remark = self._all.oauth.remark(asked)
        why = remark or Words(
            "已发出 code，5 分钟内有效，只能用一次", "Gave out a code: five minutes, single use"
        )
        self._all.journal.write(
            "oauth",
            "warn" if remark else "ok",
            "authorize",
            why,
            scope=asked.scope,
            redirect_uri=asked.redirect_uri,
        )
        return RedirectResponse(asked.back(code), 302)


_FRAME: Final = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>WeChat</title><style>body{font:16px/1.6 sans-serif;margin:0;padding:64px 24px;text-align:center;color:#333}
b{display:block;font-size:20px;margin-bottom:8px}a{display:block;max-width:220px;margin:32px auto 0;padding:10px;border-radius:6px;
background:#07c160;color:#fff;text-decoration:none}p{color:#777;margin:4px 0}</style>"""


def _page(why: Words, number: int) -> Response:
    shown = f"<p>{number}</p>" if number else ""
    return Response(
        f"{_FRAME}<b>Oops! Something went wrong :(</b><p>{_safe(why.zh)}</p><p>{_safe(why.en)}</p>{shown}",
        media_type="text/html",
    )


def _consent(request: Request, name: str) -> Response:
    address = _safe(f"?{request.url.query}&agreed=1")
    return Response(
        f"{_FRAME}<b>{_safe(name)}</b><p>申请获取你的昵称、头像</p><p>asks for your nickname and picture</p>"
        f'<a href="{address}">允许 Allow</a>',
        media_type="text/html",
    )


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")

"""api.weixin.qq.com/cgi-bin: tokens, messages, menu, users, tickets, QR codes, templates."""

from __future__ import annotations

import io
import re
from typing import Any, Final

import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from deploy.sandbox.doors.calls import Call, Endpoint, route
from deploy.sandbox.platform import Platform
from deploy.sandbox.words import Words, Wrong

_DONE: Final[dict[str, Any]] = {"errcode": 0, "errmsg": "ok"}
_PAGE: Final = 10_000


def routes(platform: Platform) -> list[BaseRoute]:
    calls = _Calls(platform)
    endpoints = [
        Endpoint("POST", "/cgi-bin/stable_token", calls.stable_token, token=False),
        Endpoint("GET", "/cgi-bin/token", calls.token, token=False),
        Endpoint("POST", "/cgi-bin/message/template/send", calls.template_send),
        Endpoint("POST", "/cgi-bin/message/subscribe/bizsend", calls.bizsend),
        Endpoint("POST", "/cgi-bin/message/custom/send", calls.custom_send),
        Endpoint("POST", "/cgi-bin/menu/create", calls.menu_create),
        Endpoint("GET", "/cgi-bin/menu/get", calls.menu_get),
        Endpoint("GET", "/cgi-bin/menu/delete", calls.menu_delete),
        Endpoint("GET", "/cgi-bin/get_current_selfmenu_info", calls.current_menu),
        Endpoint("GET", "/cgi-bin/ticket/getticket", calls.ticket),
        Endpoint("GET", "/cgi-bin/user/info", calls.user_info),
        Endpoint("POST", "/cgi-bin/user/info/batchget", calls.users_info),
        Endpoint("GET", "/cgi-bin/user/get", calls.user_get),
        Endpoint("POST", "/cgi-bin/qrcode/create", calls.qrcode_create),
        Endpoint("GET", "/cgi-bin/template/get_all_private_template", calls.templates),
        Endpoint("POST", "/cgi-bin/template/del_private_template", calls.template_delete),
        Endpoint("GET", "/wxaapi/newtmpl/gettemplate", calls.subscription_templates),
        Endpoint("GET", "/cgi-bin/get_api_domain_ip", calls.domain_ips),
    ]
    show = Route("/cgi-bin/showqrcode", _ShowQr(platform).show)
    return [show, *(route(platform, endpoint) for endpoint in endpoints)]


class _Calls:
    """Each method takes a call and gives the answer's document."""

    def __init__(self, platform: Platform) -> None:
        self._all = platform

    def stable_token(self, call: Call) -> dict[str, Any]:
        asked = call.json()
        self._check_grant(asked.get("grant_type"))
        self._all.tokens.check_account(str(asked.get("appid") or ""), str(asked.get("secret") or ""))
        token, lasts_s = self._all.tokens.stable(bool(asked.get("force_refresh")))
        return {"access_token": token, "expires_in": lasts_s}

    def token(self, call: Call) -> dict[str, Any]:
        self._check_grant(call.value("grant_type"))
        self._all.tokens.check_account(call.value("appid"), call.value("secret"))
        token, lasts_s = self._all.tokens.plain()
        return {"access_token": token, "expires_in": lasts_s}

    def template_send(self, call: Call) -> dict[str, Any]:
        return _DONE | {"msgid": self._all.sending.template(call.json())}

    def bizsend(self, call: Call) -> dict[str, Any]:
        self._all.sending.subscription(call.json())
        return _DONE

    def custom_send(self, call: Call) -> dict[str, Any]:
        self._all.sending.custom(call.body, call.json())
        return _DONE

    def menu_create(self, call: Call) -> dict[str, Any]:
        self._all.quotas.spend("menu_create")
        for remark in self._all.menu.create(call.body):
            self._all.journal.write("note", "warn", "menu/create", remark)
        self._all.hub.tell("menu", {})
        return _DONE

    def menu_get(self, _: Call) -> dict[str, Any]:
        return {"menu": self._all.menu.get()}

    def menu_delete(self, _: Call) -> dict[str, Any]:
        self._all.menu.delete()
        self._all.hub.tell("menu", {})
        return _DONE

    def current_menu(self, _: Call) -> dict[str, Any]:
        menu = self._all.menu.find()
        return {"is_menu_open": int(menu is not None), "selfmenu_info": menu or {}}

    def ticket(self, call: Call) -> dict[str, Any]:
        self._all.quotas.spend("ticket")
        ticket, lasts_s = self._all.tickets.get(call.value("type"))
        return _DONE | {"ticket": ticket, "expires_in": lasts_s}

    def user_info(self, call: Call) -> dict[str, Any]:
        if not call.value("openid"):
            raise Wrong(41009, "没有带 openid。", "openid is missing.")
        return self._user(call.value("openid"))

    def users_info(self, call: Call) -> dict[str, Any]:
        asked = call.json().get("user_list")
        if not isinstance(asked, list) or not 1 <= len(asked) <= 100:
            raise Wrong(
                40035, "user_list 应有 1 到 100 个。", "user_list has 1 to 100 entries.", at="user_list"
            )
        return {"user_info_list": [self._user(str(one.get("openid"))) for one in asked]}

    def user_get(self, call: Call) -> dict[str, Any]:
        after = self._all.people.get(call.value("next_openid"))["serial"] if call.value("next_openid") else 0
        total = self._all.db.number("SELECT COUNT(*) FROM users WHERE subscribed = 1")
        sql = "SELECT openid FROM users WHERE subscribed = 1 AND serial > ? ORDER BY serial LIMIT ?"
        openids = [row["openid"] for row in self._all.db.all(sql, after, _PAGE)]
        data = {"data": {"openid": openids}} if openids else {}
        last = openids[-1] if openids else ""
        return {"total": total, "count": len(openids), **data, "next_openid": last}

    def qrcode_create(self, call: Call) -> dict[str, Any]:
        made = self._all.qrcodes.create(call.json())
        self._all.hub.tell("qrcodes", {})
        return made

    def templates(self, _: Call) -> dict[str, Any]:
        return {
            "template_list": [
                {
                    "template_id": one.id,
                    "title": one.title,
                    "primary_industry": "交通运输",
                    "deputy_industry": "民航",
                    "content": one.content,
                    "example": one.example,
                }
                for one in self._all.templates.all()
            ]
        }

    def template_delete(self, call: Call) -> dict[str, Any]:
        self._all.templates.remove(str(call.json().get("template_id")))
        self._all.save_account()
        return _DONE

    def subscription_templates(self, _: Call) -> dict[str, Any]:
        found = self._all.templates.all("subscribe")
        return _DONE | {"data": [{"priTmplId": t.id, "title": t.title, "content": t.content} for t in found]}

    def domain_ips(self, _: Call) -> dict[str, Any]:
        return {"ip_list": [self._all.settings.host]}

    def _user(self, openid: str) -> dict[str, Any]:
        row = self._all.people.get(openid)
        if not row["subscribed"]:
            return {"subscribe": 0, "openid": openid, "tagid_list": []}
        scene = row["qr_scene"]
        return {
            "subscribe": 1,
            "openid": openid,
            "language": row["language"],
            "subscribe_time": int(row["subscribed_at"]),
            "unionid": row["unionid"],
            "remark": "",
            "groupid": 0,
            "tagid_list": [],
            "subscribe_scene": row["scene"],
            "qr_scene": int(scene) if re.fullmatch(r"\d+", scene) else 0,
            "qr_scene_str": "" if re.fullmatch(r"\d+", scene) else scene,
        }

    def _check_grant(self, grant_type: Any) -> None:
        if grant_type != "client_credential":
            raise Wrong(40002, "grant_type 应为 client_credential。", "grant_type is client_credential.")


class _ShowQr:
    """mp.weixin.qq.com/cgi-bin/showqrcode: the picture of a ticket."""

    def __init__(self, platform: Platform) -> None:
        self._all = platform

    async def show(self, request: Request) -> Response:
        found = self._all.qrcodes.find(request.query_params.get("ticket", ""))
        if found is None:
            self._all.journal.write(
                "api", "bad", "/cgi-bin/showqrcode", Words("ticket 无效", "No such ticket")
            )
            return Response(status_code=404)
        picture = io.BytesIO()
        segno.make(found["url"], error="m").save(picture, kind="svg", scale=8, border=2, light="#fff")
        return Response(picture.getvalue(), media_type="image/svg+xml")

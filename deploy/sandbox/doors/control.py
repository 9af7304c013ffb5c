"""/sandbox: what the phone page and tests do with the platform. JSON in, JSON out; errors as {"wrong": …}."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from deploy.sandbox.account import MODES
from deploy.sandbox.cards import CardRefused
from deploy.sandbox.doors import documents as show
from deploy.sandbox.faults import Fault
from deploy.sandbox.pay.refusals import PayRefused
from deploy.sandbox.people import shown
from deploy.sandbox.platform import Platform
from deploy.sandbox.words import Words, Wrong

Handler = Callable[[Request, dict[str, Any]], Awaitable[Any]]
_STREAM: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def routes(platform: Platform) -> list[BaseRoute]:
    control = Control(platform)
    user = "/sandbox/users/{openid}"
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/sandbox/state", control.state),
        ("GET", "/sandbox/users", control.users),
        ("POST", "/sandbox/users", control.add_user),
        ("GET", user, control.user),
        ("PATCH", user, control.change_user),
        ("GET", f"{user}/messages", control.messages),
        ("DELETE", f"{user}/messages", control.clear),
        ("POST", f"{user}/subscribe", control.subscribe),
        ("POST", f"{user}/unsubscribe", control.unsubscribe),
        ("POST", f"{user}/text", control.text),
        ("POST", f"{user}/location", control.location),
        ("POST", f"{user}/report-location", control.report_location),
        ("POST", f"{user}/scan", control.scan),
        ("POST", f"{user}/menu/click", control.click),
        ("POST", f"{user}/repeat", control.repeat),
        ("POST", f"{user}/refuse", control.refuse),
        ("GET", "/sandbox/messages", control.all_messages),
        ("GET", "/sandbox/menu", control.menu),
        ("GET", "/sandbox/qrcodes", control.qrcodes),
        ("GET", "/sandbox/templates", control.templates),
        ("POST", "/sandbox/templates", control.put_template),
        ("GET", "/sandbox/log", control.log),
        ("POST", "/sandbox/mode", control.mode),
        ("POST", "/sandbox/check", control.check),
        ("POST", "/sandbox/clock", control.clock),
        ("POST", "/sandbox/faults", control.fault),
        ("DELETE", "/sandbox/faults", control.clear_faults),
        ("POST", "/sandbox/limits", control.limits),
        ("POST", "/sandbox/tokens/expire", control.expire_tokens),
    ]
    stream = Route("/sandbox/events", control.events)
    return [stream, *grouped(table)]


def grouped(table: list[tuple[str, str, Handler]]) -> list[BaseRoute]:
    """One route for each path of (method, path, handler); refusals become {"wrong": …}."""
    paths: dict[str, dict[str, Handler]] = {}
    for method, path, handler in table:
        paths.setdefault(path, {})[method] = handler
    return [Route(path, _answering(handlers), methods=list(handlers)) for path, handlers in paths.items()]


def _answering(handlers: dict[str, Handler]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if not _is_own(request):
            return JSONResponse({"wrong": {"errcode": 403, "en": "Another site may not do this."}}, 403)
        method = "GET" if request.method == "HEAD" else request.method
        try:
            asked = await _asked(request)
            return JSONResponse(await handlers[method](request, asked))
        except Wrong as exc:
            wrong = {"errcode": exc.errcode, "zh": exc.why.zh, "en": exc.why.en}
        except (CardRefused, PayRefused) as exc:
            wrong = {"errcode": 400, "zh": exc.why.zh, "en": exc.why.en}
        return JSONResponse({"wrong": wrong}, 400)

    return answer


def _is_own(request: Request) -> bool:
    """A page of another site that a developer has open must not reach in; programs send no Origin."""
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")


async def _asked(request: Request) -> dict[str, Any]:
    body = await request.body()
    if not body:
        return {}
    try:
        found = json.loads(body)
    except ValueError as exc:
        raise Wrong(47001, "不是 JSON。", "That is no JSON.") from exc
    if not isinstance(found, dict):
        raise Wrong(47001, "应为 JSON 对象。", "A JSON object is expected.")
    return found


class Control:
    """Each method takes a request and its JSON object, and gives the answer's document."""

    def __init__(self, platform: Platform) -> None:
        self._all = platform

    async def events(self, _: Request) -> Response:
        return StreamingResponse(self._all.hub.listen(), media_type="text/event-stream", headers=_STREAM)

    async def state(self, _: Request, __: dict[str, Any]) -> Any:
        return show.state(self._all)

    async def users(self, _: Request, __: dict[str, Any]) -> Any:
        return {"users": [shown(row) for row in self._all.people.all()]}

    async def add_user(self, _: Request, asked: dict[str, Any]) -> Any:
        if "count" in asked:
            return {"openids": self._all.people.add_many(int(asked["count"]), bool(asked.get("subscribed")))}
        wanted = {name: str(asked[name]) for name in ("nickname", "language", "unionid") if asked.get(name)}
        return shown(self._all.people.add(**wanted))

    async def user(self, request: Request, _: dict[str, Any]) -> Any:
        openid = _openid(request)
        return shown(self._all.people.get(openid)) | {"refused": self._all.people.refused(openid)}

    async def change_user(self, request: Request, asked: dict[str, Any]) -> Any:
        return shown(self._all.people.change(_openid(request), asked))

    async def messages(self, request: Request, _: dict[str, Any]) -> Any:
        return {"messages": self._all.chat.read(_openid(request), _number(request, "after"))}

    async def all_messages(self, request: Request, _: dict[str, Any]) -> Any:
        found = self._all.chat.read_all(_number(request, "after"), _number(request, "limit") or 1000)
        return {"messages": found, "templates": self._all.chat.count("template")}

    async def clear(self, request: Request, _: dict[str, Any]) -> Any:
        self._all.chat.clear(_openid(request))
        return {}

    async def subscribe(self, request: Request, asked: dict[str, Any]) -> Any:
        return await self._all.actions.subscribe(_openid(request), self._scene(asked))

    async def unsubscribe(self, request: Request, _: dict[str, Any]) -> Any:
        return await self._all.actions.unsubscribe(_openid(request))

    async def text(self, request: Request, asked: dict[str, Any]) -> Any:
        content, choice = str(asked.get("content") or ""), str(asked.get("choice") or "")
        return await self._all.actions.text(_openid(request), content, choice)

    async def location(self, request: Request, asked: dict[str, Any]) -> Any:
        latitude, longitude = _place(asked)
        return await self._all.actions.location(
            _openid(request), latitude, longitude, str(asked.get("label") or "")
        )

    async def report_location(self, request: Request, asked: dict[str, Any]) -> Any:
        return await self._all.actions.report_location(_openid(request), *_place(asked))

    async def scan(self, request: Request, asked: dict[str, Any]) -> Any:
        scene = self._scene(asked)
        return await self._all.actions.scan(
            _openid(request), scene["ticket"] if scene else str(asked.get("text") or "")
        )

    async def click(self, request: Request, asked: dict[str, Any]) -> Any:
        wanted = str(asked.get("key") or asked.get("name") or asked.get("url") or "")
        return await self._all.actions.click(_openid(request), wanted, str(asked.get("scanned") or ""))

    async def repeat(self, request: Request, _: dict[str, Any]) -> Any:
        return await self._all.actions.repeat(_openid(request))

    async def refuse(self, request: Request, asked: dict[str, Any]) -> Any:
        template = self._all.templates.get(asked.get("template_id"))
        self._all.people.refuse(_openid(request), template.id, bool(asked.get("refused", True)))
        return {"refused": self._all.people.refused(_openid(request))}

    async def menu(self, _: Request, __: dict[str, Any]) -> Any:
        return self._all.menu.find() or {"button": []}

    async def qrcodes(self, _: Request, __: dict[str, Any]) -> Any:
        return {"qrcodes": self._all.qrcodes.all()}

    async def templates(self, _: Request, __: dict[str, Any]) -> Any:
        found = [one for kind in ("template", "subscribe") for one in self._all.templates.all(kind)]
        return {"templates": [vars(one) | {"fields": one.fields} for one in found]}

    async def put_template(self, _: Request, asked: dict[str, Any]) -> Any:
        template = self._all.templates.put(asked)
        self._all.save_account()
        return vars(template) | {"fields": template.fields}

    async def log(self, request: Request, _: dict[str, Any]) -> Any:
        return {"log": self._all.journal.read(_number(request, "after"))}

    async def mode(self, _: Request, asked: dict[str, Any]) -> Any:
        if asked.get("mode") not in MODES:
            raise Wrong(40035, f"模式只有 {MODES}。", f"The modes are {', '.join(MODES)}.", at="mode")
        self._all.account.mode = asked["mode"]
        self._all.save_account()
        self._all.note("mode", f"消息加解密方式：{asked['mode']}", f"Messages are now pushed {asked['mode']}")
        self._all.hub.tell("state", {})
        return show.state(self._all)

    async def check(self, _: Request, __: dict[str, Any]) -> Any:
        why = await self._all.callback.check()
        return {"good": why is None, "why": (why or Words("通过", "Passed"))._asdict()}

    async def clock(self, _: Request, asked: dict[str, Any]) -> Any:
        if asked.get("reset"):
            self._all.clock.reset()
        self._all.clock.advance(float(asked.get("advance_s") or 0))
        self._all.hub.tell("state", {})
        return {"now": self._all.clock.read().isoformat(), "offset_s": self._all.clock.offset_s}

    async def fault(self, _: Request, asked: dict[str, Any]) -> Any:
        try:
            self._all.faults.order(Fault(**asked))
        except TypeError as exc:
            raise Wrong(40035, f"{exc}", f"{exc}") from exc
        return {}

    async def clear_faults(self, _: Request, __: dict[str, Any]) -> Any:
        self._all.faults.clear()
        return {}

    async def limits(self, _: Request, asked: dict[str, Any]) -> Any:
        self._all.quotas.set({str(name): int(count) for name, count in asked.items()})
        return {"limits": self._all.quotas.limits}

    async def expire_tokens(self, _: Request, __: dict[str, Any]) -> Any:
        self._all.tokens.end_all()
        self._all.note("access_token", "所有 access_token 已过期。", "Every access token has expired.")
        return {}

    def _scene(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """The account's QR code with the scene asked for. Raises Wrong 40035 when it has none."""
        if not asked.get("scene"):
            return None
        for row in self._all.qrcodes.all():
            if row["scene"] == str(asked["scene"]):
                return row
        raise Wrong(
            40035,
            f"没有场景 {asked['scene']!r} 的二维码。",
            f"There is no QR code of scene {asked['scene']!r}.",
        )


def _openid(request: Request) -> str:
    return str(request.path_params["openid"])


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isdigit() else 0


def _place(asked: dict[str, Any]) -> tuple[float, float]:
    try:
        return float(asked["latitude"]), float(asked["longitude"])
    except (KeyError, TypeError, ValueError) as exc:
        raise Wrong(40035, "需要 latitude 和 longitude。", "latitude and longitude are needed.") from exc

"""What a person does with the phone: each becomes a push to the account, and its reply a message in the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deploy.sandbox.callback import Delivery
from deploy.sandbox.words import Wrong

if TYPE_CHECKING:
    from deploy.sandbox.platform import Platform

_SCANS: Final = ("scancode_push", "scancode_waitmsg")


class Actions:
    """All of them return what came of the push, as a document; errors are Wrong."""

    def __init__(self, platform: Platform) -> None:
        self._all = platform
        self._last: dict[str, dict[str, Any]] = {}

    async def text(self, openid: str, content: str, choice: str = "") -> dict[str, Any]:
        """Type something. choice: the id of a msgmenu entry that was tapped."""
        self._all.people.follower(openid)
        if not content:
            raise Wrong(44004, "不能发送空消息。", "An empty message can't be sent.")
        self._all.chat.add(openid, "text", {"text": content}, mine=True)
        self._all.people.acted(openid, "menu" if choice else "message")
        more = {"bizmsgmenuid": choice} if choice else {}
        return await self._push(self._all.callback.message(openid, "text", Content=content, **more))

    async def location(self, openid: str, latitude: float, longitude: float, label: str) -> dict[str, Any]:
        """Send a place."""
        self._all.people.follower(openid)
        body = {"latitude": latitude, "longitude": longitude, "label": label}
        self._all.chat.add(openid, "location", body, mine=True)
        self._all.people.acted(openid, "message")
        return await self._push(
            self._all.callback.message(
                openid, "location", Location_X=latitude, Location_Y=longitude, Scale=16, Label=label
            )
        )

    async def report_location(self, openid: str, latitude: float, longitude: float) -> dict[str, Any]:
        """Let the account know where the phone is, as on entering the chat."""
        self._all.people.follower(openid)
        event = self._all.callback.event(
            openid, "LOCATION", Latitude=latitude, Longitude=longitude, Precision=40.0
        )
        return await self._push(event)

    async def subscribe(self, openid: str, qr: dict[str, Any] | None = None) -> dict[str, Any]:
        """Follow the account, perhaps by a QR code with a scene."""
        user = self._all.people.get(openid)
        if user["subscribed"]:
            raise Wrong(
                40035, f"{user['nickname']} 已关注。", f"{user['nickname']} follows the account already."
            )
        scene = "ADD_SCENE_QR_CODE" if qr else "ADD_SCENE_SEARCH"
        self._all.people.subscribe(openid, scene, qr["scene"] if qr else "")
        self._all.people.acted(openid, "subscribe")
        self._all.chat.add(openid, "notice", {"what": "subscribed", "scene": qr["scene"] if qr else ""})
        key = {"EventKey": f"qrscene_{qr['scene']}", "Ticket": qr["ticket"]} if qr else {"EventKey": ""}
        return await self._push(self._all.callback.event(openid, "subscribe", **key))

    async def unsubscribe(self, openid: str) -> dict[str, Any]:
        """Stop following: the chat goes, and nothing may be sent any more."""
        self._all.people.follower(openid)
        self._all.people.unsubscribe(openid)
        self._all.chat.clear(openid)
        return await self._push(self._all.callback.event(openid, "unsubscribe", EventKey=""))

    async def scan(self, openid: str, text: str) -> dict[str, Any]:
        """Scan a QR code: one of the account's brings its event, any other address is opened."""
        user = self._all.people.get(openid)
        qr = self._all.qrcodes.find(text)
        if qr is None:
            if not text.startswith(("http://", "https://")):
                raise Wrong(40035, "不是二维码，或者已过期。", "That is no QR code of ours, or it has ended.")
            return {"open": text}
        if not user["subscribed"]:
            return await self.subscribe(openid, qr)
        self._all.people.acted(openid, "scan")
        self._all.chat.add(openid, "notice", {"what": "scanned", "scene": qr["scene"]})
        event = self._all.callback.event(openid, "SCAN", EventKey=qr["scene"], Ticket=qr["ticket"])
        return await self._push(event)

    async def click(self, openid: str, wanted: str, scanned: str = "") -> dict[str, Any]:
        """Tap a menu button, named by key, url or name. Pages are opened by the phone: the answer has `open`."""
        self._all.people.follower(openid)
        button = self._all.menu.button(wanted)
        kind = button["type"]
        if kind in {"view", "miniprogram"}:
            event = self._all.callback.event(openid, "VIEW", EventKey=button["url"])
            self._all.callback.deliver_later(event)
            return {"open": button["url"]}
        self._all.people.acted(openid, "menu")
        self._all.chat.add(openid, "notice", {"what": "clicked", "name": button["name"]})
        if kind == "click":
            return await self._push(self._all.callback.event(openid, "CLICK", EventKey=button["key"]))
        if kind in _SCANS and scanned:
            found = {"ScanType": "qrcode", "ScanResult": scanned}
            event = self._all.callback.event(openid, kind, EventKey=button["key"], ScanCodeInfo=found)
            return await self._push(event)
        raise Wrong(40017, f"手机还不会 {kind}。", f"This phone can't do {kind}.")

    async def repeat(self, openid: str) -> dict[str, Any]:
        """Push the user's last message once more, as WeChat does when it isn't sure: same MsgId, same time."""
        pushed = self._last.get(openid)
        if pushed is None:
            raise Wrong(40035, "还没有可以重复的消息。", "There is no message yet that could be repeated.")
        known = pushed.get("MsgId") or f"{pushed['FromUserName']} {pushed['CreateTime']} {pushed['Event']}"
        self._all.note(
            "repeat", f"{known} 再推一次：账号应当只办一次，回应可以相同。",
            f"{known} is pushed again: the account may answer the same, but must not work twice.",
        )  # fmt: skip
        return await self._push(pushed)

    async def _push(self, pushed: dict[str, Any]) -> dict[str, Any]:
        openid = pushed["FromUserName"]
        self._last[openid] = pushed
        delivery = await self._all.callback.deliver(pushed)
        self._show(openid, pushed, delivery)
        return delivery.document()

    def _show(self, openid: str, pushed: dict[str, Any], delivery: Delivery) -> None:
        if delivery.reply:
            if pushed.get("Event") != "unsubscribe":
                self._all.chat.add(openid, delivery.reply.kind, delivery.reply.body)
            return
        # Events that nobody waits for fail in silence, on phones too.
        awaited = pushed["MsgType"] != "event" or pushed["Event"] == "CLICK"
        if delivery.fault or (awaited and not delivery.answered):
            self._all.chat.add(openid, "notice", {"what": "out of service"})

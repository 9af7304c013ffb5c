"""The account's menu: checked as WeChat checks it, kept, and given to phones."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlsplit

from deploy.sandbox.database import Database
from deploy.sandbox.words import Words, Wrong

_KEYED: Final = frozenset(
    {"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"}
    | {"location_select"}
)
_OTHERS: Final = {"media_id": "media_id", "view_limited": "media_id", "article_id": "article_id"}


class Menu:
    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, body: str) -> list[Words]:
        """Check and keep a menu; what is allowed but won't look well is returned. Raises Wrong."""
        if "\\u" in body:
            raise Wrong(
                40033,
                "请求里有 \\uXXXX 转义：微信会原样显示。请用 UTF-8 原文（ensure_ascii=False）。",
                "The request has \\uXXXX escapes, which WeChat would show as they are. Send UTF-8 (ensure_ascii=False).",
            )
        try:
            menu = json.loads(body)
            buttons = menu["button"]
        except (ValueError, KeyError, TypeError) as exc:
            raise Wrong(40015, '菜单应为 {"button": […]}。', 'A menu is {"button": […]}.') from exc
        remarks = _Check().menu(buttons)
        self._db.keep("menu", {"button": [_normal(button) for button in buttons]})
        return remarks

    def get(self) -> dict[str, Any]:
        """Raises Wrong 46003 when there is none."""
        menu: dict[str, Any] | None = self._db.kept("menu")
        if menu is None:
            raise Wrong(46003, "还没有创建菜单。", "No menu was created yet.")
        return menu

    def find(self) -> dict[str, Any] | None:
        menu: dict[str, Any] | None = self._db.kept("menu")
        return menu

    def delete(self) -> None:
        self._db.keep("menu", None)

    def button(self, wanted: str) -> dict[str, Any]:
        """The leaf with that key, url or name. Raises Wrong 40035 when the menu has none."""
        for button in (self.find() or {"button": []})["button"]:
            for leaf in button.get("sub_button") or [button]:
                if wanted in {leaf.get("key"), leaf.get("url"), leaf["name"]}:
                    found: dict[str, Any] = leaf
                    return found
        raise Wrong(40035, f"菜单里没有 {wanted!r}。", f"The menu has no {wanted!r}.")


class _Check:
    """One look at a menu, collecting remarks."""

    def __init__(self) -> None:
        self._remarks: list[Words] = []

    def menu(self, buttons: Any) -> list[Words]:
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
            raise Wrong(40016, "一级菜单应有 1 到 3 个按钮。", "A menu has 1 to 3 buttons.")
        for button in buttons:
            self._top(button)
        return self._remarks

    def _top(self, button: Any) -> None:
        self._name(button, 16, 40018, 4)
        below = button.get("sub_button") or []
        if not below:
            self._leaf(button, (40017, 40019, 40020, 40055))
            return
        if not isinstance(below, list) or len(below) > 5:
            raise Wrong(40023, "二级菜单最多 5 个按钮。", "A button has at most 5 sub-buttons.")
        for leaf in below:
            self._name(leaf, 60, 40025, 8)
            if leaf.get("sub_button"):
                raise Wrong(40022, "菜单最多两级。", "A menu has at most two levels.")
            self._leaf(leaf, (40024, 40026, 40027, 40054))

    def _name(self, button: Any, limit: int, errcode: int, shown: int) -> None:
        name = button.get("name") if isinstance(button, dict) else None
        size = len(name.encode()) if isinstance(name, str) else 0
        if not 1 <= size <= limit:
            raise Wrong(
                errcode, f"按钮名 {name!r} 有 {size} 字节，应为 1 到 {limit}。",
                f"The button's name {name!r} has {size} bytes, allowed are 1 to {limit}.",
            )  # fmt: skip
        assert isinstance(name, str)
        width = sum(2 if ord(character) > 0x2E7F else 1 for character in name)
        if width > 2 * shown:
            self._remarks.append(
                Words(
                    f"“{name}”超过 {shown} 个汉字，手机上会显示省略号。",
                    f"“{name}” is wider than {shown} 汉字: phones show an ellipsis.",
                )
            )

    def _leaf(self, leaf: dict[str, Any], codes: tuple[int, int, int, int]) -> None:
        wrong_type, wrong_key, wrong_url, wrong_domain = codes
        kind = leaf.get("type")
        if kind in _KEYED:
            self._text(leaf, "key", 128, wrong_key)
        elif kind in {"view", "miniprogram"}:
            self._text(leaf, "url", 1024, wrong_url)
            address = urlsplit(leaf["url"])
            if address.scheme not in {"http", "https"} or not address.hostname:
                raise Wrong(
                    wrong_domain, f"{leaf['url']!r} 不是网页地址。", f"{leaf['url']!r} is no web address."
                )
        elif kind in _OTHERS:
            self._text(leaf, _OTHERS[kind], 512, wrong_key)
        else:
            raise Wrong(wrong_type, f"没有按钮类型 {kind!r}。", f"There is no type of button {kind!r}.")

    def _text(self, leaf: dict[str, Any], name: str, limit: int, errcode: int) -> None:
        value = leaf.get(name)
        size = len(value.encode()) if isinstance(value, str) else 0
        if not 1 <= size <= limit:
            raise Wrong(
                errcode, f"“{leaf['name']}”的 {name} 有 {size} 字节，应为 1 到 {limit}。",
                f"The {name} of “{leaf['name']}” has {size} bytes, allowed are 1 to {limit}.",
            )  # fmt: skip


def _normal(button: dict[str, Any]) -> dict[str, Any]:
    """As /cgi-bin/menu/get gives it back: every leaf with an empty sub_button."""
    if button.get("sub_button"):
        return {"name": button["name"], "sub_button": [_normal(leaf) for leaf in button["sub_button"]]}
    return {name: value for name, value in button.items() if name != "sub_button"} | {"sub_button": []}

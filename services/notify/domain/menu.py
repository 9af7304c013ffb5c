"""The account's menu: WeChat's limits, and what publishing one would change.

Source: docs/sources/wechat-messages.md, "Menu".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from services.notify.errors import BadMenu

MAX_BUTTONS: Final = 3
MAX_BELOW: Final = 5
_KEYED: Final = frozenset(
    {"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"}
    | {"location_select"}
)
_FIELDS: Final = ("name", "type", "key", "url", "appid", "pagepath", "media_id", "article_id")


def check_menu(menu: dict[str, Any]) -> None:
    """Raises BadMenu naming the first button that breaks a limit."""
    buttons = menu.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MAX_BUTTONS:
        raise BadMenu(path="button", reason=f"1 to {MAX_BUTTONS} buttons")
    for button in buttons:
        path = _name(button, "", 16, 4)
        below = button.get("sub_button") or []
        if not isinstance(below, list) or len(below) > MAX_BELOW:
            raise BadMenu(path=path, reason=f"at most {MAX_BELOW} sub-buttons")
        for leaf in below:
            _check_leaf(leaf, _name(leaf, f"{path} > ", 60, 8))
            if leaf.get("sub_button"):
                raise BadMenu(path=path, reason="two levels at most")
        if not below:
            _check_leaf(button, path)


def _name(button: Any, above: str, max_bytes: int, shown: int) -> str:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise BadMenu(path=f"{above}?", reason="a name")
    width = sum(2 if ord(character) > 0x2E7F else 1 for character in name)
    if len(name.encode()) > max_bytes or width > 2 * shown:
        raise BadMenu(
            path=above + name, reason=f"at most {max_bytes} bytes, {shown} 汉字 or {2 * shown} letters"
        )
    return above + name


def _check_leaf(leaf: dict[str, Any], path: str) -> None:
    kind = leaf.get("type")
    if kind in _KEYED:
        _text(leaf, "key", 128, path)
    elif kind in ("view", "miniprogram"):
        _text(leaf, "url", 1024, path)
        address = urlsplit(leaf["url"])
        if address.scheme not in ("http", "https") or not address.hostname:
            raise BadMenu(path=path, reason="an http(s) address")
        if kind == "miniprogram":
            _text(leaf, "appid", 64, path)
            _text(leaf, "pagepath", 1024, path)
    elif kind in ("media_id", "view_limited", "article_id"):
        _text(leaf, "article_id" if kind == "article_id" else "media_id", 512, path)
    else:
        raise BadMenu(path=path, reason="a type that WeChat knows")


def _text(leaf: dict[str, Any], name: str, max_bytes: int, path: str) -> None:
    value = leaf.get(name)
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= max_bytes:
        raise BadMenu(path=path, reason=f"{name} of 1 to {max_bytes} bytes")


def menu_changes(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    """schemas.MenuChangeSchema for each button that differs; a moved one is told under its new place."""
    before, after = dict(_flat(old)), dict(_flat(new))
    changes = []
    for path in sorted(before.keys() | after.keys()):
        one, other = before.get(path), after.get(path)
        if one != other:
            change = "added" if one is None else "removed" if other is None else "changed"
            changes.append({"change": change, "path": path, "old": one, "new": other})
    return changes


def _flat(menu: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, button in enumerate(menu.get("button") or [], 1):
        name = str(button.get("name"))
        yield f"{place} {name}", _leaf(button)
        for below, leaf in enumerate(button.get("sub_button") or [], 1):
            yield f"{place} {name} > {below} {leaf.get('name')}", _leaf(leaf)


def _leaf(button: dict[str, Any]) -> dict[str, Any]:
    return {name: button[name] for name in _FIELDS if name in button}

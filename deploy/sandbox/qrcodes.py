"""QR codes with a scene: whoever scans one tells the account where from."""

from __future__ import annotations

import base64
import os
from typing import Any, Final

from deploy.sandbox.database import Database
from deploy.sandbox.timing import Clock
from deploy.sandbox.words import Wrong

_LONGEST_S: Final = 2_592_000
_ACTIONS: Final = {"QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"}


class QrCodes:
    def __init__(self, db: Database, clock: Clock, base_url: str) -> None:
        self._db, self._clock, self._base_url = db, clock, base_url

    def create(self, asked: dict[str, Any]) -> dict[str, Any]:
        """As /cgi-bin/qrcode/create answers. Raises Wrong 40053."""
        action = asked.get("action_name")
        scene = self._scene(asked, str(action))
        permanent = "LIMIT" in str(action)
        seconds = asked.get("expire_seconds", 60)
        if not permanent and not (isinstance(seconds, int) and 1 <= seconds <= _LONGEST_S):
            raise _refused(
                f"expire_seconds 应为 1 到 {_LONGEST_S}。", f"expire_seconds is 1 to {_LONGEST_S}."
            )
        ticket = "gQ" + base64.urlsafe_b64encode(os.urandom(54)).decode()
        url = f"http://weixin.qq.com/q/{base64.urlsafe_b64encode(os.urandom(15)).decode()}"
        expires = None if permanent else self._clock.now() + seconds
        self._db.run("INSERT INTO qrcodes VALUES (?, ?, ?, ?, ?)", ticket, scene, action, url, expires)
        lasting = {} if permanent else {"expire_seconds": seconds}
        return {"ticket": ticket, **lasting, "url": url}

    def find(self, text: str) -> dict[str, Any] | None:
        """The code behind a ticket or a scanned address; None if it isn't one of ours or has ended."""
        row = self._db.one("SELECT * FROM qrcodes WHERE ticket = ? OR url = ?", text, text)
        if row is None or (row["expires"] is not None and row["expires"] <= self._clock.now()):
            return None
        return row

    def all(self) -> list[dict[str, Any]]:
        sql = "SELECT * FROM qrcodes WHERE expires IS NULL OR expires > ? ORDER BY rowid DESC LIMIT 50"
        return self._db.all(sql, self._clock.now())

    def _scene(self, asked: dict[str, Any], action: str) -> str:
        if action not in _ACTIONS:
            raise _refused(f"没有 action_name {action!r}。", f"There is no action_name {action!r}.")
        info = asked.get("action_info")
        scene = info.get("scene") if isinstance(info, dict) else None
        if not isinstance(scene, dict):
            raise _refused("缺少 action_info.scene。", "action_info.scene is missing.")
        if "STR" in action:
            text = scene.get("scene_str")
            if not isinstance(text, str) or not 1 <= len(text) <= 64:
                raise _refused("scene_str 应为 1 到 64 个字符。", "scene_str has 1 to 64 characters.")
            return text
        number = scene.get("scene_id")
        highest = 100_000 if "LIMIT" in action else 0xFFFF_FFFF
        if not isinstance(number, int) or not 1 <= number <= highest:
            raise _refused(f"scene_id 应为 1 到 {highest}。", f"scene_id is 1 to {highest}.")
        return str(number)


def _refused(zh: str, en: str) -> Wrong:
    return Wrong(40053, zh, en)

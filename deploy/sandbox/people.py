"""The platform's users: who they are, whether they follow the account, what they allow it."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from deploy.sandbox.database import Database
from deploy.sandbox.live import Hub
from deploy.sandbox.timing import Clock
from deploy.sandbox.words import Wrong
from kernel import ids

LANGUAGES: Final = ("zh_CN", "en")
_FIRST: Final = (("林晓雨", "zh_CN"), ("Alice Morgan", "en"))
_NAMES: Final = {
    "zh_CN": ("陈思远", "王若曦", "刘子墨", "张一诺", "周明轩", "许安然", "何嘉怡", "黄浩然"),
    "en": (
        "Tom Becker",
        "Priya Nair",
        "Lucas Martin",
        "Emma Clarke",
        "Kenji Mori",
        "Sofia Rossi",
        "Liam O'Neill",
    ),
}
# What an interaction allows: that many customer-service messages within that many seconds.
ALLOWANCES: Final = {
    "message": (5, 48 * 3600.0),
    "menu": (3, 60.0),
    "subscribe": (3, 60.0),
    "scan": (3, 60.0),
}
_SETTABLE: Final = ("nickname", "language", "refuses", "blocks", "slow", "latitude", "longitude", "place")


class People:
    def __init__(self, db: Database, clock: Clock, hub: Hub) -> None:
        self._db, self._clock, self._hub = db, clock, hub

    def make_first(self) -> None:
        """Two users to be, at the first start."""
        if not self._db.number("SELECT COUNT(*) FROM users"):
            for nickname, language in _FIRST:
                self.add(nickname, language)

    def add(self, nickname: str = "", language: str = "zh_CN", unionid: str = "") -> dict[str, Any]:
        """A new user who doesn't follow the account yet. `unionid`: that of another user, to be the same person."""
        serial = self._db.number("SELECT MAX(serial) FROM users") + 1
        self._insert(serial, nickname, language, unionid)
        self._hub.tell("users", {})
        row = self._db.one("SELECT * FROM users WHERE serial = ?", serial)
        assert row is not None
        return row

    def add_many(self, count: int, subscribed: bool) -> list[str]:
        """`count` users at once, for measurements; their openids."""
        first = self._db.number("SELECT MAX(serial) FROM users") + 1
        with self._db.together():
            openids = [self._insert(first + n, "", "zh_CN", "") for n in range(count)]
            if subscribed:
                self._db.run(
                    "UPDATE users SET subscribed = 1, subscribed_at = ? WHERE serial >= ?",
                    self._clock.now(), first,
                )  # fmt: skip
        self._hub.tell("users", {})
        return openids

    def all(self, limit: int = 200) -> list[dict[str, Any]]:
        return self._db.all("SELECT * FROM users ORDER BY serial LIMIT ?", limit)

    def find(self, openid: str) -> dict[str, Any] | None:
        return self._db.one("SELECT * FROM users WHERE openid = ?", openid)

    def get(self, openid: str) -> dict[str, Any]:
        """Raises Wrong 40003 when nobody here has that openid."""
        row = self.find(openid)
        if row is None:
            raise Wrong(
                40003,
                f"没有 openid 为 {openid!r} 的用户。",
                f"There is no user with openid {openid!r} in this account.",
            )
        return row

    def follower(self, openid: str) -> dict[str, Any]:
        """Raises Wrong 40003 for an unknown openid, 43004 for a user who doesn't follow the account."""
        row = self.get(openid)
        if not row["subscribed"]:
            raise Wrong(
                43004, f"{row['nickname']} 没有关注公众号。", f"{row['nickname']} doesn't follow the account."
            )
        return row

    def change(self, openid: str, changes: dict[str, Any]) -> dict[str, Any]:
        """Set what a person may set of the phone. Raises Wrong 40035 for anything else."""
        self.get(openid)
        for name, value in changes.items():
            if name not in _SETTABLE or (name == "language" and value not in LANGUAGES):
                raise Wrong(
                    40035, f"不能设置 {name} = {value!r}。", f"{name} = {value!r} can't be set.", at=name
                )
            self._db.run(f"UPDATE users SET {name} = ? WHERE openid = ?", value, openid)  # noqa: S608 - from a list
        self._hub.tell("users", {"openid": openid})
        return self.get(openid)

    def subscribe(self, openid: str, scene: str, qr_scene: str) -> None:
        self._db.run(
            "UPDATE users SET subscribed = 1, subscribed_at = ?, scene = ?, qr_scene = ? WHERE openid = ?",
            self._clock.now(), scene, qr_scene, openid,
        )  # fmt: skip
        self._hub.tell("users", {"openid": openid})

    def unsubscribe(self, openid: str) -> None:
        self._db.run("UPDATE users SET subscribed = 0 WHERE openid = ?", openid)
        self._db.run("DELETE FROM allowances WHERE openid = ?", openid)
        self._hub.tell("users", {"openid": openid})

    def refuse(self, openid: str, template_id: str, refused: bool) -> None:
        """Take or leave one template, as a follower can in the account's settings."""
        self.get(openid)
        if refused:
            self._db.run("INSERT OR IGNORE INTO refusals VALUES (?, ?)", openid, template_id)
        else:
            self._db.run("DELETE FROM refusals WHERE openid = ? AND template_id = ?", openid, template_id)
        self._hub.tell("users", {"openid": openid})

    def refused(self, openid: str) -> list[str]:
        rows = self._db.all("SELECT template_id FROM refusals WHERE openid = ?", openid)
        return [row["template_id"] for row in rows]

    def acted(self, openid: str, kind: str) -> None:
        """The user did something that lets the account write back for a while."""
        count, seconds = ALLOWANCES[kind]
        until = self._clock.now() + seconds
        self._db.run("INSERT OR REPLACE INTO allowances VALUES (?, ?, ?, ?)", openid, kind, count, until)

    def spend_allowance(self, openid: str) -> None:
        """Use up one customer-service message. Raises Wrong 45015 (too late) or 45047 (too many)."""
        now = self._clock.now()
        rows = self._db.all("SELECT * FROM allowances WHERE openid = ? ORDER BY until", openid)
        open_ones = [row for row in rows if row["until"] > now]
        if not open_ones:
            raise Wrong(
                45015,
                "用户 48 小时内没有与公众号互动（菜单、关注、扫码只给 1 分钟）。",
                "The user did nothing within 48 hours (a menu click, subscribing or a scan allows one minute only).",
            )
        usable = next((row for row in open_ones if row["left"] > 0), None)
        if usable is None:
            raise Wrong(
                45047,
                "这次互动允许的客服消息条数已用完：发消息 5 条，点菜单、关注、扫码各 3 条。",
                "The messages this interaction allows are used up: 5 after a message, 3 after menu, subscribing, scan.",
            )
        self._db.run(
            "UPDATE allowances SET left = left - 1 WHERE openid = ? AND kind = ?", openid, usable["kind"]
        )

    def _insert(self, serial: int, nickname: str, language: str, unionid: str) -> str:
        if language not in LANGUAGES:
            raise Wrong(40035, "语言只有 zh_CN 和 en。", "The languages are zh_CN and en.", at="language")
        names = _NAMES[language]
        openid = _openid("o")
        self._db.run(
            "INSERT INTO users (openid, unionid, nickname, language, serial) VALUES (?, ?, ?, ?, ?)",
            openid, unionid or _openid("oU"), nickname or names[serial % len(names)], language, serial,
        )  # fmt: skip
        return openid


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A user as the control API and the page see one."""
    flags = {name: bool(row[name]) for name in ("subscribed", "refuses", "blocks", "slow")}
    hue = int(hashlib.sha256(row["openid"].encode()).hexdigest()[:4], 16) % 360
    return row | flags | {"hue": hue}


def _openid(start: str) -> str:
    return (start + ids.new_secret(27).replace("=", ""))[:28]

"""What stands in each user's chat with the account."""

from __future__ import annotations

import json
from typing import Any

from deploy.sandbox.database import Database
from deploy.sandbox.live import Hub
from deploy.sandbox.timing import Clock


class Chat:
    def __init__(self, db: Database, clock: Clock, hub: Hub) -> None:
        self._db, self._clock, self._hub = db, clock, hub

    def add(
        self, openid: str, kind: str, body: dict[str, Any], mine: bool = False, msgid: int | None = None
    ) -> int:
        """A new item. mine: the user's own. kind: text, news, image, template, card, menu, location, scan, notice…"""
        at = self._clock.now()
        text = json.dumps(body, ensure_ascii=False)
        item_id = self._db.add(
            "INSERT INTO messages (openid, mine, kind, at, msgid, body) VALUES (?, ?, ?, ?, ?, ?)",
            openid, mine, kind, at, msgid, text,
        )  # fmt: skip
        item = {
            "id": item_id,
            "openid": openid,
            "mine": mine,
            "kind": kind,
            "at": at,
            "msgid": msgid,
            "body": body,
        }
        self._hub.tell("message", item)
        return item_id

    def read(self, openid: str, after: int = 0, limit: int = 200) -> list[dict[str, Any]]:
        """The newest `limit` items with an id above `after`, oldest first."""
        sql = "SELECT * FROM messages WHERE openid = ? AND id > ? ORDER BY id DESC LIMIT ?"
        return [_item(row) for row in reversed(self._db.all(sql, openid, after, limit))]

    def read_all(self, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """The oldest `limit` items of all users with an id above `after`: what a test follows."""
        sql = "SELECT * FROM messages WHERE id > ? ORDER BY id LIMIT ?"
        return [_item(row) for row in self._db.all(sql, after, limit)]

    def count(self, kind: str) -> int:
        return self._db.number("SELECT COUNT(*) FROM messages WHERE kind = ?", kind)

    def clear(self, openid: str) -> None:
        self._db.run("DELETE FROM messages WHERE openid = ?", openid)
        self._hub.tell("cleared", {"openid": openid})


def _item(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"mine": bool(row["mine"]), "body": json.loads(row["body"])}

"""The platform's SQLite file. One connection, used by the one event loop: no statement here takes long."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS users (
    openid TEXT PRIMARY KEY, unionid TEXT NOT NULL, nickname TEXT NOT NULL, language TEXT NOT NULL,
    subscribed INTEGER NOT NULL DEFAULT 0, subscribed_at REAL, scene TEXT NOT NULL DEFAULT '',
    qr_scene TEXT NOT NULL DEFAULT '', refuses INTEGER NOT NULL DEFAULT 0, blocks INTEGER NOT NULL DEFAULT 0,
    slow INTEGER NOT NULL DEFAULT 0, latitude REAL, longitude REAL, place TEXT NOT NULL DEFAULT '',
    serial INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS refusals (openid TEXT, template_id TEXT, PRIMARY KEY (openid, template_id));
CREATE TABLE IF NOT EXISTS allowances (openid TEXT, kind TEXT, left INTEGER, until REAL, PRIMARY KEY (openid, kind));
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, kind TEXT, made REAL, expires REAL, revoked INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS counts (day TEXT, what TEXT, n INTEGER NOT NULL, PRIMARY KEY (day, what));
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, openid TEXT, scope TEXT, redirect_uri TEXT, made REAL, used_at REAL);
CREATE TABLE IF NOT EXISTS grants (
    access_token TEXT PRIMARY KEY, refresh_token TEXT, openid TEXT, scope TEXT, made REAL);
CREATE TABLE IF NOT EXISTS templates (
    id TEXT PRIMARY KEY, key TEXT, kind TEXT, title TEXT, content TEXT, example TEXT, constants TEXT, serial INTEGER);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, openid TEXT NOT NULL, mine INTEGER NOT NULL, kind TEXT NOT NULL,
    at REAL NOT NULL, msgid INTEGER, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS messages_of ON messages (openid, id);
CREATE TABLE IF NOT EXISTS sent_once (openid TEXT, client_msg_id TEXT, msgid INTEGER, at REAL, PRIMARY KEY (openid, client_msg_id));
CREATE TABLE IF NOT EXISTS qrcodes (ticket TEXT PRIMARY KEY, scene TEXT, action TEXT, url TEXT, expires REAL);
CREATE TABLE IF NOT EXISTS cards (card_id TEXT PRIMARY KEY, kind TEXT, body TEXT, quantity INTEGER, made REAL);
CREATE TABLE IF NOT EXISTS card_codes (
    code TEXT PRIMARY KEY, card_id TEXT, openid TEXT, status TEXT, made REAL, begins REAL, ends REAL);
CREATE TABLE IF NOT EXISTS card_nonces (card_id TEXT, nonce TEXT, PRIMARY KEY (card_id, nonce));
CREATE TABLE IF NOT EXISTS pay_nonces (nonce TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS pay_orders (
    out_trade_no TEXT PRIMARY KEY, kind TEXT NOT NULL, asked TEXT NOT NULL, openid TEXT NOT NULL, total_fen INTEGER NOT NULL,
    description TEXT NOT NULL, attach TEXT NOT NULL, notify_url TEXT NOT NULL, expires REAL NOT NULL, made REAL NOT NULL,
    state TEXT NOT NULL, transaction_id TEXT UNIQUE, payer TEXT, paid_at REAL, abnormal INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS pay_orders_of ON pay_orders (payer, paid_at);
CREATE TABLE IF NOT EXISTS pay_sessions (id TEXT PRIMARY KEY, out_trade_no TEXT NOT NULL, made REAL NOT NULL);
CREATE TABLE IF NOT EXISTS pay_refunds (
    out_refund_no TEXT PRIMARY KEY, refund_id TEXT UNIQUE, out_trade_no TEXT NOT NULL, transaction_id TEXT NOT NULL,
    refund_fen INTEGER NOT NULL, total_fen INTEGER NOT NULL, reason TEXT NOT NULL, notify_url TEXT NOT NULL,
    status TEXT NOT NULL, made REAL NOT NULL, due REAL NOT NULL, done_at REAL);
CREATE INDEX IF NOT EXISTS pay_refunds_of ON pay_refunds (out_trade_no);
CREATE TABLE IF NOT EXISTS pay_notices (
    id TEXT PRIMARY KEY, event_type TEXT NOT NULL, out_trade_no TEXT NOT NULL, url TEXT NOT NULL, body TEXT NOT NULL,
    state TEXT NOT NULL, copies INTEGER NOT NULL, tries INTEGER NOT NULL, next_at REAL NOT NULL, made REAL NOT NULL,
    answered TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS pay_notices_due ON pay_notices (state, next_at);
CREATE TABLE IF NOT EXISTS pay_bills (token TEXT PRIMARY KEY, content BLOB NOT NULL, made REAL NOT NULL);
CREATE TABLE IF NOT EXISTS cookies (openid TEXT, name TEXT, path TEXT, value TEXT, expires REAL, PRIMARY KEY (openid, name, path));
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL, kind TEXT, level TEXT, title TEXT, zh TEXT, en TEXT, detail TEXT);
"""


class Database:
    """The tables of one platform."""

    def __init__(self, path: Path | str) -> None:
        # What is lost with the machine's power is a developer's chat: speed counts more.
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "temp_store=MEMORY"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_SCHEMA)

    def run(self, sql: str, *values: Any) -> int:
        """Execute one statement; the number of rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def add(self, sql: str, *values: Any) -> int:
        """Execute one INSERT; the new row's id."""
        return int(self._connection.execute(sql, values).lastrowid or 0)

    def one(self, sql: str, *values: Any) -> dict[str, Any] | None:
        row = self._connection.execute(sql, values).fetchone()
        return dict(row) if row else None

    def all(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.execute(sql, values)]

    def number(self, sql: str, *values: Any) -> int:
        """The first column of the first row as a number; 0 when there is none."""
        row = self._connection.execute(sql, values).fetchone()
        return int(row[0] or 0) if row else 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction around many statements."""
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def keep(self, name: str, body: Any) -> None:
        """Keep one JSON document under `name`; None forgets it."""
        if body is None:
            self.run("DELETE FROM kept WHERE name = ?", name)
        else:
            self.run("INSERT OR REPLACE INTO kept VALUES (?, ?)", name, json.dumps(body, ensure_ascii=False))

    def kept(self, name: str) -> Any:
        """The document kept under `name`; None if there is none."""
        row = self.one("SELECT body FROM kept WHERE name = ?", name)
        return json.loads(row["body"]) if row else None

    def close(self) -> None:
        self._connection.close()

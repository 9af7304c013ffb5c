"""Access tokens, tickets and daily quotas, by WeChat's rules."""

from __future__ import annotations

import re
from typing import Any, Final

from deploy.sandbox.account import Account
from deploy.sandbox.database import Database
from deploy.sandbox.timing import Clock
from deploy.sandbox.words import Wrong
from kernel import ids

LIFE_S: Final = 7200
OVERLAP_S: Final = 300
FORCED_A_DAY: Final = 20
FORCED_APART_S: Final = 30
_FORM: Final = re.compile(r"\d+_[0-9A-Za-z_-]{60,}")
# Calls a day: WeChat's figures for a verified service account; tests set their own.
_A_DAY: Final = {
    "token": 2000,
    "stable_token": 500_000,
    "template": 100_000,
    "custom": 500_000,
    "subscribe": 100_000,
    "menu_create": 1000,
    "ticket": 100_000,
}


class Quotas:
    """How often a thing may be done in a day of Beijing."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self.limits: dict[str, int] = _A_DAY | (db.kept("limits") or {})

    def set(self, changes: dict[str, int]) -> None:
        self.limits |= changes
        self._db.keep("limits", {name: n for name, n in self.limits.items() if _A_DAY.get(name) != n})

    def spend(self, what: str) -> None:
        """Count one. Raises Wrong 45009 when the day's are used up."""
        limit = self.limits.get(what)
        if limit is not None and self.used(what) >= limit:
            raise Wrong(
                45009,
                f"今天的 {what} 调用次数（{limit}）已用完，北京时间零点恢复。",
                f"Today's {limit} calls of {what} are used up; they come back at midnight in Beijing.",
            )
        self._db.run(
            "INSERT INTO counts VALUES (?, ?, 1) ON CONFLICT (day, what) DO UPDATE SET n = n + 1",
            self._clock.day(), what,
        )  # fmt: skip

    def used(self, what: str) -> int:
        return self._db.number("SELECT n FROM counts WHERE day = ? AND what = ?", self._clock.day(), what)


class Tokens:
    """The two kinds of access token, which don't know each other: stable ones and plain ones."""

    def __init__(self, db: Database, clock: Clock, quotas: Quotas, account: Account) -> None:
        self._db, self._clock, self._quotas, self._account = db, clock, quotas, account

    def check_account(self, appid: str, secret: str) -> None:
        """Raises Wrong 41002, 41004, 40013 or 40125."""
        if not appid:
            raise Wrong(41002, "没有带 appid。", "appid is missing.")
        if not secret:
            raise Wrong(41004, "没有带 secret。", "secret is missing.")
        if appid != self._account.appid:
            raise Wrong(
                40013, f"appid {appid!r} 不是本公众号的。", f"The appid {appid!r} isn't this account's."
            )
        if secret != self._account.secret:
            raise Wrong(40125, "AppSecret 不对。", "The AppSecret is wrong.")

    def stable(self, forced: bool) -> tuple[str, int]:
        """A token and the seconds it still lives: the same one until its last five minutes.

        forced: a new one, and the old ones end at once; at most 20 a day (Wrong 45009), and within 30 s of the
        last one nothing is refreshed.
        """
        self._quotas.spend("stable_token")
        current = self._newest("stable")
        age_s = self._clock.now() - current["made"] if current else FORCED_APART_S
        just_forced = self._forced_today > 0 and 0 <= age_s < FORCED_APART_S
        if forced and not just_forced:
            if self._forced_today >= FORCED_A_DAY:
                raise Wrong(
                    45009,
                    f"force_refresh 每天最多 {FORCED_A_DAY} 次，今天已用完。",
                    f"force_refresh is allowed {FORCED_A_DAY} times a day; today's are used up.",
                )
            self._quotas.spend("force_refresh")
            self._db.run("UPDATE tokens SET revoked = 1 WHERE kind = 'stable'")
            return self._make("stable")
        if current and self._left_s(current) > OVERLAP_S:
            return current["token"], self._left_s(current)
        return self._make("stable")

    def plain(self) -> tuple[str, int]:
        """A new token each time; the one before lives five minutes on."""
        self._quotas.spend("token")
        self._db.run(
            "UPDATE tokens SET expires = MIN(expires, ?) WHERE kind = 'plain'", self._clock.now() + OVERLAP_S
        )
        return self._make("plain")

    def check(self, token: str) -> None:
        """Raises Wrong 41001 (none), 40014 (malformed), 40001 (unknown or replaced) or 42001 (expired)."""
        if not token:
            raise Wrong(41001, "没有带 access_token。", "access_token is missing.")
        if not _FORM.fullmatch(token):
            raise Wrong(40014, "这不是 access_token 的样子。", "That isn't what an access_token looks like.")
        row = self._db.one("SELECT * FROM tokens WHERE token = ?", token)
        if row is None:
            raise Wrong(40001, "没有发过这个 access_token。", "This access_token was never issued.")
        if row["revoked"]:
            raise Wrong(
                40001, "这个 access_token 已被强制刷新取代。", "A forced refresh replaced this access_token."
            )
        if row["expires"] <= self._clock.now():
            raise Wrong(42001, "access_token 已过期。", "The access_token has expired.")

    def end_all(self) -> None:
        """Make every token expired, as if two hours had passed."""
        self._db.run("UPDATE tokens SET expires = ?", self._clock.now() - 1)

    @property
    def _forced_today(self) -> int:
        return self._quotas.used("force_refresh")

    def _newest(self, kind: str) -> dict[str, Any] | None:
        sql = "SELECT * FROM tokens WHERE kind = ? AND revoked = 0 AND expires > ? ORDER BY made DESC LIMIT 1"
        return self._db.one(sql, kind, self._clock.now())

    def _make(self, kind: str) -> tuple[str, int]:
        token = f"88_{ids.new_secret(96)}"
        now = self._clock.now()
        self._db.run(
            "INSERT INTO tokens (token, kind, made, expires) VALUES (?, ?, ?, ?)",
            token,
            kind,
            now,
            now + LIFE_S,
        )
        return token, LIFE_S

    def _left_s(self, row: dict[str, Any]) -> int:
        return int(row["expires"] - self._clock.now())


class Tickets:
    """jsapi_ticket and the cards' api_ticket: each the same for two hours."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    def get(self, kind: str) -> tuple[str, int]:
        """The ticket of a kind (jsapi, wx_card) and the seconds it lives. Raises Wrong 40035."""
        if kind not in {"jsapi", "wx_card"}:
            raise Wrong(40035, "type 只能是 jsapi 或 wx_card。", "type is jsapi or wx_card.", at="type")
        kept = self._db.kept(f"ticket:{kind}")
        now = self._clock.now()
        if kept is None or kept["expires"] <= now:
            kept = {"ticket": ids.new_secret(64), "expires": now + LIFE_S}
            self._db.keep(f"ticket:{kind}", kept)
        return kept["ticket"], int(kept["expires"] - now)

"""One cookie jar a user: the developer's own browser has one for all, and a phone is nobody else's."""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from http.cookies import CookieError, Morsel, SimpleCookie
from typing import Final

from deploy.sandbox.database import Database
from deploy.sandbox.journal import Journal
from deploy.sandbox.timing import Clock
from deploy.sandbox.words import Words

_FOR_EVER: Final = 4e10


class Cookies:
    def __init__(self, db: Database, clock: Clock, journal: Journal) -> None:
        self._db, self._clock, self._journal = db, clock, journal

    def header(self, openid: str, path: str) -> str:
        """The Cookie header of a request to `path`; empty when there is nothing to say."""
        rows = self._db.all(
            "SELECT name, value, path FROM cookies WHERE openid = ? AND expires > ? ORDER BY LENGTH(path) DESC",
            openid, self._clock.now(),
        )  # fmt: skip
        return "; ".join(f"{row['name']}={row['value']}" for row in rows if _within(path, row["path"]))

    def take(self, openid: str, headers: Iterable[str], path: str) -> None:
        """Keep what Set-Cookie headers of an answer to `path` say."""
        for header in headers:
            jar: SimpleCookie = SimpleCookie()
            try:
                jar.load(header)
            except CookieError:
                self._refuse(header, Words("Set-Cookie 无法解析", "This Set-Cookie can't be read"))
                continue
            for morsel in jar.values():
                self._keep(openid, morsel, path)

    def clear(self, openid: str) -> None:
        """As when WeChat's browser data is cleared."""
        self._db.run("DELETE FROM cookies WHERE openid = ?", openid)

    def _keep(self, openid: str, morsel: Morsel[str], path: str) -> None:
        why = _prefix_broken(morsel)
        if why:
            self._refuse(morsel.OutputString(), why)
            return
        kept_path = morsel["path"] if morsel["path"].startswith("/") else path.rpartition("/")[0] or "/"
        expires = self._expiry(morsel)
        self._db.run(
            "INSERT OR REPLACE INTO cookies VALUES (?, ?, ?, ?, ?)",
            openid, morsel.key, kept_path, morsel.coded_value, expires,
        )  # fmt: skip
        self._db.run("DELETE FROM cookies WHERE expires <= ?", self._clock.now())

    def _expiry(self, morsel: Morsel[str]) -> float:
        if str(morsel["max-age"]):
            return self._clock.now() + float(morsel["max-age"])
        if morsel["expires"]:
            try:
                return parsedate_to_datetime(morsel["expires"]).timestamp()
            except ValueError:
                return _FOR_EVER
        return _FOR_EVER

    def _refuse(self, shown: str, why: Words) -> None:
        self._journal.write("page", "bad", "Set-Cookie", why, cookie=shown.split("=")[0])


def _within(path: str, cookie_path: str) -> bool:
    return path == cookie_path or path.startswith(cookie_path.rstrip("/") + "/")


def _prefix_broken(morsel: Morsel[str]) -> Words | None:
    """RFC 6265bis, 4.1.3: what a name's prefix promises."""
    host = morsel.key.startswith("__Host-")
    if (host or morsel.key.startswith("__Secure-")) and not morsel["secure"]:
        return Words("前缀 __Host-/__Secure- 要求 Secure", "The prefix __Host- or __Secure- needs Secure")
    if host and (morsel["path"] != "/" or morsel["domain"]):
        return Words("前缀 __Host- 要求 Path=/ 且无 Domain", "The prefix __Host- needs Path=/ and no Domain")
    return None

"""Web sign-in: /connect/oauth2/authorize gives codes, /sns/oauth2/access_token takes them once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from deploy.sandbox.account import Account
from deploy.sandbox.database import Database
from deploy.sandbox.timing import Clock
from deploy.sandbox.words import Words, Wrong
from kernel import ids

CODE_LIFE_S: Final = 300
_GRANT_LIFE_S: Final = 7200
_ORDER: Final = ("appid", "redirect_uri", "response_type", "scope", "state")
SCOPES: Final = ("snsapi_base", "snsapi_userinfo")
_STATE: Final = re.compile(r"[A-Za-z0-9]{0,128}")


class Refused(Exception):
    """The sign-in page shows this instead of going on. number: WeChat's, where it shows one."""

    def __init__(self, number: int, zh: str, en: str) -> None:
        super().__init__(number, en)
        self.number, self.why = number, Words(zh, en)


@dataclass(frozen=True)
class Asked:
    """A well-formed request for a code."""

    redirect_uri: str
    scope: str
    state: str

    def back(self, code: str) -> str:
        """Where the phone goes with `code`."""
        parts = urlsplit(self.redirect_uri)
        added = urlencode({"code": code, "state": self.state})
        query = f"{parts.query}&{added}" if parts.query else added
        return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


class OAuth:
    def __init__(self, db: Database, clock: Clock, account: Account) -> None:
        self._db, self._clock, self._account = db, clock, account

    def read(self, query: Sequence[tuple[str, str]]) -> Asked:
        """A request's parameters, in the order they came. Raises Refused."""
        named = dict(query)
        for name in _ORDER[:4]:
            if not named.get(name):
                numbers = {"appid": 10012, "redirect_uri": 10011, "scope": 10010, "response_type": 10004}
                raise Refused(numbers[name], f"{name} 不能为空。", f"{name} is missing.")
        if named["appid"] != self._account.appid:
            raise Refused(
                10016, f"appid {named['appid']} 不是本公众号的。", f"{named['appid']} isn't this account."
            )
        if named["response_type"] != "code" or named["scope"] not in SCOPES:
            raise Refused(10005, "scope 只能是 snsapi_base 或 snsapi_userinfo，response_type 只能是 code。",
                          "scope is snsapi_base or snsapi_userinfo, response_type is code.")  # fmt: skip
        places = [_ORDER.index(name) for name, _ in query if name in _ORDER]
        if places != sorted(places):
            raise Refused(
                10004,
                f"参数顺序应为 {'、'.join(_ORDER)}。",
                f"The order of parameters is {', '.join(_ORDER)}.",
            )
        self._check_domain(named["redirect_uri"])
        state = named.get("state", "")
        if len(state.encode()) > 128:
            raise Refused(10013, "state 超过 128 字节。", "state has more than 128 bytes.")
        return Asked(named["redirect_uri"], named["scope"], state)

    def remark(self, asked: Asked) -> Words | None:
        """What WeChat's document asks for beyond what it refuses."""
        if _STATE.fullmatch(asked.state):
            return None
        return Words("文档规定 state 只含 a-zA-Z0-9。", "WeChat's document allows only a-zA-Z0-9 in state.")

    def issue(self, openid: str, asked: Asked) -> str:
        """A code for this user: single use, five minutes."""
        code = f"0{ids.new_secret(24)[:31]}"
        self._db.run(
            "INSERT INTO codes VALUES (?, ?, ?, ?, ?, NULL)",
            code, openid, asked.scope, asked.redirect_uri, self._clock.now(),
        )  # fmt: skip
        return code

    def redeem(self, code: str) -> tuple[dict[str, Any], str]:
        """A grant for a code, and its openid. Raises Wrong 41008, 40029 or 40163."""
        if not code:
            raise Wrong(41008, "没有带 code。", "code is missing.")
        row = self._db.one("SELECT * FROM codes WHERE code = ?", code)
        if row is None:
            raise Wrong(40029, "没有发过这个 code。", "This code was never issued.")
        if row["used_at"] is not None:
            raise Wrong(40163, "这个 code 已经用过。", "This code was used before.")
        if self._clock.now() - row["made"] > CODE_LIFE_S:
            raise Wrong(
                40029, "code 只有 5 分钟有效，已过期。", "A code lives five minutes; this one is older."
            )
        self._db.run("UPDATE codes SET used_at = ? WHERE code = ?", self._clock.now(), code)
        return self._grant(row["openid"], row["scope"], ids.new_secret(48)), row["openid"]

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        """A new access token for a refresh token. Raises Wrong 40030."""
        row = self._db.one("SELECT * FROM grants WHERE refresh_token = ?", refresh_token)
        if row is None or self._clock.now() - row["made"] > 30 * 86_400:
            raise Wrong(
                40030, "refresh_token 无效或已过 30 天。", "The refresh_token is unknown or over 30 days old."
            )
        return self._grant(row["openid"], row["scope"], refresh_token)

    def granted(self, access_token: str, openid: str) -> dict[str, Any]:
        """The grant of a page's access token. Raises Wrong 40001, 40003 or 42001."""
        row = self._db.one("SELECT * FROM grants WHERE access_token = ?", access_token)
        if row is None:
            raise Wrong(40001, "没有发过这个网页授权 token。", "This page token was never issued.")
        if row["openid"] != openid:
            raise Wrong(40003, "token 属于另一个 openid。", "The token is another openid's.")
        if self._clock.now() - row["made"] > _GRANT_LIFE_S:
            raise Wrong(42001, "网页授权 token 已过期。", "The page token has expired.")
        return row

    def _grant(self, openid: str, scope: str, refresh_token: str) -> dict[str, Any]:
        access_token = f"88_{ids.new_secret(64)}"
        now = self._clock.now()
        sql = "INSERT INTO grants VALUES (?, ?, ?, ?, ?)"
        self._db.run(sql, access_token, refresh_token, openid, scope, now)
        return {
            "access_token": access_token,
            "expires_in": _GRANT_LIFE_S,
            "refresh_token": refresh_token,
            "openid": openid,
            "scope": scope,
        }

    def _check_domain(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or parts.netloc not in self._account.domains:
            known = ", ".join(self._account.domains)
            raise Refused(
                10003,
                f"redirect_uri 的域名 {parts.netloc!r} 与后台配置（{known}）不一致。",
                f"The redirect_uri's domain {parts.netloc!r} isn't among the account's: {known}.",
            )

"""Sentences in both languages, and refusals that carry one."""

from __future__ import annotations

from typing import Final, NamedTuple


class Words(NamedTuple):
    """One sentence for the person at the desk, in Chinese and English."""

    zh: str
    en: str


ERRMSG: Final = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40015: "invalid menu type",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub button level",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40030: "invalid refresh_token",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameters",
    40037: "invalid template_id",
    40053: "invalid action info, please check document",
    40054: "invalid sub button url domain",
    40055: "invalid button url domain",
    40056: "invalid serial code",
    40071: "invalid card type",
    40072: "invalid code type",
    40073: "invalid card id",
    40079: "invalid time",
    40099: "invalid code, this code has consumed",
    40116: "invalid code",
    40122: "invalid sku quantity",
    40125: "invalid appsecret",
    40127: "invalid user-card status",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    41009: "missing openid",
    41011: "missing required fields",
    41012: "missing cardid",
    42001: "access_token expired",
    42002: "refresh_token expired",
    42003: "code expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, mustslower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45021: "text field exceeds the limit",
    45047: "out of response count limit",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    65301: "menuid not existed",
}
"""WeChat's words beside its codes."""


class Wrong(Exception):
    """The platform refuses: WeChat's code, and why, for the log. `at` names the argument at fault, if one is."""

    def __init__(self, errcode: int, zh: str, en: str, at: str = "") -> None:
        super().__init__(errcode, zh, en)
        self.errcode = errcode
        self.why = Words(zh, en)
        self.at = at

    @property
    def errmsg(self) -> str:
        said = ERRMSG.get(self.errcode, "invalid request")
        return f"{said} {self.at}" if self.at else said

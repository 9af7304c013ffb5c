"""What WeChat pushes and what we answer: small XML documents, read strictly and written plainly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesNSImpl

from gateway import xml
from gateway.wechat.errors import BadMessage

MAX_BODY_BYTES: Final = 64_000
_MAX_DEPTH: Final = 8
_MAX_ELEMENTS: Final = 200
_MAX_TEXT: Final = 60_000
_MAX_ATTRIBUTES: Final = 8
_LONGEST_NAME: Final = 64
LONGEST_TEXT_BYTES: Final = 2048


class _Stop(Exception):
    """What reading ends with when a cap is passed."""


class _Fields(ContentHandler):
    """Texts of the root's children by name; what lies deeper is counted and left out."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._depth = self._elements = self._size = self._prefixes = 0
        self._name = ""

    def startPrefixMapping(self, prefix: str | None, uri: str) -> None:
        self._prefixes += 1
        if self._prefixes > _MAX_ATTRIBUTES:
            raise _Stop

    def startElementNS(
        self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > _MAX_DEPTH or self._elements > _MAX_ELEMENTS or len(attrs) > _MAX_ATTRIBUTES:
            raise _Stop
        if self._depth == 1 and name != (None, "xml"):
            raise _Stop
        if self._depth == 2:
            if name[1] in self.fields or len(name[1]) > _LONGEST_NAME:
                raise _Stop
            self._name = name[1]
            self.fields[self._name] = ""

    def characters(self, content: str) -> None:
        self._size += len(content)
        if self._size > _MAX_TEXT:
            raise _Stop
        if self._depth == 2:
            self.fields[self._name] += content

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        self._depth -= 1


def read_fields(body: bytes) -> dict[str, str]:
    """The fields of an `<xml>` document. Raises BadMessage for anything else, or for too much of it."""
    handler = _Fields()

    def handler_of(line: Callable[[], int]) -> ContentHandler:
        return handler

    try:
        xml.feed(body, handler_of)
    except (xml.XmlRefused, _Stop) as exc:
        raise BadMessage from exc
    return handler.fields


@dataclass(frozen=True)
class Incoming:
    """A message or an event. `kind`: MsgType, or `event:` and the event in lower case."""

    fields: dict[str, str]
    account: str
    openid: str
    created_at: datetime
    kind: str

    @classmethod
    def read(cls, fields: dict[str, str]) -> Incoming:
        """Raises BadMessage when a field is missing that every message has."""
        account, openid = fields.get("ToUserName", ""), fields.get("FromUserName", "")
        kind, created = fields.get("MsgType", "").strip().lower(), fields.get("CreateTime", "")
        if not (1 <= len(openid) <= 64 and 1 <= len(account) <= 64 and kind):
            raise BadMessage
        if not (created.isascii() and created.isdigit() and len(created) <= 11):
            raise BadMessage
        if kind == "event":
            kind = f"event:{fields.get('Event', '').strip().lower()}"
        elif not fields.get("MsgId"):
            raise BadMessage
        return cls(fields, account, openid, datetime.fromtimestamp(int(created), UTC), kind)

    @property
    def key(self) -> str:
        """Equal for every push of the same message.

        Source: developers.weixin.qq.com, "接收普通消息" and "接收事件推送": MsgId; FromUserName, CreateTime and
        Event. Events that carry an id or key of their own are told apart by it: two messages to one person may
        be received in one second, and two cards be taken.
        """
        fields = self.fields
        if not self.kind.startswith("event:"):
            return f"{self.openid}\n{fields['MsgId']}"
        parts = (self.openid, fields["CreateTime"], self.kind, fields.get("EventKey", ""))
        own = fields.get("MsgID", "") or fields.get("MsgId", "") or fields.get("UserCardCode", "").strip()
        return "\n".join((*parts, own))

    @property
    def text(self) -> str:
        """What was written, or what WeChat understood of what was said."""
        return self.fields.get("Content", "") or self.fields.get("Recognition", "")


@dataclass(frozen=True)
class Text:
    content: str


@dataclass(frozen=True)
class Card:
    """One article that opens a page."""

    title: str
    description: str
    url: str


Answer = Text | Card | None
"""None: nothing is to be shown."""


def write_answer(answer: Text | Card, to: Incoming, now: datetime) -> bytes:
    """The passive reply to `to`. One article at most: WeChat shows no more of them."""
    head = (
        f"<ToUserName>{_cdata(to.openid)}</ToUserName><FromUserName>{_cdata(to.account)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime>"
    )
    if isinstance(answer, Text):
        body = f"<MsgType>{_cdata('text')}</MsgType><Content>{_cdata(shortened(answer.content))}</Content>"
    else:
        body = (
            f"<MsgType>{_cdata('news')}</MsgType><ArticleCount>1</ArticleCount><Articles><item>"
            f"<Title>{_cdata(answer.title)}</Title><Description>{_cdata(answer.description)}</Description>"
            f"<PicUrl>{_cdata('')}</PicUrl><Url>{_cdata(answer.url)}</Url></item></Articles>"
        )
    return f"<xml>{head}{body}</xml>".encode()


def write_envelope(sealed: str, signature: str, timestamp: str, nonce: str) -> bytes:
    """An encrypted reply."""
    return (
        f"<xml><Encrypt>{_cdata(sealed)}</Encrypt><MsgSignature>{_cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"
    ).encode()


def shortened(text: str) -> str:
    """`text` cut to what WeChat takes, at a character's border."""
    raw = text.encode()
    if len(raw) <= LONGEST_TEXT_BYTES:
        return text
    return raw[: LONGEST_TEXT_BYTES - 3].decode(errors="ignore") + "…"


def _cdata(text: str) -> str:
    kept = "".join(char for char in text if char >= " " or char in "\n\t")
    return f"<![CDATA[{kept.replace(']]>', ']]]]><![CDATA[>')}]]>"

"""What the account answers to a push, judged as WeChat judges it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from deploy.sandbox import crypto, envelopes
from deploy.sandbox.account import Account
from deploy.sandbox.words import Words

_NOTHING: Final = (b"", b"success")
_LONGEST_TEXT_BYTES: Final = 2048
_MOST_ARTICLES: Final = 8
# These six of a user's messages are answered with one article only.
_ONE_ARTICLE: Final = ("text", "image", "voice", "video", "news", "location")


class BadReply(Exception):
    """The phone shows "out of service" because of this."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.why = Words(zh, en)


@dataclass(frozen=True)
class Reply:
    """One passive reply: its kind and what the phone shows of it."""

    kind: str
    body: dict[str, Any]


class Replies:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._cipher = crypto.Cipher256(account.aes_key, account.appid)

    def read(self, answer: bytes, pushed: dict[str, Any]) -> Reply | None:
        """The reply in the body that came back for the message `pushed`; None for an empty one or `success`.

        Raises BadReply.
        """
        if answer.strip() in _NOTHING:
            return None
        fields = self._document(answer)
        if "Encrypt" in fields:
            fields = self._open(fields)
        elif self._account.mode == "aes":
            raise BadReply(
                "安全模式下必须加密回复，收到的是明文。",
                "In AES mode replies are encrypted; this one is plain.",
            )
        self._check_ends(fields, pushed)
        kind = fields.get("MsgType", "")
        readers = {"text": self._text, "news": self._news, "image": self._media, "voice": self._media}
        if kind == "transfer_customer_service":
            return None
        if kind not in readers:
            raise BadReply(f"没有回复类型 {kind!r}。", f"There is no type of reply {kind!r}.")
        return readers[kind](fields, pushed)

    def _document(self, text: bytes) -> dict[str, Any]:
        try:
            return envelopes.read(text)
        except envelopes.NotXml as exc:
            begun = text[:60].decode(errors="replace")
            raise BadReply(
                f"回复应为空、success 或 XML，收到 {begun!r}（{exc}）。",
                f"A reply is empty, `success` or XML; this begins {begun!r}: {exc}.",
            ) from exc

    def _open(self, sealed: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce") if not sealed.get(name)]
        if missing:
            raise BadReply(f"加密回复缺少 {missing}。", f"The encrypted reply lacks {', '.join(missing)}.")
        signed = crypto.signature(
            self._account.token, sealed["TimeStamp"], sealed["Nonce"], sealed["Encrypt"]
        )
        if signed != sealed["MsgSignature"]:
            raise BadReply("回复的 MsgSignature 不对。", "The reply's MsgSignature is wrong.")
        try:
            return self._document(self._cipher.decrypt(sealed["Encrypt"]))
        except crypto.Unreadable as exc:
            raise BadReply(f"回复解密失败：{exc}。", f"The reply can't be decrypted: {exc}.") from exc

    def _check_ends(self, fields: dict[str, Any], pushed: dict[str, Any]) -> None:
        if fields.get("ToUserName") != pushed["FromUserName"]:
            raise BadReply("回复的 ToUserName 不是这个用户。", "The reply's ToUserName isn't this user.")
        if fields.get("FromUserName") != self._account.original_id:
            raise BadReply(
                "回复的 FromUserName 不是本公众号。", "The reply's FromUserName isn't this account."
            )
        if not str(fields.get("CreateTime", "")).isdigit():
            raise BadReply("回复的 CreateTime 不是整数。", "The reply's CreateTime is no whole number.")

    def _text(self, fields: dict[str, Any], _: dict[str, Any]) -> Reply:
        content = fields.get("Content", "")
        size = len(content.encode())
        if not 1 <= size <= _LONGEST_TEXT_BYTES:
            raise BadReply(
                f"Content 有 {size} 字节，应为 1 到 {_LONGEST_TEXT_BYTES}。",
                f"Content has {size} bytes, allowed are 1 to {_LONGEST_TEXT_BYTES}.",
            )
        return Reply("text", {"text": content})

    def _news(self, fields: dict[str, Any], pushed: dict[str, Any]) -> Reply:
        articles = fields.get("Articles")
        items = articles.get("item", []) if isinstance(articles, dict) else []
        most = 1 if pushed["MsgType"] in _ONE_ARTICLE else _MOST_ARTICLES
        if str(fields.get("ArticleCount")) != str(len(items)) or not 1 <= len(items) <= most:
            raise BadReply(
                f"ArticleCount 应等于图文条数，且为 1 到 {most}；有 {len(items)} 条。",
                f"ArticleCount equals the number of articles, 1 to {most} here; there are {len(items)}.",
            )
        for item in items:
            if not isinstance(item, dict) or not item.get("Title") or not item.get("Url"):
                raise BadReply("每条图文要有 Title 和 Url。", "Every article has a Title and a Url.")
        names = {"Title": "title", "Description": "description", "PicUrl": "picurl", "Url": "url"}
        return Reply(
            "news", {"articles": [{new: item.get(old, "") for old, new in names.items()} for item in items]}
        )

    def _media(self, fields: dict[str, Any], _: dict[str, Any]) -> Reply:
        kind = fields["MsgType"]
        inner = fields.get(kind.capitalize())
        media_id = inner.get("MediaId") if isinstance(inner, dict) else ""
        raise BadReply(f"没有 media_id {media_id!r}。", f"There is no media_id {media_id!r}.")

"""Coupons in the wallet: made by the account, taken by a user with a signed cardExt, used once."""

from __future__ import annotations

import json
import secrets
from typing import Any, Final

from deploy.sandbox import crypto
from deploy.sandbox.callback import Callback
from deploy.sandbox.database import Database
from deploy.sandbox.timing import Clock
from deploy.sandbox.tokens import Tickets
from deploy.sandbox.words import Words, Wrong

_KINDS: Final = ("GENERAL_COUPON", "GROUPON", "DISCOUNT", "GIFT", "CASH")
_TEXTS: Final = {"brand_name": 36, "title": 27, "notice": 48, "description": 3072}
_CODE_TYPES: Final = [
    "CODE_TYPE_TEXT",
    "CODE_TYPE_BARCODE",
    "CODE_TYPE_QRCODE",
    "CODE_TYPE_ONLY_QRCODE",
    "CODE_TYPE_ONLY_BARCODE",
    "CODE_TYPE_NONE",
]
_DAY_S: Final = 86_400


class CardRefused(Exception):
    """The phone won't put a card into the wallet."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.why = Words(zh, en)


class Cards:
    def __init__(self, db: Database, clock: Clock, tickets: Tickets, callback: Callback) -> None:
        self._db, self._clock, self._tickets, self._callback = db, clock, tickets, callback

    def create(self, card: Any) -> str:
        """A new card's id, as /card/create gives it. Raises Wrong."""
        kind = card.get("card_type") if isinstance(card, dict) else None
        if kind not in _KINDS:
            raise _bad("card_type", f"没有卡券类型 {kind!r}。", f"There is no type of card {kind!r}.")
        inner = card.get(kind.lower())
        base = inner.get("base_info") if isinstance(inner, dict) else None
        if not isinstance(base, dict):
            raise _bad("base_info", "缺少 base_info。", "base_info is missing.")
        self._check_base(base)
        card_id = f"p{secrets.token_urlsafe(21)[:27]}"
        self._db.run(
            "INSERT INTO cards VALUES (?, ?, ?, ?, ?)",
            card_id, kind, json.dumps(inner, ensure_ascii=False), base["sku"]["quantity"], self._clock.now(),
        )  # fmt: skip
        return card_id

    def get(self, card_id: str) -> dict[str, Any]:
        """A card as it was made, with what is left of it. Raises Wrong 40073."""
        row = self._db.one("SELECT * FROM cards WHERE card_id = ?", card_id)
        if row is None:
            raise Wrong(40073, f"没有卡券 {card_id!r}。", f"There is no card {card_id!r}.")
        return row | {"body": json.loads(row["body"])}

    def take(self, openid: str, card_id: str, card_ext: Any) -> dict[str, Any]:
        """Put a card into a user's wallet, as wx.addCard asks. Raises CardRefused saying why not."""
        try:
            card = self.get(card_id)
        except Wrong as exc:
            raise CardRefused(exc.why.zh, exc.why.en) from exc
        ext = _read_ext(card_ext)
        self._check_ext(openid, card_id, ext)
        base = card["body"]["base_info"]
        code = self._new_code(base, ext)
        held = self._db.number(
            "SELECT COUNT(*) FROM card_codes WHERE card_id = ? AND openid = ?", card_id, openid
        )
        if card["quantity"] <= 0 or held >= base.get("get_limit", 50):
            raise CardRefused(
                "已领完或超过每人限领数量。", "None is left, or this user has as many as one may have."
            )
        begins, ends = self._validity(base["date_info"])
        self._db.run("UPDATE cards SET quantity = quantity - 1 WHERE card_id = ?", card_id)
        self._db.run(
            "INSERT INTO card_codes VALUES (?, ?, ?, 'NORMAL', ?, ?, ?)",
            code, card_id, openid, self._clock.now(), begins, ends,
        )  # fmt: skip
        self._event(
            openid, "user_get_card", card_id, code, IsGiveByFriend=0, OuterStr=ext.get("outer_str", "")
        )
        return {"code": code, "card_id": card_id}

    def wallet(self, openid: str) -> list[dict[str, Any]]:
        """What the user holds, newest first."""
        sql = (
            "SELECT card_codes.*, cards.kind, cards.body FROM card_codes JOIN cards USING (card_id) "
            "WHERE openid = ? ORDER BY card_codes.made DESC"
        )
        return [row | {"body": json.loads(row["body"])} for row in self._db.all(sql, openid)]

    def look(self, code: str, card_id: str, check_consume: bool) -> dict[str, Any]:
        """As /card/code/get answers. Raises Wrong 40056, 40073, 40099 or 40127."""
        row = self._code(code, card_id)
        usable = self._usable(row)
        if check_consume and not usable:
            raise self._unusable(row)
        return {
            "openid": row["openid"],
            "card": {
                "card_id": row["card_id"],
                "begin_time": int(row["begins"]),
                "end_time": int(row["ends"]),
            },
            "can_consume": usable,
            "user_card_status": row["status"],
        }

    def consume(self, code: str, card_id: str) -> dict[str, Any]:
        """Use a code up, once. Raises Wrong 40056, 40073, 40099 or 40127."""
        row = self._code(code, card_id)
        if not self._usable(row):
            raise self._unusable(row)
        self._db.run("UPDATE card_codes SET status = 'CONSUMED' WHERE code = ?", code)
        self._event(row["openid"], "user_consume_card", row["card_id"], code, ConsumeSource="FROM_API")
        return {"card": {"card_id": row["card_id"]}, "openid": row["openid"]}

    def make_unavailable(self, code: str, card_id: str) -> None:
        """Take a code out of use. Raises Wrong 40056 or 40073."""
        row = self._code(code, card_id)
        self._db.run("UPDATE card_codes SET status = 'UNAVAILABLE' WHERE code = ?", row["code"])

    def _check_base(self, base: dict[str, Any]) -> None:
        for name, limit in _TEXTS.items():
            value = base.get(name)
            size = len(value.encode()) if isinstance(value, str) else 0
            if not size:
                raise _bad(name, f"缺少 {name}。", f"{name} is missing.")
            if size > limit:
                raise Wrong(
                    45021,
                    f"{name} 有 {size} 字节，最多 {limit}。",
                    f"{name} has {size} bytes, at most {limit}.",
                    at=name,
                )
        for name in ("logo_url", "color"):
            if not isinstance(base.get(name), str):
                raise _bad(name, f"缺少 {name}。", f"{name} is missing.")
        if base.get("code_type") not in _CODE_TYPES:
            raise _bad("code_type", "没有这种 code_type。", "There is no such code_type.")
        sku = base.get("sku")
        if not isinstance(sku, dict) or not isinstance(sku.get("quantity"), int):
            raise _bad("sku.quantity", "缺少 sku.quantity。", "sku.quantity is missing.")
        try:
            self._validity(base.get("date_info") or {})
        except (KeyError, TypeError) as exc:
            raise _bad("date_info", "date_info 不完整。", "date_info is not complete.") from exc

    def _validity(self, info: dict[str, Any]) -> tuple[float, float]:
        if info["type"] == "DATE_TYPE_FIX_TIME_RANGE":
            return float(info["begin_timestamp"]), float(info["end_timestamp"])
        if info["type"] != "DATE_TYPE_FIX_TERM":
            raise KeyError(info["type"])
        begins = self._clock.now() + int(info.get("fixed_begin_term", 0)) * _DAY_S
        return begins, begins + int(info["fixed_term"]) * _DAY_S

    def _check_ext(self, openid: str, card_id: str, ext: dict[str, str]) -> None:
        if ext.get("openid") and ext["openid"] != openid:
            raise CardRefused("cardExt 里的 openid 不是这个用户。", "The openid in cardExt isn't this user.")
        ticket, _ = self._tickets.get("wx_card")
        parts = [ext.get(name, "") for name in ("timestamp", "code", "openid", "nonce_str")]
        if crypto.card_signature([ticket, card_id, *parts]) == ext.get("signature"):
            return
        jsapi, _ = self._tickets.get("jsapi")
        if crypto.card_signature([jsapi, card_id, *parts]) == ext.get("signature"):
            raise CardRefused(
                "签名用了 jsapi_ticket，应当用卡券 api_ticket。",
                "It was signed with the jsapi_ticket, not the api_ticket.",
            )
        raise CardRefused(
            "cardExt 签名不对：应为 api_ticket、timestamp、card_id、code、openid、nonce_str 的值排序后拼接的 sha1。",
            "The cardExt signature is wrong: sha1 of the sorted values of api_ticket, timestamp, card_id, code, "
            "openid and nonce_str.",
        )

    def _new_code(self, base: dict[str, Any], ext: dict[str, str]) -> str:
        code = ext.get("code", "")
        if bool(base.get("use_custom_code")) != bool(code):
            raise CardRefused(
                "自定义 code 的卡券要带 code，其他的不能带。",
                "A code belongs to cards with use_custom_code, only.",
            )
        code = code or "".join(secrets.choice("0123456789") for _ in range(12))
        if self._db.one("SELECT 1 FROM card_codes WHERE code = ?", code):
            raise CardRefused("这个 code 已被领取。", "This code was taken before.")
        return code

    def _code(self, code: str, card_id: str) -> dict[str, Any]:
        row = self._db.one("SELECT * FROM card_codes WHERE code = ?", code)
        if row is None:
            raise Wrong(40056, f"没有 code {code!r}。", f"There is no code {code!r}.")
        if card_id and card_id != row["card_id"]:
            raise Wrong(40073, "code 属于另一张卡券。", "The code is another card's.")
        return row

    def _usable(self, row: dict[str, Any]) -> bool:
        return row["status"] == "NORMAL" and bool(row["begins"] <= self._clock.now() < row["ends"])

    def _unusable(self, row: dict[str, Any]) -> Wrong:
        if row["status"] == "CONSUMED":
            return Wrong(40099, "code 已核销。", "The code was used before.")
        return Wrong(40127, "code 已失效或不在有效期内。", "The code is out of use, or out of its time.")

    def _event(self, openid: str, event: str, card_id: str, code: str, **more: Any) -> None:
        self._callback.deliver_later(
            self._callback.event(openid, event, CardId=card_id, UserCardCode=code, **more)
        )


def _read_ext(card_ext: Any) -> dict[str, str]:
    try:
        found = json.loads(card_ext) if isinstance(card_ext, str) else card_ext
        return {str(name): str(value) for name, value in found.items()}
    except (ValueError, AttributeError) as exc:
        raise CardRefused("cardExt 应为 JSON 文本。", "cardExt is a JSON text.") from exc


def _bad(at: str, zh: str, en: str) -> Wrong:
    return Wrong(40035, zh, en, at=at)

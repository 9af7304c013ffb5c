"""What WeChat's servers do with cards."""

from __future__ import annotations

import json
import secrets
from typing import Any, Final

from deploy.sandbox import crypto
from deploy.sandbox.account import Account
from deploy.sandbox.callback import Callback
from deploy.sandbox.cards import forms, signed
from deploy.sandbox.cards.signed import CardRefused
from deploy.sandbox.database import Database
from deploy.sandbox.timing import Clock
from deploy.sandbox.tokens import Tickets
from deploy.sandbox.words import Wrong

_CODE: Final = 20
_KEPT: Final = "SELECT card_codes.*, cards.kind, cards.body FROM card_codes JOIN cards USING (card_id) "


class Cards:
    def __init__(
        self, db: Database, clock: Clock, tickets: Tickets, callback: Callback, account: Account
    ) -> None:
        self._db, self._clock, self._tickets, self._callback = db, clock, tickets, callback
        self._account = account
        self._cipher = crypto.Cipher256(account.aes_key, account.appid)

    # --- what the account asks ---------------------------------------------------------------------------

    def create(self, card: Any) -> str:
        """A new card's id, as /card/create gives it. Raises Wrong as forms.read_new."""
        kind, body = forms.read_new(card)
        card_id = f"p{secrets.token_urlsafe(21)[:27]}"
        self._db.run(
            "INSERT INTO cards VALUES (?, ?, ?, ?, ?)",
            card_id, kind, json.dumps(body, ensure_ascii=False), body["base_info"]["sku"]["quantity"],
            self._clock.now(),
        )  # fmt: skip
        return card_id

    def get(self, card_id: str) -> dict[str, Any]:
        """A card as it was made, with what is left of it. Raises Wrong 41012 or 40073."""
        if not card_id:
            raise Wrong(41012, "缺少 card_id。", "card_id is missing.")
        row = self._db.one("SELECT * FROM cards WHERE card_id = ?", card_id)
        if row is None:
            raise Wrong(40073, f"没有卡券 {card_id!r}。", f"There is no card {card_id!r}.")
        return row | {"body": json.loads(row["body"])}

    def update(self, asked: dict[str, Any]) -> None:
        """As /card/update: those who hold the card see it too. Raises Wrong as get and forms.changed."""
        card = self.get(str(asked.get("card_id") or ""))
        body = forms.changed(card["body"], card["kind"], asked)
        text = json.dumps(body, ensure_ascii=False)
        self._db.run("UPDATE cards SET body = ? WHERE card_id = ?", text, card["card_id"])
        info = body["base_info"]["date_info"]
        if info["type"] == "DATE_TYPE_FIX_TIME_RANGE":
            begins, ends = forms.validity(info, 0)
            self._db.run(
                "UPDATE card_codes SET begins = ?, ends = ? WHERE card_id = ?", begins, ends, card["card_id"]
            )

    def modify_stock(self, asked: dict[str, Any]) -> None:
        """As /card/modifystock. Raises Wrong 40073, 41012 or 40122."""
        card = self.get(str(asked.get("card_id") or ""))
        more, less = (asked.get(f"{what}_stock_value") or 0 for what in ("increase", "reduce"))
        if not all(isinstance(number, int) and number >= 0 for number in (more, less)):
            raise Wrong(40122, "库存变化量应为非负整数。", "Stock changes by whole numbers from 0 on.")
        left = card["quantity"] + more - less
        if left < 0:
            raise Wrong(40122, "库存不能小于 0。", "The stock would be below 0.")
        self._db.run("UPDATE cards SET quantity = ? WHERE card_id = ?", left, card["card_id"])

    def look(self, code: str, card_id: str, check_consume: bool) -> dict[str, Any]:
        """As /card/code/get answers. Raises Wrong 40056, 40073, 41012, 40099 or 40127."""
        row = self._code(code, card_id)
        usable = self._usable(row)
        if check_consume and not usable:
            raise self._unusable(row)
        times = {"begin_time": int(row["begins"]), "end_time": int(row["ends"])}
        return {
            "openid": row["openid"],
            "card": {"card_id": row["card_id"]} | times,
            "can_consume": usable,
            "user_card_status": self.status(row),
        }

    def consume(self, code: str, card_id: str) -> dict[str, Any]:
        """Use a code up, once. Raises Wrong as look."""
        row = self._code(code, card_id)
        if not self._usable(row):
            raise self._unusable(row)
        self._db.run("UPDATE card_codes SET status = 'CONSUMED' WHERE code = ?", code)
        more = {"ConsumeSource": "FROM_API", "LocationName": "", "StaffOpenId": "", "VerifyCode": ""}
        self._event(row["openid"], "user_consume_card", row["card_id"], code, **more, OuterStr="")
        return {"card": {"card_id": row["card_id"]}, "openid": row["openid"]}

    def make_unavailable(self, code: str, card_id: str) -> str:
        """Take a code out of use, for good; whose it is. Raises Wrong 40056, 40073, 41012 or 40099."""
        row = self._code(code, card_id)
        if row["status"] == "CONSUMED":
            raise self._unusable(row)
        self._db.run("UPDATE card_codes SET status = 'UNAVAILABLE' WHERE code = ?", row["code"])
        return str(row["openid"])

    def decrypt(self, sealed: str) -> str:
        """The code that a page got encrypted, as /card/code/decrypt. Raises Wrong 40116."""
        try:
            return self._cipher.decrypt(sealed).decode()
        except crypto.Unreadable as exc:
            raise Wrong(40116, "encrypt_code 解不开。", "That encrypt_code doesn't open.") from exc

    def sealed(self, code: str) -> str:
        """A code as pages get it."""
        return self._cipher.encrypt(code.encode())

    # --- what the user does ------------------------------------------------------------------------------

    def offer(self, openid: str, card_id: str, card_ext: Any) -> dict[str, Any]:
        """The card that wx.addCard would give this user now. Raises CardRefused saying why not."""
        try:
            card = self.get(card_id)
        except Wrong as exc:
            raise CardRefused(exc.why.zh, exc.why.en) from exc
        ext = signed.read_ext(card_ext)
        signed.check_ext(self._tickets, card_id, ext)
        base = card["body"]["base_info"]
        self._check_receiver(openid, base, ext)
        self._check_code(base, ext)
        if self._db.one(
            "SELECT 1 FROM card_nonces WHERE card_id = ? AND nonce = ?", card_id, ext["nonce_str"]
        ):
            raise CardRefused("这个 nonce_str 已用过。", "This nonce_str was used before.")
        held = "SELECT COUNT(*) FROM card_codes WHERE card_id = ? AND openid = ?"
        if card["quantity"] <= 0:
            raise CardRefused("库存为 0。", "None is left.")
        if self._db.number(held, card_id, openid) >= base.get("get_limit", 50):
            raise CardRefused("超过每人限领数量。", "This user has as many as one may have.")
        begins, ends = forms.validity(base["date_info"], self._clock.now())
        return card | {"begins": begins, "ends": ends, "ext": ext}

    def take(self, openid: str, card_id: str, card_ext: Any) -> dict[str, Any]:
        """Put a card into a user's wallet, as wx.addCard does. Raises CardRefused."""
        card = self.offer(openid, card_id, card_ext)
        ext = card["ext"]
        code = ext.get("code") or "".join(secrets.choice("0123456789") for _ in range(12))
        with self._db.together():
            self._db.run("INSERT INTO card_nonces VALUES (?, ?)", card_id, ext["nonce_str"])
            self._db.run("UPDATE cards SET quantity = quantity - 1 WHERE card_id = ?", card_id)
            self._db.run(
                "INSERT INTO card_codes VALUES (?, ?, ?, 'NORMAL', ?, ?, ?)",
                code, card_id, openid, self._clock.now(), card["begins"], card["ends"],
            )  # fmt: skip
        none = {"FriendUserName": "", "OuterId": 0, "OldUserCardCode": "", "IsRestoreMemberCard": 0}
        self._event(
            openid,
            "user_get_card",
            card_id,
            code,
            IsGiveByFriend=0,
            OuterStr=ext.get("outer_str", ""),
            **none,
        )
        return {"code": code, "card_id": card_id, "encrypt_code": self.sealed(code)}

    def delete(self, openid: str, code: str) -> None:
        """The user takes a card out of the wallet. Raises Wrong 40056."""
        row = self._db.one("SELECT * FROM card_codes WHERE code = ? AND openid = ?", code, openid)
        if row is None or row["status"] == "DELETE":
            raise Wrong(40056, "卡包里没有这张卡券。", "The wallet has no such card.")
        # A used one is only put out of sight.
        gone = "UPDATE card_codes SET status = 'DELETE' WHERE code = ?"
        self._db.run(gone, code)
        self._event(openid, "user_del_card", row["card_id"], code)

    def wallet(self, openid: str) -> list[dict[str, Any]]:
        """What the user holds, newest first."""
        rows = self._db.all(
            f"{_KEPT} WHERE openid = ? AND status <> 'DELETE' ORDER BY card_codes.made DESC", openid
        )
        return [row | {"body": json.loads(row["body"]), "status": self.status(row)} for row in rows]

    def choices(self, openid: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """The user's cards that wx.chooseCard shows. Raises CardRefused."""
        signed.check_choice(self._tickets, self._account.appid, asked)
        wanted = {"card_id": str(asked.get("cardId") or ""), "kind": str(asked.get("cardType") or "")}
        return [
            card | {"encrypt_code": self.sealed(card["code"])}
            for card in self.wallet(openid)
            if card["status"] == "NORMAL" and all(value in ("", card[name]) for name, value in wanted.items())
        ]

    def status(self, row: dict[str, Any]) -> str:
        """user_card_status: NORMAL, CONSUMED, EXPIRE, DELETE or UNAVAILABLE."""
        over = row["status"] == "NORMAL" and row["ends"] <= self._clock.now()
        return "EXPIRE" if over else str(row["status"])

    def _check_receiver(self, openid: str, base: dict[str, Any], ext: dict[str, str]) -> None:
        if base.get("bind_openid") and not ext.get("openid"):
            raise CardRefused(
                "指定用户领取的卡券要带 openid。", "This card is for one openid: it must be signed."
            )
        if ext.get("openid") and ext["openid"] != openid:
            raise CardRefused("cardExt 里的 openid 不是这个用户。", "The openid in cardExt isn't this user.")

    def _check_code(self, base: dict[str, Any], ext: dict[str, str]) -> None:
        code = ext.get("code", "")
        if bool(base.get("use_custom_code")) != bool(code):
            raise CardRefused(
                "自定义 code 的卡券要带 code，其他的不能带。",
                "A code belongs to cards with use_custom_code, only.",
            )
        if len(code) > _CODE:
            raise CardRefused("code 最多 20 个字符。", "A code has at most 20 characters.")
        if code and self._db.one("SELECT 1 FROM card_codes WHERE code = ?", code):
            raise CardRefused("这个 code 已被领取。", "This code was taken before.")

    def _code(self, code: str, card_id: str) -> dict[str, Any]:
        row = self._db.one(f"{_KEPT} WHERE code = ?", code)
        if row is None:
            raise Wrong(40056, f"没有 code {code!r}。", f"There is no code {code!r}.")
        if card_id and card_id != row["card_id"]:
            raise Wrong(40073, "code 属于另一张卡券。", "The code is another card's.")
        if not card_id and json.loads(row["body"])["base_info"].get("use_custom_code"):
            raise Wrong(
                41012, "自定义 code 的卡券要带 card_id。", "With a code of one's own goes the card_id."
            )
        return row

    def _usable(self, row: dict[str, Any]) -> bool:
        return self.status(row) == "NORMAL" and bool(row["begins"] <= self._clock.now())

    def _unusable(self, row: dict[str, Any]) -> Wrong:
        if row["status"] == "CONSUMED":
            return Wrong(40099, "code 已核销。", "The code was used before.")
        return Wrong(
            40127,
            "code 已失效、被删除或不在有效期内。",
            "The code is out of use, deleted, or out of its time.",
        )

    def _event(self, openid: str, event: str, card_id: str, code: str, **more: Any) -> None:
        self._callback.deliver_later(
            self._callback.event(openid, event, CardId=card_id, UserCardCode=code, **more)
        )

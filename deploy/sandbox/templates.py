"""Message templates: their fields, and whether the arguments of a message fit them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.sandbox.account import Account
from deploy.sandbox.database import Database
from deploy.sandbox.words import Words, Wrong

_PLACE: Final = re.compile(r"\{\{\s*([A-Za-z_]+?)(\d+)?\.DATA\s*\}\}")
_CLOCK: Final = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_DAY: Final = r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2})"
_TIME: Final = re.compile(rf"(({_DAY}\s*)?{_CLOCK}(\s*~\s*({_DAY}\s*)?{_CLOCK})?|{_DAY}(\s*~\s*{_DAY})?)")
_AMOUNT: Final = re.compile(r"[¥￥$€£]?\d{1,10}(\.\d+)?元?")


@dataclass(frozen=True)
class Kind:
    """One type of field: what its values must be."""

    rule: Words
    fits: Callable[[str], bool]


def _at_most(count: int) -> Kind:
    return Kind(Words(f"{count} 个字符以内", f"at most {count} characters"), lambda text: len(text) <= count)


def _shaped(pattern: str | re.Pattern[str], zh: str, en: str) -> Kind:
    compiled = re.compile(pattern)
    return Kind(Words(zh, en), lambda text: compiled.fullmatch(text) is not None)


KINDS: Final[dict[str, Kind]] = {
    "thing": _at_most(20),
    "character_string": _shaped(
        r"[\x20-\x7e]{1,32}", "32 位以内数字、字母或符号", "at most 32 digits, letters or symbols, no Chinese"
    ),
    "number": _shaped(r"-?[\d.]{1,32}", "32 位以内数字", "at most 32 digits"),
    "letter": _shaped(r"[A-Za-z]{1,32}", "32 位以内字母", "at most 32 letters"),
    "symbol": _shaped(r"[^\w\s]{1,5}", "5 位以内符号", "at most 5 symbols"),
    "time": _shaped(
        _TIME, "24 小时制时间，可带年月日，如 15:01", "a 24-hour time, with a date or without: 15:01"
    ),
    "date": _shaped(
        _TIME, "年月日，可带 24 小时制时间", "a date, with a 24-hour time or without: 2026-01-31"
    ),
    "amount": _shaped(_AMOUNT, "1 个币种符号加 10 位以内数字", "a currency sign and at most 10 digits"),
    "phone_number": _shaped(r"[\d +()-]{1,17}", "17 位以内数字、符号", "at most 17 digits and signs"),
    "car_number": _shaped(
        r"[A-Za-z0-9\u4e00-\u9fff]{1,8}", "8 位以内车牌", "at most 8 characters of a plate"
    ),
    "name": _shaped(
        r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .'·-]{1,20}",
        "10 个汉字或 20 个字母以内",
        "at most 10 汉字 or 20 letters",
    ),
    "phrase": _shaped(r"[\u4e00-\u9fff]{1,5}", "5 个汉字以内", "at most 5 汉字"),
    "const": _at_most(20),
}


@dataclass(frozen=True)
class Template:
    """One template of the account. `fields`: names as arguments carry them, in their order in the text."""

    id: str
    key: str
    kind: str
    title: str
    content: str
    example: str
    constants: dict[str, list[str]]

    @property
    def fields(self) -> list[str]:
        return [name + number for name, number in _PLACE.findall(self.content)]

    def lines(self, values: dict[str, str]) -> list[tuple[str, str]]:
        """What the phone shows: each line's label and value."""
        shown = []
        for line in self.content.splitlines():
            found = _PLACE.search(line)
            if found:
                label = _PLACE.sub("", line).strip().rstrip("：:").strip()
                shown.append((label, values[found[1] + (found[2] or "")]))
        return shown

    def check(self, arguments: Any) -> dict[str, str]:
        """The values by field. Raises Wrong 47003 naming the first argument that doesn't fit."""
        if not isinstance(arguments, dict):
            raise _misfit("data", "data 必须是对象。", "data must be an object.")
        values: dict[str, str] = {}
        for name in self.fields:
            values[name] = self._value(name, arguments.get(name))
        extra = [name for name in arguments if name not in values]
        if extra:
            fields = ", ".join(self.fields)
            raise _misfit(
                f"data.{extra[0]}", f"模板没有字段 {extra[0]}；它有 {fields}。",
                f"The template has no field {extra[0]}; it has {fields}.",
            )  # fmt: skip
        return values

    def _value(self, name: str, argument: Any) -> str:
        value = argument.get("value") if isinstance(argument, dict) else None
        at = f"data.{name}.value"
        if value is None or not isinstance(value, str | int | float) or str(value).strip() == "":
            raise _misfit(at, f"缺少 {name}，或者为空。", f"{name} is missing or empty.")
        text = str(value)
        kind = KINDS.get(name.rstrip("0123456789"))
        if kind and not kind.fits(text):
            raise _misfit(
                at, f"{name} 应为 {kind.rule.zh}，收到 {text!r}（{len(text)} 个字符）。",
                f"{name} takes {kind.rule.en}; it got {text!r} ({len(text)} characters).",
            )  # fmt: skip
        allowed = self.constants.get(name)
        if allowed and text not in allowed:
            raise _misfit(
                at, f"{name} 只能是 {'、'.join(allowed)}，收到 {text!r}。",
                f"{name} takes one of {', '.join(allowed)}; it got {text!r}.",
            )  # fmt: skip
        return text


class Templates:
    """The account's private templates."""

    def __init__(self, db: Database, account: Account) -> None:
        self._db, self._appid = db, account.appid

    def load(self, path: Path) -> None:
        """Bring the account's templates to what the file at `path` describes: a list of them."""
        for described in json.loads(path.read_text(encoding="utf-8")):
            self.put(described)

    def put(self, described: dict[str, Any]) -> Template:
        """Add a template or write it anew: {key, title, content, example?, kind?, constants?}. Raises Wrong 40035.

        Its id depends on account, key and kind only, so that it stays the same.
        """
        try:
            key, title, content = described["key"], described["title"], described["content"]
        except KeyError as exc:
            raise Wrong(40035, f"模板缺少 {exc}。", f"The template lacks {exc}.", at=str(exc)) from exc
        kind = described.get("kind", "template")
        unknown = [name for name, _ in _PLACE.findall(content) if name not in KINDS]
        if unknown or not _PLACE.search(content) or kind not in {"template", "subscribe"}:
            raise Wrong(
                40035,
                f"模板字段类型未知或没有字段：{unknown}。",
                f"Unknown types of field, or no field: {unknown}.",
            )
        digest = hashlib.sha256(f"{self._appid}:{kind}:{key}".encode()).hexdigest()
        template_id = f"T{digest[:42]}"
        constants = json.dumps(described.get("constants", {}), ensure_ascii=False)
        serial = self._db.number("SELECT COALESCE(MAX(serial), 0) + 1 FROM templates")
        self._db.run(
            "INSERT INTO templates VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "title = excluded.title, content = excluded.content, example = excluded.example, "
            "constants = excluded.constants",
            template_id, key, kind, title, content, described.get("example", ""), constants, serial,
        )  # fmt: skip
        return self.get(template_id)

    def remove(self, template_id: str) -> None:
        """Raises Wrong 40037."""
        self.get(template_id)
        self._db.run("DELETE FROM templates WHERE id = ?", template_id)

    def all(self, kind: str = "template") -> list[Template]:
        rows = self._db.all("SELECT * FROM templates WHERE kind = ? ORDER BY serial", kind)
        return [_template(row) for row in rows]

    def get(self, template_id: Any, kind: str = "") -> Template:
        """Raises Wrong 40037 when the account has no such template (of that kind)."""
        row = self._db.one("SELECT * FROM templates WHERE id = ?", str(template_id))
        if row is None or (kind and row["kind"] != kind):
            raise Wrong(
                40037,
                f"公众号里没有这个模板：{template_id!r}。",
                f"The account has no such template: {template_id!r}.",
            )
        return _template(row)

    def ids_by_key(self) -> dict[str, str]:
        return {
            template.key: template.id for kind in ("subscribe", "template") for template in self.all(kind)
        }


def _template(row: dict[str, Any]) -> Template:
    fields = {name: row[name] for name in ("id", "key", "kind", "title", "content", "example")}
    return Template(**fields, constants=json.loads(row["constants"]))


def _misfit(at: str, zh: str, en: str) -> Wrong:
    return Wrong(47003, zh, en, at=at)

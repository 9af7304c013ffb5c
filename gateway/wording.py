"""The words of every problem, in both languages, read once from `locale/problems.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.errors import Kind

_FILE = Path(__file__).parent / "locale" / "problems.toml"
_MAX_SHOWN = 80


@dataclass(frozen=True)
class Text:
    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class Wording:
    title: Text
    detail: Text


@dataclass(frozen=True)
class _FieldRule:
    pattern: re.Pattern[str]
    text: Text


class Words:
    """Titles and details by error code, and marshmallow's messages put into the reader's language."""

    def __init__(self, wordings: Mapping[str, Wording], field_rules: list[_FieldRule]) -> None:
        self._wordings = dict(wordings)
        self._field_rules = field_rules

    @classmethod
    def load(cls, path: Path = _FILE) -> Words:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        wordings = {
            code: Wording(
                Text(entry["title_zh"], entry["title_en"]), Text(entry["detail_zh"], entry["detail_en"])
            )
            for code, entry in document["problem"].items()
        }
        rules = [
            _FieldRule(re.compile(rule["match"]), Text(rule["zh"], rule["en"])) for rule in document["field"]
        ]
        return cls(wordings, rules)

    def codes(self) -> Iterator[str]:
        """Every code that has words of its own."""
        return iter(self._wordings)

    def of(self, code: str, kind: Kind) -> Wording:
        """The words of a code; of its kind when the code is newer than this gateway."""
        return self._wordings.get(code) or self._wordings[kind.value]

    def title(self, code: str, kind: Kind, language: str) -> str:
        return self.of(code, kind).title.in_language(language)

    def detail(self, code: str, kind: Kind, data: Mapping[str, Any], language: str) -> str:
        """The detail with `{name}` filled from `data`; only short scalars and lists of them are shown."""
        return fill(self.of(code, kind).detail.in_language(language), data)

    def field(self, message: str, language: str) -> str:
        """A field's message: known ones in the reader's language, others as one general sentence.

        Unknown messages are not passed on: they may quote what was sent.
        """
        for rule in self._field_rules:
            found = rule.pattern.match(message)
            if found:
                return fill(rule.text.in_language(language), found.groupdict())
        return self._field_rules[-1].text.in_language(language)


def fill(text: str, data: Mapping[str, Any]) -> str:
    """`text` with `{name}` filled from `data`; a name that data lacks or can't be shown is a dash."""
    return text.format_map(_Shown(data))


class _Shown(dict[str, str]):
    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__({key: _shown(value) for key, value in data.items()})

    def __missing__(self, key: str) -> str:
        return "–"


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)[:_MAX_SHOWN]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return "–"
    return str(value)[:_MAX_SHOWN]

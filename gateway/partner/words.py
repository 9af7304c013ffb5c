"""The words of refused items, in both languages, read once from `refusals.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from gateway.wording import Text, Words
from services.flights.errors import Refusal

_FILE = Path(__file__).parent / "refusals.toml"
_MAX_FIELDS = 20
_MAX_NAME = 96


@cache
def _texts() -> Mapping[str, Mapping[str, Text]]:
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        table: {name: Text(entry["zh"], entry["en"]) for name, entry in entries.items()}
        for table, entries in document.items()
    }


def reasons() -> frozenset[str]:
    """Every reason that has words."""
    return frozenset(_texts()["reason"])


def aidx_problems() -> frozenset[str]:
    """Every problem of an AIDX message that has words."""
    return frozenset(_texts()["aidx"])


def of_aidx(data: Mapping[str, Any], language: str) -> str:
    """What is wrong with an AIDX message or leg; data: problem, path, line."""
    texts = _texts()["aidx"]
    text = texts.get(str(data.get("problem")), texts["wrong_form"])
    return _fill(text.in_language(language), data)


def of_result(result: Mapping[str, Any], language: str) -> str | None:
    """Why this item was refused; None when it wasn't."""
    reason = result.get("reason")
    if reason is None:
        return None
    detail = result.get("detail") or {}
    if reason == Refusal.INVALID and "problem" in detail:
        return of_aidx(detail, language)
    texts = _texts()["reason"]
    return _fill(texts.get(reason, texts["invalid"]).in_language(language), detail)


def of_entry(reason: str, language: str) -> str | None:
    """What is wrong with an entry of a passenger list; None for what isn't a code of checkin's."""
    text = _texts()["entry"].get(reason)
    return None if text is None else text.in_language(language)


def of_line(reason: str, language: str) -> str:
    """What is wrong with a line of a teletype message, or why it was left out."""
    return _texts()["line"][reason].in_language(language)


def line_reasons() -> frozenset[str]:
    """Every reason of a line that has words."""
    return frozenset(_texts()["line"])


def fields_of(result: Mapping[str, Any], words: Words, language: str) -> list[dict[str, str]]:
    """The fields that broke the schema, each with its rule in words; never what was sent in them."""
    detail = result.get("detail") or {}
    found = [
        {"field": name[:_MAX_NAME], "detail": words.field(message, language)}
        for name, message in _flat(detail.get("fields"))
    ]
    return found[:_MAX_FIELDS]


def _flat(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            name = "" if key == "_schema" else str(key)
            yield from _flat(value, f"{path}.{name}" if path and name else path or name)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _flat(value, path)
    elif tree is not None:
        yield path, str(tree)


class _Shown(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"


def _fill(text: str, data: Mapping[str, Any]) -> str:
    """`text` with `{name}` filled from `data`; only short texts and numbers are shown."""
    shown = {
        str(key): str(value)[:_MAX_NAME]
        for key, value in data.items()
        if isinstance(value, (str, int)) and not isinstance(value, bool)
    }
    return text.format_map(_Shown(shown))

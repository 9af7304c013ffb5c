"""The words of messages as data: zh.toml and en.toml say what, wechat.json in which of the account's templates."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from services.notify.domain.wording import Template, Wording, Words
from services.notify.schemas import MESSAGE_KINDS

LANGUAGES: Final = ("zh", "en")
_HERE: Final = Path(__file__).parent


@cache
def templates() -> dict[str, Template]:
    """The templates that the account needs, by key."""
    described = json.loads((_HERE / "wechat.json").read_text(encoding="utf-8"))
    return {one["key"]: Template(**one) for one in described}


@cache
def wording() -> Wording:
    """What is told, in all languages. Raises KeyError for a kind that isn't worded."""
    known = templates()
    words = {}
    for language in LANGUAGES:
        document = tomllib.loads((_HERE / f"{language}.toml").read_text(encoding="utf-8"))
        for kind in MESSAGE_KINDS:
            one = document[kind]
            words[kind, language] = Words(known[one["template"]], one["fields"], one["notes"])
    return Wording(words)

"""What the account says in the chat, in both languages, read once from `locale/chat.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.wording import Text
from services.airport import Airport

_FILE: Final = Path(__file__).parent / "locale" / "chat.toml"
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD: Final = re.compile(r"(?<![A-Za-z0-9])(?!(?i:vip)\b)[A-Za-z]{3,}(?![A-Za-z0-9])")


def language_of(text: str) -> str | None:
    """zh or en as the text is written; None when it is only a number or a code."""
    if _HAN.search(text):
        return "zh"
    return "en" if _LATIN_WORD.search(text) else None


@dataclass(frozen=True)
class Topic:
    """One function of the account. `path`: its page, "" while it has none."""

    key: str
    name: Text
    said: tuple[re.Pattern[str], ...]
    text: Text
    path: str


class ChatWords:
    """Texts of one airport's account."""

    def __init__(self, airport: Airport, path: Path = _FILE) -> None:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        self._airport = airport
        self.texts = {
            key: Text(entry["zh"].strip(), entry["en"].strip()) for key, entry in document["text"].items()
        }
        self.statuses = {key: Text(entry["zh"], entry["en"]) for key, entry in document["status"].items()}
        self.topics = {
            key: Topic(
                key,
                Text(entry["name_zh"], entry["name_en"]),
                tuple(re.compile(pattern) for pattern in entry["said"]),
                Text(entry["zh"].strip(), entry["en"].strip()),
                entry.get("path", ""),
            )
            for key, entry in document["topic"].items()
        }

    def say(self, key: str, language: str, **values: object) -> str:
        """The text `key` with its values and the airport's filled in."""
        return self.fill(self.texts[key], language, **values)

    def fill(self, text: Text, language: str, **values: object) -> str:
        airport = self._airport
        known = {
            "airport": airport.short_en if language == "en" else airport.short_zh,
            "phone": airport.phone,
        }
        return text.in_language(language).format_map(known | values)

    def status(self, status: str, language: str) -> str:
        return self.statuses[status].in_language(language)

    def topic_of(self, normalised: str) -> Topic | None:
        """The function that the text is about."""
        for topic in self.topics.values():
            if any(pattern.search(normalised) for pattern in topic.said):
                return topic
        return None

"""The words of the console: the English sentence is the key, `locale/zh_CN/staff.po` holds the Chinese one.

A test proves that no sentence lacks its translation. English is as it is written in the code.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE: Final = Path(__file__).parent / "locale"
CATALOGUE: Final = LOCALE / "zh_CN" / "staff.po"


def N_(message: str) -> str:
    """Mark a message for the catalogue; it is translated where it is shown."""
    return message


@dataclass(frozen=True)
class Texts:
    """One language: `zh` or `en`, its tag for HTML, and its catalogue."""

    language: str
    tag: str
    catalogue: NullTranslations

    def __call__(self, message: str, **values: object) -> str:
        text = self.catalogue.gettext(message)
        return text % values if values else text

    def name(self, names: dict[str, str]) -> str:
        """The name in this language: {"zh": …, "en": …}."""
        return names[self.language] or names["en"]


@cache
def texts(language: str) -> Texts:
    """The catalogue of `language`, `zh` or `en`; read once."""
    if language == "en":
        return Texts("en", "en", NullTranslations())
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="zh_CN")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Texts("zh", "zh-CN", GNUTranslations(compiled))


def when(value: str | datetime | None, zone: tzinfo) -> str:
    """An instant in the airport's time as desks write it: `2026-11-23 16:05`; "" for none."""
    if value is None:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def clock(value: str | datetime | None, zone: tzinfo) -> str:
    """The same to the second, for what follows each other quickly."""
    if value is None:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"

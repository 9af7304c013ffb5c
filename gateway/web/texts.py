"""The words of the pages: one gettext catalogue per language, read from its `.po` file at start.

The English sentence is the key; `locale/*/web.po` hold both languages, and a test proves that neither lacks one.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE: Final = Path(__file__).parent / "locale"
LANGUAGES: Final = {"zh": "zh_CN", "en": "en"}
"""The languages of the pages, and the names of their catalogues."""


def N_(message: str) -> str:
    """Mark a message for the catalogue; it is translated where it is shown."""
    return message


@dataclass(frozen=True)
class Texts:
    """One language: `zh` or `en`, its tag for HTML, and its catalogue."""

    language: str
    tag: str
    catalogue: GNUTranslations

    def __call__(self, message: str, **values: object) -> str:
        text = self.catalogue.gettext(message)
        return text % values if values else text

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """The form for `n` things; `n` is filled in as %(n)d."""
        return self.catalogue.ngettext(one, many, n) % {"n": n, **values}

    def name(self, names: dict[str, str]) -> str:
        """The name of a city, airport or airline in this language: {"zh": …, "en": …}."""
        return names[self.language] or names["en"]

    def listing(self, parts: list[str]) -> str:
        """Several names as a reader of this language lists them."""
        return ("、" if self.language == "zh" else ", ").join(parts)


@cache
def texts(language: str) -> Texts:
    """The catalogue of `language`, `zh` or `en`; read once."""
    path = LOCALE / LANGUAGES[language] / "web.po"
    with path.open("rb") as source:
        catalogue = read_po(source, locale=LANGUAGES[language])
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Texts(language, "zh-CN" if language == "zh" else "en", GNUTranslations(compiled))

"""A rule's word: its code, and why, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reason:
    code: str
    zh: str
    en: str

    def words(self) -> dict[str, str]:
        """WordsSchema."""
        return {"zh": self.zh, "en": self.en}

    def view(self) -> dict[str, Any]:
        """ReasonSchema."""
        return {"code": self.code, "reason": self.words()}

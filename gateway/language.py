"""Which of the two languages a reader gets."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

LANGUAGES: Final = ("zh", "en")


@lru_cache(maxsize=512)
def negotiate(accept_language: str, default: str) -> str:
    """The best of zh and en for an `Accept-Language` header; `default` when it names neither.

    Weights count (RFC 9110, 12.5.4); `*` stands for the languages not named; of equal weights the
    earlier wins. A part that can't be read is passed over.
    """
    weights: dict[str, float] = {}
    any_other: float | None = None
    for part in accept_language.split(","):
        tag, weight = _part(part)
        if tag == "*":
            any_other = weight
        primary = tag.split("-")[0]
        if primary in LANGUAGES and primary not in weights:
            weights[primary] = weight
    if any_other is not None:
        for language in (default, *LANGUAGES):
            weights.setdefault(language, any_other)
    best, best_weight = default, 0.0
    for language, weight in weights.items():
        if weight > best_weight:
            best, best_weight = language, weight
    return best


def _part(part: str) -> tuple[str, float]:
    tag, _, parameters = part.strip().lower().partition(";")
    weight = 1.0
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "q":
            try:
                weight = min(1.0, max(0.0, float(value)))
            except ValueError:
                return "", 0.0
    return tag.strip(), weight

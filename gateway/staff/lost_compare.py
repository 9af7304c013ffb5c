"""What a desk compares: the item, the report and the claim side by side, with the words that they share marked."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from gateway.staff.console import HEADERS
from gateway.staff.lost_shared import LostFound, category_words
from gateway.staff.people import Staff
from gateway.staff.texts import N_, Texts
from services.lostfound.schemas.vocabulary import DocumentKind, Size

PAPERS: Final = {
    DocumentKind.PASSPORT.value: N_("Passport"),
    DocumentKind.ID_CARD.value: N_("Identity card"),
    DocumentKind.PERMIT.value: N_("Permit"),
    DocumentKind.LICENCE.value: N_("Licence"),
    DocumentKind.OTHER.value: N_("Other document"),
}
_WORD: Final = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_EXACT: Final = re.compile(r"[^0-9a-z]")
_BLANK: Final = re.compile(r"[^\S\n]+")
_SMALL: Final = frozenset(
    {"a", "an", "the", "of", "on", "in", "at", "and", "or", "with", "is", "it", "my", "to", "has"}
)


@dataclass(frozen=True)
class Compared:
    """One line. secret: of what only an owner knows. exact: the same, letter by letter, or not. bare: nothing of it is
    marked, as of times, which share their digits."""

    label: str
    item: str
    report: str
    claim: str = ""
    secret: bool = False
    exact: bool = False
    bare: bool = False

    @property
    def marked(self) -> tuple[Markup, Markup, Markup]:
        """All three, with what the item shares with the others marked."""
        if self.bare:
            return escape(self.item), escape(self.report), escape(self.claim)
        told = _words(self.report) | _words(self.claim)
        item = _words(self.item)
        return _mark(self.item, told), _mark(self.report, item), _mark(self.claim, item)

    @property
    def same(self) -> bool | None:
        """Whether an exact line agrees; None when there is nothing to compare."""
        item = _plain(self.item)
        others = {_plain(each) for each in (self.report, self.claim)} - {""}
        return item in others if self.exact and item and others else None


def document_words(t: Texts, document: Mapping[str, str] | None) -> str:
    """Kind, name and number of a document, masked as they come."""
    if document is None:
        return ""
    kind = t(PAPERS.get(document["kind"], document["kind"]))
    return " · ".join(filter(None, (kind, document["holder_name"], document["number"])))


def span_words(report: Mapping[str, Any], written: Callable[[str | datetime | None], str]) -> str:
    """When something was lost: from when it was seen last until it was missed."""
    first, last = written(report["lost_from"]), written(report["lost_to"])
    if first == last:
        return first
    return f"{first} – {last[11:]}" if first[:10] == last[:10] else f"{first} – {last}"


def odd_words(t: Texts, claim: Mapping[str, Any], item: Mapping[str, Any]) -> list[str]:
    """What a desk should wonder at before it decides."""
    wondered = []
    if claim["probability"] is None:
        wondered.append(t("Claimed by the number on its label: no match was seen between the two."))
    kinds = (item["category"], claim["report"]["category"])
    if kinds[0] != kinds[1]:
        found, lost = (category_words(t, each) for each in kinds)
        wondered.append(
            t("Another kind of thing: found: %(found)s; reported: %(lost)s.", found=found, lost=lost)
        )
    return wondered


async def served_photo(
    lost: LostFound, request: Request, staff: Staff, method: str, wish: Mapping[str, Any]
) -> Response:
    """A photo that the service keeps; `?size=thumbnail` the small one."""
    size = {"size": Size.THUMBNAIL.value} if request.query_params.get("size") == Size.THUMBNAIL.value else {}
    found = await lost.read(request, staff, method, **wish, **size)
    return Response(base64.b64decode(found["jpeg"]), headers=HEADERS, media_type="image/jpeg")


def _plain(text: str) -> str:
    return _EXACT.sub("", text.lower())


def _words(text: str) -> set[str]:
    """Words of Latin letters, and each two neighbours of Chinese ones."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        if _HAN.match(word):
            found |= {word[at : at + 2] for at in range(len(word) - 1)}
        elif word not in _SMALL:
            found.add(word)
    return found


def _mark(text: str, shared: set[str]) -> Markup:
    small = text.lower()
    if len(small) != len(
        text
    ):  # a letter that is two in small ones: nothing is marked rather than the wrong place
        return escape(text)
    lit = [False] * len(text)
    for word in _WORD.finditer(small):
        if _HAN.match(word[0]):
            pairs = range(word.start(), word.end() - 1)
            hits = [(at, at + 2) for at in pairs if small[at : at + 2] in shared]
        else:
            hits = [word.span()] if word[0] in shared else []
        for first, last in hits:
            lit[first:last] = [True] * (last - first)
    for blank in _BLANK.finditer(text):
        # Neighbours are one mark: blanks between them would cut it up.
        first, last = blank.span()
        if first and last < len(text) and lit[first - 1] and lit[last]:
            lit[first:last] = [True] * (last - first)
    parts, at = [], 0
    while at < len(text):
        end = at
        while end < len(text) and lit[end] == lit[at]:
            end += 1
        piece = escape(text[at:end])
        parts.append(Markup("<mark>{}</mark>").format(piece) if lit[at] else piece)
        at = end
    return Markup("").join(parts)

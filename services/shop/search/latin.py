"""Latin letters: what they may stand for.

All ways to read a run are looked up with one statement (its words, neighbours run together, pieces of a word, letters
left out), and the cheapest way to read the whole run is taken: `longjing cha` is one word or two, `powerbank` one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.shop.search.chinese import is_chinese, sounds, syllabled
from services.shop.search.lexicon import lexicon, stems
from services.shop.search.shelf import Shelf
from services.shop.search.slips import distance, latin_forms, slips_allowed, without
from services.shop.search.words import Piece

SPAN: Final = 6
"""Words that are read as one: syllables of pinyin are often typed apart."""
LETTERS: Final = 32
RUN: Final = 10
BEGUN_MOST: Final = 60
SLIPS_MOST: Final = 400
_KNOWN: Final = 0.9
_UNREAD: Final = 5.0
_SLIP_IN_PART: Final = 9
"""Letters of a word in whose parts slips are looked for too: `chngshachoudoufu`."""

Words = dict[str, float]
"""Words of the index and how sure each is."""


@dataclass(slots=True)
class Spelled:
    """A part of the run. words: what it stands for; mended: what it should have been, if that was a slip;
    piece: one that the lexicon knows, taken as it is."""

    text: str
    words: Words = field(default_factory=dict)
    cost: float = _UNREAD
    mended: str | None = None
    piece: Piece | None = None


def spelled(shelf: Shelf, pieces: Sequence[Piece], *, typing: bool) -> list[Spelled]:
    """Read a run. typing: its last word may be unfinished."""
    run = [word for piece in pieces for word in piece.text.split(" ")][:RUN]
    known = _known(shelf, run)
    taken = _taken(pieces)
    best: list[tuple[float, list[Spelled]]] = [(0.0, [])]
    for end in range(1, len(run) + 1):
        ways = []
        for start in range(max(0, end - SPAN), end):
            text = "".join(run[start:end])
            read = _read(shelf, known, text, run[start:end])
            piece = taken.get((start, end))
            if piece is not None and (piece.concepts or piece.text.isdigit()):
                read = [Spelled(piece.text, cost=_KNOWN, piece=piece)]
            elif typing and end == len(run) and 1 < len(text) <= LETTERS:
                _begun(shelf, read[0], text, apart=end - start)
            cost, before = best[start]
            ways.append((cost + sum(each.cost for each in read), [*before, *read]))
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


def _taken(pieces: Sequence[Piece]) -> dict[tuple[int, int], Piece]:
    found = {}
    at = 0
    for piece in pieces:
        size = len(piece.stems)
        found[at, at + size] = piece
        at += size
    return found


def _known(shelf: Shelf, run: Sequence[str]) -> dict[str, list[str]]:
    keys: set[str] = set()
    for start in range(len(run)):
        for end in range(start + 1, min(len(run), start + SPAN) + 1):
            text = "".join(run[start:end])
            if len(text) > LETTERS:
                break
            keys |= {f"w:{text}", f"p:{text}"}
            if 2 <= len(text) <= 8 and (end == start + 1 or len(text) == end - start):
                keys.add(f"i:{text}")
            if end - start <= 3:
                keys |= (
                    {f"d:{each}" for each in without(text, slips_allowed(len(text)))}
                    if len(text) > 3
                    else set()
                )
    for word in run:
        keys |= {key for pair in _cuts(word) for part in pair for key in (f"w:{part}", f"p:{part}")}
    found: dict[str, list[str]] = {}
    for key, word in shelf.words(keys):
        found.setdefault(key, []).append(word)
    return found


def _cuts(word: str) -> list[tuple[str, ...]]:
    """A word in two, and in three where pinyin may be cut."""
    if not 5 <= len(word) <= LETTERS:
        return []
    cuts: list[tuple[str, ...]] = [(word[:at], word[at:]) for at in range(2, len(word) - 1)]
    inner = syllabled(word)[1:-1]
    if len(inner) <= 7:
        cuts += [
            (word[:one], word[one:other], word[other:]) for one in inner for other in inner if one < other
        ]
    return cuts


def _read(shelf: Shelf, known: dict[str, list[str]], text: str, typed: Sequence[str]) -> list[Spelled]:
    """The cheapest reading of one text; typed: the words it was typed as."""
    whole = _whole(known, text, typed)
    if whole.cost <= 1.5 or len(typed) > 1:
        return [whole]
    best = whole_only = [whole]
    for parts in _cuts(text):
        read = [_whole(known, part, (part,), inner=True) for part in parts]
        if sum(each.cost for each in read) < sum(each.cost for each in best):
            best = read
    if not whole.words and best is whole_only and len(text) >= _SLIP_IN_PART:
        best = _slip_in_part(shelf, known, text) or best
    return best


def _slip_in_part(shelf: Shelf, known: dict[str, list[str]], text: str) -> list[Spelled]:
    """Two words run together, one of them known and the other a slip."""
    halves = [
        (part, pair)
        for pair in _cuts(text)
        if len(pair) == 2
        for part, other in (pair, pair[::-1])
        if len(part) >= 4 and len(other) >= 4 and (known.get(f"p:{other}") or known.get(f"w:{other}"))
    ]
    keys = {f"d:{each}" for part, _ in halves for each in without(part, slips_allowed(len(part)))}
    found: dict[str, list[str]] = {}
    for key, word in shelf.words(keys) if keys else ():
        found.setdefault(key, []).append(word)
    best: list[Spelled] = []
    for part, pair in halves:
        slip = Spelled(part)
        _slips(slip, found, part)
        if slip.words:
            read = [slip if each == part else _whole(known, each, (each,), inner=True) for each in pair]
            if not best or sum(each.cost for each in read) < sum(each.cost for each in best):
                best = read
    return best


def _whole(known: dict[str, list[str]], text: str, typed: Sequence[str], *, inner: bool = False) -> Spelled:
    found = Spelled(" ".join(typed))
    apart = 0.05 * (len(typed) - 1)
    if not inner or len(text) >= 3:
        _take(found, known.get(f"w:{text}", ()), 1.0, (1.3 if inner else 1.0) + apart)
    sounded = known.get(f"p:{text}", ())
    several = [word for word in sounded if len(word) > 1]
    # Spaces between its syllables say that pinyin is meant.
    _sounding(found, text, several, (0.93, 1.05 + (0.0 if not inner else -0.05)))
    if not several or inner:
        _take(found, [word for word in sounded if len(word) == 1], 0.8, 1.55)
    if not inner:
        _sounding(found, "", known.get(f"i:{text}", ()), (0.7, 1.6 + 0.1 * (len(text) == 2)))
        if found.cost >= 1.6 or not found.words:
            _slips(found, known, text)
    if not found.words:
        found.cost = _UNREAD * len(typed) + 0.1 * (len(typed) - 1)
    return found


def _take(found: Spelled, words: Iterable[str], sure: float, cost: float) -> None:
    for word in words:
        found.words[word] = max(sure, found.words.get(word, 0.0))
        found.cost = min(found.cost, cost)


def _sounding(found: Spelled, text: str, words: Iterable[str], weights: tuple[float, float]) -> None:
    """Words of the lexicon before others that are read the same by chance; rarer readings (袜 as mo) last."""
    some, (sure, cost) = list(words), weights
    usual = [word for word in some if not is_chinese(word) or "".join(sounds(word)[0]) == text]
    if usual and len(usual) < len(some):
        _take(found, [word for word in some if word not in usual], 0.6 * sure, cost)
        some = usual
    listed = [word for word in some if word in lexicon().words]
    _take(found, listed, sure, cost)
    _take(found, some, 0.75 * sure if listed else sure, cost)


def _slips(found: Spelled, known: dict[str, list[str]], text: str) -> None:
    """Words that the text is a slip or two away from, nearest first."""
    most = slips_allowed(len(text))
    near: dict[str, int] = {}
    candidates = (
        {word for key in without(text, most) for word in known.get(f"d:{key}", ())} if most else set()
    )
    for word in sorted(candidates)[:SLIPS_MOST]:
        forms = latin_forms(word)
        near[word] = min((distance(text, form, most) for form in forms), default=most + 1)
    least = min(near.values(), default=most + 1)
    if least > most:
        return
    words = [word for word, far in near.items() if far == least]
    if not found.words:
        found.mended = _shown(words, text)
    _take(found, words, 0.8 - 0.1 * least, 1.75 + 0.35 * least)


def _shown(words: Sequence[str], text: str) -> str:
    """Which of the words to name: one that begins like the text, of the lexicon before others, the shortest."""
    known = lexicon()

    def order(word: str) -> tuple[int, bool, int, str]:
        listed = word in known.words or stems(word) in known.phrases
        form = latin_forms(word)[0]
        alike = next((at for at, letter in enumerate(form) if not text.startswith(letter, at)), len(form))
        return (-alike, not listed, len(word), word)

    return min(words, key=order)


def _begun(shelf: Shelf, found: Spelled, text: str, *, apart: int) -> None:
    """Add the words that begin so, the surer the less is missing."""
    before = found.cost
    whole = 0.6 if found.words and before <= 1.55 else 1.0
    kinds = ("w:", "p:", "i:") if apart == 1 else ("w:", "p:")
    for kind in kinds:
        if kind == "i:" and (len(text) > 7 or before < 1.5):
            continue
        begun = shelf.begun(f"{kind}{text}", BEGUN_MOST)
        if begun and found.mended is not None:
            # A word that begins so was hardly meant to be another one.
            found.words, found.cost, found.mended, before = {}, _UNREAD, None, _UNREAD
        for key, word in begun:
            if apart > 1 and kind == "w:" and " " not in word:
                continue
            missing = len(key) - 2 - len(text)
            if missing and (len(text) > 2 or missing <= 6 or not is_chinese(word)):
                share = len(text) / (len(text) + missing)
                sure = (0.55 if kind == "i:" else 0.85) * (0.4 + 0.6 * share)
                _take(found, [word], sure * whole, 1.4 if kind != "i:" else 1.65)
    if found.cost < before:
        found.mended = None

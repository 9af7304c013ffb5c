"""What people write, as terms that both languages share.

A term is a text with a prefix: `kind:`, `brand:`, `colour:`, `detail:` a concept of the lexicon; `w:` another word,
by its stem; `b:` two Chinese characters side by side; `y:` a word's sound in Latin letters (李宁, Li Ning);
`s:` a word's consonants (typos); `m:` letters and a number (iPhone 13); `n:` a number; `q:` how many of a kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from services.lostfound.matching import lexicon as lexicons
from services.lostfound.matching import owned
from services.lostfound.matching.chinese import blurred, is_chinese, sound
from services.lostfound.matching.owned import BREAK as _BREAK
from services.lostfound.matching.owned import Token
from services.lostfound.matching.spelling import respelled

_RUN: Final = re.compile(
    r"[\u4e00-\u9fff]+|[a-z0-9]+(?:['’-][a-z0-9]+)*|[^\W\d_a-z\u4e00-\u9fff]+|[,.;:!?，。；：！？、\n()（）/]"
)
_MIXED: Final = re.compile(r"[a-z0-9]{1,4}[\u4e00-\u9fff]+|[\u4e00-\u9fff]+[a-z]{1,4}(?![a-z])")
_INCHES: Final = re.compile(
    r"(?<![0-9])([1-3][0-9])(?:\.[0-9])?\s*[-]?\s*(?:寸|英寸|吋|inch(?:es)?\b|in\b|\"|″|”)"
)
_CONTENTS: Final = re.compile(
    r"里有|内有|里面|装有|装着|内含|含有|里装|有一|附有|挂着|贴着|带有|挂有|贴有|上有"
    r"|\b(?:inside|contain(?:s|ed|ing)?|with|includ(?:es|ing)|had (?:my|a)|has (?:my|a))\b"
)
_COUNTS: Final = {
    **{
        word: str(number)
        for number, word in enumerate(["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"], 1)
    },
    **{
        word: str(number)
        for number, word in enumerate(
            ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1
        )
    },
    "两": "2",
    "俩": "2",
    "couple": "2",
}
_MEASURES: Final = frozenset(
    [
        "把",
        "张",
        "个",
        "只",
        "件",
        "条",
        "本",
        "支",
        "串",
        "颗",
        "枚",
        "根",
        "部",
        "台",
        "副",
        "双",
        "瓶",
        "盒",
        "包",
        "袋",
        "顶",
        "块",
        "片",
        "样",
    ]
)
_VOWELS: Final = str.maketrans("", "", "aeiouyhw")


@dataclass
class Reading:
    """terms: with the words that they came from, for reasons. kinds: of the thing itself, not of what is in it.

    colours: named right beside it; own_colours: those and others that aren't of a part of it. makers: of the thing itself,
    not of what it holds. concepts: all that are named, in their order.
    """

    terms: dict[str, str] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    sorts: list[str] = field(default_factory=list)
    colours: list[str] = field(default_factory=list)
    own_colours: list[str] = field(default_factory=list)
    makers: list[str] = field(default_factory=list)
    concepts: list[str] = field(default_factory=list)
    inches: int | None = None


@lru_cache(maxsize=256)
def read(text: str) -> Reading:
    """Everything that is to be known of a text. The result is shared: don't change it."""
    found = Reading()
    folded = respelled(lexicons.fold(text))
    if inches := _INCHES.search(folded):
        found.inches = int(inches[1])
    head = _CONTENTS.split(folded, maxsplit=1)[0]
    first = tokens(head) if head.strip() else []
    found.kinds, found.colours = _kinds(first), _colours_beside(first)
    every = tokens(folded)
    found.kinds = found.kinds or _kinds(every)[:1]
    found.sorts = _sorts(first, found.kinds)
    found.makers, found.own_colours = owned.makers(every, found.kinds), owned.colours(every)
    _note_concepts(found, every)
    _note_words(found, every)
    _note_numbers(found, every)
    return found


def tokens(folded: str) -> list[Token]:
    """The words of a folded text and what they mean; breaks between phrases are tokens without letters."""
    found: list[Token] = []
    english: list[str] = []
    for run in _runs(folded):
        if run in _BREAK or is_chinese(run):
            found += _english(english)
            english = []
            found += [Token(run)] if run in _BREAK else _chinese(run)
        elif run.isascii() or "’" in run:
            english += lexicons.latin(run)
        else:
            found.append(Token(run))
    return [*found, *_english(english)]


def _runs(folded: str) -> Iterator[str]:
    """Runs of one script; what the lexicon knows as a mixture (`U盘`, `T恤`) stays in one piece."""
    words = lexicons.lexicon().words
    at = 0
    for match in _RUN.finditer(folded):
        if match.start() < at:
            continue
        mixed = _MIXED.match(folded, match.start())
        longest = None
        if mixed:
            longest = next(
                (mixed[0][:end] for end in range(len(mixed[0]), 1, -1) if mixed[0][:end] in words), None
            )
        if longest and not longest.isascii() and any(each.isascii() for each in longest):
            at = match.start() + len(longest)
            yield longest
            rest = folded[at : match.end()]
            if rest:
                at = match.end()
                yield rest
        else:
            yield match[0]


def _chinese(run: str) -> list[Token]:
    known = lexicons.lexicon()
    if run in known.words:
        return [Token(run, known.words[run], True)]
    cut = [Token(word, known.words.get(word, ()), True) for word in known.cutter.cut(run)]
    return list(_heard(cut))


def _heard(cut: list[Token]) -> Iterator[Token]:
    """Single characters that stand side by side and sound like a word of the trade are that word, mistyped."""
    known, at = lexicons.lexicon(), 0
    while at < len(cut):
        for end in range(min(len(cut), at + 4), at + 1, -1):
            part = cut[at:end]
            if (
                any(each.concepts and len(each.text) > 1 for each in part)
                or sum(len(each.text) == 1 for each in part) == 0
            ):
                continue
            text = "".join(each.text for each in part)
            concepts = known.sounds.get(blurred(text)) if 3 <= len(text) <= 5 else None
            if concepts:
                yield Token(text, concepts, True)
                at = end
                break
        else:
            yield cut[at]
            at += 1


def _english(words: list[str]) -> Iterator[Token]:
    known, at = lexicons.lexicon(), 0
    stemmed = [lexicons.stem(word) for word in words]
    while at < len(words):
        for length in range(min(lexicons.LONGEST, len(words) - at), 0, -1):
            phrase = tuple(stemmed[at : at + length])
            if phrase in known.phrases and not (length == 1 and words[at] in lexicons.silent()):
                yield Token(" ".join(words[at : at + length]), known.phrases[phrase])
                at += length
                break
        else:
            length, spelled = known.spelled(words[at:])
            if spelled:
                yield Token(" ".join(words[at : at + length]), spelled)
                at += length
                continue
            meant = known.correct(words[at])
            concepts = known.phrases.get((lexicons.stem(meant),), ()) if meant else ()
            yield Token(words[at], concepts)
            at += 1


def _kinds(every: list[Token]) -> list[str]:
    """The kinds that a phrase is about: those of its first token that names a kind, and of the second.

    Coffee that was being had says where something was lost, and is what was lost only when nothing else is named.
    """
    named = [
        (owned.is_aside(every, at), [each.partition(":")[2] for each in kinds])
        for at, token in enumerate(every)
        if (kinds := [each for each in token.concepts if each.startswith("kind:")])
    ]
    told = [kinds for aside, kinds in named if not aside] or [kinds for _, kinds in named]
    return list(dict.fromkeys(kind for kinds in told[:2] for kind in kinds))


def _sorts(every: Iterable[Token], kinds: list[str]) -> list[str]:
    """Which of their kinds: `trainers`, of shoes."""
    groups = lexicons.lexicon().groups
    found = [each for token in every for each in token.concepts if each.startswith("sort:")]
    return [each.partition(":")[2] for each in dict.fromkeys(found) if groups[each] in kinds][:3]


def _colours_beside(every: list[Token]) -> list[str]:
    """Colours within three words of the first that names a kind: those of the thing, not of what hangs on it."""
    where = next(
        (at for at, token in enumerate(every) if any(each.startswith("kind:") for each in token.concepts)),
        None,
    )
    if where is None:
        return []
    beside = range(max(where - 3, 0), min(where + 4, len(every)))
    return [
        each.partition(":")[2]
        for at in beside
        for each in every[at].concepts
        if each.startswith("colour:") and not owned.of_a_part(every, at)
    ][:2]


def _note_concepts(found: Reading, every: list[Token]) -> None:
    for at, token in enumerate(every):
        denied = bool(token.concepts) and owned.is_denied(every, at)
        for concept in token.concepts:
            if denied and concept.startswith("detail:"):
                found.terms.setdefault(f"no:{concept}", token.text)
                continue
            found.concepts.append(concept)
            found.terms.setdefault(concept, token.text)


def _note_words(found: Reading, every: list[Token]) -> None:
    run: list[Token] = []
    for token in [*every, Token("。")]:
        plain = not token.concepts and token.text not in lexicons.silent() and token.text not in _BREAK
        if plain and not token.text.isdigit() and (not run or run[-1].chinese == token.chinese):
            run.append(token)
            continue
        _note_run(found, run)
        run = [token] if plain and not token.text.isdigit() else []


def _note_run(found: Reading, run: list[Token]) -> None:
    """Words side by side that the lexicon doesn't know."""
    if not run:
        return
    if run[0].chinese:
        text = "".join(token.text for token in run)
        for token in run:
            if len(token.text) != 2:
                found.terms.setdefault(f"w:{token.text}", token.text)
        for at in range(len(text) - 1):
            found.terms.setdefault(f"b:{text[at : at + 2]}", text[at : at + 2])
        for part in {text, *(token.text for token in run)}:
            if 2 <= len(part) <= 4:
                found.terms.setdefault(f"y:{sound(part)}", part)
        return
    for token in run:
        if len(token.text) > 1:
            found.terms.setdefault(f"w:{lexicons.stem(token.text)}", token.text)
        if len(token.text) >= 5:
            found.terms.setdefault(f"s:{_skeleton(token.text)}", token.text)
    for length in (1, 2, 3):
        for at in range(len(run) - length + 1):
            words = [token.text for token in run[at : at + length]]
            for text in {"".join(words), "".join(words[1:] + words[:1])}:
                if 4 <= len(text) <= 18:
                    found.terms.setdefault(f"y:{text}", " ".join(words))


def _skeleton(word: str) -> str:
    rest = word[1:].translate(_VOWELS)
    return word[0] + "".join(each for at, each in enumerate(rest) if at == 0 or rest[at - 1] != each)


def _note_numbers(found: Reading, every: list[Token]) -> None:
    flat = [
        (part, token)
        for token in every
        for part in (token.text.split(" ") if not token.chinese else [token.text])
    ]
    for at, (part, _) in enumerate(flat):
        if part.isdigit():
            if len(part) >= 3:
                found.terms.setdefault(f"n:{part}", part)
            _note_model(found, part, flat[at - 1] if at else None)
        count = part if part.isdigit() and len(part) == 1 else _COUNTS.get(part)
        if count:
            _note_count(found, count, [token for _, token in flat[at + 1 : at + 5]])


def _note_model(found: Reading, number: str, before: tuple[str, Token] | None) -> None:
    if before is None or before[0] in _BREAK or before[0].isdigit():
        return
    word, token = before
    if len(word) <= 12 and word.isascii() and word.isalpha() and word not in lexicons.silent():
        found.terms.setdefault(f"m:{word}{number}", f"{word} {number}")
    for concept in token.concepts:
        if concept.startswith("brand:"):
            found.terms.setdefault(f"m:{concept}{number}", f"{word} {number}")


def _note_count(found: Reading, count: str, following: list[Token]) -> None:
    for token in following:
        if token.text in _BREAK:
            return
        for concept in token.concepts:
            if concept.startswith("kind:"):
                found.terms.setdefault(f"q:{count}{concept}", token.text)
                return
